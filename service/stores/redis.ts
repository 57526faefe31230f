import { Cluster, Redis } from 'ioredis';
import type { RedisConfig } from '../config.ts';
import type { Logger } from '../log.ts';
import { codeOf, healthOf } from './health.ts';
import { loggable } from './redis-errors.ts';
import { unavailable } from './schema.ts';
import type { Store } from './store.ts';
import { cacheTls, shared } from './tls.ts';

const CONNECT_MS = 2000;
const COMMAND_MS = 1500;
/** A connection that is silent for so long while something is asked is given up: the other side of it may be gone without a word. */
const SILENT_MS = 2500;
const LONGEST_PAUSE_MS = 1000;

/** A cache: Redis or Valkey, with shards or without. */
export interface RedisStore extends Store {
  readonly name: 'redis';
  /** For libraries that bring their own commands. */
  readonly client: Redis | Cluster;
  /** Runs commands; throws a 503 where the cache does not answer in time. */
  use<T>(commands: (client: Redis | Cluster) => Promise<T>): Promise<T>;
}

/**
 * Connects, and again whenever the connection is lost. A command is never kept for later: it is answered in time or refused,
 * and nothing is sent twice, so that a write that was refused is not done behind anybody's back a minute later.
 */
export function redisStore(config: RedisConfig, log: Logger): RedisStore {
  const client = connect(config);
  /** Why there is no connection: commands are only told that there is none. */
  let failure: unknown = new Error('not connected yet');
  client.on('error', (error: unknown) => {
    const reason = codeOf(loggable(error));
    // Once for each cause: it is told again at every attempt.
    if (reason !== codeOf(failure)) log.warn({ store: 'redis', reason }, 'the connection failed');
    failure = loggable(error);
  });
  client.on('close', () => (failure ??= new Error('the connection is lost')));
  client.on('ready', () => {
    failure = undefined;
    log.info({ store: 'redis' }, 'connected');
  });
  const use: RedisStore['use'] = async (commands) => {
    try {
      return await commands(client);
    } catch (error) {
      throw unavailable('redis', failure ?? loggable(error));
    }
  };
  return {
    name: 'redis',
    client,
    use,
    health: healthOf(() => use<unknown>(config.cluster ? whole : (client) => client.ping())),
    close: () => Promise.resolve(client.disconnect()),
  };
}

/** One node alone answers well also where others, and what they keep, are gone. */
async function whole(client: Redis | Cluster): Promise<void> {
  const told = await client.cluster('INFO');
  for (const well of ['cluster_state:ok', 'cluster_slots_fail:0'])
    if (!told.includes(`${well}\r\n`)) throw new Error('some shards are away');
}

function connect({ host, port, password, tls, cluster }: RedisConfig): Redis | Cluster {
  const options = {
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: shared(cacheTls(tls)) } : {}),
    connectTimeout: CONNECT_MS,
    commandTimeout: COMMAND_MS,
    socketTimeout: SILENT_MS,
    keepAlive: 10_000,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  };
  const pause = (attempt: number) => Math.min(50 * 2 ** Math.min(attempt, 10), LONGEST_PAUSE_MS);
  if (!cluster) return new Redis({ ...options, host, port, retryStrategy: pause });
  return new Cluster([{ host, port }], {
    redisOptions: options,
    enableOfflineQueue: false,
    clusterRetryStrategy: pause,
    // The certificate is of the name, so the address that it stands for must not take its place.
    dnsLookup: (address, found) => found(null, address),
  });
}
