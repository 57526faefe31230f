import { partialDeepStrictEqual } from 'node:assert/strict';

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

/** A call of the API through the consumer: what was sent comes back from the provider. */
const through = (body: object): Call => ({
  method: 'POST',
  path: '/call/api-service',
  body,
  has: { service: 'api-service', status: 200, response: { service: 'api-service', received: body } },
});

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
 * Asks the consumer, by its address on this machine, and tells each answer as it comes. Throws, naming the call, where one is not
 * answered as it should be.
 */
export async function callConsumer(
  url: string,
  onAnswer: (answer: Answer) => void = () => {},
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const { method, path, body, has } of CALLS) {
    const answer = await ask(url, method, path, body);
    refuse(answer, has);
    onAnswer(answer);
    answers.push(answer);
  }
  return answers;
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
