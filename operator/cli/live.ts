import { type Account, type AccountInAws, accountIdOf, isInAws } from '../api/account.ts';
import { errorCode } from '../aws/errors.ts';
import type { CallGuard } from '../aws/guard.ts';
import { readClaim, type Claim } from '../aws/iam/claim.ts';
import { bucketsOf, createThrottle } from '../aws/throttle.ts';
import { systemClock as clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { findAdoptions } from '../controllers/adoption.ts';
import { checkAccount } from '../controllers/account-identity.ts';
import { graphKindOf } from '../controllers/graph-kinds.ts';
import { meetNeighbours } from '../controllers/neighbours.ts';
import type { GraphObject } from '../controllers/resource-status.ts';
import type { Target } from '../controllers/target.ts';
import { Targets } from '../controllers/targets.ts';
import { Terminal } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import { kindOf } from '../graph/kind.ts';
import { TAG } from '../graph/ownership.ts';
import { NO_MEMORY, plan, type Plan } from '../graph/plan.ts';
import { openLocalSession } from '../local/session.ts';
import { accountOf } from './account-of.ts';
import { connect } from './cluster.ts';
import { failureOf } from './failure-of.ts';
import {
  accountIdIn,
  consumersIn,
  FILE_ADVICE,
  finderIn,
  localAccountIn,
  type Manifests,
} from './manifests.ts';
import type { Needed } from './step.ts';
import type { Failure } from './usage.ts';

/** One object as wanted and as AWS has it. */
export interface PlannedResource {
  readonly object: GraphObject;
  readonly account: Account;
  readonly caller: string;
  readonly graph: Graph;
  readonly plan: Plan;
  /** What the plan would delete and something needs still, with what needs it: that is left. As AWS has it now. */
  readonly needed: Needed;
}

/** An account that a cluster has claimed for the installation. */
export interface ClaimedAccount {
  readonly account: Account;
  readonly claim: Claim;
}

/** What came of reading AWS for some manifests. */
interface Survey {
  readonly planned: readonly PlannedResource[];
  /** Which cluster acts on the accounts of what was planned, where one does. */
  readonly claimed: readonly ClaimedAccount[];
  readonly failures: readonly Failure[];
  /** Calls made to AWS. */
  readonly calls: number;
}

/** Reading never lasts long enough for lanes to tick. */
const NEVER_MS = 86_400_000;

/** Opens Accounts for reading only: a call that would write is refused before it leaves. */
export function readers(config: Config): { targets: Targets; calls: () => number } {
  const throttle = createThrottle(clock, config.awsRateScale);
  let calls = 0;
  const callGuard: CallGuard = {
    async before(call) {
      if (call.write) throw new Error(`${call.action} writes, and the command line only reads`);
      for (const [key, rate] of bucketsOf(call)) await throttle.take(key, rate);
    },
    after() {
      calls += 1;
    },
  };
  const targets = new Targets({
    installation: config.installation,
    cluster: () => openLocalSession({ client: connect({}).client, assertLeading: onlyReads }),
    endpoint: config.awsEndpoint,
    callGuard,
    clock,
    times: { fastLaneMs: NEVER_MS, slowLaneMs: NEVER_MS, pollMs: NEVER_MS },
    graceMs: config.graceMs,
    onChange: () => {},
    active: () => false,
    onError: () => {},
  });
  return { targets, calls: () => calls };
}

function onlyReads(): never {
  throw new Error('the command line only reads');
}

/** Plans every object of the manifests against AWS; those of one account and region share one reading. Writes nothing. */
export async function planResources(config: Config, manifests: Manifests): Promise<Survey> {
  const { targets, calls } = readers(config);
  try {
    const results = await Promise.all(
      manifests.resources.map(async (found) => {
        try {
          return { planned: [await planResource(config, targets, manifests, found.value)], failures: [] };
        } catch (error) {
          return { planned: [], failures: [failureOf(found, error)] };
        }
      }),
    );
    const planned = results.flatMap((result) => result.planned);
    const accounts = new Map(planned.map(({ account }) => [account.metadata.name, account]));
    const inAws = [...accounts.values()].filter(isInAws);
    const claimed = await Promise.all(inAws.map((one) => claimOn(config, targets, one)));
    return {
      planned,
      claimed: claimed.flatMap((one) => one ?? []),
      failures: results.flatMap(({ failures }) => failures),
      calls: calls(),
    };
  } finally {
    targets.close();
  }
}

/** A reader who may not see the claim plans all the same. */
async function claimOn(
  config: Config,
  targets: Targets,
  account: AccountInAws,
): Promise<ClaimedAccount | undefined> {
  const session = targets.session(account.metadata.name, account.spec.aws);
  const claim = await readClaim(session, config.installation).catch((error: unknown) => {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  });
  return claim && { account, claim };
}

/** Plans one object of the manifests. Throws Terminal as the operator would. */
export async function planResource(
  config: Config,
  targets: Targets,
  manifests: Manifests,
  object: GraphObject,
): Promise<PlannedResource> {
  const account = accountOf(object, manifests);
  const { identity, verdict } = await checkAccount({ targets, installation: config.installation }, account, {
    fresh: false,
  });
  if (verdict.kind !== 'ready') {
    throw new Terminal(
      'AccountNotReady',
      `Account ${account.metadata.name}: ${verdict.reason}: ${verdict.message}`,
    );
  }
  const { aws, local } = account.spec;
  const { region } = object.spec;
  const target = targets.open(account.metadata.name, account.spec, region);
  const kind = graphKindOf(object.kind);
  const making = kind.on[target.type];
  const [facts] = await Promise.all([
    target.facts(kind.services?.(object)),
    target.world.load(making.nodeKinds),
  ]);
  const { exportsNow, ...others } = await meetNeighbours({
    kind,
    object,
    target,
    find: finderIn(manifests),
    consumersOf: (owner) => consumersIn(manifests, owner),
    accountId: (name) => accountIdIn(manifests, name),
    open: (other) => {
      const { metadata, spec } = accountOf(other, manifests);
      return { accountId: accountIdOf(spec), target: targets.open(metadata.name, spec, other.spec.region) };
    },
    advice: FILE_ADVICE,
  });
  const graph = making.compile({
    object: making.recall(object, target.world),
    installation: config.installation,
    account: aws ?? local,
    accountOf: (name) => localAccountIn(manifests, name),
    facts,
    ...others,
  });
  const adoptions = aws
    ? await findAdoptions({
        target,
        graph,
        installation: config.installation,
        adopt: object.spec.adopt,
        namespace: object.metadata.namespace ?? '',
        accountRef: account.metadata.name,
        account: aws,
        region,
      })
    : new Map();
  const planned = plan({
    graph,
    kinds: target.kinds,
    place: target.place,
    world: target.world,
    memory: NO_MEMORY,
    survivors: new Map(),
    adoptions,
    exportsOf: exportsNow(),
    deletesAdopted: object.spec.deletionPolicy === 'Delete',
    // Manifests do not know the uid that a cluster gave the object.
    ignoredTagKeys: [...(aws?.ignoredTagKeys ?? []), TAG.uid],
    mayRepeat: () => true,
  });
  const needed = await neededIn(planned, target, object.spec.deletionPolicy !== 'Delete');
  return { object, account, caller: identity?.arn ?? '', graph, plan: planned, needed };
}

/** A reader who may not see what needs a thing is told of its delete all the same. */
async function neededIn({ actions }: Plan, { kinds, session }: Target, keepsCopy: boolean): Promise<Needed> {
  const found = await Promise.all(
    actions.map(async (action) => {
      if (action.verb !== 'delete') return [];
      try {
        const reason = await kindOf(kinds, action.type).neededStill?.(session, action.record, { keepsCopy });
        return reason === undefined ? [] : [[action.id, reason] as const];
      } catch (error) {
        if (errorCode(error) === undefined) throw error;
        return [];
      }
    }),
  );
  return new Map(found.flat());
}
