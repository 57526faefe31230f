import {
  type BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleType,
  isBrokenCircuitError,
  retry,
  wrap,
} from 'cockatiel';
import type { Consumer } from '../../config.ts';
import { isTooDeep } from '../../http/depth.ts';
import { Problem } from '../../http/problem.ts';
import { readUpTo } from './body.ts';

const ATTEMPTS = 3;
const ATTEMPT_MS = 2000;
const FAILURES_UNTIL_OPEN = 5;
const OPEN_MS = 10_000;
const LARGEST_ANSWER = 2 ** 20;
/** Whoever answers so may answer otherwise at once. */
const PASSING: ReadonlySet<number> = new Set([502, 503, 504]);

/** How a circuit is: closed lets calls through, open none, half-open one that shows whether the service is back. */
export type Circuit = 'closed' | 'open' | 'half-open';

/** What was answered by a service that was called. */
export interface Called {
  readonly status: number;
  readonly response: unknown;
  readonly attempts: number;
}

/** A service that this one may call. */
export interface Client {
  readonly consumer: Consumer;
  circuit(): Circuit;
  /** Posts JSON to its `/hello`. Throws a problem where it does not answer as it should. */
  call(request: {
    readonly body: unknown;
    readonly requestId: string;
    readonly signal: AbortSignal;
  }): Promise<Called>;
}

/** The service could not be reached, or is not well: another attempt may find it so. */
class Unwell extends Error {
  override name = 'Unwell';
  readonly status: number;

  constructor(status: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.status = status;
  }
}

/** Calls with a time limit, again where that may help, and not at all while the service is known to be down. */
export function clientOf(
  consumer: Consumer,
  { openMs = OPEN_MS }: { readonly openMs?: number } = {},
): Client {
  const failures = handleType(Unwell);
  const breaker = circuitBreaker(failures, {
    halfOpenAfter: openMs,
    breaker: new ConsecutiveBreaker(FAILURES_UNTIL_OPEN),
  });
  const again = retry(failures, {
    maxAttempts: ATTEMPTS - 1,
    backoff: new ExponentialBackoff({ initialDelay: 50, maxDelay: 500 }),
  });
  const policy = wrap(again, breaker);
  const address = new URL('hello', consumer.url.endsWith('/') ? consumer.url : `${consumer.url}/`);
  return {
    consumer,
    circuit: () => circuitOf(breaker.state),
    async call({ body, requestId, signal }) {
      let attempts = 0;
      try {
        return await policy.execute(async ({ signal }) => {
          attempts += 1;
          const answer = await attempt(address, { body, requestId, signal });
          return { ...answer, attempts };
        }, signal);
      } catch (error) {
        throw isBrokenCircuitError(error)
          ? open(consumer.name, openMs, error)
          : problemOf(consumer.name, error);
      }
    },
  };
}

async function attempt(
  address: URL,
  {
    body,
    requestId,
    signal,
  }: { readonly body: unknown; readonly requestId: string; readonly signal: AbortSignal },
): Promise<Omit<Called, 'attempts'>> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]);
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', 'x-request-id': requestId },
      body: JSON.stringify(body),
      // Somewhere else is not the service that was named.
      redirect: 'error',
      signal: within,
    });
    const text = await readUpTo(response, LARGEST_ANSWER);
    const { status } = response;
    if (PASSING.has(status)) throw new Unwell(502, `it answered ${status}`);
    if (!response.ok) throw new Problem(502, `it answered ${status}`);
    const json: unknown = JSON.parse(text);
    if (isTooDeep(json)) throw new Problem(502, 'it answered JSON that is nested too deep');
    return { status, response: json };
  } catch (error) {
    if (error instanceof Unwell || error instanceof Problem) throw error;
    if (error instanceof SyntaxError) throw new Problem(502, 'it answered no JSON', { cause: error });
    if (signal.aborted) throw error;
    if (within.aborted) throw new Unwell(504, `it did not answer within ${ATTEMPT_MS / 1000} s`, error);
    throw new Unwell(502, 'it could not be reached', error);
  }
}

function problemOf(name: string, error: unknown): unknown {
  if (error instanceof Unwell)
    return new Problem(error.status, `${name}: ${error.message}.`, { cause: error });
  if (error instanceof Problem)
    return new Problem(error.status, `${name}: ${error.message}.`, { cause: error });
  return error;
}

function open(name: string, ms: number, cause: BrokenCircuitError): Problem {
  return new Problem(
    503,
    `${name} has failed ${FAILURES_UNTIL_OPEN} times in a row, and is tried again soon.`,
    {
      headers: { 'Retry-After': String(Math.ceil(ms / 1000)) },
      cause,
    },
  );
}

function circuitOf(state: CircuitState): Circuit {
  if (state === CircuitState.Closed) return 'closed';
  return state === CircuitState.HalfOpen ? 'half-open' : 'open';
}
