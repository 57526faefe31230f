import type { Container } from '../../../api/containers.ts';
import type { EcsService } from '../../../api/ecs-service.ts';
import { Terminal } from '../../../errors.ts';
import type { SecretCopyInputs } from '../../../local/inputs.ts';
import { connectionsFor, refuseTwins, storesOf, type ServiceStore } from '../../ecs-service/data-stores.ts';
import { lessOwn, variablesOf } from '../../ecs-service/store-variables.ts';
import { namespaceOf } from '../../names.ts';
import type { LocalCompileInput } from '../input.ts';
import { localConnectionTo, type LocalStoreConnection } from '../store-connection.ts';
import { localNameOf } from './names.ts';
import { literal, type Variable } from './variable.ts';

/** A store that a service uses, with what it offers here. Its Secret is of the namespace of the service. */
export interface LocalStore extends ServiceStore, LocalStoreConnection {
  /** Which Secret of another namespace that one has to be a copy of, and which of its values. */
  readonly copyOf?: Pick<SecretCopyInputs, 'from' | 'keys'>;
}

const PASSWORD = 'password';

/** What AWS's own libraries read of a table's stand-in, whatever the prefix. */
const AWS_VARIABLES = {
  endpoint: 'AWS_ENDPOINT_URL_DYNAMODB',
  keys: ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
} as const;

/** The stores of a service, by name. Throws Terminal where one is not for it or cannot be told to it here. */
export function localStoresOf(input: LocalCompileInput<EcsService>): LocalStore[] {
  const found = storesOf(input).map((one) => atHand(input, { ...localConnectionTo(one.store), ...one }));
  refuseTwins(input.object, found, (store) => tellingVariables(store).map(({ name }) => name));
  for (const container of input.object.spec.task.containers) refuseTables(found, container);
  return found;
}

/** What tells a container where its stores are, less what it says itself. */
export function storeVariablesFor(stores: readonly LocalStore[], container: Container): Variable[] {
  const used = connectionsFor(stores, container);
  const table = used.find(({ endpoint }) => endpoint !== undefined);
  return lessOwn([...used.flatMap(tellingVariables), ...(table ? awsVariables(table) : [])], container);
}

/** Why no pod is to be started with what is told of the stores. */
export function storesNotYet(stores: readonly LocalStore[]): string | undefined {
  return stores.find(({ notYet }) => notYet !== undefined)?.notYet;
}

function tellingVariables(found: LocalStore): Variable[] {
  const { host, readerHost, port, table = '', tls, secretName } = found;
  const { environment, secrets } = variablesOf(found, {
    host,
    readerHost,
    port: String(port),
    table,
    tls,
    password: secretName === undefined ? undefined : keyOf(secretName, PASSWORD),
  });
  return [...environment.map(({ name, value }) => ({ name, value: literal(value) })), ...secrets];
}

/** The stand-in takes any credentials, and AWS's libraries go nowhere without some. */
function awsVariables({ endpoint = '', secretName }: LocalStore): Variable[] {
  return [
    { name: AWS_VARIABLES.endpoint, value: endpoint },
    ...(secretName === undefined
      ? []
      : AWS_VARIABLES.keys.map((name) => ({ name, valueFrom: keyOf(secretName, name) }))),
  ];
}

function keyOf(name: string, key: string) {
  return { secretKeyRef: { name, key } };
}

/** A pod reads Secrets of its own namespace only: of a store of another one it gets a copy. */
function atHand({ object, account }: LocalCompileInput<EcsService>, store: LocalStore): LocalStore {
  const { secretName, engine, used } = store;
  const namespace = namespaceOf(store.store.metadata);
  if (secretName === undefined || namespace === namespaceOf(object.metadata)) return store;
  return {
    ...store,
    secretName: `${localNameOf(object, account)}-store-${used.name}`,
    copyOf: {
      from: { namespace, name: secretName },
      keys: engine === 'dynamodb' ? AWS_VARIABLES.keys : [PASSWORD],
    },
  };
}

/** AWS's libraries know one address of DynamoDB. */
function refuseTables(stores: readonly LocalStore[], container: Container): void {
  const [first, ...others] = connectionsFor(stores, container).filter(
    ({ endpoint }) => endpoint !== undefined,
  );
  const other = others.find(({ endpoint }) => endpoint !== first?.endpoint);
  if (!first || !other) return;
  throw new Terminal(
    'InvalidSpec',
    `spec.dataStores[${other.used.name}]: here ${first.owner} and ${other.owner} are reached at two addresses, of which container ${container.name} can be told one by ${AWS_VARIABLES.endpoint}: let containers say whose each is`,
  );
}
