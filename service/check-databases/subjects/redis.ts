import { randomUUID } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import { Cluster, type Redis } from 'ioredis';
import type { RedisConfig } from '../../config.ts';
import type { Logger } from '../../log.ts';
import { type RedisStore, redisStore } from '../../stores/redis.ts';
import { loggable } from '../../stores/redis-errors.ts';
import { CONNECTIONS, KEPT_SECONDS, type Subject } from '../subject.ts';

const CONNECT_MS = 5000;

/** Redis or Valkey. It has no schema. */
export function redis(config: RedisConfig, log: Logger): Subject {
  const stores: RedisStore[] = [];
  const prefix = `check-databases:${randomUUID()}`;
  const one = (slot: number) => {
    const store = stores[slot % CONNECTIONS];
    if (!store) throw new Error('not connected');
    return store;
  };
  let reads = 0;
  return {
    name: 'redis',
    async connect() {
      // One client is one connection.
      while (stores.length < CONNECTIONS) stores.push(redisStore(config, log));
      await Promise.all(stores.map(({ client }) => ready(client)));
      const info = await one(0).use((client) => client.info('server'));
      const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
      const valkey = field('valkey_version');
      return {
        version: valkey === undefined ? `Redis ${field('redis_version')}` : `Valkey ${valkey}`,
        tls: tlsOf(one(0).client),
      };
    },
    async write(slot) {
      const key = `${prefix}:${slot}`;
      await one(slot).use((client) => client.set(key, 'A check of the databases', 'EX', KEPT_SECONDS));
      return key;
    },
    read: (id) => one((reads += 1)).use(async (client) => (await client.get(id)) !== null),
    // One by one: those of several shards cannot go in one command.
    async remove(ids) {
      for (const id of ids) await one(0).use((client) => client.del(id));
    },
    async close() {
      await Promise.all(stores.map((store) => store.close()));
    },
  };
}

/** Resolves once it lets commands through; rejects with the first reason why it does not. */
function ready(client: Redis | Cluster): Promise<void> {
  return new Promise((resolve, reject) => {
    if (client.status === 'ready') return resolve();
    const late = setTimeout(() => reject(new Error('no answer in time')), CONNECT_MS);
    client.once('ready', resolve);
    client.once('error', (error: unknown) => reject(loggable(error)));
    for (const event of ['ready', 'error']) client.once(event, () => clearTimeout(late));
  });
}

function tlsOf(client: Redis | Cluster): string {
  const [node] = client instanceof Cluster ? client.nodes('master') : [client];
  const { stream } = node ?? {};
  return stream instanceof TLSSocket ? (stream.getProtocol() ?? 'TLS') : 'without TLS';
}
