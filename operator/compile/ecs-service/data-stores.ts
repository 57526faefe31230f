import type { Container } from '../../api/containers.ts';
import type { EcsService } from '../../api/ecs-service.ts';
import { STORE_TIER } from '../../api/data-store/rules.ts';
import type { UsedStore } from '../../api/service-data-stores.ts';
import type { Rule } from '../../aws/ec2/security-group-permissions.ts';
import { Terminal } from '../../errors.ts';
import { foreignRef } from '../../graph/ref.ts';
import { connectionTo, type StoreAtWork, type StoreConnection } from '../data-store/connection.ts';
import type { CompileInput } from '../input.ts';
import { byName, namespaceOf } from '../names.ts';
import { exportsOfNetwork } from '../network-exports.ts';
import { networkKeyOf, referredBeside, referredBy, type Reference } from '../references.ts';
import { isGuestOnInstances } from './cluster.ts';
import { PREFIXES, variableNames } from './store-variables.ts';

/** A store that a service uses, checked. */
export interface UsedConnection extends StoreConnection {
  readonly used: UsedStore;
  readonly store: StoreAtWork;
  readonly prefix: string;
}

/** How the descriptions begin of the rules that lead to stores; `namespace/name` follows. */
export const STORE_RULES = 'Data store ';

type Referring = Pick<EcsService, 'metadata' | 'status'> & {
  readonly spec: Partial<Pick<EcsService['spec'], 'dataStores'>>;
};

/** The stores that a service uses, and those that its tasks may still use although its spec has them no more. */
export function storeReferences({ metadata, spec, status }: Referring): Reference[] {
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
  const found = byName(input.object.spec.dataStores).map((used): UsedConnection => {
    const field = `spec.dataStores[${used.name}]`;
    const store: StoreAtWork = referredBeside(input, { kind: 'DataStore', field, reference: used });
    const connection = connectionTo(store);
    refuseAccess(field, used, store, connection);
    refuseElsewhere(input, field, store, connection);
    return { ...connection, used, store, prefix: used.envPrefix ?? PREFIXES[connection.engine] };
  });
  for (const { name } of input.object.spec.task.containers) refuseTwins(found, name);
  return found;
}

/** Those whose variables a container gets. */
export function connectionsFor(
  connections: readonly UsedConnection[],
  { name }: Pick<Container, 'name'>,
): UsedConnection[] {
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
function refuseAccess(
  field: string,
  { access }: UsedStore,
  { spec }: StoreAtWork,
  { owner, engine }: StoreConnection,
): void {
  if (access === 'ReadWrite') return;
  if (engine === 'mysql' || (engine === 'redis' && spec.redis?.clusterMode))
    throw new Terminal(
      'InvalidSpec',
      `${field}.access is ReadOnly, but ${owner} ${engine === 'mysql' ? 'is a single database' : 'has shards'}, without an address that only reads: take access away`,
    );
}

/** AWS lets no group in that is of another network, and no ACL lets through what its network does not know of. */
function refuseElsewhere(
  input: CompileInput<EcsService>,
  field: string,
  store: StoreAtWork,
  { owner, engine, port }: StoreConnection,
): void {
  const { object, facts } = input;
  const { networkRef, tier = STORE_TIER } = store.spec;
  if (port === undefined || !networkRef) return;
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
    `${field}: ${owner} listens on port ${port} in tier ${tier}, which the network ACL of tier ${closed} of SecureVpc ${own} does not let tasks reach: add {name: ${name}, port: ${port}} to its spec.securityGroups.data.ports, or set networkAcl of the tier to None`,
  );
}

/** Of two stores a container would know one only. */
function refuseTwins(connections: readonly UsedConnection[], container: string): void {
  const seen = new Map<string, UsedConnection>();
  for (const connection of connectionsFor(connections, { name: container })) {
    const { owner, prefix, used } = connection;
    for (const name of [`${prefix}_`, ...variableNames(connection)]) {
      const other = seen.get(name);
      if (other && other !== connection)
        throw new Terminal(
          'InvalidSpec',
          `spec.dataStores[${used.name}]: ${other.owner} and ${owner} would both be told to container ${container} by variables that begin with ${prefix}: give one of them another envPrefix, or let containers say whose each is`,
        );
      seen.set(name, connection);
    }
  }
}
