import type { AuroraPostgreSql } from '../../../api/data-store/aurora-postgresql.ts';
import { AURORA_SIZES } from '../../../api/presets.ts';
import { majorOf } from '../../../engine-versions.ts';
import { byName } from '../../names.ts';
import { localImage } from '../images.ts';
import { DATA, type EngineInput, fromSecret, isPlain, type LocalEngine, secretOf } from './engine.ts';
import { resourcesFor, sizeOfClass, sizeOfUnits } from './size.ts';

/** The database that there always is. */
const POSTGRES = 'postgres';
/** `postgres` in the official image. */
const USER = 999;
const PORT = 5432;
const LEAST_MIB = 128;
/** Aurora's volume grows by itself, in steps of so much. */
const STORAGE_GIB = 10;
const FOLDER = `${DATA}/postgres`;

/**
 * A first start that was interrupted has served nobody: it begins anew. Later ones give the user the password that the Secret holds by
 * then, without a server that anybody could reach.
 */
const SCRIPT = `set -eu
mark=${DATA}/being-made
if [ -e "$mark" ]; then rm -rf "$PGDATA"; fi
if [ -s "$PGDATA/PG_VERSION" ]; then
  chmod 700 "$PGDATA"
  printf '%s\\n' "ALTER USER \\"$POSTGRES_USER\\" PASSWORD '$POSTGRES_PASSWORD';" |
    postgres --single -D "$PGDATA" postgres >/dev/null
else
  : >"$mark"
  echo "rm '$mark'" >/docker-entrypoint-initdb.d/made.sh
fi
exec docker-entrypoint.sh postgres "$@"`;

/** AWS's own: its PostgreSQL does not start with those that it does not know. */
const OF_AWS = /^(rds\.|apg_|aurora_|babelfish)/;
/** Of the libraries that AWS can load those that come with PostgreSQL. */
const LIBRARIES = new Set(['auto_explain', 'pg_prewarm', 'pg_stat_statements']);

/** Aurora as one PostgreSQL of the same major version. */
export function postgresql(input: EngineInput<AuroraPostgreSql>): LocalEngine {
  const { object, account, spec } = input;
  const { environment = 'dev' } = object.spec;
  const { instanceClass = AURORA_SIZES[environment].instanceClass, serverlessV2: range } = spec;
  const version = majorOf('aurora-postgresql', spec.engineVersion);
  const size = range ? sizeOfUnits(range.maxCapacityUnits) : sizeOfClass(instanceClass);
  return {
    name: 'postgresql',
    version,
    user: USER,
    storageGiB: STORAGE_GIB,
    scratch: {
      sockets: '/var/run/postgresql',
      'first-start': '/docker-entrypoint-initdb.d',
      // Kubernetes gives 64 MiB of it, too little for queries that run in parallel.
      'shared-memory': '/dev/shm',
    },
    containers: [
      {
        name: 'postgresql',
        image: localImage(account, `postgres:${version}`),
        command: ['/bin/sh', '-c', SCRIPT, 'postgresql'],
        args: parametersOf(spec).flatMap(({ name, value }) => ['-c', `${name}=${value}`]),
        env: [
          { name: 'PGDATA', value: FOLDER },
          { name: 'POSTGRES_DB', value: spec.databaseName ?? POSTGRES },
          { name: 'POSTGRES_USER', value: spec.masterUsername },
          fromSecret('POSTGRES_PASSWORD', secretOf(input), 'password'),
        ],
        port: { name: 'postgresql', containerPort: PORT },
        // By TCP: the first start has a server for itself, without an address.
        ready: {
          exec: {
            command: ['pg_isready', '--quiet', '--host=127.0.0.1', `--port=${PORT}`, `--dbname=${POSTGRES}`],
          },
        },
        // Told to end, it else waits for its clients.
        preStop: ['pg_ctl', 'stop', '--mode=fast', '--no-wait', `--pgdata=${FOLDER}`],
        resources: resourcesFor(size, account, LEAST_MIB),
      },
    ],
  };
}

function parametersOf({ parameters }: AuroraPostgreSql): { name: string; value: string }[] {
  return byName(parameters)
    .filter((parameter) => isPlain(parameter) && !OF_AWS.test(parameter.name))
    .map(({ name, value }) => ({ name, value: name === 'shared_preload_libraries' ? known(value) : value }));
}

function known(libraries: string): string {
  return libraries
    .split(',')
    .map((library) => library.trim())
    .filter((library) => LIBRARIES.has(library))
    .join(',');
}
