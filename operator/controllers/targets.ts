import type { AwsCredentialIdentityProvider } from '@smithy/types';
import type { AccountSpec, AwsAccount } from '../api/account.ts';
import { credentialsFor, defaultExternalId, describeSource } from '../aws/credentials.ts';
import { interpret } from '../aws/errors.ts';
import type { CallGuard } from '../aws/guard.ts';
import { callerIdentity, type CallerIdentity } from '../aws/identity.ts';
import { awsKinds } from '../aws/kinds.ts';
import { openSession, type AwsSession } from '../aws/session.ts';
import type { Clock } from '../clock.ts';
import type { Kinds } from '../graph/kind.ts';
import { AWS, CLUSTER } from '../graph/place.ts';
import { Inventory } from '../inventory/inventory.ts';
import { Lanes, type LaneTimes } from '../inventory/lanes.ts';
import { TargetWorld } from '../inventory/world.ts';
import { remembered } from '../remembered.ts';
import { interpretLocal } from '../local/errors.ts';
import { localKinds } from '../local/kinds.ts';
import type { LocalSession } from '../local/session.ts';
import { readClusterFacts } from '../local/cluster-facts.ts';
import { factsReader } from './facts.ts';
import type { AwsTarget, Session, Target } from './target.ts';

/** The fast lane of the cluster itself, in milliseconds: its lists cost nobody anything, and a person is looking. */
const CLUSTER_LANE_MS = 5_000;
/** How long it is believed which addresses a cluster gives to pods, in milliseconds. */
const FACTS_MS = 300_000;
/** How long an answer of GetCallerIdentity is believed, in milliseconds. */
const IDENTITY_MS = 300_000;

interface TargetsOptions {
  readonly installation: string;
  /** Opens the cluster itself. */
  readonly cluster: () => LocalSession;
  readonly endpoint: string | undefined;
  readonly callGuard: CallGuard;
  readonly clock: Clock;
  readonly times: LaneTimes;
  readonly graceMs: number;
  /** Told the owner tags whose things changed. */
  readonly onChange: (owners: ReadonlySet<string>) => void;
  /** Told of a write that no reading has shown within the grace time. */
  readonly onUnshown?: (collection: string, id: string) => void;
  /** Whether this process leads and so has a reason to read. */
  readonly active: () => boolean;
  readonly onError: (error: unknown) => void;
}

/** Every place that Accounts lead to, opened when first needed and shared by all resources. */
export class Targets {
  readonly #options: TargetsOptions;
  readonly #inAws = new Map<string, AwsTarget>();
  #cluster: Target | undefined;
  /** The key of the target in use, by Account and region. */
  readonly #places = new Map<string, string>();
  readonly #globals = new Map<string, { inventory: Inventory<Session>; lanes: Lanes<Session> }>();
  readonly #providers = new Map<string, AwsCredentialIdentityProvider>();
  readonly #identities = new Map<string, () => Promise<CallerIdentity>>();
  /** For what an account has once, whatever its regions: by how the Account is reached. */
  readonly #accounts = new Map<string, AwsSession>();

  constructor(options: TargetsOptions) {
    this.#options = options;
  }

  /** The target of an Account in a region. Makes no call. */
  open(account: string, { aws }: AccountSpec, region: string): Target {
    return aws ? this.openAws(account, aws, region) : this.#openCluster();
  }

  /** An account of AWS in a region. Makes no call. */
  openAws(account: string, aws: AwsAccount, region: string): AwsTarget {
    const key = `${reachKey(account, aws)} ${region}`;
    const known = this.#inAws.get(key);
    if (known) return known;
    this.#leave(`${account} ${region}`, key);
    const { clock } = this.#options;
    const session = this.#session(account, aws, region);
    const regional = this.#inventory(session, awsKinds, 'region');
    const global = this.#global(account, aws, session);
    const lanes = this.#lanes(regional);
    const target: AwsTarget = {
      type: 'aws',
      place: AWS,
      kinds: awsKinds,
      session,
      world: new TargetWorld(regional, global.inventory),
      lanes: [lanes, global.lanes],
      interpret,
      facts: factsReader(session, clock),
    };
    this.#inAws.set(key, target);
    return target;
  }

