import { join } from 'node:path';
import type { Kubectl } from '../cluster/kubectl.ts';
import type { ImageRewrite } from './images.ts';
import { accountsText, type Example, EXAMPLES } from './manifests.ts';

const root = join(import.meta.dirname, '../..');
/** All that an example is made of. */
const KINDS = 'securevpcs,datastores,ecsservices,privatelinkendpoints';
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

/** Applies an example, the very files that AWS gets, and waits until all that was applied is Ready. */
export async function applyExample(kubectl: Kubectl, example: Example): Promise<void> {
  await must(kubectl, ['apply', '-k', join(root, EXAMPLES[example])]);
  await must(kubectl, ['wait', KINDS, '--all', '-A', '--for=condition=Ready', PATIENCE]);
}
