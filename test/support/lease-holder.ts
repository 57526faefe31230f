import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../operator/clock.ts';
import { createKubeClient } from '../../operator/kube/client.ts';
import { loadKubeConfig } from '../../operator/kube/kubeconfig.ts';
import { createLeaderElection } from '../../operator/kube/leader.ts';
import { silent } from './silent-log.ts';

/**
 * A process that leads and, while it does, writes a ConfigMap every 200 ms, as an operator would: after
 * `assertHeld`. Arguments: kubeconfig, namespace, identity. Prints a line for each thing that happens, and
 * ends when its standard input does.
 */
const [path = '', namespace = '', identity = ''] = process.argv.slice(2);
const say = (what: string): void => {
  process.stdout.write(`${what}\n`);
};
const client = createKubeClient({ kubeConfig: loadKubeConfig({ path }), log: silent });
const election = createLeaderElection({
  client,
  namespace,
  name: 'operator',
  identity,
  clock: systemClock,
  log: silent,
  leaseDurationMs: 2_000,
  renewDeadlineMs: 1_500,
  retryPeriodMs: 300,
  onStartedLeading: () => {
    say('started');
    void work();
  },
  onStoppedLeading: () => say('stopped'),
});

async function work(): Promise<void> {
  for (let n = 1; ; n += 1) {
    try {
      election.assertHeld();
      await client.mergePatch(`/api/v1/namespaces/${namespace}/configmaps/written`, {
        data: { by: identity, n: String(n) },
      });
      say('wrote');
    } catch (error) {
      say(`refused ${(error as Error).name}`);
      // Lets the election's own loop run.
      await delay(50);
    }
    // Blocks the thread: when a stop ends, no timer and no socket is served before the next assertHeld.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
}

process.stdin.on('end', () => process.exit(0)).resume();
election.start();
