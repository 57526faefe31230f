import { CreateTableCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerAnswers } from '../../k8s-local/aws/container.ts';
import type { Database } from '../../k8s-local/databases/container.ts';
import { type Driver, mysql, postgres, redis } from '../../k8s-local/databases/drivers.ts';
import { type DynamoTable, startDynamoTable } from '../../k8s-local/databases/dynamo.ts';
import { startMysql } from '../../k8s-local/databases/mysql.ts';
import { startPostgres } from '../../k8s-local/databases/postgres.ts';
import { startRedis } from '../../k8s-local/databases/redis.ts';
import { checkDatabases, environmentOf } from '../support/check-databases.ts';
import { eventually } from '../support/eventually.ts';
import { startService } from '../support/service.ts';

const docker = await dockerAnswers(process.env);
if (process.env['CI'] === 'true') {
  it('in CI a Docker daemon answers', () => expect(docker, 'see .ci/docker').toBe(true));
}

/** Runs a statement as the database's user. */
async function run(driver: Driver, store: Database, statement: string): Promise<unknown[]> {
  const connection = await driver.open({ ...store, dbname: store.database }, store.ca);
  try {
    return await connection.run(statement);
  } finally {
    await connection.close();
  }
}

/** Lets the service make its tables. */
async function migrated(env: Readonly<Record<string, string>>): Promise<void> {
  const service = await startService(env);
  try {
    await eventually('the service to be ready', async () => (await fetch(`${service.url}/ready`)).ok);
  } finally {
    await service.stop();
  }
}

it('says of stores that are not configured that they are disabled, which is no fault', async () => {
  const { code, rows, out } = await checkDatabases(
    {},
    '--env',
    'staging',
    '--test-all',
    '--test-performance',
  );
  expect(rows).toEqual(
    ['postgresql', 'dynamodb', 'redis'].map((name) => `${name} all disabled is not configured`),
  );
  expect(out).toContain('No database is configured.');
  expect(code).toBe(0);
});

it('asks what to do, and says what of the environment is wrong', async () => {
  expect(await checkDatabases({}, '--env', 'staging')).toMatchObject({ code: 1, out: '' });
  expect((await checkDatabases({}, '--env', 'moon', '--test-all')).err).toContain('dev, staging, prod');
  const { code, err } = await checkDatabases({ DB_HOST: 'db' }, '--env', 'staging', '--test-all');
  expect({ code, err }).toEqual({
    code: 1,
    err: 'The environment is not valid:\nDB_USER: is needed where DB_HOST is given\n',
  });
});

