import { setTimeout as sleep } from 'node:timers/promises';

import type { Kubectl } from '../cluster/kubectl.ts';
import type { Server } from '../cluster/server.ts';
import { logTail } from '../cluster/server.ts';

const TIMEOUT_MS = 180_000;

/** Waits until the node is Ready and its own pods answer; throws with what is missing. */
export const waitUntilUp = async (kubectl: Kubectl, outer: Server): Promise<void> => {
  const deadline = Date.now() + TIMEOUT_MS;
  const waits = [
    ['--for=condition=Ready', 'node', '--all'],
    ['--for=condition=Available', '--namespace=kube-system', 'deployment', '--all'],
    ['--for=condition=Available', 'apiservice', 'v1beta1.metrics.k8s.io'],
  ];
  for (const args of waits) {
    for (;;) {
      const done = await kubectl(['wait', '--timeout=5s', ...args]);
      if (done.code === 0) break;
      if (outer.exited()) throw new Error(`the node ended: ${await logTail(outer.logFile)}`);
      if (Date.now() > deadline) {
        const seen = await kubectl(['get', 'nodes,pods,events', '--all-namespaces']);
        throw new Error(`not up after ${TIMEOUT_MS / 1000} s: ${done.stderr.trim()}\n${seen.stdout}`);
      }
      // kubectl does not wait for what is not there at all.
      await sleep(200);
    }
  }
};
