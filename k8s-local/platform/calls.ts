/** One thing that was asked, and what came of it. */
export interface Answer {
  readonly asked: string;
  readonly status: number;
  readonly body: unknown;
}

/** What a person tries first: what the consumer may call, and a call of the API through it. */
const CALLS = [
  { method: 'GET', path: '/services' },
  { method: 'POST', path: '/call/api-service', body: { test: 'data', action: 'get_data' } },
  { method: 'GET', path: '/status' },
] as const;

/** Asks the consumer, by its address on this machine. Throws where one of the answers is no success. */
export async function callConsumer(url: string): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const call of CALLS) {
    const answer = await ask(url, call.method, call.path, 'body' in call ? call.body : undefined);
    if (answer.status !== 200)
      throw new Error(`${answer.asked} was answered with ${answer.status}: ${JSON.stringify(answer.body)}`);
    answers.push(answer);
  }
  return answers;
}

/** Asks a service something in JSON. */
export async function ask(url: string, method: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return {
    asked: `${method} ${path}`,
    status: response.status,
    body: isJson ? (JSON.parse(text) as unknown) : text,
  };
}
