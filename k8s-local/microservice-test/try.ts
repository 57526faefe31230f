import { join } from 'node:path';
import type { Kubectl } from '../cluster/kubectl.ts';
import { findKubectl } from '../cluster/shell.ts';
import { kubectlOf, type Local, loadImages, mustBeUp } from '../local.ts';
import { type Consumer, showCalls, wordsFor } from '../platform/consumer.ts';
import { buildOwnImage, SERVICE_IMAGE } from '../platform/images.ts';
import { must } from '../platform/install.ts';
import { withImages } from '../platform/stand-ins.ts';

/** Where the provider and the consumer are, of the manifests beside this file. */
const CONSUMER: Consumer = { namespace: 'microservice-test', service: 'api-consumer', port: 8000 };
const { namespace } = CONSUMER;

interface Options {
  /** Whether the namespace goes again when all was answered. */
  readonly delete: boolean;
  readonly say: (line: string) => void;
  readonly print: (line: string) => void;
}

/**
 * Applies provider and consumer to the cluster that is up, without the operator, asks the consumer, and leaves them up. Throws, naming the
 * call, where one is not answered as it should be.
 */
export async function tryMicroservice(options: Options): Promise<void> {
  const local = await mustBeUp();
  const kubectl = await kubectlOf(local);
  if (await hasImage(kubectl, SERVICE_IMAGE)) await deployAndCall(local, options);
  else
    await withImages(async () => {
      await buildOwnImage(SERVICE_IMAGE, { env: process.env, progress: options.say });
      await loadImages([SERVICE_IMAGE]);
      await deployAndCall(local, options);
    }, options.say);
}

async function deployAndCall(local: Local, { delete: isToGo, say, print }: Options): Promise<void> {
  const kubectl = await kubectlOf(local);
  say(`applying k8s-local/microservice-test, and waiting until all of it is available`);
  for (const path of ['namespace.yaml', ''])
    await must(kubectl, ['apply', '-f', join(import.meta.dirname, path)]);
  await must(kubectl, [
    'wait',
    '--for=condition=available',
    '--timeout=300s',
    'deployment',
    '--all',
    '-n',
    namespace,
  ]);
  const kubectlPath = await findKubectl({ env: process.env });
  await showCalls(CONSUMER, { kubectlPath, kubeconfig: local.kubeconfig, print });
  if (!isToGo) {
    print(wordsFor(CONSUMER, local.kubeconfig));
    print(`kubectl delete namespace ${namespace} removes it.`);
    return;
  }
  say(`deleting the namespace ${namespace}`);
  await must(kubectl, ['delete', 'namespace', namespace, '--wait', '--timeout=300s']);
}

/** Whether the cluster has an image already, as its nodes say. */
async function hasImage(kubectl: Kubectl, image: string): Promise<boolean> {
  const listed = await must(kubectl, ['get', 'nodes', '-o', 'jsonpath={.items[*].status.images[*].names}']);
  return listed.includes(`/${image}"`);
}
