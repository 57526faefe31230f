import { partialDeepStrictEqual } from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

/** One thing that was asked, and what came of it. */
export interface Answer {
  readonly asked: string;
  readonly status: number;
  readonly body: unknown;
}

interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
  /** What the answer has, besides other things: of JSON these fields, of a text these words. */
  readonly has: object | string;
}

/** How long to go on asking while the API is not reached, and how often. */
interface Patience {
  readonly ms: number;
  readonly everyMs: number;
}

/** A call of the API through the consumer: what was sent comes back from the provider. */
const through = (body: object): Call => ({
  method: 'POST',
  path: '/call/api-service',
  body,
  has: { service: 'api-service', status: 200, response: { service: 'api-service', received: body } },
});

/** What an answer says that the consumer gives while it does not reach the API. */
const NOT_REACHED = new Set([502, 503, 504]);
/** DNS, kube-proxy and what enforces NetworkPolicies hear of an object after it is Ready, and DNS keeps for seconds that it knew no such name. */
const PATIENCE = { ms: 30_000, everyMs: 1_000 };

/** What a person tries: how the consumer is, what it may call, and calls of the API through it. */
const CALLS: readonly Call[] = [
  { method: 'GET', path: '/health', has: { status: 'healthy' } },
  { method: 'GET', path: '/ready', has: { status: 'ready' } },
  { method: 'GET', path: '/services', has: { services: [{ name: 'api-service' }] } },
  through({ test: 'data', action: 'get_data' }),
  through({}),
  { method: 'GET', path: '/status', has: { status: 'running', consumerServices: ['api-service'] } },
  { method: 'GET', path: '/metrics', has: '# TYPE ' },
];

/**
 * Asks the consumer, by its address on this machine, and tells each answer as it comes. Where the consumer does not reach
 * the API it is asked again for a while. Throws, naming the call, where one is not answered as it should be.
 */
export async function callConsumer(
  url: string,
  onAnswer: (answer: Answer) => void = () => {},
  patience: Patience = PATIENCE,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const call of CALLS) {
    const answer = await askUntilReached(url, call, patience);
    refuse(answer, call.has);
    onAnswer(answer);
    answers.push(answer);
  }
  return answers;
}

async function askUntilReached(url: string, call: Call, { ms, everyMs }: Patience): Promise<Answer> {
  const until = performance.now() + ms;
  for (;;) {
    const answer = await ask(url, call.method, call.path, call.body);
    if (!NOT_REACHED.has(answer.status) || performance.now() > until) return answer;
    await delay(everyMs);
  }
}

function refuse({ asked, status, body }: Answer, has: Call['has']): void {
  const shown = typeof body === 'string' ? body : JSON.stringify(body);
  const wrong = (what: string) => new Error(`${asked} was answered with ${status}${what}: ${shown}`);
  if (status !== 200) throw wrong('');
  if (typeof has === 'string') {
    if (typeof body !== 'string' || !body.includes(has)) throw wrong(`, but without ${has.trim()}`);
    return;
  }
  try {
    partialDeepStrictEqual(body, has);
  } catch {
    throw wrong(`, but not with ${JSON.stringify(has)}`);
  }
}

/** Asks a service something in JSON. Throws, naming the call, where nobody answers. */
export async function ask(url: string, method: string, path: string, body?: object): Promise<Answer> {
  const asked = `${method} ${path}`;
  try {
    const response = await fetch(`${url}${path}`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return { asked, status: response.status, body: isJson ? (JSON.parse(text) as unknown) : text };
  } catch (cause) {
    throw new Error(`${asked} was not answered: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
