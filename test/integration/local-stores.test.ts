import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { Cluster } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { type Access, type Driver, mysql, postgres, redis } from '../../k8s-local/databases/drivers.ts';
import type { DataStore } from '../../operator/api/data-store.ts';
import { localConnectionTo } from '../../operator/compile/local/store-connection.ts';
import type { Graph } from '../../operator/graph/graph.ts';
import { valuesFor } from '../../operator/local/secret-values.ts';
import { store, table } from '../operator/compile/data-store/fixtures.ts';
import { compileLocal, podOf, secretAt } from '../operator/compile/local/data-store/fixtures.ts';
import { eventually } from '../support/eventually.ts';
import { type DockerPod, podInDocker } from '../support/pod-in-docker.ts';
import { imageRewrites } from '../support/store-images.ts';

// As small as they may be: what an engine needs at least is what it gets.
const account = { imageRewrites, sizeFactor: 0.01 };
const placed = (engine: object) => store({ networkRef: { name: 'net' }, environment: 'dev', ...engine });

const pods = new Set<DockerPod>();
afterEach(async () => {
  for (const pod of pods) await pod.remove();
  pods.clear();
});

/** A store whose pod runs, and the values of its Secret; a changed password is another Secret. */
async function run(object: DataStore) {
  const graph = compileLocal(object, account);
  const pod = await podInDocker(podOf(graph));
  pods.add(pod);
  const values = secretValues(graph);
  await pod.start(inSecret(graph, values));
  return { graph, pod, values };
}

function secretValues(graph: Graph): Readonly<Record<string, string>> {
  return graph.nodes.has('secret') ? valuesFor(secretAt(graph)) : {};
}

