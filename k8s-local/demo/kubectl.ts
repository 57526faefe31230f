import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { fileArgs, type ExampleObject } from './examples.ts';

const ROOT = join(import.meta.dirname, '../..');
const exec = promisify(execFile);

/** As much of SecureVpc's status as the demo shows or breaks. */
export interface NetworkStatus {
  readonly vpcId: string;
  readonly securityGroups: Readonly<Record<string, string>>;
  readonly routeTables: Readonly<Record<string, string>>;
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
  }[];
}

type Placed = Required<ExampleObject>;

/** kubectl against the demo's cluster. */
export interface Kubectl {
  /** Standard output; rejects with kubectl's own words. */
  run(...args: string[]): Promise<string>;
  /** Standard output with each line indented. */
  text(...args: string[]): Promise<string>;
  /** Applies a path of the repository; a namespace that is still being made is waited for. */
  apply(path: string): Promise<void>;
  ensureNamespace(name: string): Promise<void>;
  /** Rejects with what the object waits for where it is not Ready after the time. */
  waitReady(object: Placed, seconds: number): Promise<void>;
  waitDriftRepaired(network: Placed): Promise<void>;
  status(network: Placed): Promise<NetworkStatus>;
}

/** A kubectl for one kubeconfig; with the signal its calls end and no more are made. */
export function createKubectl(program: string, kubeconfig: string, signal?: AbortSignal): Kubectl {
  const run = async (...args: string[]): Promise<string> => {
    const { stdout } = await exec(program, ['--kubeconfig', kubeconfig, ...args], {
      cwd: ROOT,
      maxBuffer: 1 << 26,
      signal,
    });
    return stdout.trimEnd();
  };
  const status = async ({ kind, name, namespace }: Placed): Promise<NetworkStatus> => {
    const text = await run('get', kind, name, '-n', namespace, '-o', 'jsonpath={.status}');
    return JSON.parse(text) as NetworkStatus;
  };
  return {
    run,
    status,
    text: async (...args) => (await run(...args)).replaceAll('\n', '\n  '),
    async apply(path) {
      await run('apply', '--server-side', ...fileArgs(path));
    },
    async ensureNamespace(name) {
      if ((await run('get', 'namespace', name, '--ignore-not-found')) === '')
        await run('create', 'namespace', name);
    },
    async waitReady(object, seconds) {
      const { kind, name, namespace } = object;
      const wait = ['wait', '--for=condition=Ready', `--timeout=${seconds}s`];
      await run(...wait, '-n', namespace, `${kind}/${name}`).catch(async () => {
        const ready = (await status(object)).conditions.find((condition) => condition.type === 'Ready');
        throw new Error(
          `${kind} ${namespace}/${name} is not Ready after ${seconds} s: ${ready?.reason}: ${ready?.message}`,
        );
      });
    },
    async waitDriftRepaired(network) {
      for (let tries = 0; tries < 100; tries += 1) {
        const drifted = (await status(network)).conditions.find((condition) => condition.type === 'Drifted');
        if (drifted?.status === 'False') return;
        await sleep(100);
      }
      throw new Error('the repair does not show in the status of the network');
    },
  };
}
