import type { Provider } from './provider.ts';
import { answers, must } from './provider.ts';

/** Calico: minikube's own network enforces no NetworkPolicies. */
const START = ['--cni=calico', '--addons=metrics-server', '--keep-context', '--interactive=false'];

/** https://minikube.sigs.k8s.io: a machine or a container, whichever driver it finds. */
export const minikube: Provider = {
  metrics: true,
  lacks: async (env) =>
    (await answers('minikube', ['version', '--short'], env)) ? undefined : 'minikube is not on the PATH',
  up: async (context) => {
    const { name, kubeconfig, env } = context;
    // It writes into the kubeconfig that the environment names.
    const own = { ...context, env: { ...env, KUBECONFIG: kubeconfig } };
    await must('minikube', ['start', `--profile=${name}`, ...START], own);
  },
  down: async (context) => {
    const own = { ...context, env: { ...context.env, KUBECONFIG: context.kubeconfig } };
    await must('minikube', ['delete', `--profile=${context.name}`], own);
  },
  loadImage: async (context, archiveOrImage) => {
    await must('minikube', ['image', 'load', `--profile=${context.name}`, archiveOrImage], context);
  },
};