  /** The cluster itself, which is the same for all Accounts that lead there. */
  #openCluster(): Target {
    if (this.#cluster) return this.#cluster;
    const { clock, cluster, times } = this.#options;
    const session = cluster();
    const inventory = this.#inventory(session, localKinds, 'region');
    const nothing = this.#inventory(session, localKinds, 'global');
    const target: Target = {
      type: 'local',
      place: CLUSTER,
      kinds: localKinds,
      session,
      world: new TargetWorld(inventory, nothing),
      lanes: [this.#lanes(inventory, { ...times, fastLaneMs: Math.min(times.fastLaneMs, CLUSTER_LANE_MS) })],
      interpret: interpretLocal,
      facts: remembered(clock, FACTS_MS, () => readClusterFacts(session)),
    };
    this.#cluster = target;
    return target;
  }

  /** Who the Account's credentials belong to; AWS is asked again after five minutes. */
  async identity(
    account: string,
    aws: AwsAccount,
    options: { fresh?: boolean } = {},
  ): Promise<CallerIdentity> {
    const key = reachKey(account, aws);
    const known = options.fresh ? undefined : this.#identities.get(key);
    const ask = known ?? this.#askIdentity(account, aws);
    this.#identities.set(key, ask);
    return ask();
  }

  /** A session of an Account for what is one in all its regions. Makes no call, and nothing is listed for its sake. */
  session(account: string, aws: AwsAccount): AwsSession {
    const key = reachKey(account, aws);
    const known = this.#accounts.get(key);
    if (known) return known;
    const session = this.#session(account, aws, homeRegion(aws));
    this.#accounts.set(key, session);
    return session;
  }

  /** A resource is no more: nothing is polled for its sake. */
  forget(key: string): void {
    for (const target of this.#all) {
      for (const lanes of target.lanes) lanes.waitFor(key, []);
    }
  }

  close(): void {
    for (const target of this.#all) {
      for (const lanes of target.lanes) lanes.stop();
      target.session.close();
    }
    for (const session of this.#accounts.values()) session.close();
  }

  get #all(): readonly Target[] {
    return [...this.#inAws.values(), ...(this.#cluster ? [this.#cluster] : [])];
  }

  /** An Account that is reached in another way is no longer read in the former; a pass under way may end with it. */
  #leave(place: string, key: string): void {
    const former = this.#places.get(place);
    this.#places.set(place, key);
    if (former === undefined) return;
    const left = this.#inAws.get(former);
    this.#inAws.delete(former);
    const used = new Set([...this.#inAws.values()].flatMap((target) => target.lanes));
    for (const lanes of left?.lanes ?? []) if (!used.has(lanes)) lanes.stop();
    for (const [reach, { lanes }] of this.#globals) {
      if (left?.lanes.includes(lanes) === true && !used.has(lanes)) this.#globals.delete(reach);
    }
  }

  #session(account: string, aws: AwsAccount, region: string): AwsSession {
    return openSession({
      accountId: aws.accountId,
      region,
      credentials: this.#credentials(account, aws),
      as: actor(aws),
      endpoint: this.#options.endpoint,
      callGuard: this.#options.callGuard,
    });
  }

  #askIdentity(account: string, aws: AwsAccount): () => Promise<CallerIdentity> {
    const { clock, endpoint, callGuard } = this.#options;
    const region = homeRegion(aws);
    const credentials = this.#credentials(account, aws);
    return remembered(clock, IDENTITY_MS, () =>
      callerIdentity({
        accountId: aws.accountId,
        region,
        credentials,
        as: actor(aws),
        endpoint,
        callGuard,
      }),
    );
  }

  /** One provider for all that is reached in this way, so that a role is assumed once for all regions and checks. */
  #credentials(account: string, aws: AwsAccount): AwsCredentialIdentityProvider {
    const key = reachKey(account, aws);
    const known = this.#providers.get(key);
    if (known) return known;
    const made = credentialsFor({
      region: homeRegion(aws),
      profile: aws.profile,
      roleArn: aws.roleArn,
      externalId: aws.externalId ?? defaultExternalId(this.#options.installation, account),
      installation: this.#options.installation,
      account,
      endpoint: this.#options.endpoint,
    });
    this.#providers.set(key, made);
    return made;
  }

  #global(account: string, aws: AwsAccount, session: AwsSession) {
    const key = reachKey(account, aws);
    const known = this.#globals.get(key);
    if (known) return known;
    const inventory = this.#inventory(session, awsKinds, 'global');
    const made = { inventory, lanes: this.#lanes(inventory) };
    this.#globals.set(key, made);
    return made;
  }

  #inventory(session: Session, kinds: Kinds<Session>, scope: 'region' | 'global'): Inventory<Session> {
    const { installation, clock, graceMs, times, onChange, onUnshown } = this.#options;
    const collections = [...kinds.values()].map(({ collection }) => collection);
    return new Inventory({
      session,
      collections: collections.filter((collection) => collection.scope === scope),
      installation,
      clock,
      graceMs,
      slowLaneMs: times.slowLaneMs,
      onChange,
      ...(onUnshown && { onUnshown }),
    });
  }

  #lanes(inventory: Inventory<Session>, times = this.#options.times): Lanes<Session> {
    const { clock, active, onError } = this.#options;
    const lanes = new Lanes({ inventory, times, clock, active, onError });
    lanes.start();
    return lanes;
  }
}

/** Everything that decides as whom an Account acts; a change of it opens a new target. */
function reachKey(account: string, aws: AwsAccount): string {
  return JSON.stringify([account, aws.accountId, aws.roleArn, aws.externalId, aws.profile]);
}

/** Where an Account's role is assumed, and where AWS is asked who it is. */
function homeRegion(aws: AwsAccount): string {
  return aws.regions[0] ?? 'us-east-1';
}

/** As whom an Account acts, in words for messages. */
function actor({ roleArn, profile }: AwsAccount): string {
  return roleArn === undefined ? describeSource(profile) : `role ${roleArn}`;
}
