import type { Container } from '../../api/containers.ts';
import type { EcsService } from '../../api/ecs-service.ts';
import { type Engine, STORE_TIER } from '../../api/data-store/rules.ts';
import type { UsedStore } from '../../api/service-data-stores.ts';
import type { Rule } from '../../aws/ec2/security-group-permissions.ts';
import { Terminal } from '../../errors.ts';
import { foreignRef } from '../../graph/ref.ts';
import {
  connectionTo,
  engineOf,
  portOf,
  type StoreAtWork,
  type StoreConnection,
} from '../data-store/connection.ts';
import type { CompileInput } from '../input.ts';
import { byName, namespaceOf, ownerOf } from '../names.ts';
import { exportsOfNetwork } from '../network-exports.ts';
import { networkKeyOf, referredBeside, referredBy, type Reference, type Referring } from '../references.ts';
import { isGuestOnInstances } from './cluster.ts';
import { PREFIXES, variableNames } from './store-variables.ts';

/** A store that a service uses, checked. */
export interface ServiceStore {
  /** `DataStore/namespace/name`, for messages. */
  readonly owner: string;
  readonly engine: Engine;
  readonly used: UsedStore;
  readonly store: StoreAtWork;
  readonly prefix: string;
}

/** The same, with what it offers in AWS. */
export type UsedConnection = ServiceStore & StoreConnection;

/** How the descriptions begin of the rules that lead to stores; `namespace/name` follows. */
export const STORE_RULES = 'Data store ';

type Using = Pick<EcsService, 'metadata' | 'status'> & {
  readonly spec: Partial<Pick<EcsService['spec'], 'dataStores'>>;
};

/** The stores that a service uses, and those that its tasks may still use although its spec has them no more. */
export function storeReferences({ metadata, spec, status }: Using): Reference[] {
  const own = namespaceOf(metadata);
  const used = (spec.dataStores ?? []).map(({ name, namespace = own }) => `${namespace}/${name}`);
  return [...new Set([...used, ...(status.dataStores ?? [])])].map((key) => {
    const [namespace = '', name = ''] = key.split('/');
    return { kind: 'DataStore', namespace, name };
  });
}

/** The stores that a rule of the tasks leads to, as `namespace/name`, from what its description says. */
export function storesLedTo(descriptions: readonly string[]): string[] {
  return descriptions
    .filter((words) => words.startsWith(STORE_RULES))
    .map((words) => words.slice(STORE_RULES.length))
    .sort();
}

/** The stores of a service, by name. Throws Terminal where one is not for it, and Waiting where one is no object yet. */
export function connectionsOf(input: CompileInput<EcsService>): UsedConnection[] {
  const found = storesOf(input).map((one): UsedConnection => ({ ...connectionTo(one.store), ...one }));
  for (const connection of found) refuseClosed(input, connection);
  refuseTwins(input.object, found, variableNames);
  return found;
}

/** The same as the objects have them, whatever the target. */
export function storesOf(input: Referring<EcsService>): ServiceStore[] {
  return byName(input.object.spec.dataStores).map((used) => {
    const field = `spec.dataStores[${used.name}]`;
    const store = referredBeside(input, { kind: 'DataStore', field, reference: used });
    const engine = engineOf(store);
    const found = { owner: ownerOf(store), engine, used, store, prefix: used.envPrefix ?? PREFIXES[engine] };
    refuseAccess(field, found);
    refuseElsewhere(input.object, field, found);
    return found;
  });
}

/** Those whose variables a container gets. */
export function connectionsFor<S extends ServiceStore>(
  connections: readonly S[],
  { name }: Pick<Container, 'name'>,
): S[] {
  return connections.filter(({ used }) => used.containers?.includes(name) ?? true);
}

