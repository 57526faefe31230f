import type { Logger } from 'pino';
import type { Account } from '../api/account.ts';
import { GROUP, VERSION } from '../api/common.ts';
import { defaultExternalId } from '../aws/credentials.ts';
import type { Clock } from '../clock.ts';
import type { KubeClient } from '../kube/client.ts';
import { timestamp } from '../kube/conditions.ts';
import type { EventRecorder } from '../kube/events.ts';
import { addFinalizer, hasFinalizer, removeFinalizer } from '../kube/finalizer.ts';
import type { Informer } from '../kube/informer.ts';
import { resourcePath } from '../kube/path.ts';
import { patchStatus } from '../kube/status.ts';
import { checkAccount } from './account-identity.ts';
import { noteRefused } from './notes.ts';
import { conditionsFor } from './status.ts';
import type { Targets } from './targets.ts';
import type { Verdict } from './verdict.ts';

/** Held by every Account that something uses. */
const ACCOUNT_FINALIZER = 'landfall.dev/in-use';

interface AccountDeps {
  readonly events: EventRecorder;
  readonly client: KubeClient;
  readonly targets: Targets;
  readonly clock: Clock;
  readonly installation: string;
  readonly log: Logger;
  readonly assertLeading: () => void;
  /** How many resources name this Account. */
  readonly users: (account: string) => number;
}

/** Reconciles an Account: who do its credentials belong to, and who uses it. */
export async function reconcileAccount(
  deps: AccountDeps,
  informer: Informer<Account>,
  name: string,
): Promise<Verdict | undefined> {
  const account = informer.get(name);
  if (!account) return undefined;
  const path = resourcePath({ group: GROUP, version: VERSION, plural: 'accounts', name });
  const users = deps.users(name);
  const deleting = account.metadata.deletionTimestamp !== undefined;
  if (deleting && users === 0) {
    deps.assertLeading();
    if (hasFinalizer(account, ACCOUNT_FINALIZER))
      await removeFinalizer(deps.client, path, account, ACCOUNT_FINALIZER);
    return undefined;
  }
  let current = account;
  if (!deleting && users > 0 && !hasFinalizer(account, ACCOUNT_FINALIZER)) {
    deps.assertLeading();
    current = await addFinalizer(deps.client, path, account, ACCOUNT_FINALIZER);
    informer.observe(current, account.metadata.resourceVersion);
  }
  const { identity, verdict } = await checkAccount(deps, current, {
    fresh: current.status.observedGeneration !== current.metadata.generation,
  });
  const inUse: Verdict = {
    kind: 'reconciling',
    reason: 'InUse',
    message:
      users === 1
        ? '1 object still uses this Account; it goes when that is gone'
        : `${users} objects still use this Account; it goes when they are gone`,
  };
  const { aws } = current.spec;
  const generation = current.metadata.generation ?? 0;
  const after = {
    ...current.status,
    observedGeneration: generation,
    usedBy: users,
    accountId: identity?.accountId,
    callerArn: identity?.arn,
    externalId:
      aws.roleArn === undefined ? undefined : (aws.externalId ?? defaultExternalId(deps.installation, name)),
    credentialsExpireTime:
      aws.roleArn === undefined && identity?.expiration ? timestamp(identity.expiration) : undefined,
    conditions: conditionsFor({
      before: current.status.conditions ?? [],
      verdict: deleting && verdict.kind === 'ready' ? inUse : verdict,
      drift: undefined,
      generation,
      now: deps.clock.date(),
    }),
  };
  deps.assertLeading();
  const written = await patchStatus<Account>(deps.client, path, current.status, after);
  if (written) informer.observe(written, current.metadata.resourceVersion);
  if (verdict.kind === 'stalled') noteRefused(deps.events, current, verdict);
  deps.log.debug({ verdict }, 'account checked');
  return verdict;
}
