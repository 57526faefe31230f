import type { Logger } from 'pino';
import { type Account, type AccountInAws, isInAws } from '../api/account.ts';
import { GROUP, VERSION } from '../api/common.ts';
import { defaultExternalId } from '../aws/credentials.ts';
import type { Claim } from '../aws/iam/claim.ts';
import type { CallerIdentity } from '../aws/identity.ts';
import type { Clock } from '../clock.ts';
import type { KubeClient } from '../kube/client.ts';
import { timestamp } from '../kube/conditions.ts';
import type { EventRecorder } from '../kube/events.ts';
import { addFinalizer, hasFinalizer, removeFinalizer } from '../kube/finalizer.ts';
import type { Informer } from '../kube/informer.ts';
import { resourcePath } from '../kube/path.ts';
import { patchStatus } from '../kube/status.ts';
import { checkClaim, TAKEOVER_ANNOTATION, verdictOfClaimError } from './account-claim.ts';
import { checkAccount } from './account-identity.ts';
import type { Claims, Cluster } from './claims.ts';
import { noteRefused } from './notes.ts';
import { conditionsFor } from './status.ts';
import type { Targets } from './targets.ts';
import { tell } from './tell.ts';
import type { Verdict } from './verdict.ts';

/** Held by every Account that something uses or used, until the claim on its account is gone. */
export const ACCOUNT_FINALIZER = 'landfall.dev/in-use';
/** How long an Account that goes tries to take its claim along while AWS cannot be asked, in milliseconds. */
const LET_GO_MS = 120_000;

interface AccountDeps {
  readonly client: KubeClient;
  readonly targets: Targets;
  readonly claims: Claims;
  readonly cluster: () => Promise<Cluster>;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly installation: string;
  readonly log: Logger;
  readonly assertLeading: () => void;
  /** How many resources name this Account. */
  readonly users: (account: string) => number;
  /** Whether any of them is more than looked at. */
  readonly isActedOn: (account: string) => boolean;
  /** Whether another Account of this cluster that is or was used leads to the same account. */
  readonly isShared: (account: Account) => boolean;
}

/** Reconciles an Account: who do its credentials belong to, which cluster has the account, and who uses it. */
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
    if (!hasFinalizer(account, ACCOUNT_FINALIZER)) return undefined;
    deps.assertLeading();
    const left = isInAws(account) ? await takeClaimAlong(deps, account) : undefined;
    if (left) return write(deps, informer, path, { account, users, verdict: left });
    deps.assertLeading();
    await removeFinalizer(deps.client, path, account, ACCOUNT_FINALIZER);
    return undefined;
  }
  let current = account;
  const asked = account.metadata.annotations?.[TAKEOVER_ANNOTATION] !== undefined;
  if (!deleting && (users > 0 || asked) && !hasFinalizer(account, ACCOUNT_FINALIZER)) {
    deps.assertLeading();
    current = await addFinalizer(deps.client, path, account, ACCOUNT_FINALIZER);
    informer.observe(current, account.metadata.resourceVersion);
  }
  const { identity, verdict } = await checkAccount(deps, current, {
    fresh: current.status.observedGeneration !== current.metadata.generation,
  });
  if (verdict.kind !== 'ready')
    return write(deps, informer, path, { account: current, users, identity, verdict });
  const { claim, verdict: refusal } = isInAws(current) ? await claimOf(deps, current) : {};
  const inUse: Verdict = {
    kind: 'reconciling',
    reason: 'InUse',
    message:
      users === 1
        ? '1 object still uses this Account; it goes when that is gone'
        : `${users} objects still use this Account; it goes when they are gone`,
  };
  const found = refusal ?? (deleting ? inUse : verdict);
  return write(deps, informer, path, { account: current, users, identity, claim, verdict: found });
}

/** Who has the account. Nobody else ever acts in the cluster itself under this operator's Lease. */
async function claimOf(deps: AccountDeps, account: AccountInAws) {
  return checkClaim(
    {
      ...deps,
      told: (reason, message) => tell(deps.events, account, { reason, action: 'Claim', message }),
    },
    account,
    // Without the finalizer nobody would take the claim away again; who came meanwhile brings about another check.
    { used: hasFinalizer(account, ACCOUNT_FINALIZER) && deps.isActedOn(account.metadata.name) },
  );
}

interface Found {
  readonly account: Account;
  readonly users: number;
  readonly identity?: CallerIdentity | undefined;
  readonly claim?: Claim | undefined;
  readonly verdict: Verdict;
}

async function write(
  deps: AccountDeps,
  informer: Informer<Account>,
  path: string,
  { account, users, identity, claim, verdict }: Found,
): Promise<Verdict> {
  const { aws } = account.spec;
  const { name, generation = 0 } = account.metadata;
  const after = {
    ...account.status,
    observedGeneration: generation,
    usedBy: users,
    accountId: identity?.accountId,
    callerArn: identity?.arn,
    externalId:
      aws?.roleArn === undefined ? undefined : (aws.externalId ?? defaultExternalId(deps.installation, name)),
    credentialsExpireTime:
      aws?.roleArn === undefined && identity?.expiration ? timestamp(identity.expiration) : undefined,
    claim: claim && claimStatus(claim),
    conditions: conditionsFor({
      before: account.status.conditions ?? [],
      verdict,
      drift: undefined,
      generation,
      now: deps.clock.date(),
    }),
  };
  deps.assertLeading();
  const written = await patchStatus<Account>(deps.client, path, account.status, after);
  if (written) informer.observe(written, account.metadata.resourceVersion);
  if (verdict.kind === 'stalled') noteRefused(deps.events, account, verdict);
  deps.log.debug({ verdict }, 'account checked');
  return verdict;
}

function claimStatus({ cluster, name, since, from }: Claim): Account['status']['claim'] {
  return {
    cluster,
    ...(name !== '' && { name }),
    since: since.toISOString(),
    ...(from > since && { from: from.toISOString() }),
  };
}

/**
 * Takes this cluster's claim away with the last Account that leads to its account. Returns why it has to be tried
 * again; where AWS does not let it, or cannot be asked for long, the claim is left, which harms nobody.
 */
async function takeClaimAlong(
  deps: AccountDeps,
  account: AccountInAws,
): Promise<Exclude<Verdict, { kind: 'ready' }> | undefined> {
  if (deps.isShared(account)) return undefined;
  const { aws } = account.spec;
  let { verdict } = await checkAccount(deps, account, { fresh: false });
  if (verdict.kind === 'ready') {
    try {
      await deps.claims.drop(account.metadata.name, aws);
      return undefined;
    } catch (error) {
      verdict = verdictOfClaimError(error);
    }
  }
  const goingForMs = deps.clock.date().getTime() - Date.parse(account.metadata.deletionTimestamp ?? '');
  if (verdict.kind === 'reconciling' && goingForMs < LET_GO_MS) return verdict;
  const message = `this cluster's claim on account ${aws.accountId} is left there, which only keeps other clusters of installation ${deps.installation} from it: ${verdict.message}`;
  tell(deps.events, account, { reason: 'ClaimLeft', action: 'Claim', message });
  deps.log.warn({ verdict }, 'claim left');
  return undefined;
}
