import type { Express } from 'express';
import type { Config } from './config.ts';
import type { Route } from './http/route.ts';
import type { Logger } from './log.ts';
import type { Store } from './stores/store.ts';

/** What a workload is given to be made of. */
export interface Surroundings {
  readonly config: Config;
  readonly log: Logger;
  readonly isDraining: () => boolean;
}

/** What one image runs as: the microservice, or the portal. */
export interface Workload {
  /** For its document. */
  readonly title: string;
  readonly description: string;
  readonly routes: readonly Route[];
  readonly stores: readonly Store[];
  readonly pages?: (app: Express) => void;
  readonly limit?: (ip: string) => Promise<void> | void;
  readonly observe?: (answer: { method: string; path: string; status: number; seconds: number }) => void;
}
