import type { MySql } from '../../../api/data-store/mysql.ts';
import { MYSQL_SIZES } from '../../../api/presets.ts';
import { majorOf } from '../../../engine-versions.ts';
import { byName } from '../../names.ts';
import { localImage } from '../images.ts';
import { DATA, type EngineInput, fromSecret, isPlain, type LocalEngine, secretOf } from './engine.ts';
import { resourcesFor, sizeOfClass } from './size.ts';

/** `mysql` in the official image. */
const USER = 999;
const PORT = 3306;
const LEAST_MIB = 384;
const FOLDER = `${DATA}/mysql`;
const RUN = '/var/run/mysqld';
const CLIENT = `${RUN}/client.cnf`;

/**
 * The master user may do everything, which the image's MYSQL_USER may not. It and the database are made by statements that the first
 * start reads as its image has it, and each later one before it lets anybody in: what an interrupted one left out is made then, and the
 * password is the one that the Secret holds by then. A first start that did not get so far has served nobody, and begins anew.
 */
const SCRIPT = `set -eu
umask 077
mark=${DATA}/being-made
statements=/docker-entrypoint-initdb.d/store.sql
cat >"$statements" <<END
CREATE USER IF NOT EXISTS '$STORE_USER'@'%' IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';
ALTER USER '$STORE_USER'@'%' IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';
GRANT ALL ON *.* TO '$STORE_USER'@'%' WITH GRANT OPTION;
END
if [ -n "$STORE_DATABASE" ]; then echo "CREATE DATABASE IF NOT EXISTS \\\`$STORE_DATABASE\\\`;" >>"$statements"; fi
cat >${CLIENT} <<END
[client]
protocol=tcp
host=127.0.0.1
user=$STORE_USER
password=$MYSQL_ROOT_PASSWORD
END
if [ -e "$mark" ]; then rm -rf ${FOLDER}; fi
mkdir -p ${FOLDER}
if [ -d ${FOLDER}/mysql ]; then
  set -- "--init-file=$statements" "$@"
else
  : >"$mark"
  echo "rm '$mark'" >/docker-entrypoint-initdb.d/zzz-made.sh
fi
exec docker-entrypoint.sh mysqld --datadir=${FOLDER} "$@"`;

/** Without TLS nobody could come in. */
const INSISTS_ON_TLS = 'require_secure_transport';

/** A server of MySQL of the same major version. */
export function mysql(input: EngineInput<MySql>): LocalEngine {
  const { object, account, spec } = input;
  const preset = MYSQL_SIZES[object.spec.environment ?? 'dev'];
  const version = majorOf('mysql', spec.engineVersion);
  return {
    name: 'mysql',
    version,
    user: USER,
    storageGiB: spec.storageGiB ?? preset.storageGiB,
    scratch: { sockets: RUN, 'first-start': '/docker-entrypoint-initdb.d' },
    containers: [
      {
        name: 'mysql',
        image: localImage(account, `mysql:${version}`),
        command: ['/bin/sh', '-c', SCRIPT, 'mysql'],
        args: ['--character-set-server=utf8mb4', ...parametersOf(spec)],
        env: [
          { name: 'MYSQL_ROOT_HOST', value: 'localhost' },
          { name: 'STORE_DATABASE', value: spec.databaseName ?? '' },
          { name: 'STORE_USER', value: spec.masterUsername },
          fromSecret('MYSQL_ROOT_PASSWORD', secretOf(input), 'password'),
        ],
        port: { name: 'mysql', containerPort: PORT },
        ready: { exec: { command: ['mysqladmin', `--defaults-file=${CLIENT}`, 'status'] } },
        // An answer is one, also where it lets nobody in.
        alive: { exec: { command: ['mysqladmin', `--defaults-file=${CLIENT}`, 'ping'] } },
        resources: resourcesFor(sizeOfClass(spec.instanceClass ?? preset.instanceClass), account, LEAST_MIB),
      },
    ],
  };
}

/** `loose`: one that this server does not know is told in its log, and it starts. */
function parametersOf({ parameters }: MySql): string[] {
  return byName(parameters)
    .filter((parameter) => isPlain(parameter) && parameter.name !== INSISTS_ON_TLS)
    .map(({ name, value }) => `--loose-${name.replaceAll('_', '-')}=${value}`);
}
