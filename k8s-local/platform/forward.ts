import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A Service of the cluster at an address of this machine. */
export interface Forwarded {
  readonly url: string;
  stop(): Promise<void>;
}

interface ForwardOptions {
  readonly kubectlPath: string;
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  /** Of this machine; default any that is free. */
  readonly localPort?: number;
}

/** Runs `kubectl port-forward` until it is stopped. Rejects with its words where it ends before it listens. */
export async function forward(options: ForwardOptions): Promise<Forwarded> {
  const { kubectlPath, kubeconfig, namespace, service, port, localPort } = options;
  const child = spawn(
    kubectlPath,
    ['port-forward', '-n', namespace, `service/${service}`, `${localPort ?? ''}:${port}`],
    { env: { ...process.env, KUBECONFIG: kubeconfig }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (words += text));
  const ended = once(child, 'exit');
  const listening = new Promise<number>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /^Forwarding from 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
  });
  const from = await Promise.race([
    listening,
    ended.then(() => Promise.reject(new Error(`kubectl port-forward of ${service} ended: ${words.trim()}`))),
  ]);
  return {
    url: `http://127.0.0.1:${from}`,
    async stop() {
      child.kill();
      await ended;
    },
  };
}
