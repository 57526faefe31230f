import { setTimeout as sleep } from 'node:timers/promises';
import { ask, callConsumer } from './calls.ts';
import { type Forwarded, forward } from './forward.ts';

/** Where the consumer is. */
export interface Consumer {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
}

interface Options {
  readonly kubectlPath: string;
  readonly kubeconfig: string;
  /** Gets what is for people, line by line. */
  readonly print: (line: string) => void;
}

/** Asks the consumer all that a person tries, and prints what it answered. Throws, naming the call, where that is not as it should be. */
export async function showCalls(consumer: Consumer, options: Options): Promise<void> {
  const { print } = options;
  const forwarded = await reach(consumer, options);
  try {
    await callConsumer(forwarded.url, ({ asked, status, body }) => {
      print(`${asked}: ${status}`);
      print(typeof body === 'string' ? beginningOf(body) : JSON.stringify(body, undefined, 2));
    });
  } finally {
    await forwarded.stop();
  }
}

/** How often a consumer that does not answer yet is asked, once a second. */
const TRIES = 30;

/** Pods without a probe count as available before they listen, and a port that is forwarded to one of these is closed again. */
async function reach(consumer: Consumer, { kubectlPath, kubeconfig }: Options): Promise<Forwarded> {
  for (let tries = 1; ; tries += 1) {
    const forwarded = await forward({ ...consumer, kubectlPath, kubeconfig });
    try {
      await ask(forwarded.url, 'GET', '/health');
      return forwarded;
    } catch (error) {
      await forwarded.stop();
      if (tries === TRIES) throw error;
      await sleep(1000);
    }
  }
}

/** How much a person is shown of a long text. */
const LINES_SHOWN = 5;

/** The first lines of a text, and how many it has where these are not all. */
export function beginningOf(text: string): string {
  const lines = text.trimEnd().split('\n');
  if (lines.length <= LINES_SHOWN) return lines.join('\n');
  return [...lines.slice(0, LINES_SHOWN), `… (${lines.length} lines)`].join('\n');
}

/** How a person goes on trying. */
export function wordsFor({ namespace, service, port }: Consumer, kubeconfig: string): string {
  return `It is up. To try it:
  export KUBECONFIG=${kubeconfig}
  kubectl port-forward -n ${namespace} service/${service} 8001:${port}
  curl http://localhost:8001/services
  curl -X POST http://localhost:8001/call/api-service -H 'content-type: application/json' -d '{"test": "data"}'`;
}
