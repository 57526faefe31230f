import { createKind, deleteKind } from '../cluster/kind.ts';
import type { Provider } from './provider.ts';
import { isArchive, lacksWithDocker, must } from './provider.ts';

/** https://kind.sigs.k8s.io: a node is a container; its network enforces NetworkPolicies. */
export const kind: Provider = {
  metrics: false,
  lacks: (env) => lacksWithDocker('kind', env),
  up: (context) => createKind('kind', context),
  down: (context) => deleteKind(context),
  loadImage: async (context, archiveOrImage) => {
    const what = isArchive(archiveOrImage) ? 'image-archive' : 'docker-image';
    await must('kind', ['load', what, archiveOrImage, '--name', context.name], context);
  },
};
