import type { AccountInAws } from '../api/account.ts';
import { interpret } from '../aws/errors.ts';
import type { Claim } from '../aws/iam/claim.ts';
import { Waiting } from '../errors.ts';
import type { Clock } from '../clock.ts';
import { KubeError } from '../kube/errors.ts';
import { takingOver, type Claims, type Cluster } from './claims.ts';
import type { Verdict } from './verdict.ts';

/**
 * Set by `landfall takeover`: which claim is to be taken over, as `<cluster> <since>`, followed by `gone` where that
 * cluster is known to be gone. It names one claim, so that it means nothing once that has been moved.
 */
export const TAKEOVER_ANNOTATION = 'landfall.dev/takeover';

/** The value of the annotation that takes over a claim. */
export function takeoverOf(
  { cluster, since }: { readonly cluster: string; readonly since: string },
  { formerIsGone }: { readonly formerIsGone: boolean },
): string {
  return `${cluster} ${since}${formerIsGone ? ' gone' : ''}`;
}

interface ClaimDeps {
  readonly claims: Claims;
  readonly cluster: () => Promise<Cluster>;
  readonly clock: Clock;
  /** Told what became of the claim, for an event. */
  readonly told: (reason: 'Claimed' | 'TakenOver', message: string) => void;
}

/** Who has the account, and what that means for the Account; no verdict where this cluster may act, or nothing is to be done. */
interface ClaimCheck {
  readonly claim?: Claim | undefined;
  readonly verdict?: Verdict;
}

/**
 * Looks who has claimed an Account's account. One that nobody has is claimed when something here is to be changed in it; another
 * cluster's is moved only where the Account's annotation asks for that very claim. Never throws for what AWS answers.
 */
export async function checkClaim(
  deps: ClaimDeps,
  account: AccountInAws,
  { used }: { readonly used: boolean },
): Promise<ClaimCheck> {
  try {
    return await checked(deps, account, used);
  } catch (error) {
    return { verdict: verdictOfClaimError(error) };
  }
}

async function checked(deps: ClaimDeps, account: AccountInAws, used: boolean): Promise<ClaimCheck> {
  const { claims, clock, told } = deps;
  const { metadata, spec } = account;
  const { uid } = await deps.cluster();
  const asked = metadata.annotations?.[TAKEOVER_ANNOTATION]?.split(' ');
  const { aws } = spec;
  let claim = await claims.read(metadata.name, aws);
  if (!claim && used) {
    claim = await claims.make(metadata.name, aws);
    if (claim.cluster === uid) told('Claimed', `account ${aws.accountId} belongs to this cluster now`);
  }
  if (!claim) return {};
  if (claim.cluster !== uid) {
    const [cluster, since, gone] = asked ?? [];
    if (cluster === claim.cluster && since === claim.since.toISOString()) {
      claim = await claims.move(metadata.name, aws, { formerIsGone: gone === 'gone' });
      told(
        'TakenOver',
        `account ${aws.accountId} was taken over from the cluster whose kube-system has uid ${cluster}`,
      );
    }
  }
  // Whoever only looks gets in nobody's way.
  if (claim.cluster !== uid && !used) return { claim };
  if (claim.cluster !== uid) {
    const message = claims.whose(metadata.name, aws, claim);
    return { claim, verdict: { kind: 'stalled', reason: 'InstallationClaimed', message } };
  }
  if (claim.from > clock.date())
    return { claim, verdict: { kind: 'reconciling', reason: 'TakingOver', message: takingOver(claim) } };
  return { claim };
}

/** What a claim that cannot be read or written means for the Account. */
export function verdictOfClaimError(error: unknown): Exclude<Verdict, { kind: 'ready' }> {
  if (error instanceof Waiting) return { kind: 'reconciling', reason: error.reason, message: error.message };
  if (error instanceof KubeError) {
    const message = `the uid of namespace kube-system, by which claims tell clusters apart, cannot be read: ${error.message}`;
    return { kind: 'reconciling', reason: 'InternalError', message };
  }
  const { kind, reason, message } = interpret(error);
  if (reason === 'InternalError') throw error;
  return { kind: kind === 'stalled' ? 'stalled' : 'reconciling', reason, message };
}
