import { writeFile } from 'node:fs/promises';

import type { Provider } from './provider.ts';
import { answers, isArchive, must } from './provider.ts';

const CONTEXT = '--context=docker-desktop';

/**
 * The cluster that Docker Desktop has where Kubernetes is switched on in its settings. It is used and left: it belongs
 * to the user, and has the images that Docker has.
 */
export const dockerDesktop: Provider = {
  metrics: false,
  lacks: async (env) =>
    (await answers('kubectl', ['get', '--raw=/readyz', CONTEXT], env))
      ? undefined
      : 'kubectl reaches no cluster by the context docker-desktop',
  up: async (context) => {
    const view = ['config', 'view', '--minify', '--flatten', '--raw', CONTEXT];
    await writeFile(context.kubeconfig, await must('kubectl', view, context), { mode: 0o600 });
  },
  down: async () => undefined,
  loadImage: async (context, archiveOrImage) => {
    if (isArchive(archiveOrImage)) await must('docker', ['load', '--input', archiveOrImage], context);
    else await must('docker', ['image', 'inspect', '--format={{.Id}}', archiveOrImage], context);
  },
};
