import type { EcsService } from '../../api/ecs-service.ts';

/** What runs of a service whose images others choose, as read off AWS. */
export interface Running {
  /** By container. */
  readonly images: Readonly<Record<string, string>>;
  /** The revision of others `is` runs in place of the last of ours, `of`, from which it differs in images alone. */
  readonly instead?: { readonly of: string; readonly is: string };
}

/** A service with what runs of it. It is in no status: whoever plans has read it a moment ago. */
export interface ServiceAtWork extends EcsService {
  readonly running?: Running;
}
