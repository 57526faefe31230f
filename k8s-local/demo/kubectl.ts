import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const exec = promisify(execFile);

/** As much of SecureVpc's status as the demo shows or breaks. */
export interface PortalStatus {
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

/** kubectl against the demo's cluster. */
export interface Kubectl {
  /** Standard output; rejects with kubectl's own words. */
  run(...args: string[]): Promise<string>;
  /** Standard output with each line indented. */
  text(...args: string[]): Promise<string>;
  /** Applies a path of the repository; a namespace that is still being made is waited for. */
  apply(path: string): Promise<void>;
  ensureNamespace(name: string): Promise<void>;
  waitReady(): Promise<void>;
  waitDriftRepaired(): Promise<void>;
  status(): Promise<PortalStatus>;
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
  const status = async (): Promise<PortalStatus> => {
    const text = await run('get', 'securevpc', 'portal', '-n', 'portal', '-o', 'jsonpath={.status}');
    return JSON.parse(text) as PortalStatus;
  };
  return {
    run,
    status,
    text: async (...args) => (await run(...args)).replaceAll('\n', '\n  '),
    async apply(path) {
      await run('apply', '--server-side', '-f', path);
    },
    async ensureNamespace(name) {
      if ((await run('get', 'namespace', name, '--ignore-not-found')) === '')
        await run('create', 'namespace', name);
    },
    async waitReady() {
      await run('wait', '--for=condition=Ready', '--timeout=180s', '-n', 'portal', 'securevpc/portal').catch(
        async () => {
          const ready = (await status()).conditions.find((condition) => condition.type === 'Ready');
          throw new Error(
            `the network is not Ready after three minutes: ${ready?.reason}: ${ready?.message}`,
          );
        },
      );
    },
    async waitDriftRepaired() {
      for (let tries = 0; tries < 100; tries += 1) {
        const drifted = (await status()).conditions.find((condition) => condition.type === 'Drifted');
        if (drifted?.status === 'False') return;
        await sleep(100);
      }
      throw new Error('the repair does not show in the status of the network');
    },
  };
}
