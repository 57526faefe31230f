import type { ControlPlane } from '../../k8s-local/cluster/control-plane.ts';

/** kubectl of a control plane; rejects with its own words where it fails. */
export function kubectlOf(plane: Pick<ControlPlane, 'kubectl'>): (...args: string[]) => Promise<string> {
  return async (...args) => {
    const done = await plane.kubectl(args);
    if (done.code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${done.stderr}`);
    return done.stdout;
  };
}
