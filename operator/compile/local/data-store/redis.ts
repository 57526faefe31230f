import { DEFAULT_VERSION, type Redis } from '../../../api/data-store/redis.ts';
import { REDIS_SIZES } from '../../../api/presets.ts';
import { byName } from '../../names.ts';
import { localImage } from '../images.ts';
import { DATA, type EngineInput, fromSecret, isPlain, type LocalEngine } from './engine.ts';
import { resourcesFor, sizeOfClass } from './size.ts';

/** `redis` in the official image. */
const USER = 999;
const PORT = 6379;
const LEAST_MIB = 32;
const FOLDER = `${DATA}/redis`;

/** 7.1 is ElastiCache's own. */
const IMAGES: Readonly<Record<string, string>> = { '7.1': '7.0' };

/** Of the memory, how much the keys may take: the rest is for what a copy in the background changes meanwhile. */
const SHARE_OF_KEYS = 0.75;

/** The parameters of ElastiCache that are the engine's own, by the same name. Of the others it would not start. */
const PARAMETERS =
  /^(active-?(defrag|expire|rehashing).*|acllog-max-len|client-query-buffer-limit|databases|(hash|set|zset|list|stream)-.*|hll-sparse-max-bytes|latency-tracking|lazyfree-.*|lfu-.*|lua-time-limit|maxclients|maxmemory-(policy|samples)|notify-keyspace-events|proto-max-bulk-len|slowlog-.*|tcp-keepalive|timeout|tracking-table-max-keys)$/;

/** ElastiCache's defaults where they are not the engine's. */
const DEFAULTS: Readonly<Record<string, string>> = { 'maxmemory-policy': 'volatile-lru' };

/** A cluster of one node has all the slots, as long as it is. */
const SCRIPT = `set -eu
mkdir -p ${FOLDER}
if [ -n "$REDIS_CLUSTER" ] && [ ! -e ${FOLDER}/nodes.conf ]; then
  id=$(od -An -N20 -tx1 /dev/urandom | tr -d ' \\n')
  echo "$id $POD_IP:${PORT}@1${PORT} myself,master - 0 0 1 connected 0-16383" >${FOLDER}/nodes.conf
  echo 'vars currentEpoch 1 lastVoteEpoch 0' >>${FOLDER}/nodes.conf
fi
exec redis-server - "$@" <<END
\${REDISCLI_AUTH:+requirepass $REDISCLI_AUTH}
END`;

/** A cache as one server of the same version; in cluster mode one that speaks the cluster protocol. */
export function redis({ object, account, spec, secretName }: EngineInput<Redis>): LocalEngine {
  const { engine, engineVersion = DEFAULT_VERSION[engine], clusterMode } = spec;
  const version = IMAGES[engineVersion] ?? engineVersion;
  const { nodeType } = REDIS_SIZES[object.spec.environment ?? 'dev'];
  const size = sizeOfClass(spec.nodeType ?? nodeType);
  const resources = resourcesFor(size, account, LEAST_MIB);
  const name = engine === 'Valkey' ? 'valkey' : 'redis';
  return {
    name,
    version,
    user: USER,
    // What is written down of each change beside the keys themselves.
    storageGiB: size.memoryGiB * 2,
    scratch: {},
    containers: [
      {
        name,
        image: localImage(account, `${engine === 'Valkey' ? 'valkey/valkey' : 'redis'}:${version}`),
        command: ['/bin/sh', '-c', SCRIPT, name],
        args: [
          ...options({
            port: String(PORT),
            dir: FOLDER,
            // Who may come in, the network says, and the password where there is one.
            'protected-mode': 'no',
            appendonly: account.volumePolicy === 'Ephemeral' ? 'no' : 'yes',
            maxmemory: `${Math.floor(resources.limitMiB * SHARE_OF_KEYS)}mb`,
            ...(clusterMode && { 'cluster-enabled': 'yes', 'cluster-announce-ip': '$(POD_IP)' }),
            ...DEFAULTS,
            ...parametersOf(spec),
          }),
        ],
        env: [
          { name: 'REDIS_CLUSTER', value: clusterMode ? 'yes' : '' },
          { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          // By this name its client reads it, too.
          ...(secretName === undefined ? [] : [fromSecret('REDISCLI_AUTH', secretName, 'password')]),
        ],
        port: { name: 'redis', containerPort: PORT },
        ready: { exec: { command: ['/bin/sh', '-c', '[ "$(redis-cli ping)" = PONG ]'] } },
        alive: { tcpSocket: { port: 'redis' } },
        resources,
      },
    ],
  };
}

function options(all: Readonly<Record<string, string>>): string[] {
  return Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
}

function parametersOf({ parameters }: Redis): Readonly<Record<string, string>> {
  return Object.fromEntries(
    byName(parameters)
      .filter((parameter) => isPlain(parameter) && PARAMETERS.test(parameter.name))
      .map(({ name, value }) => [name, value]),
  );
}
