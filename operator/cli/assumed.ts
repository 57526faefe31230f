import { type Account, accountIdOf, type AwsAccount } from '../api/account.ts';
import type { SecureVpc } from '../api/secure-vpc.ts';
import { partitionOf } from '../aws/partition.ts';
import { namedLists } from '../compile/flows.ts';
import type { RegionFacts } from '../compile/input.ts';
import type { ClusterFacts } from '../compile/local/input.ts';
import type { Consumer, Surroundings } from '../compile/references.ts';
import { graphKindOf, referencesFrom } from '../controllers/graph-kinds.ts';
import type { GraphObject } from '../controllers/resource-status.ts';
import type { Session } from '../controllers/target.ts';
import { Terminal } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import type { World } from '../graph/kind.ts';
import { accountOf } from './account-of.ts';
import { failureOf } from './failure-of.ts';
import {
  accountIdIn,
  consumersIn,
  FILE_ADVICE,
  finderIn,
  localAccountIn,
  type Manifests,
} from './manifests.ts';
import type { Failure } from './usage.ts';
import { checkZones, type ZonesByRegion } from './zones.ts';

/** One object as the compiler makes it, without a look at AWS. */
interface CompiledResource {
  readonly object: GraphObject;
  readonly account: Account;
  readonly graph: Graph;
}

/** An account of which nothing is known. */
const NOTHING_STANDS: World<Session> = {
  view: () => ({ get: () => undefined, all: () => [], ownedBy: () => [] }),
};
/** A cluster that was not asked. */
const NOTHING_KNOWN: ClusterFacts = { podCidrs: [] };
const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f'];
/** The services that AWS makes gateway endpoints for; their prefix lists have ids that differ by region. */
const PREFIX_LISTS = { s3: 'pl-s3', dynamodb: 'pl-dynamodb' };

/** What is taken for granted where AWS is not asked, in a sentence. */
export const ASSUMPTIONS =
  'assumed, since AWS was not asked (--live asks it): every region has zones a to f, or those of --zones, AWS offers every endpoint in them, and prefix lists are called pl-<service>';

/** Facts of a region as far as they can be assumed: `zones` replaces the zones a to f. */
function assumedFacts(
  object: GraphObject,
  { accountId }: AwsAccount,
  zones: readonly string[] | undefined,
): RegionFacts {
  const { region } = object.spec;
  const network = isNetwork(object) ? object : undefined;
  return {
    accountId,
    partition: partitionOf(region),
    zones: zones ?? [
      ...new Set([...LETTERS.map((letter) => `${region}${letter}`), ...(network?.spec.zones.names ?? [])]),
    ],
    // Which zone is which, only AWS knows of each account.
    zoneIds: {},
    prefixLists: { ...PREFIX_LISTS, ...(network && namedLists(network.spec)) },
    dhcpOptions: [],
    endpointServices: undefined,
  };
}

/** What is assumed besides what the manifests say. */
interface Assumptions {
  /** Those of `--zones`. */
  readonly zones?: ZonesByRegion | undefined;
  /** The one namespace that everything goes to which is made in the cluster itself. */
  readonly into?: string | undefined;
}

/** Compiles every object of the manifests from what the manifests say and what can be assumed. */
export function compileResources(
  installation: string,
  manifests: Manifests,
  { zones, into }: Assumptions = {},
): { compiled: CompiledResource[]; failures: Failure[] } {
  const compiled: CompiledResource[] = [];
  const failures: Failure[] = [];
  for (const found of manifests.resources) {
    const object = found.value;
    try {
      const account = accountOf(object, manifests);
      const named = zones?.get(object.spec.region);
      if (named !== undefined && isNetwork(object)) checkZones(object, named);
      const { aws, local } = account.spec;
      const type = aws ? 'aws' : 'local';
      const graph = graphKindOf(object.kind).on[type].compile({
        object,
        installation,
        account: aws ?? local,
        accountOf: (name) => localAccountIn(manifests, name),
        facts: aws ? assumedFacts(object, aws, named) : NOTHING_KNOWN,
        references: referencesFrom({
          type,
          find: finderIn(manifests),
          worldOf: () => NOTHING_STANDS,
          advice: FILE_ADVICE,
        }),
        surroundings: surroundingsIn(manifests),
        ...(into !== undefined && { into }),
      });
      compiled.push({ object, account, graph });
    } catch (error) {
      failures.push(failureOf(found, error));
    }
  }
  return { compiled, failures };
}

/** Who names whom that has to let it in, among the manifests; those whose Account refuses them do not count. */
function surroundingsIn(manifests: Manifests): Surroundings {
  return {
    accountId: (name) => accountIdIn(manifests, name),
    consumers: (owner) =>
      consumersIn(manifests, owner).flatMap((object) => {
        try {
          const accountId = accountIdOf(accountOf(object, manifests).spec);
          return [{ object: object as Consumer['object'], accountId }];
        } catch (error) {
          if (error instanceof Terminal) return [];
          throw error;
        }
      }),
  };
}

function isNetwork(object: GraphObject): object is SecureVpc {
  return object.kind === 'SecureVpc';
}
