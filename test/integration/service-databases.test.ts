import { setTimeout as delay } from 'node:timers/promises';
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerAnswers } from '../../k8s-local/aws/container.ts';
import { makeCertificates } from '../../k8s-local/databases/certificates.ts';
import type { Database, DatabaseOptions } from '../../k8s-local/databases/container.ts';
import { type DynamoTable, startDynamoTable } from '../../k8s-local/databases/dynamo.ts';
import { startMysql } from '../../k8s-local/databases/mysql.ts';
import { startPostgres } from '../../k8s-local/databases/postgres.ts';
import { startRedis } from '../../k8s-local/databases/redis.ts';
import { type Driver, mysql, postgres, redis } from '../../k8s-local/databases/drivers.ts';

interface Sort {
  readonly name: string;
  readonly start: (options?: DatabaseOptions) => Promise<Database>;
  readonly driver: Driver;
  /** What somebody without TLS is told. */
  readonly plain: RegExp;
  readonly prepare?: string;
  readonly write: (word: string) => string;
  readonly read: string;
}

const rows = {
  prepare: 'CREATE TABLE marks (word VARCHAR(20))',
  write: (word: string) => `INSERT INTO marks VALUES ('${word}')`,
  read: 'SELECT word FROM marks',
};

const sorts: readonly Sort[] = [
  { name: 'PostgreSQL', start: startPostgres, driver: postgres, plain: /no encryption/, ...rows },
  // In MySQL's words or in MariaDB's.
  { name: 'MySQL', start: startMysql, driver: mysql, plain: /insecure transport|Access denied/, ...rows },
  {
    name: 'Redis',
    start: startRedis,
    driver: redis,
    plain: /closed|ECONNRESET|EPIPE/,
    write: (word) => `RPUSH marks ${word}`,
    read: 'LINDEX marks -1',
  },
];

const docker = await dockerAnswers(process.env);
if (process.env['CI'] === 'true') {
  it('in CI a Docker daemon answers', () => expect(docker, 'see .ci/docker').toBe(true));
}

const isAnswered = (call: Promise<unknown>, withinMs: number) =>
  Promise.race([call.then(() => true), delay(withinMs, false)]);

describe.runIf(docker)('databases in containers', () => {
  describe.each(sorts)('$name', ({ start, driver, plain, prepare, write, read }) => {
    let store: Database;
    beforeAll(async () => {
      store = await start();
      if (prepare !== undefined) await run(prepare);
    });
    afterAll(() => store?.stop());

    const open = (changed: { ca?: string | undefined; password?: string } = {}, of = store) => {
      const { ca, ...access } = { ...of, ...changed };
      return driver.open({ ...access, dbname: of.database }, ca);
    };
    const run = async (statement: string, of = store) => {
      const connection = await open({}, of);
      try {
        return await connection.run(statement);
      } finally {
        await connection.close();
      }
    };

    it('lets in over TLS who trusts its authority, and shows a certificate of no other', async () => {
      await run(write('first'));
      expect(await run(read)).toEqual(['first']);
      const { ca: stranger } = await makeCertificates();
      await expect(open({ ca: stranger })).rejects.toThrow(/self-signed|unable to verify|signature failure/);
    });

    it('lets nobody in without TLS, or with a wrong password', async () => {
      await expect(open({ ca: undefined })).rejects.toThrow(plain);
      await expect(open({ password: 'wrong' })).rejects.toSatisfy(driver.isRefused);
    });

    it('has what it acknowledged after it was killed, at the same port', async () => {
      for (const word of ['second', 'third']) {
        await run(write(word));
        await store.kill();
        await expect(open()).rejects.toThrow(/ECONNREFUSED/);
        await store.start();
        expect((await run(read)).at(-1)).toBe(word);
      }
    });

    it('has it after a restart, too', async () => {
      await run(write('fourth'));
      await store.restart();
      expect((await run(read)).at(-1)).toBe('fourth');
    });

    it('answers neither former clients nor new ones while it is paused, and then all of them', async () => {
      const former = await open();
      await store.pause();
      const asked = former.run(read);
      const opened = open();
      try {
        expect(await isAnswered(asked, 500)).toBe(false);
        expect(await isAnswered(opened, 500)).toBe(false);
      } finally {
        await store.unpause();
      }
      expect((await asked).at(-1)).toBe('fourth');
      await Promise.all([former.close(), opened.then((connection) => connection.close())]);
    });

    it('can be had without TLS, and asks for the password all the same', async () => {
      const another = await start({ tls: false });
      try {
        expect(another.ca).toBeUndefined();
        if (prepare !== undefined) await run(prepare, another);
        await run(write('plain'), another);
        expect(await run(read, another)).toEqual(['plain']);
        await expect(open({ password: 'wrong' }, another)).rejects.toSatisfy(driver.isRefused);
      } finally {
        await another.stop();
      }
    });
  });
});

describe('DynamoDB', () => {
  let store: DynamoTable;
  let client: DynamoDBClient;
  beforeAll(async () => {
    store = await startDynamoTable();
    client = new DynamoDBClient(store);
  });
  afterAll(async () => {
    client?.destroy();
    await store?.stop();
  });

  it('has the table of the service: its key, its index and its time to live', async () => {
    const TableName = store.table;
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table?.KeySchema).toEqual([{ AttributeName: 'session_id', KeyType: 'HASH' }]);
    expect(Table?.BillingModeSummary?.BillingMode).toBe('PAY_PER_REQUEST');
    const [index] = Table?.GlobalSecondaryIndexes ?? [];
    expect(index?.IndexName).toBe('user-activity');
    expect(index?.KeySchema?.map(({ AttributeName }) => AttributeName)).toEqual(['user_id', 'timestamp']);
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(TimeToLiveDescription?.AttributeName).toBe('ttl');
  });

  it('answers nothing while it is paused, and then everything', async () => {
    const session = { session_id: { S: 'one' } };
    await client.send(new PutItemCommand({ TableName: store.table, Item: session }));
    store.pause();
    const asked = client.send(new GetItemCommand({ TableName: store.table, Key: session }));
    try {
      expect(await isAnswered(asked, 500)).toBe(false);
    } finally {
      store.unpause();
    }
    expect((await asked).Item).toEqual(session);
  });
});
