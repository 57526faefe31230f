import { join } from 'node:path';
import { RESTART_ANNOTATION } from '../../operator/api/annotations.ts';
import type { Kubectl } from '../cluster/kubectl.ts';
import { type Example, EXAMPLES } from '../example-folders.ts';
import type { ImageRewrite } from './images.ts';
import { accountsText } from './manifests.ts';

const root = join(import.meta.dirname, '../..');
/** All that an example is made of. */
const KINDS = 'securevpcs,datastores,ecsservices,privatelinkendpoints';
const OWN = '-lapp.kubernetes.io/managed-by=landfall';
/** How long pods may take to start on a small machine. */
const PATIENCE = '--timeout=300s';

/** kubectl that throws its own words where it fails; resolves with what it printed. */
export async function must(kubectl: Kubectl, args: readonly string[], input?: string): Promise<string> {
  const done = await kubectl(args, input === undefined ? {} : { input });
  if (done.code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${done.stderr.trim()}`);
  return done.stdout;
}

/** Installs the operator from its image and waits until it runs. */
export async function installOperator(kubectl: Kubectl): Promise<void> {
  // A CRD is too large for what client-side apply writes down of it.
  await must(kubectl, ['apply', '--server-side', '-k', join(root, 'manifests/install-local')]);
  await must(kubectl, ['rollout', 'status', '-n', 'landfall-system', 'deployment/landfall', PATIENCE]);
}

/** Applies the local Accounts. */
export async function applyAccounts(kubectl: Kubectl, rewrites: readonly ImageRewrite[]): Promise<void> {
  await must(kubectl, ['apply', '-f', '-'], await accountsText(rewrites));
}

/** Applies the files of an example as they are, whether their Accounts are in AWS or here. */
export async function applyFiles(kubectl: Kubectl, example: Example): Promise<void> {
  await must(kubectl, ['apply', '-k', join(root, EXAMPLES[example])]);
}

/** Applies an example, the very files that AWS gets, and waits until all that was applied is Ready and its pods can be reached. */
export async function applyExample(kubectl: Kubectl, example: Example): Promise<void> {
  await applyFiles(kubectl, example);
  await must(kubectl, ['wait', KINDS, '--all', '-A', '--for=condition=Ready', PATIENCE]);
  await must(kubectl, ['wait', 'deployments', '-A', OWN, '--for=condition=available', PATIENCE]);
}

/** Restarts all services, as a person does in AWS, and waits until what runs is new. */
export async function restartServices(kubectl: Kubectl): Promise<void> {
  const since = new Date().toISOString();
  await must(kubectl, [
    'annotate',
    'ecsservices',
    '--all',
    '-A',
    '--overwrite',
    `${RESTART_ANNOTATION}=${since}`,
  ]);
  const where = '{range .items[*]}{.metadata.namespace} {.metadata.name}{"\\n"}{end}';
  const selector = '-lapp.kubernetes.io/component=service';
  const listed = await must(kubectl, ['get', 'deployments', '-A', selector, '-o', `jsonpath=${where}`]);
  for (const line of listed.split('\n').filter((one) => one !== '')) {
    const [namespace = '', name = ''] = line.split(' ');
    const restarted = `jsonpath={.spec.template.metadata.annotations.${RESTART_ANNOTATION.replaceAll('.', '\\.')}}=${since}`;
    await must(kubectl, ['wait', '-n', namespace, `deployment/${name}`, `--for=${restarted}`, PATIENCE]);
    await must(kubectl, ['rollout', 'status', '-n', namespace, `deployment/${name}`, PATIENCE]);
  }
}
