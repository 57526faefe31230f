import type { DataStore } from '../../api/data-store.ts';
import type { Engine } from '../../api/data-store/rules.ts';
import { connectionTo, engineOf, type StoreAtWork } from '../data-store/connection.ts';
import { identifier, namesOfStore } from '../data-store/names.ts';
import { namespaceOf } from '../names.ts';

/** What others may use of a store in this cluster. */
export interface LocalStoreConnection {
  /** `DataStore/namespace/name`, for messages. */
  readonly owner: string;
  readonly engine: Engine;
  /** Name of its Service, as it resolves from every namespace. */
  readonly host: string;
  /** Where it is only read: here the same. */
  readonly readerHost: string;
  /** Port of its Service; of a table that of `endpoint`. */
  readonly port: number;
  /**
   * A Secret in the namespace of the store. Its keys are `host`, `port`, `username`, `password`, `dbname` where there is a database, and `uri`; of
   * a table `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, which are nobody's. Undefined of what takes no password.
   */
  readonly secretName: string | undefined;
  /** Name of the table. */
  readonly table: string | undefined;
  /** URL of what stands in for DynamoDB, for AWS_ENDPOINT_URL_DYNAMODB. */
  readonly endpoint: string | undefined;
  /** Whether it speaks TLS: never, so clients that would insist are told `<prefix>_TLS=false`. */
  readonly tls: boolean;
  /** Why nothing that uses it is to be started yet; undefined where nothing is known of it, or it takes connections. */
  readonly notYet: string | undefined;
}

/** Port of what stands in for DynamoDB. */
export const TABLE_PORT = 8000;

/** A StatefulSet puts its name and a hash into a label of 63 characters: https://github.com/kubernetes/kubernetes/issues/64023 . */
const NAME_MAX = 52;

/** What everything of a store is called here: as what holds the data is called in AWS. */
export function localStoreName(store: DataStore): string {
  const names = namesOfStore(store);
  const name = {
    mysql: names.instance(),
    auroraPostgresql: names.cluster,
    redis: names.replicationGroup,
    dynamodb: names.table,
  }[engineOf(store)];
  return identifier(name, NAME_MAX);
}

/**
 * The Secret that the password is made in; undefined where the store asks for none, as a cache may. Its name follows from nothing that
 * can change: the one of `connectionSecret` is a copy.
 */
export function localSecretName(store: DataStore): string | undefined {
  const { mysql, auroraPostgresql, redis } = store.spec;
  if (mysql ?? auroraPostgresql) return namesOfStore(store).secret;
  if (redis?.credentials.mode === 'None') return undefined;
  // A database, a cache and a table may have one base name.
  return `${localStoreName(store)}-secret`;
}

/** A Service as every pod resolves it, whatever the domain of the cluster. */
export function hostOf(namespace: string, name: string): string {
  return `${name}.${namespace}.svc`;
}

/** What a store offers to those whom it lets in. */
export function localConnectionTo(store: StoreAtWork): LocalStoreConnection {
  const { owner, engine, port = TABLE_PORT, notYet } = connectionTo(store);
  const host = hostOf(namespaceOf(store.metadata), localStoreName(store));
  const isTable = engine === 'dynamodb';
  return {
    owner,
    engine,
    host,
    readerHost: host,
    port,
    secretName: localSecretName(store),
    table: isTable ? namesOfStore(store).table : undefined,
    endpoint: isTable ? `http://${host}:${port}` : undefined,
    tls: false,
    notYet,
  };
}
