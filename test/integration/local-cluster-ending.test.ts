import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { type Remains, remainsIn, removeNode } from '../../k8s-local/node/ending.ts';
import { eventually } from '../support/eventually.ts';
import { kubectlOk, server, startProbedCluster } from '../support/probed-cluster.ts';
import { descendants, expectMachineUntouched, expectNoTraces, expectTraces } from '../support/node-traces.ts';

const module = resolve(import.meta.dirname, '../../k8s-local/node/local-cluster.ts');

/** Starts a cluster from a process of its own, which says when it is up. */
const startElsewhere = (dir: string): ChildProcess =>
  spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { startLocalCluster } from ${JSON.stringify(module)};
       await startLocalCluster({ dir: ${JSON.stringify(dir)} });
       console.log('up');
       setInterval(() => {}, 1000);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );

const newFolder = () => mkdtemp(join(tmpdir(), 'landfall-node-'));

const remainsOf = (dir: string): Promise<Remains> =>
  eventually('the node has begun', () => remainsIn(dir), { timeoutMs: 60_000 });

it('two stand side by side, and each goes with everything it had: stopped, or after a crash of all who watched it', async () => {
  const dir = await newFolder();
  const parent = startElsewhere(dir);
  const up = once(parent.stdout ?? parent, 'data');
  const cluster = await startProbedCluster();
  try {
    await up;
    const [mine, other] = [await remainsOf(cluster.dir), await remainsOf(dir)];
    expect(mine.link).not.toBe(other.link);
    await kubectlOk(cluster, ['apply', '-f', '-'], server('left', { replicas: 2 }));
    await kubectlOk(cluster, ['rollout', 'status', 'deployment/left', '--timeout=60s']);
    for (const [folder, remains] of [
      [cluster.dir, mine],
      [dir, other],
    ] as const) {
      await expectTraces(folder, remains);
      await expectMachineUntouched(folder);
    }
    const [pids, others] = [await descendants(mine.pid), await descendants(other.pid)];
    // Ten components and their keepers, and a shim, a pause and a program for each pod.
    expect(pids.length).toBeGreaterThanOrEqual(20 + 4 * 3);

    await Promise.all([cluster.stop(), cluster.stop()]);
    await expectNoTraces(cluster.dir, mine, [mine.pid, ...pids]);

    // All that would have ended the other one: a shell that waits for this moment, then who started it.
    for (const pid of await descendants(parent.pid ?? 0)) {
      const ofNode = pid === other.pid || others.includes(pid);
      if (!ofNode && !(await descendants(pid)).includes(other.pid)) process.kill(pid, 'SIGKILL');
    }
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await expectTraces(dir, other);
    await removeNode(dir);
    await expectNoTraces(dir, other, [other.pid, ...others]);
  } finally {
    parent.kill('SIGKILL');
    await cluster.stop();
    await removeNode(dir);
  }
});

it('goes by itself when the process that starts it is killed half-way', async () => {
  const dir = await newFolder();
  const parent = startElsewhere(dir);
  const remains = await remainsOf(dir);
  await eventually('its processes run', async () => (await descendants(remains.pid)).length > 4);
  const pids = await descendants(remains.pid);
  parent.kill('SIGKILL');
  await expectNoTraces(dir, remains, [remains.pid, ...pids]);
});
