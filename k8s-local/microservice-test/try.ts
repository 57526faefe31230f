import { join } from 'node:path';
import type { KubeObject } from '../../operator/kube/types.ts';
import type { Kubectl } from '../cluster/kubectl.ts';
import { onPath } from '../cluster/run.ts';
import { findKubectl } from '../cluster/shell.ts';
import { kubectlOf, type Local, loadImages, mustBeUp } from '../local.ts';
import { type Consumer, showCalls, wordsFor } from '../platform/consumer.ts';
import { areOnAll, imagesOfNodes } from '../platform/cluster-images.ts';
import { buildOwnImage, ownSourceName, SERVICE_IMAGE } from '../platform/images.ts';
import { must } from '../platform/install.ts';
import { withImages } from '../platform/stand-ins.ts';

/** Where the provider and the consumer are, of the manifests beside this file. */
const CONSUMER: Consumer = { namespace: 'microservice-test', service: 'api-consumer', port: 8000 };
const { namespace } = CONSUMER;
const inIt = ['-n', namespace];
/** On a Deployment: the image that its pods were last started for, by the name that tells what it is made of. */
const RUNS = 'landfall.dev/runs';
/** How long pods may take to start, or to go, on a small machine. */
const PATIENCE = '--timeout=300s';

interface Options {
  /** Whether the namespace goes again when all was answered. */
  readonly delete: boolean;
  readonly say: (line: string) => void;
  readonly print: (line: string) => void;
}

interface Deployment extends KubeObject {
  readonly spec: { readonly selector: { readonly matchLabels: Readonly<Record<string, string>> } };
}

/**
 * Applies provider and consumer to the cluster that is up, without the operator, asks the consumer, and leaves them up. What they run is
 * what stands in `service/`, except where there is no Docker to build it. Throws, naming the call, where one is not answered as it
 * should be.
 */
export async function tryMicroservice(options: Options): Promise<void> {
  const { say } = options;
  const local = await mustBeUp();
  const source = await ownSourceName(SERVICE_IMAGE);
  const nodes = await imagesOfNodes(await kubectlOf(local));
  const hasOne = areOnAll(nodes, [SERVICE_IMAGE]);
  if (areOnAll(nodes, [SERVICE_IMAGE, source])) await deployAndCall(local, source, options);
  else if (hasOne && (await onPath('docker', process.env)) === undefined) {
    say(`there is no Docker here to build ${SERVICE_IMAGE}: the cluster's may be older than service/`);
    await deployAndCall(local, undefined, options);
  } else
    await withImages(async () => {
      if (hasOne) say(`the cluster's ${SERVICE_IMAGE} is not of what stands in service/ now`);
      await buildOwnImage(SERVICE_IMAGE, { env: process.env, progress: say });
      await loadImages([SERVICE_IMAGE, source]);
      await deployAndCall(local, source, options);
    }, say);
}

async function deployAndCall(local: Local, source: string | undefined, options: Options): Promise<void> {
  const { delete: isToGo, say, print } = options;
  const kubectl = await kubectlOf(local);
  say(`applying k8s-local/microservice-test, and waiting until all of it is available`);
  const before = await deployments(kubectl);
  for (const path of ['namespace.yaml', ''])
    await must(kubectl, ['apply', '-f', join(import.meta.dirname, path)]);
  if (source !== undefined) await runAnew(kubectl, { before, source, say });
  await must(kubectl, ['wait', '--for=condition=available', PATIENCE, 'deployment', '--all', ...inIt]);
  const kubectlPath = await findKubectl({ env: process.env });
  await showCalls(CONSUMER, { kubectlPath, kubeconfig: local.kubeconfig, print });
  if (!isToGo) {
    print(wordsFor(CONSUMER, local.kubeconfig));
    print(`kubectl delete namespace ${namespace} removes it.`);
    return;
  }
  say(`deleting the namespace ${namespace}`);
  await must(kubectl, ['delete', 'namespace', namespace, '--wait', PATIENCE]);
}

async function deployments(kubectl: Kubectl): Promise<readonly Deployment[]> {
  const listed = await must(kubectl, ['get', 'deployments', ...inIt, '-o', 'json']);
  return (JSON.parse(listed) as { items: Deployment[] }).items;
}

/** Has others in place of pods that may run another image of the same name, and notes on all Deployments what they run. */
async function runAnew(
  kubectl: Kubectl,
  { before, source, say }: { before: readonly Deployment[]; source: string; say: Options['say'] },
): Promise<void> {
  for (const { metadata, spec } of before) {
    if (metadata.annotations?.[RUNS] === source) continue;
    say(`restarting ${metadata.name}, which may run an older image`);
    const labels = Object.entries(spec.selector.matchLabels).map((label) => label.join('='));
    // A rollout ends before the former pods do, and a forwarded port may lead to one of them.
    await must(kubectl, ['delete', 'pods', '-l', labels.join(','), PATIENCE, ...inIt]);
  }
  await must(kubectl, ['annotate', 'deployment', '--all', '--overwrite', `${RUNS}=${source}`, ...inIt]);
}
