import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Kubectl } from '../cluster/kubectl.ts';
import type { Addresses } from './addresses.ts';
import { addonModules, images } from './programs.ts';

/** A manifest of `manifests/` with its words in capitals replaced. */
const manifest = async (name: string, words: Readonly<Record<string, string>>): Promise<string> => {
  let text = await readFile(join(import.meta.dirname, 'manifests', `${name}.yaml`), 'utf8');
  for (const [word, value] of Object.entries(words)) text = text.replaceAll(word, value);
  return text;
};

const apply = async (kubectl: Kubectl, manifests: readonly string[]): Promise<void> => {
  const input = manifests.join('---\n');
  const done = await kubectl(['apply', '--server-side', '-f', '-'], { input });
  if (done.code !== 0) throw new Error(`the cluster's own pods cannot be made: ${done.stderr.trim()}`);
};

/** Makes the DNS, the metrics and the class of volumes of a node from source, and the rights of what serves it. */
export const applyAddons = async (kubectl: Kubectl, { dns, host }: Addresses): Promise<void> =>
  apply(kubectl, [
    await manifest('coredns', { IMAGE: images.coredns, DNS_ADDRESS: dns, HOST_ADDRESS: host }),
    await manifest('metrics-server', { IMAGE: images.metricsServer }),
    await manifest('network-policies', {}),
    await manifest('volumes', {}),
    await manifest('load-balancers', {}),
  ]);

/** Makes the metrics of a cluster that can pull images. */
export const applyMetricsServer = async (kubectl: Kubectl): Promise<void> => {
  const goMod = await readFile(join(addonModules, 'go.mod'), 'utf8');
  const version = /sigs\.k8s\.io\/metrics-server (v\S+)/.exec(goMod)?.[1];
  const image = `registry.k8s.io/metrics-server/metrics-server:${version}`;
  await apply(kubectl, [await manifest('metrics-server', { IMAGE: image })]);
};
