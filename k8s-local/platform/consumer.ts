import { callConsumer } from './calls.ts';
import { forward } from './forward.ts';

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
  const { kubectlPath, kubeconfig, print } = options;
  const forwarded = await forward({ ...consumer, kubectlPath, kubeconfig });
  try {
    await callConsumer(forwarded.url, ({ asked, status, body }) => {
      print(`${asked}: ${status}`);
      print(typeof body === 'string' ? body.trimEnd() : JSON.stringify(body, undefined, 2));
    });
  } finally {
    await forwarded.stop();
  }
}

/** How a person goes on trying. */
export function wordsFor({ namespace, service, port }: Consumer, kubeconfig: string): string {
  return `It is up. To try it:
  export KUBECONFIG=${kubeconfig}
  kubectl port-forward -n ${namespace} service/${service} 8001:${port}
  curl http://localhost:8001/services
  curl -X POST http://localhost:8001/call/api-service -H 'content-type: application/json' -d '{"test": "data"}'`;
}
