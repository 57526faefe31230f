import type { Layout } from './credentials.ts';
import type { Finished } from './run.ts';
import { run } from './run.ts';

/** Options of one kubectl call. */
export interface KubectlOptions {
  /** Given on standard input. */
  readonly input?: string;
  /** Whose identity to use. Default: the admin's. */
  readonly kubeconfig?: string;
}

/** Runs kubectl to its end; a failing one resolves, with its exit code. */
export type Kubectl = (args: readonly string[], options?: KubectlOptions) => Promise<Finished>;

/** The environment of a kubectl that neither reads nor writes anything of the user's home. */
export const kubectlEnvironment = (files: Pick<Layout, 'kubeconfig' | 'kubectlCache'>) => ({
  ...process.env,
  KUBECONFIG: files.kubeconfig,
  KUBECACHEDIR: files.kubectlCache,
  KUBERC: 'off',
});

/** kubectl of a cluster whose files these are. */
export const kubectlWith =
  (program: string, files: Pick<Layout, 'kubeconfig' | 'kubectlCache'>): Kubectl =>
  (args, { input, kubeconfig = files.kubeconfig } = {}) =>
    run(program, args, {
      env: kubectlEnvironment({ ...files, kubeconfig }),
      ...(input === undefined ? {} : { input }),
    });
