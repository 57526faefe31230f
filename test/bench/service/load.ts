import { Client, type Dispatcher } from 'undici';
import { z } from 'zod';
import type { Question } from './subjects.ts';

const CONNECTIONS = 32;
/** Each status is looked at, and of so many bodies one: reading all of them would be the load's work, not the service's. */
const LOOKED_AT = 50;

/** What one run of load has seen. */
export interface Load {
  readonly seconds: number;
  /** Of each request, in milliseconds. */
  readonly latencies: readonly number[];
}

/** Asks over connections that stay open, on each the next question once the last one is answered. Throws at the first answer that is wrong. */
export async function load(origin: string, questions: readonly Question[], ms: number): Promise<Load> {
  const latencies: number[] = [];
  const started = performance.now();
  const until = started + ms;
  let count = 0;
  const visit = async (client: Client) => {
    while (performance.now() < until) {
      const question = questions[count % questions.length];
      if (!question) throw new Error('There is nothing to ask.');
      const isLookedAt = count % LOOKED_AT === 0;
      count += 1;
      const asked = performance.now();
      const body = await get(client, question.path);
      latencies.push(performance.now() - asked);
      if (isLookedAt) check(question, body.toString());
    }
  };
  const clients = Array.from({ length: CONNECTIONS }, () => new Client(origin));
  try {
    await Promise.all(clients.map(visit));
    return { seconds: (performance.now() - started) / 1000, latencies };
  } finally {
    await Promise.all(clients.map((client) => client.destroy()));
  }
}

function check({ path, answer }: Question, body: string): void {
  const { error } = answer.safeParse(JSON.parse(body));
  if (error) throw new Error(`GET ${path} was answered ${body.slice(0, 500)}:\n${z.prettifyError(error)}`);
}

/** Undici's own request makes a stream of each body, which costs more than all the rest. */
function get(client: Client, path: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0;
    const handler: Dispatcher.DispatchHandler = {
      // Undici demands that it is there.
      onRequestStart() {},
      onResponseStart(_, statusCode) {
        status = statusCode;
      },
      onResponseData(_, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
        if (status === 200) resolve(body);
        else reject(new Error(`GET ${path} was answered ${status}: ${body.toString().slice(0, 500)}`));
      },
      onResponseError(_, error) {
        reject(error);
      },
    };
    client.dispatch({ path, method: 'GET' }, handler);
  });
}
