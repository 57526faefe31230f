import type { KubeClient, Query } from '../kube/client.ts';
import { isNotFound, KubeError } from '../kube/errors.ts';
import { resourcePath, type ResourcePath } from '../kube/path.ts';

/** All that Landfall applies is applied under this name: `managedFields` tell by it which fields are ours. */
export const FIELD_MANAGER = 'landfall';

/** How many objects a page of a list has. */
const PAGE = 500;

/** One call to the API server, as metrics and logs see it. */
export interface LocalCall {
  readonly verb: 'get' | 'list' | 'apply' | 'patch' | 'delete';
  /** As in roles: `deployments`. */
  readonly resource: string;
  readonly write: boolean;
}

/** The cluster that the operator runs in, as far as node kinds use it. All reject with `KubeError`. */
export interface LocalSession {
  /** Undefined where there is no such object. */
  get<T>(at: ResourcePath): Promise<T | undefined>;
  /** All of a sort, page by page. */
  pages<T>(at: ResourcePath, query?: Query): AsyncGenerator<readonly T[]>;
  /**
   * Server-side apply of the whole of what we want: what is left out is given up. `force` takes fields that others have. `as` is the
   * name that the fields are applied under, default {@link FIELD_MANAGER}.
   */
  apply<T>(
    at: ResourcePath,
    body: object,
    options: { readonly force: boolean; readonly as?: string },
  ): Promise<T>;
  /** A merge patch of metadata alone: what it sets of anything else would be ours beside what we apply. */
  patchMetadata(at: ResourcePath, metadata: object): Promise<void>;
  /** Asks for deletion; `options` as in the API's DeleteOptions. An object that is gone is success. */
  delete(at: ResourcePath, options: object): Promise<void>;
  /** Nothing is open but the client, which is another's. */
  close(): void;
}

export interface LocalSessionOptions {
  readonly client: Pick<KubeClient, 'get' | 'list' | 'apply' | 'mergePatch' | 'delete'>;
  /** Throws unless this process surely leads; called right before every write. */
  readonly assertLeading: () => void;
  /** Told of every call when it has ended; `result` is `ok` or the reason of the API server. */
  readonly onCall?: (call: LocalCall, result: string, durationMs: number) => void;
}

/** Opens a session. Nothing is called before it is used. */
export function openLocalSession({ client, assertLeading, onCall }: LocalSessionOptions): LocalSession {
  async function counted<T>(
    verb: LocalCall['verb'],
    { plural }: ResourcePath,
    send: () => Promise<T>,
  ): Promise<T> {
    const call: LocalCall = { verb, resource: plural, write: verb !== 'get' && verb !== 'list' };
    if (call.write) assertLeading();
    const started = performance.now();
    const tell = (result: string) => onCall?.(call, result, performance.now() - started);
    try {
      const answer = await send();
      tell('ok');
      return answer;
    } catch (error) {
      tell(error instanceof KubeError ? error.reason : 'NoAnswer');
      throw error;
    }
  }

  return {
    async get<T>(at: ResourcePath) {
      try {
        return await counted('get', at, () => client.get<T>(resourcePath(at)));
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    async *pages<T>(at: ResourcePath, query: Query = {}) {
      let next: string | undefined;
      do {
        const asked = { limit: PAGE, ...query, continue: next };
        const page = await counted('list', at, () => client.list<T>(resourcePath(at), asked));
        if (page.items.length > 0) yield page.items;
        next = page.metadata.continue === '' ? undefined : page.metadata.continue;
      } while (next !== undefined);
    },
    apply: <T>(
      at: ResourcePath,
      body: object,
      { force, as = FIELD_MANAGER }: { readonly force: boolean; readonly as?: string },
    ) => counted('apply', at, () => client.apply<T>(resourcePath(at), body, { fieldManager: as, force })),
    async patchMetadata(at, metadata) {
      await counted('patch', at, () => client.mergePatch(resourcePath(at), { metadata }));
    },
    delete: (at, options) => counted('delete', at, () => client.delete(resourcePath(at), { body: options })),
    close: () => undefined,
  };
}
