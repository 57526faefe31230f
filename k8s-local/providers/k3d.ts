import type { Provider } from './provider.ts';
import { lacksWithDocker, must } from './provider.ts';

/** https://k3d.io: k3s in containers; it brings metrics and enforces NetworkPolicies. */
export const k3d: Provider = {
  metrics: true,
  lacks: (env) => lacksWithDocker('k3d', env),
  up: async (context) => {
    const { name, kubeconfig } = context;
    const keep = ['--kubeconfig-update-default=false', '--kubeconfig-switch-context=false'];
    await must('k3d', ['cluster', 'create', name, '--wait', ...keep], context);
    await must('k3d', ['kubeconfig', 'write', name, '--output', kubeconfig], context);
  },
  down: async (context) => {
    await must('k3d', ['cluster', 'delete', context.name], context);
  },
  loadImage: async (context, archiveOrImage) => {
    await must('k3d', ['image', 'import', archiveOrImage, '--cluster', context.name], context);
  },
};
