import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { fileArgs, type PlacedObject } from './examples.ts';

const ROOT = join(import.meta.dirname, '../..');
const exec = promisify(execFile);

/** What every kind's status has. */
export interface ObjectStatus {
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
  }[];
}

/** How long the status may take to show a repair that is done: tasks of a service have to run again. */
const REPAIRED_MS = 30_000;

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
  waitReady(object: PlacedObject, seconds: number): Promise<void>;
  /** Resolves with what the status says of a repair. */
  waitDriftRepaired(object: PlacedObject): Promise<string>;
  status<S extends object>(object: PlacedObject): Promise<S & ObjectStatus>;
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
  const status = async <S extends object>({ kind, name, namespace }: PlacedObject) => {
    const text = await run('get', kind, name, '-n', namespace, '-o', 'jsonpath={.status}');
    return JSON.parse(text) as S & ObjectStatus;
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
    async waitDriftRepaired(object) {
      const until = performance.now() + REPAIRED_MS;
      while (performance.now() < until) {
        const drifted = (await status(object)).conditions.find((condition) => condition.type === 'Drifted');
        if (drifted?.status === 'False') return `${drifted.reason}: ${drifted.message}`;
        await sleep(100);
      }
      throw new Error(
        `the repair does not show in the status of ${object.kind} ${object.namespace}/${object.name}`,
      );
    },
  };
}
