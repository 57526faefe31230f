import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashPassword } from '../../service/portal/admin/password.ts';
import { stateFolder } from '../cluster/paths.ts';
import type { Database } from '../databases/container.ts';
import type { DynamoTable } from '../databases/dynamo.ts';
import type { Endings } from '../demo/endings.ts';

export type Mode = 'microservice' | 'portal';

/** Where the service finds its databases, and who may log in. */
export interface Stores {
  readonly env: Readonly<Record<string, string>>;
  /** Folder of the authorities' certificates. */
  readonly folder: string;
  /** The administrator's, where one was made; kept nowhere. */
  readonly password: string | undefined;
}

interface Options {
  readonly mode: Mode;
  /** How the service reaches what listens on this machine. */
  readonly host: string;
  readonly endings: Endings;
  readonly signal: AbortSignal;
}

/** What `npm run check:databases -- --env dev` reads while they run. */
const ENV_FILE = join(stateFolder, 'service-dev.env');

/** A first start fetches images. */
const STARTING_SECONDS = 120;

/** Starts every store that the mode has, and resolves when they let the service in. `endings` take them down. */
export async function startStores({ mode, host, endings, signal }: Options): Promise<Stores> {
  // Only here: the client of Docker alone takes a second to load.
  const [{ startMysql }, { startPostgres }, { startRedis }, { startDynamoTable }] = await Promise.all([
    import('../databases/mysql.ts'),
    import('../databases/postgres.ts'),
    import('../databases/redis.ts'),
    import('../databases/dynamo.ts'),
  ]);
  const taken = <T extends { stop: () => Promise<void> }>(what: string, starting: Promise<T>): Promise<T> => {
    // One that is still starting when the end comes is waited for, so that it is taken down, too.
    endings.add(
      `${what} may be left: docker ps --filter label=org.testcontainers`,
      STARTING_SECONDS,
      async () => {
        const started = await starting.catch(() => undefined);
        await started?.stop();
      },
    );
    return starting;
  };
  const admin = mode === 'portal' ? await makeAdmin() : undefined;
  signal.throwIfAborted();
  const database = mode === 'portal' ? startMysql() : startPostgres();
  const folder = join(stateFolder, 'service', mode);
  const [sql, redis, table] = await Promise.all([
    taken(mode === 'portal' ? 'MySQL' : 'PostgreSQL', database),
    taken('Redis', startRedis()),
    mode === 'portal' ? undefined : taken('The local AWS', startDynamoTable()),
    mkdir(folder, { recursive: true }),
  ]);
  signal.throwIfAborted();
  endings.add(`Certificates are left in ${folder}`, 5, () => rm(folder, { recursive: true, force: true }));
  endings.add(`Passwords of databases that are gone are left in ${ENV_FILE}`, 5, () =>
    rm(ENV_FILE, { force: true }),
  );
  const env = {
    SERVICE_MODE: mode,
    ...(await databaseEnv('DB', sql, host, join(folder, 'database.pem'))),
    DB_USER: sql.username,
    DB_NAME: sql.database,
    ...(await databaseEnv('REDIS', redis, host, join(folder, 'redis.pem'))),
    ...(table ? tableEnv(table, host) : {}),
    ...(admin ? { ADMIN_PASSWORD_HASH: admin.hash } : {}),
  };
  const lines = Object.entries(env).map(([name, value]) => `${name}='${value}'\n`);
  await writeFile(ENV_FILE, lines.join(''), { mode: 0o600 });
  return { env, folder, password: admin?.password };
}

async function databaseEnv(
  prefix: 'DB' | 'REDIS',
  { port, password, ca }: Database,
  host: string,
  file: string,
): Promise<Record<string, string>> {
  await writeFile(file, ca ?? '');
  return {
    [`${prefix}_HOST`]: host,
    [`${prefix}_PORT`]: String(port),
    [`${prefix}_PASS`]: password,
    [`${prefix}_CA_FILE`]: file,
  };
}

function tableEnv({ table, region, endpoint, credentials }: DynamoTable, host: string) {
  const url = new URL(endpoint);
  url.hostname = host;
  return {
    DYNAMODB_TABLE: table,
    DYNAMODB_REGION: region,
    AWS_ENDPOINT_URL_DYNAMODB: url.origin,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}

async function makeAdmin(): Promise<{ password: string; hash: string } | undefined> {
  // Somebody's own is left to them.
  if (process.env['ADMIN_PASSWORD_HASH']) return undefined;
  const password = randomBytes(12).toString('base64url');
  return { password, hash: await hashPassword(password) };
}
