import type { Logger } from 'pino';
import type { Account } from '../api/account.ts';
import { GROUP, VERSION } from '../api/common.ts';
import { defaultExternalId } from '../aws/credentials.ts';
import { errorCode, interpret } from '../aws/errors.ts';
import type { CallerIdentity } from '../aws/identity.ts';
import type { Clock } from '../clock.ts';
import type { KubeClient } from '../kube/client.ts';
import { timestamp } from '../kube/conditions.ts';
import { addFinalizer, hasFinalizer, removeFinalizer } from '../kube/finalizer.ts';
import type { Informer } from '../kube/informer.ts';
import { resourcePath } from '../kube/path.ts';
import { patchStatus } from '../kube/status.ts';
import { conditionsFor } from './status.ts';
import type { Targets } from './targets.ts';
import type { Verdict } from './verdict.ts';

/** Held by every Account that something uses. */
export const ACCOUNT_FINALIZER = 'landfall.dev/in-use';

export interface AccountDeps {
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
  const { identity, verdict } = await check(deps, current);
  const inUse: Verdict = {
    kind: 'reconciling',
    reason: 'InUse',
    message: `${users} objects still use this Account; it goes when they are gone`,
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
  deps.log.debug({ account: name, verdict }, 'account checked');
  return verdict;
}

async function check(
  deps: AccountDeps,
  account: Account,
): Promise<{ identity?: CallerIdentity; verdict: Verdict }> {
  const { name } = account.metadata;
  const { aws } = account.spec;
  try {
    const identity = await deps.targets.identity(name, aws, {
      fresh: account.status.observedGeneration !== account.metadata.generation,
    });
    if (identity.accountId !== aws.accountId) {
      const message = `the credentials belong to account ${identity.accountId} (${identity.arn}), but spec.aws.accountId is ${aws.accountId}; correct the profile or the role, or the account id`;
      return { identity, verdict: { kind: 'stalled', reason: 'AccountMismatch', message } };
    }
    return { identity, verdict: { kind: 'ready', message: `acts as ${identity.arn}` } };
  } catch (error) {
    return { verdict: verdictOfIdentityError(deps, account, error) };
  }
}

/** Why AWS does not say who we are, with role, account and external id, since that is what has to be mended. */
function verdictOfIdentityError(deps: AccountDeps, account: Account, error: unknown): Verdict {
  const { aws } = account.spec;
  const { kind, reason, message } = interpret(error);
  const externalId = aws.externalId ?? defaultExternalId(deps.installation, account.metadata.name);
  const from = aws.profile === undefined ? 'the default credential chain' : `profile ${aws.profile}`;
  if (reason === 'AccessDenied' && aws.roleArn !== undefined) {
    const text = `sts:AssumeRole of ${aws.roleArn} in account ${aws.accountId} from ${from} with external id ${externalId} was refused: ${message}; its trust policy must allow this caller and demand this external id`;
    return { kind: 'stalled', reason: 'RoleNotAssumable', message: text };
  }
  const role = aws.roleArn === undefined ? '' : ` for role ${aws.roleArn}`;
  const text = `sts:GetCallerIdentity in account ${aws.accountId} with ${from}${role}: ${message}`;
  if (kind === 'stalled') return { kind: 'stalled', reason, message: text };
  const known = errorCode(error) === undefined ? 'CredentialsUnavailable' : reason;
  if (known === 'CredentialsUnavailable') return { kind: 'stalled', reason: known, message: text };
  return { kind: 'reconciling', reason: known, message: text };
}
