import type { AwsAccount } from '../api/account.ts';
import { isAlreadyThere } from '../aws/errors.ts';
import { dropClaim, makeClaim, moveClaim, readClaim, type Claim } from '../aws/iam/claim.ts';
import type { AwsSession } from '../aws/session.ts';
import type { Clock } from '../clock.ts';
import { Terminal, Waiting } from '../errors.ts';

/** How long after a check was due a claim is still believed, in milliseconds: a check may be slow. */
const SLACK_MS = 60_000;

/** How long a cluster that takes over waits unless the former one is gone for good: a check, its slack, and a call in flight. */
export function handoverMs(checkMs: number): number {
  return checkMs + 2 * SLACK_MS;
}

/** The cluster in which the operator runs. */
export interface Cluster {
  /** What tells it from every other. */
  readonly uid: string;
  /** For people; empty where nobody gave one. */
  readonly name: string;
}

interface ClaimsDeps {
  /** Whose session an Account's claim is kept with. */
  readonly session: (account: string, aws: AwsAccount) => Pick<AwsSession, 'iam'>;
  readonly installation: string;
  readonly cluster: () => Promise<Cluster>;
  readonly clock: Clock;
  /** How often Accounts are checked, in milliseconds: so long what a check found is believed. */
  readonly checkMs: number;
}

interface Known {
  /** When the reading began, on the monotonic clock. */
  readonly at: number;
  readonly reading: Promise<Claim | undefined>;
}

/**
 * Which accounts belong to this cluster. An account is claimed once by each installation, so that two clusters that
 * were given the same installation id do not both change the same things. One reading a check serves everybody.
 */
export class Claims {
  readonly #deps: ClaimsDeps;
  /** By account id: several Accounts may lead to one. */
  readonly #known = new Map<string, Known>();
  /** What this cluster was last seen to have, and when the reading that showed it began; by account id. */
  readonly #ours = new Map<string, { readonly at: number; readonly claim: Claim }>();

  constructor(deps: ClaimsDeps) {
    this.#deps = deps;
  }

  /** The claim on an account as last read; `fresh` reads it again. Rejects with AWS's errors. */
  async read(
    account: string,
    aws: AwsAccount,
    { fresh = false }: { readonly fresh?: boolean } = {},
  ): Promise<Claim | undefined> {
    const now = this.#deps.clock.now();
    const known = this.#known.get(aws.accountId);
    if (!fresh && known && now - known.at < this.#deps.checkMs) return known.reading;
    const { session, installation } = this.#deps;
    return this.#remember(aws, readClaim(session(account, aws), installation), now);
  }

  /** Claims an account that was not claimed; returns who has it now, which is another cluster if that was faster. */
  async make(account: string, aws: AwsAccount): Promise<Claim> {
    const { session, installation, clock } = this.#deps;
    const at = clock.now();
    const claim = await this.#ownFrom(0);
    try {
      await makeClaim(session(account, aws), installation, claim);
    } catch (error) {
      if (!isAlreadyThere(error)) throw error;
      // Another cluster's, or our own of which the answer was lost.
      const found = await this.read(account, aws, { fresh: true });
      if (found) return found;
      throw new Waiting(
        'NotYetVisible',
        `AWS has a claim on account ${aws.accountId} and does not show it yet`,
      );
    }
    await this.#remember(aws, Promise.resolve(claim), at);
    return claim;
  }

  /** Takes an account over from another cluster, which is given time to notice unless it is gone. */
  async move(
    account: string,
    aws: AwsAccount,
    { formerIsGone }: { readonly formerIsGone: boolean },
  ): Promise<Claim> {
    const { session, installation, checkMs, clock } = this.#deps;
    const at = clock.now();
    const claim = await this.#ownFrom(formerIsGone ? 0 : handoverMs(checkMs));
    await moveClaim(session(account, aws), installation, claim);
    await this.#remember(aws, Promise.resolve(claim), at);
    return claim;
  }

  /** Takes this cluster's claim away; another's stays. */
  async drop(account: string, aws: AwsAccount): Promise<void> {
    const { session, installation, cluster } = this.#deps;
    const claim = await this.read(account, aws, { fresh: true });
    if (claim?.cluster === (await cluster()).uid) await dropClaim(session(account, aws), installation);
    this.#known.delete(aws.accountId);
    this.#ours.delete(aws.accountId);
  }

  /** Throws unless this cluster may act in the account: before the first write, and whenever a check is due. */
  async require(account: string, aws: AwsAccount): Promise<void> {
    const claim = await this.read(account, aws);
    const { uid } = await this.#deps.cluster();
    if (!claim) {
      const message = `Account ${account}: account ${aws.accountId} is not claimed for this cluster yet`;
      throw new Waiting('DependencyNotReady', message);
    }
    if (claim.cluster !== uid) {
      throw new Terminal(
        'AccountNotReady',
        `Account ${account} is not ready: InstallationClaimed: ${this.whose(account, aws, claim)}`,
      );
    }
    if (claim.from > this.#deps.clock.date())
      throw new Waiting('DependencyNotReady', `Account ${account} is not ready: ${takingOver(claim)}`);
  }

  /** Whether this cluster surely still has the account, for what is under way; makes no call. */
  held({ accountId }: AwsAccount): boolean {
    const { clock, checkMs } = this.#deps;
    const ours = this.#ours.get(accountId);
    if (!ours || clock.now() - ours.at >= checkMs + SLACK_MS) return false;
    return ours.claim.from <= clock.date();
  }

  /** Why another cluster's claim keeps this one from acting, and what to do. */
  whose(account: string, { accountId }: AwsAccount, claim: Claim): string {
    const { installation } = this.#deps;
    return `installation ${installation} in account ${accountId} is claimed by ${clusterText(claim)} since ${claim.since.toISOString()}, and two clusters never act on one account with one installation id. Give this operator an id of its own (LANDFALL_INSTALLATION); or, if the other cluster is gone or is to stop, run: landfall takeover ${account}`;
  }

  async #ownFrom(waitMs: number): Promise<Claim> {
    const { uid, name } = await this.#deps.cluster();
    const since = this.#deps.clock.date();
    return { cluster: uid, name, since, from: new Date(since.getTime() + waitMs) };
  }

  /** Neither a failure nor another cluster's claim is kept: who asks next asks AWS. */
  async #remember(
    { accountId }: AwsAccount,
    reading: Promise<Claim | undefined>,
    at: number,
  ): Promise<Claim | undefined> {
    const known: Known = { at, reading };
    this.#known.set(accountId, known);
    try {
      const claim = await reading;
      const { uid } = await this.#deps.cluster();
      if (claim?.cluster === uid) this.#ours.set(accountId, { at, claim });
      else this.#ours.delete(accountId);
      if (claim && claim.cluster !== uid) this.#forget(accountId, known);
      return claim;
    } catch (error) {
      this.#forget(accountId, known);
      throw error;
    }
  }

  #forget(accountId: string, known: Known): void {
    if (this.#known.get(accountId) === known) this.#known.delete(accountId);
  }
}

/** `cluster prod-eu (kube-system uid …)`. */
export function clusterText({ cluster, name }: Pick<Claim, 'cluster' | 'name'>): string {
  return name === ''
    ? `the cluster whose kube-system has uid ${cluster}`
    : `cluster ${name} (kube-system uid ${cluster})`;
}

/** What a cluster that took an account over still waits for. */
export function takingOver({ since, from }: Claim): string {
  return `this cluster took the account over at ${since.toISOString()} and begins at ${from.toISOString()}, when the former cluster has surely noticed`;
}
