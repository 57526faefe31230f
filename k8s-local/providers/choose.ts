import type { Environment } from '../cluster/paths.ts';
import { dockerDesktop } from './docker-desktop.ts';
import { k3d } from './k3d.ts';
import { kind } from './kind.ts';
import { minikube } from './minikube.ts';
import type { Provider, ProviderName } from './provider.ts';
import { PROVIDERS } from './provider.ts';
import { source } from './source.ts';

/** All of them by name. */
export const providers: Readonly<Record<ProviderName, Provider>> = {
  minikube,
  kind,
  k3d,
  'docker-desktop': dockerDesktop,
  source,
};

const isProvider = (name: string): name is ProviderName => (PROVIDERS as readonly string[]).includes(name);

/**
 * The provider of this name, else the first one that this machine has. Throws one sentence with what each of them lacks
 * where none can be used.
 */
export const chooseProvider = async (named: string | undefined, env: Environment): Promise<ProviderName> => {
  if (named !== undefined && !isProvider(named)) {
    throw new Error(`There is no provider ${named}: it is one of ${PROVIDERS.join(', ')}.`);
  }
  const reasons: string[] = [];
  for (const name of named === undefined ? PROVIDERS : [named]) {
    const reason = await providers[name].lacks(env);
    if (reason === undefined) return name;
    reasons.push(`${name}: ${reason}`);
  }
  throw new Error(`There is nothing to make a local cluster with here (${reasons.join('; ')}).`);
};
