import type { DataStore } from '../../api/data-store.ts';
import type { Engine } from '../../api/data-store/rules.ts';
import { foreignRef } from '../../graph/ref.ts';
import { ownerOf } from '../names.ts';

/** Where a store's password is kept, and which one that is; the latter tells nothing of it. */
interface KeptSecret {
  readonly arn: string;
  /** Another for another password. */
  readonly version: string;
}

/** What others may use of a store. Every text stands for what is known as soon as the thing is there. */
export interface StoreConnection {
  /** `DataStore/namespace/name`, for messages. */
  readonly owner: string;
  readonly engine: Engine;
  /** Where it is reached; undefined of a table, which stands in no network. */
  readonly port: number | undefined;
  /** An output of what holds the data: `address`, `port`, `name`. */
  readonly of: (output: string) => string;
  /** Undefined of what takes no password. */
  readonly secret: KeptSecret | undefined;
  /** ARN of the key that is its own, or that it was given; undefined where AWS has one for it. */
  readonly keyArn: string | undefined;
  /** Why nothing that uses it is to be started yet; undefined where nothing is known of it, or it takes connections. */
  readonly notYet: string | undefined;
}

/** A store with what is known of it beside its spec. */
export interface StoreAtWork extends DataStore {
  /** It stands, and takes no connections yet, although its address is known. */
  readonly isComing?: boolean;
}

/** Ports of the engines; stores have no others. */
const PORTS: Readonly<Record<Exclude<Engine, 'dynamodb'>, number>> = {
  mysql: 3306,
  auroraPostgresql: 5432,
  redis: 6379,
};

/** The nodes that hold the data. */
const NODES: Readonly<Record<Engine, string>> = {
  mysql: 'db-instance',
  auroraPostgresql: 'db-cluster',
  redis: 'replication-group',
  dynamodb: 'table',
};

/** Which engine a store has. */
export function engineOf({ spec }: Pick<DataStore, 'spec'>): Engine {
  if (spec.mysql) return 'mysql';
  if (spec.auroraPostgresql) return 'auroraPostgresql';
  return spec.redis ? 'redis' : 'dynamodb';
}

/** The node that holds the data of a store. */
export function nodeOf(store: Pick<DataStore, 'spec'>): string {
  return NODES[engineOf(store)];
}

/** The port that a store listens on; undefined of a table. */
export function portOf(store: Pick<DataStore, 'spec'>): number | undefined {
  const engine = engineOf(store);
  return engine === 'dynamodb' ? undefined : PORTS[engine];
}

/** What a store offers to those whom it lets in. */
export function connectionTo(store: StoreAtWork): StoreConnection {
  const owner = ownerOf(store);
  const engine = engineOf(store);
  return {
    owner,
    engine,
    port: portOf(store),
    of: (output) => foreignRef(owner, NODES[engine], output),
    secret: secretOf(store),
    keyArn: keyOf(store),
    notYet:
      store.isComing === true
        ? `waits for ${owner}, which is being made and takes no connections yet`
        : undefined,
  };
}

/** The secret that Landfall made, or the one that RDS did. */
function secretOf(store: DataStore): KeptSecret | undefined {
  const { mysql, auroraPostgresql, redis } = store.spec;
  const owner = ownerOf(store);
  if ((mysql ?? auroraPostgresql ?? redis)?.credentials.mode === 'Generated')
    return { arn: foreignRef(owner, 'secret', 'arn'), version: foreignRef(owner, 'secret', 'currentMark') };
  if (!mysql && !auroraPostgresql) return undefined;
  const node = NODES[engineOf(store)];
  return { arn: foreignRef(owner, node, 'secretArn'), version: foreignRef(owner, node, 'secretVersion') };
}

function keyOf(store: DataStore): string | undefined {
  const { encryption } = store.spec;
  if (!encryption || encryption.key === 'Aws') return undefined;
  return encryption.key === 'Given' ? encryption.keyArn : foreignRef(ownerOf(store), 'key', 'arn');
}