/** What the tasks may open of the stores that they use. */
export function toStores(input: CompileInput<EcsService>): Rule[] {
  return connectionsOf(input).flatMap(({ owner, port, store }) =>
    port === undefined
      ? []
      : [
          {
            protocol: 'tcp',
            fromPort: port,
            toPort: port,
            peer: foreignRef(owner, 'security-group/store'),
            description: `${STORE_RULES}${namespaceOf(store.metadata)}/${store.metadata.name}`,
          },
        ],
  );
}

/** Which passwords the tasks read when they start, in no way that tells any. */
export function passwordsOf(input: CompileInput<EcsService>): string[] {
  return connectionsOf(input).flatMap(({ secret }) => secret?.version ?? []);
}

/** Why no task is to be started with what is told of the stores. */
export function storesNotYet(input: CompileInput<EcsService>): string | undefined {
  return connectionsOf(input).find(({ notYet }) => notYet !== undefined)?.notYet;
}

/** Nothing pretends to be read-only that is not. */
function refuseAccess(field: string, { owner, engine, used, store }: ServiceStore): void {
  if (used.access === 'ReadWrite') return;
  if (engine === 'mysql' || (engine === 'redis' && store.spec.redis?.clusterMode))
    throw new Terminal(
      'InvalidSpec',
      `${field}.access is ReadOnly, but ${owner} ${engine === 'mysql' ? 'is a single database' : 'has shards'}, without an address that only reads: take access away`,
    );
}

/** AWS lets no group in that is of another network. */
function refuseElsewhere(object: EcsService, field: string, { owner, store }: ServiceStore): void {
  const { networkRef } = store.spec;
  if (portOf(store) === undefined || !networkRef) return;
  if (isGuestOnInstances(object))
    throw new Terminal(
      'InvalidSpec',
      `${field}: tasks on the instances of another service reach what that one reaches: use ${owner} there, or run this service on Fargate`,
    );
  const [own, its] = [networkKeyOf(object, object.spec.networkRef), networkKeyOf(store, networkRef)];
  if (own !== its)
    throw new Terminal(
      'InvalidSpec',
      `${field}: ${owner} stands in network ${its}, but this service runs in ${own}: use stores of that network only`,
    );
}

/** No ACL lets through what its network does not know of. */
function refuseClosed(
  input: CompileInput<EcsService>,
  { owner, engine, port, store, used }: UsedConnection,
): void {
  const { object, facts } = input;
  const { networkRef, tier = STORE_TIER } = store.spec;
  if (port === undefined || !networkRef) return;
  const network = referredBy(input, {
    kind: 'SecureVpc',
    field: 'spec.networkRef',
    reference: object.spec.networkRef,
  });
  const closed = exportsOfNetwork(network, facts).closedFor(tier, port);
  if (closed === undefined) return;
  const name = engine === 'auroraPostgresql' ? 'postgresql' : engine;
  throw new Terminal(
    'InvalidSpec',
    `spec.dataStores[${used.name}]: ${owner} listens on port ${port} in tier ${tier}, which the network ACL of tier ${closed} of SecureVpc ${networkKeyOf(object, object.spec.networkRef)} does not let tasks reach: add {name: ${name}, port: ${port}} to its spec.securityGroups.data.ports, or set networkAcl of the tier to None`,
  );
}

/** Of two stores a container would know one only. `namesOf` says by which variables it knows one. */
export function refuseTwins<S extends ServiceStore>(
  { spec }: EcsService,
  stores: readonly S[],
  namesOf: (store: S) => readonly string[],
): void {
  for (const container of spec.task.containers) {
    const seen = new Map<string, S>();
    for (const store of connectionsFor(stores, container)) {
      const { owner, prefix, used } = store;
      for (const name of [`${prefix}_`, ...namesOf(store)]) {
        const other = seen.get(name);
        if (other && other !== store)
          throw new Terminal(
            'InvalidSpec',
            `spec.dataStores[${used.name}]: ${other.owner} and ${owner} would both be told to container ${container.name} by variables that begin with ${prefix}: give one of them another envPrefix, or let containers say whose each is`,
          );
        seen.set(name, store);
      }
    }
  }
}