describe.runIf(docker)('the databases of the microservice', () => {
  const held = new AsyncDisposableStack();
  let sql: Database;
  let cache: Database;
  let table: DynamoTable;
  let env: Record<string, string>;
  const all = (given: Record<string, string> = {}, name = 'staging') =>
    checkDatabases({ ...env, ...given }, '--env', name, '--test-all');

  beforeAll(async () => {
    [sql, cache, table] = await Promise.all([
      startPostgres().then((store) => held.adopt(store, () => store.stop())),
      startRedis().then((store) => held.adopt(store, () => store.stop())),
      startDynamoTable().then((store) => held.adopt(store, () => store.stop())),
    ]);
    env = {
      ...held.use(await environmentOf('DB', sql)).env,
      ...held.use(await environmentOf('REDIS', cache)).env,
      DYNAMODB_TABLE: table.table,
      DYNAMODB_REGION: table.region,
      AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
      AWS_ACCESS_KEY_ID: table.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: table.credentials.secretAccessKey,
    };
  });
  afterAll(() => held.disposeAsync());

  it('changes nothing of a database that the service has never seen, and says what it lacks', async () => {
    const { code, rows } = await all();
    expect(rows).toContain('postgresql schema FAILED table users is missing');
    expect(code).toBe(1);
    expect(await run(postgres, sql, "select relname from pg_class where relname = 'users'")).toEqual([]);
    await migrated(env);
  });

  it('finds all of them well, and leaves nothing behind', async () => {
    const args = ['--env', 'staging', '--test-all', '--test-performance', '--seconds', '0.5'];
    const { code, rows, out, err } = await checkDatabases(env, ...args);
    expect(rows).toEqual([
      expect.stringMatching(/^postgresql connection ok PostgreSQL [\d.]+, TLSv1\.3, \d+ ms$/),
      'postgresql schema ok 1 table, 5 columns, 3 indexes',
      expect.stringMatching(/^postgresql write, read, delete ok \d+ ms$/),
      expect.stringMatching(/^dynamodb connection ok DynamoDB in us-east-1, without TLS, \d+ ms$/),
      'dynamodb schema ok key session_id, index user-activity, time to live ttl',
      expect.stringMatching(/^dynamodb write, read, delete ok \d+ ms$/),
      expect.stringMatching(/^redis connection ok Redis [\d.]+, TLSv1\.3, \d+ ms$/),
      expect.stringMatching(/^redis write, read, delete ok \d+ ms$/),
      ...['postgresql', 'dynamodb', 'redis'].flatMap((name) =>
        ['read', 'write'].map((operation) =>
          expect.stringMatching(new RegExp(`^${name} ${operation} [1-9]\\d*( \\d+\\.\\d\\d){3} ok$`)),
        ),
      ),
    ]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('Checking staging: the microservice');
    for (const secret of [sql.password, cache.password, table.credentials.secretAccessKey])
      expect(out).not.toContain(secret);
    expect(await run(postgres, sql, 'select id from users')).toEqual([]);
    expect(await run(redis, cache, 'DBSIZE')).toEqual([0]);
    const client = new DynamoDBClient(table);
    expect((await client.send(new ScanCommand({ TableName: table.table }))).Count).toBe(0);
    client.destroy();
  });

  it('writes nothing in prod, not even to a database that lets nobody write', async () => {
    const readOnly = async (is: boolean) => {
      const connection = await postgres.open({ ...sql, dbname: sql.database }, sql.ca);
      // Who may write nothing by default may still say otherwise.
      await connection.run('set default_transaction_read_only = off');
      await connection.run(`alter database ${sql.database} set default_transaction_read_only = ${is}`);
      await connection.close();
    };
    const writes = async () =>
      String(await run(redis, cache, 'INFO commandstats')).match(/cmdstat_(set|del|expire):calls=\d+/g);
    const before = await writes();
    await readOnly(true);
    try {
      const args = ['--env', 'prod', '--test-all', '--test-performance', '--seconds', '0.3'];
      const { code, rows } = await checkDatabases(env, ...args);
      expect(code).toBe(0);
      expect(rows.filter((row) => row.includes('nothing is written in prod'))).toHaveLength(3);
      expect(rows.filter((row) => / (read|write) \d/.test(row)).map((row) => row.split(' ')[1])).toEqual([
        'read',
        'read',
        'read',
      ]);
      expect((await all()).rows).toContainEqual(
        expect.stringMatching(/^postgresql write, read, delete FAILED .*25006/),
      );
    } finally {
      await readOnly(false);
    }
    // The one of staging.
    expect((await writes())?.map(calls)).toEqual(before?.map((each) => calls(each) + 1));
  });

  it('tells by name what a schema lacks', async () => {
    await run(postgres, sql, 'drop index users_email');
    await run(postgres, sql, 'alter table users drop column full_name');
    try {
      expect((await all()).rows).toContain(
        'postgresql schema FAILED column users.full_name is missing; index users_email of users is missing',
      );
    } finally {
      await run(postgres, sql, "alter table users add column full_name varchar(200) not null default ''");
      await run(postgres, sql, 'create unique index users_email on users (lower(email))');
    }
    expect((await all()).code).toBe(0);
  });

  it('tells by name what a table of DynamoDB lacks', async () => {
    const client = new DynamoDBClient(table);
    await client.send(
      new CreateTableCommand({
        TableName: 'bare',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'session_id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'session_id', KeyType: 'HASH' }],
      }),
    );
    client.destroy();
    const bare = () => all({ DYNAMODB_TABLE: 'bare' });
    await eventually('the table to be made', async () =>
      (await bare()).rows.includes(
        'dynamodb schema FAILED index user-activity is missing; time to live by the attribute ttl is not switched on',
      ),
    );
    const { rows, code } = await all({ DYNAMODB_TABLE: 'nothing-of-this-name' });
    expect(rows).toContain('dynamodb connection FAILED there is no such table (ResourceNotFoundException)');
    expect(code).toBe(1);
  });

  it('tells a wrong password and a certificate that is not trusted, and checks the others all the same', async () => {
    const wrong = await all({ DB_PASS: 'wrong-one', REDIS_PASS: 'wrong-two' });
    expect(wrong.code).toBe(1);
    expect(wrong.rows).toContain('postgresql connection FAILED the user or the password is refused (28P01)');
    expect(wrong.rows).toContain('redis connection FAILED the user or the password is refused (WRONGPASS)');
    expect(wrong.rows).toContainEqual(expect.stringMatching(/^dynamodb write, read, delete ok/));
    expect(wrong.out + wrong.err).not.toContain('wrong-');
    const stranger = await all({ DB_CA_FILE: '', REDIS_CA_FILE: '' });
    for (const name of ['postgresql', 'redis'])
      expect(stranger.rows).toContainEqual(
        expect.stringMatching(new RegExp(`^${name} connection FAILED its certificate is not trusted`)),
      );
  });

  it('tells that databases are down, or stand still', async () => {
    await Promise.all([sql.kill(), cache.kill()]);
    try {
      const { rows, code } = await all();
      expect(rows.slice(0, 1)).toEqual(['postgresql connection FAILED nothing listens there (ECONNREFUSED)']);
      expect(rows.at(-1)).toBe('redis connection FAILED nothing listens there (ECONNREFUSED)');
      expect(code).toBe(1);
    } finally {
      await Promise.all([sql.start(), cache.start()]);
    }
    await Promise.all([sql.pause(), cache.pause()]);
    try {
      const { rows } = await all();
      expect(rows[0]).toMatch(/^postgresql connection FAILED no answer in time/);
      expect(rows.at(-1)).toMatch(/^redis connection FAILED no answer in time/);
    } finally {
      await Promise.all([sql.unpause(), cache.unpause()]);
    }
  });
});

describe.runIf(docker)('the databases of the portal', () => {
  const held = new AsyncDisposableStack();
  let sql: Database;
  let env: Record<string, string>;
  const all = (given: Record<string, string> = {}) =>
    checkDatabases(
      { ...env, ...given },
      '--env',
      'staging',
      '--test-all',
      '--test-performance',
      '--seconds',
      '0.5',
    );

  beforeAll(async () => {
    sql = await startMysql();
    held.adopt(sql, () => sql.stop());
    env = { SERVICE_MODE: 'portal', ...held.use(await environmentOf('DB', sql)).env };
    await migrated(env);
  });
  afterAll(() => held.disposeAsync());

  it('finds them well, and leaves nothing behind', async () => {
    const { code, rows } = await all();
    expect(rows).toEqual([
      expect.stringMatching(/^mysql connection ok (MySQL|MariaDB) [\d.]+, TLSv1\.[23], \d+ ms$/),
      'mysql schema ok 2 tables, 15 columns, 6 indexes',
      expect.stringMatching(/^mysql write, read, delete ok \d+ ms$/),
      'redis all disabled is not configured',
      expect.stringMatching(/^mysql read [1-9]\d* .* ok$/),
      expect.stringMatching(/^mysql write [1-9]\d* .* ok$/),
    ]);
    expect(code).toBe(0);
    expect(await run(mysql, sql, 'SELECT id FROM companies')).toEqual([]);
  });

  it('tells by name what is missing or other, and a wrong password', async () => {
    await run(mysql, sql, 'ALTER TABLE companies DROP KEY companies_newest, MODIFY phone VARCHAR(20) NULL');
    await run(mysql, sql, 'ALTER TABLE admin_sessions DROP COLUMN last_seen_at');
    const { rows, code } = await all();
    expect(rows).toContain(
      'mysql schema FAILED column companies.phone is varchar(20), not varchar(40); ' +
        'column companies.phone may be null; index companies_newest of companies is missing; ' +
        'column admin_sessions.last_seen_at is missing',
    );
    expect(code).toBe(1);
    expect((await all({ DB_PASS: 'wrong' })).rows[0]).toBe(
      'mysql connection FAILED the user or the password is refused (ER_ACCESS_DENIED_ERROR)',
    );
  });
});

function calls(stat: string): number {
  return Number(stat.split('=')[1]);
}
