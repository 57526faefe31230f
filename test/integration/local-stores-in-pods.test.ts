import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Access, type Driver, mysql, postgres, redis } from '../../k8s-local/databases/drivers.ts';
import { type LocalCluster, startLocalCluster } from '../../k8s-local/node/local-cluster.ts';
import type { DataStore } from '../../operator/api/data-store.ts';
import { localConnectionTo, localStoreName } from '../../operator/compile/local/store-connection.ts';
import { renderedObject } from '../../operator/local/rendered.ts';
import { valuesFor } from '../../operator/local/secret-values.ts';
import { store, table } from '../operator/compile/data-store/fixtures.ts';
import { compileLocal, secretAt } from '../operator/compile/local/data-store/fixtures.ts';
import { forwarded } from '../support/port-forward.ts';
import { kubectlOk } from '../support/probed-cluster.ts';
import { imageRewrites, storeImages } from '../support/store-images.ts';

// The stores in real pods, in a namespace that enforces restricted pod security.
const NAMESPACE = 'team';
const account = { imageRewrites, sizeFactor: 0.01 };
const placed = (name: string, engine: object) =>
  store({ networkRef: { name: 'net' }, environment: 'dev', ...engine }, { name });

let cluster: LocalCluster;
beforeAll(async () => {
  cluster = await startLocalCluster();
  for (const image of storeImages) await cluster.loadImage(image);
  await kubectlOk(cluster, ['create', 'namespace', NAMESPACE]);
  await kubectlOk(cluster, [
    'label',
    'namespace',
    NAMESPACE,
    'pod-security.kubernetes.io/enforce=restricted',
  ]);
});
afterAll(() => cluster?.stop());

/** Applies what a store is compiled to. Returns the values of its Secret when its pod is ready. */
async function run(object: DataStore): Promise<Readonly<Record<string, string>>> {
  const graph = compileLocal(object, account);
  const hasSecret = graph.nodes.has('secret');
  const values = hasSecret ? valuesFor(secretAt(graph)) : {};
  const secret = hasSecret && {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secretAt(graph).name, namespace: NAMESPACE },
    stringData: values,
  };
  const items = [...graph.nodes.values()].flatMap((node) => renderedObject(node) ?? (secret ? [secret] : []));
  await kubectlOk(cluster, ['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  await rolledOut(object);
  return values;
}

async function rolledOut(object: DataStore): Promise<void> {
  const name = `statefulset/${localStoreName(object)}`;
  const done = await cluster.kubectl(['rollout', 'status', '-n', NAMESPACE, name, '--timeout=240s']);
  if (done.code === 0) return;
  const told = await cluster.kubectl(['describe', 'pods,pvc', '-n', NAMESPACE]);
  const logs = await cluster.kubectl(['logs', '-n', NAMESPACE, name, '--all-containers', '--tail=30']);
  throw new Error(`${done.stderr}\n${told.stdout}\n${logs.stdout}${logs.stderr}`);
}

/** By its Service, at a port of this machine. */
function through<T>(object: DataStore, use: (port: number) => Promise<T>): Promise<T> {
  const target = `service/${localStoreName(object)}`;
  return forwarded(cluster, { namespace: NAMESPACE, target, port: localConnectionTo(object).port }, use);
}

/** The pod goes, and another one comes. */
async function replacePod(object: DataStore): Promise<void> {
  await kubectlOk(cluster, [
    'delete',
    'pod',
    '-n',
    NAMESPACE,
    `${localStoreName(object)}-0`,
    '--timeout=120s',
  ]);
  await rolledOut(object);
}

const generated = { credentials: { mode: 'Generated' } };

describe.each<[string, object, Driver, string, string]>([
  [
    'mysql',
    { mysql: { databaseName: 'appdb' } },
    mysql,
    'CREATE TABLE kept AS SELECT 7 AS id',
    'SELECT id FROM kept',
  ],
  [
    'postgresql',
    { auroraPostgresql: { databaseName: 'app' } },
    postgres,
    'CREATE TABLE kept AS SELECT 7 AS id',
    'SELECT id FROM kept',
  ],
  ['redis', { redis: generated }, redis, 'SET kept 7', 'GET kept'],
])('a pod of %s', (name, engine, driver, write, read) => {
  it('is let run, lets in by what its Secret says, and another one finds what it wrote', async () => {
    const object = placed(name, engine);
    const values = await run(object);
    const ask = (statement: string) =>
      through(object, async (port) => {
        const { username = '', password = '', dbname } = values;
        const access: Access = {
          host: '127.0.0.1',
          port,
          username,
          password,
          ...(dbname !== undefined && { dbname }),
        };
        const connection = await driver.open(access, undefined);
        try {
          return await connection.run(statement);
        } finally {
          await connection.close();
        }
      });
    await ask(write);
    await replacePod(object);
    expect((await ask(read)).map(String)).toEqual(['7']);
  });
});

describe('a pod of dynamodb', () => {
  it('is let run, has the table, and another one finds what it wrote', async () => {
    const object = table({}, { environment: 'dev' });
    const values = await run(object);
    const { table: TableName = '' } = localConnectionTo(object);
    const Item = { id: { S: 'a' } };
    const use = <T>(ask: (client: DynamoDBClient) => Promise<T>) =>
      through(object, async (port) => {
        const credentials = {
          accessKeyId: values['AWS_ACCESS_KEY_ID'] ?? '',
          secretAccessKey: values['AWS_SECRET_ACCESS_KEY'] ?? '',
        };
        const client = new DynamoDBClient({
          endpoint: `http://127.0.0.1:${port}`,
          region: object.spec.region,
          credentials,
        });
        return ask(client).finally(() => client.destroy());
      });
    await use((client) => client.send(new PutItemCommand({ TableName, Item })));
    await replacePod(object);
    const found = await use((client) => client.send(new GetItemCommand({ TableName, Key: Item })));
    expect(found.Item).toEqual(Item);
  });
});
