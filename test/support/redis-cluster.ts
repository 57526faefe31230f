import { randomBytes } from 'node:crypto';
import { GenericContainer, Wait } from 'testcontainers';
import { freePorts } from '../../k8s-local/cluster/ports.ts';
import { makeCertificates } from '../../k8s-local/databases/certificates.ts';
import { type Access, redis } from '../../k8s-local/databases/drivers.ts';
import { filesOf, TLS } from '../../k8s-local/databases/container.ts';

import { REDIS_IMAGE, redisOptions } from '../../k8s-local/databases/redis.ts';
import type { Reached } from './check-databases.ts';

/** A Redis with shards: three masters with a replica each. */
export interface RedisCluster extends Reached {
  readonly ports: readonly number[];
  /** What the node at a port answers to a command. */
  ask(port: number, command: string): Promise<unknown>;
  /** The ports of the nodes that are masters and live. */
  masters(): Promise<number[]>;
  /** Ends the node at a port at once (SIGKILL). */
  kill(port: number): Promise<void>;
  stop(): Promise<void>;
}

const NODES = 6;

/** Each node a process of one container, so that it has the same port for the others as for clients. */
const SCRIPT = `
bus=7000
for port; do
  bus=$((bus + 1)) nodes="$nodes 127.0.0.1:$port"
  mkdir -p /data/$port
  redis-server --dir /data/$port --pidfile /data/$port/pid --port 0 --tls-port $port --cluster-port $bus $OPTIONS &
done
cli="redis-cli --tls --cacert ${TLS.ca} --no-auth-warning"
for port; do until $cli -p $port ping | grep -q PONG; do sleep 0.1; done; done
$cli --cluster create $nodes --cluster-replicas 1 --cluster-yes
wait`;

/**
 * Starts one, with TLS and a password. Its nodes are told to clients by name, as those of ElastiCache are (ElastiCache User Guide,
 * "Finding connection endpoints"), so that their certificates are of what is connected to.
 */
export async function startRedisCluster(): Promise<RedisCluster> {
  const ports = await freePorts(NODES);
  const certificates = await makeCertificates();
  const password = randomBytes(12).toString('hex');
  const options = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'].concat(
    ['--cluster-announce-hostname', 'localhost', '--cluster-preferred-endpoint-type', 'hostname'],
    ['--tls-cluster', 'yes', '--tls-replication', 'yes', '--masterauth', password],
  );
  const container = await new GenericContainer(REDIS_IMAGE)
    .withEnvironment({
      REDISCLI_AUTH: password,
      OPTIONS: [...redisOptions({ password, certificates }), ...options].join(' '),
    })
    .withCommand(['sh', '-c', SCRIPT, 'sh', ...ports.map(String)])
    .withCopyContentToContainer(filesOf(certificates))
    .withExposedPorts(...ports.map((port) => ({ container: port, host: port })))
    .withWaitStrategy(Wait.forLogMessage('[OK] All 16384 slots covered.'))
    .start();
  const [port = 0] = ports;
  const access: Access = { host: '127.0.0.1', port, username: 'default', password };
  const ask = async (node: number, command: string) => {
    const connection = await redis.open({ ...access, port: node }, certificates.ca);
    try {
      return (await connection.run(command))[0];
    } finally {
      await connection.close();
    }
  };
  return {
    ...access,
    database: '',
    ca: certificates.ca,
    ports,
    ask,
    async masters() {
      const roles = ports.map(async (node) => {
        const role = await ask(node, 'ROLE').catch(() => []);
        return (role as unknown[])[0] === 'master' ? [node] : [];
      });
      return (await Promise.all(roles)).flat();
    },
    async kill(node) {
      const { exitCode, output } = await container.exec(['sh', '-c', `kill -9 $(cat /data/${node}/pid)`]);
      if (exitCode !== 0) throw new Error(output);
    },
    stop: async () => void (await container.stop()),
  };
}
