import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { Problem } from '../http/problem.ts';
import type { Logger } from '../log.ts';
import type { Store } from './store.ts';

/** A step from one schema to the next. Steps are only ever added: tasks of the version before run beside it. */
export interface Migration {
  /** 1, 2, 3, … */
  readonly version: number;
  readonly statements: readonly string[];
}

/** The schema of a store that may be down when the service starts. */
export interface Schema {
  /** Throws a 503 until the schema is what this version needs. */
  require(): void;
  /** Gives up. */
  stop(): void;
}

/**
 * Brings a schema up to date in the background, again and again until the store answers: the service starts without. The
 * signal says that it is given up.
 */
export function schemaOf(
  name: Store['name'],
  log: Logger,
  migrate: (signal: AbortSignal) => Promise<void>,
): Schema {
  const ending = new AbortController();
  let current = false;
  const policy = retry(
    handleWhen(() => !ending.signal.aborted),
    { maxAttempts: Infinity, backoff: new ExponentialBackoff({ initialDelay: 250, maxDelay: 5000 }) },
  );
  let last = '';
  policy.onFailure(({ reason }) => {
    const message = 'error' in reason && reason.error instanceof Error ? reason.error.message : 'failed';
    // Once for each cause: a store may be away for hours.
    if (message !== last) log.warn({ store: name, reason: message }, 'the schema is not up to date yet');
    last = message;
  });
  policy
    .execute(() => migrate(ending.signal), ending.signal)
    .then(
      () => {
        current = true;
        log.info({ store: name }, 'the schema is up to date');
      },
      (error: unknown) => {
        if (!ending.signal.aborted)
          log.error({ store: name, err: error }, 'the schema cannot be brought up to date');
      },
    );
  return {
    require() {
      if (!current) throw unavailable(name, new SchemaBehind());
    },
    stop: () => ending.abort(),
  };
}

/** The tables that this version needs are not there yet. */
class SchemaBehind extends Error {
  override name = 'SchemaBehind';
  override message = 'the schema is not up to date yet';
}

/** The answer where a store does not work at the moment: it may soon. */
export function unavailable(name: Store['name'], cause?: unknown): Problem {
  return new Problem(503, `${name} does not work at the moment; ask again soon.`, {
    headers: { 'Retry-After': '1' },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The answer where a store is not configured. */
export function disabled(name: Store['name']): Problem {
  return new Problem(503, `${name} is not configured for this service.`);
}

/** The store, or the answer where it is not configured. */
export function configured<T>(store: T | undefined, name: Store['name']): T {
  if (store === undefined) throw disabled(name);
  return store;
}
