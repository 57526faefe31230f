import { statSync } from 'node:fs';

import type { Environment } from '../cluster/paths.ts';
import { run } from '../cluster/run.ts';

/** Ways to a local cluster. */
export const PROVIDERS = ['minikube', 'kind', 'k3d', 'docker-desktop', 'source'] as const;

/** Name of a way to a local cluster. */
export type ProviderName = (typeof PROVIDERS)[number];

/** What a provider is told. */
export interface ProviderContext {
  /** Of the cluster, where the provider can have several: two clones do not share one. */
  readonly name: string;
  /** Folder of the state, which is there and is removed by others. */
  readonly folder: string;
  /** Where the cluster's kubeconfig goes: the user's own is not touched. */
  readonly kubeconfig: string;
  readonly env: Environment;
  readonly progress: (line: string) => void;
}

/** A way to a local cluster. All of its functions reject with the words of the program that failed. */
export interface Provider {
  /** Why it cannot be used on this machine; undefined where it can. */
  lacks(env: Environment): Promise<string | undefined>;
  /** Makes a cluster whose network enforces NetworkPolicies where the provider can, and writes its kubeconfig. */
  up(context: ProviderContext): Promise<void>;
  /** Removes it. What is not there any more is no error. */
  down(context: ProviderContext): Promise<void>;
  /** Gives it an image that Docker has, or those of an archive as `docker save` writes it. */
  loadImage(context: ProviderContext, archiveOrImage: string): Promise<void>;
  /** Whether metrics for HorizontalPodAutoscalers come with it. */
  readonly metrics: boolean;
}

/** An archive, and not the name of an image. */
export const isArchive = (archiveOrImage: string): boolean =>
  statSync(archiveOrImage, { throwIfNoEntry: false })?.isFile() ?? false;

/** Runs a provider's program; returns what it printed. */
export const must = async (
  program: string,
  args: readonly string[],
  { env, progress }: Pick<ProviderContext, 'env' | 'progress'>,
): Promise<string> => {
  const done = await run(program, args, { env, onErrorLine: progress });
  if (done.code !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${done.stderr.trim()}`);
  return done.stdout;
};

/** Why a program cannot be used: it is not there, or Docker, below it, does not answer. */
export const lacksWithDocker = async (program: string, env: Environment): Promise<string | undefined> => {
  if (!(await answers(program, ['version'], env))) return `${program} is not on the PATH`;
  if (!(await answers('docker', ['info'], env))) return `no Docker daemon answers, which ${program} needs`;
  return undefined;
};

/** Whether a program is there and does this without an error. */
export const answers = async (
  program: string,
  args: readonly string[],
  env: Environment,
): Promise<boolean> => {
  const done = await run(program, args, { env, timeoutMs: 10_000 }).catch(() => undefined);
  return done?.code === 0;
};
