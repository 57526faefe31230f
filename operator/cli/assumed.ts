import type { Account } from '../api/account.ts';
import type { SecureVpc } from '../api/secure-vpc.ts';
import { partitionOf } from '../aws/partition.ts';
import type { RegionFacts } from '../compile/input.ts';
import { compileSecureVpc } from '../compile/secure-vpc.ts';
import type { Graph } from '../graph/graph.ts';
import { accountOf } from './account-of.ts';
import { failureOf } from './failure-of.ts';
import type { Manifests } from './manifests.ts';
import type { Failure } from './usage.ts';
import { checkZones, type ZonesByRegion } from './zones.ts';

/** One network as the compiler makes it, without a look at AWS. */
interface CompiledNetwork {
  readonly network: SecureVpc;
  readonly account: Account;
  readonly graph: Graph;
}

const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f'];
/** The services that AWS makes gateway endpoints for; their prefix lists have ids that differ by region. */
const PREFIX_LISTS = { s3: 'pl-s3', dynamodb: 'pl-dynamodb' };

/** What is taken for granted where AWS is not asked, in a sentence. */
export const ASSUMPTIONS =
  'assumed, since AWS was not asked (--live asks it): every region has zones a to f, or those of --zones, AWS offers every endpoint in them, and prefix lists are called pl-<service>';

/** Facts of a region as far as they can be assumed: `zones` replaces the zones a to f. */
function assumedFacts(
  network: SecureVpc,
  account: Account,
  zones: readonly string[] | undefined,
): RegionFacts {
  const { region } = network.spec;
  return {
    accountId: account.spec.aws.accountId,
    partition: partitionOf(region),
    zones: zones ?? [
      ...new Set([...LETTERS.map((letter) => `${region}${letter}`), ...(network.spec.zones.names ?? [])]),
    ],
    prefixLists: { ...PREFIX_LISTS, ...namedLists(network) },
    dhcpOptions: [],
    endpointServices: undefined,
  };
}

/** The lists of AWS's own that rules name: which there are, only AWS knows. */
function namedLists({ spec }: SecureVpc): Record<string, string> {
  const names = Object.values(spec.securityGroups)
    .flatMap((group) => group?.rules ?? [])
    .flatMap(({ prefixList }) => prefixList ?? [])
    .filter((list) => !list.startsWith('pl-'));
  return Object.fromEntries(names.map((name) => [name, `pl-${name}`]));
}

/** Compiles every network of the manifests from what the manifests say and what can be assumed; `zones` are those of `--zones`. */
export function compileNetworks(
  installation: string,
  manifests: Manifests,
  zones?: ZonesByRegion,
): { compiled: CompiledNetwork[]; failures: Failure[] } {
  const compiled: CompiledNetwork[] = [];
  const failures: Failure[] = [];
  for (const found of manifests.networks) {
    const network = found.value;
    try {
      const account = accountOf(network, manifests);
      const named = zones?.get(network.spec.region);
      if (named !== undefined) checkZones(network, named);
      const graph = compileSecureVpc({
        object: network,
        installation,
        account: account.spec.aws,
        facts: assumedFacts(network, account, named),
      });
      compiled.push({ network, account, graph });
    } catch (error) {
      failures.push(failureOf(found, error));
    }
  }
  return { compiled, failures };
}