function inSecret(graph: Graph, values: Readonly<Record<string, string>>): Record<string, string> {
  if (!graph.nodes.has('secret')) return {};
  const { name } = secretAt(graph);
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${name}/${key}`, value]));
}

/** What its Secret says, at the address of the pod in place of the Service's. */
const accessTo = ({ address }: DockerPod, values: Readonly<Record<string, string>>): Access => ({
  host: address,
  port: Number(values['port']),
  username: values['username'] ?? '',
  password: values['password'] ?? '',
  ...(values['dbname'] !== undefined && { dbname: values['dbname'] }),
});

async function ask(driver: Driver, access: Access, ...statements: string[]): Promise<unknown[]> {
  const connection = await driver.open(access, undefined);
  try {
    let last: unknown[] = [];
    for (const statement of statements) last = await connection.run(statement);
    return last;
  } finally {
    await connection.close();
  }
}

const DATABASES = [
  {
    engine: 'mysql',
    driver: mysql,
    spec: { databaseName: 'appdb', parameters: [{ name: 'max_connections', value: '37' }] },
    setting: 'SELECT @@max_connections',
    ended: 0,
  },
  {
    engine: 'auroraPostgresql',
    driver: postgres,
    spec: {
      databaseName: 'app',
      masterUsername: 'owner',
      parameters: [{ name: 'max_connections', value: '37' }],
    },
    setting: "SELECT setting::int FROM pg_settings WHERE name = 'max_connections'",
    ended: 0,
  },
] as const;

describe('a pod of a store, as it is compiled and under restricted pod security', () => {
  describe.each(DATABASES)('of $engine', ({ engine, driver, spec, setting, ended }) => {
    it('lets in by what the Secret says, keeps what is written, ends in good order, and takes the password of the Secret when it starts', async () => {
      const { graph, pod, values } = await run(placed({ [engine]: spec }));
      await pod.ready();
      const access = accessTo(pod, values);
      expect(
        await ask(driver, access, 'CREATE TABLE kept (id int)', 'INSERT INTO kept VALUES (7)', setting),
      ).toEqual([37]);
      // The master user may do everything.
      await ask(driver, access, 'CREATE DATABASE another');
      const wrong = await driver
        .open({ ...access, password: 'wrong' }, undefined)
        .catch((error: unknown) => error);
      expect(driver.isRefused(wrong)).toBe(true);
      expect(await pod.stop()).toEqual([ended]);

      const changed = { ...values, password: 'another0password' };
      await pod.start(inSecret(graph, changed));
      await pod.ready();
      expect(await ask(driver, accessTo(pod, changed), 'SELECT id FROM kept')).toEqual([7]);
      const old = await driver.open(accessTo(pod, values), undefined).catch((error: unknown) => error);
      expect(driver.isRefused(old)).toBe(true);
    });

    it('begins anew after a first start that was killed, wherever that was, and never after one that served', async () => {
      const { graph, pod, values } = await run(placed({ [engine]: spec }));
      for (const milliseconds of [300, 1500, 3000]) {
        await eventually(
          'the first start has begun',
          async () => (await pod.exec(0, 'test', '-e', '/data/being-made')) === 0,
        );
        await new Promise((resolve) => setTimeout(resolve, milliseconds));
        await pod.kill();
        await pod.start(inSecret(graph, values));
        if ((await pod.exec(0, 'test', '-e', '/data/being-made')) !== 0) break;
      }
      await pod.ready();
      await ask(driver, accessTo(pod, values), 'CREATE TABLE kept (id int)', 'INSERT INTO kept VALUES (7)');
      await pod.kill();
      await pod.start(inSecret(graph, values));
      await pod.ready();
      expect(await ask(driver, accessTo(pod, values), 'SELECT id FROM kept')).toEqual([7]);
    });
  });

  describe('of redis', () => {
    it('asks for no password where its spec has none, and keeps what is written', async () => {
      const { graph, pod } = await run(
        placed({ redis: { parameters: [{ name: 'maxmemory-policy', value: 'allkeys-lru' }] } }),
      );
      expect(graph.nodes.has('secret')).toBe(false);
      await pod.ready();
      const open = () => ({ host: pod.address, port: 6379, username: '', password: '' });
      expect(await ask(redis, open(), 'SET a 1', 'CONFIG GET maxmemory-policy')).toEqual([
        ['maxmemory-policy', 'allkeys-lru'],
      ]);
      expect(await ask(redis, open(), 'CONFIG GET maxmemory')).toEqual([
        ['maxmemory', String(48 * 1024 * 1024)],
      ]);
      expect(await pod.stop()).toEqual([0]);
      await pod.start({});
      await pod.ready();
      expect(await ask(redis, open(), 'GET a')).toEqual(['1']);
    });

    it('asks for the password of its Secret where its spec says so', async () => {
      const { pod, values } = await run(placed({ redis: { credentials: { mode: 'Generated' } } }));
      await pod.ready();
      expect(await ask(redis, accessTo(pod, values), 'PING')).toEqual(['PONG']);
      const refused = await ask(redis, { ...accessTo(pod, values), password: 'wrong' }, 'PING').catch(
        (error: unknown) => error,
      );
      expect(redis.isRefused(refused)).toBe(true);
    });

    it('speaks the cluster protocol in cluster mode, also at another address', async () => {
      const { pod } = await run(placed({ redis: { clusterMode: { shards: 3 } } }));
      const addresses = new Set<string>();
      for (const value of ['first', 'second']) {
        await pod.ready();
        addresses.add(pod.address);
        const cluster = new Cluster([{ host: pod.address, port: 6379 }], {
          clusterRetryStrategy: (times) => (times > 20 ? null : 100),
        });
        try {
          if (value === 'second') expect(await cluster.get('{a}x')).toBe('first');
          expect(await cluster.set('{a}x', value)).toBe('OK');
          expect(await cluster.get('{a}x')).toBe(value);
          expect(await cluster.cluster('SLOTS')).toMatchObject([
            [0, 16383, expect.arrayContaining([pod.address, 6379])],
          ]);
        } finally {
          cluster.disconnect();
        }
        await pod.stop();
        await pod.start({});
      }
      expect(addresses.size).toBe(2);
    });
  });

  describe('of dynamodb', () => {
    it('has the table with its index, and keeps its items', async () => {
      const object = table(
        {
          globalIndexes: [
            { name: 'by-user', partitionKey: { name: 'user', type: 'String' }, projection: 'All' },
          ],
        },
        { environment: 'dev' },
      );
      const { graph, pod, values } = await run(object);
      await pod.ready();
      const { table: TableName = '', port } = localConnectionTo(object);
      const client = () =>
        new DynamoDBClient({
          endpoint: `http://${pod.address}:${port}`,
          region: object.spec.region,
          credentials: {
            accessKeyId: values['AWS_ACCESS_KEY_ID'] ?? '',
            secretAccessKey: values['AWS_SECRET_ACCESS_KEY'] ?? '',
          },
        });
      const Item = { id: { S: 'a' }, user: { S: 'eve' } };
      await client().send(new PutItemCommand({ TableName, Item }));
      await pod.kill();
      await pod.start(inSecret(graph, values));
      await pod.ready();
      expect((await client().send(new GetItemCommand({ TableName, Key: { id: Item.id } }))).Item).toEqual(
        Item,
      );
      const { Items } = await client().send(
        new QueryCommand({
          TableName,
          IndexName: 'by-user',
          KeyConditionExpression: '#u = :u',
          ExpressionAttributeNames: { '#u': 'user' },
          ExpressionAttributeValues: { ':u': Item.user },
        }),
      );
      expect(Items).toEqual([Item]);
    });
  });
});
