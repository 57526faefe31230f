import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { ensurePythonEnv } from '../../k8s-local/aws/python-env.ts';
import { freePorts } from '../../k8s-local/cluster/ports.ts';
import { table } from '../operator/compile/data-store/fixtures.ts';
import { compileLocal, podOf } from '../operator/compile/local/data-store/fixtures.ts';
import { eventually } from '../support/eventually.ts';

// The container that keeps a table, as it is compiled, beside the stand-in for DynamoDB: both as processes, so that no Docker is needed.
const aws = resolve(import.meta.dirname, '../../k8s-local/aws');
const children = new Set<ChildProcess>();
let python: string;

beforeAll(async () => {
  python = await ensurePythonEnv(join(aws, 'requirements.txt'), process.env, console.log);
});

afterEach(async () => {
  await Promise.all([...children].map((child) => end(child)));
});

async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  children.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

function run(command: string, args: readonly string[], options: object): ChildProcess {
  const child = spawn(command, args, { stdio: 'ignore', ...options });
  children.add(child);
  return child;
}

function serve(port: number, folder: string | undefined): ChildProcess {
  const path = folder === undefined ? ['-inMemory'] : ['-dbPath', folder];
  const args = [
    '-m',
    'landfall_dynamodb',
    '-jar',
    'DynamoDBLocal.jar',
    '-sharedDb',
    ...path,
    '-port',
    String(port),
  ];
  return run(python, args, { cwd: aws });
}

/** The container of a table of this spec. Returns what ends it, and when it says that all is well. */
function keep(endpoint: string, port: number, dynamodb: object) {
  const container = podOf(compileLocal(table(dynamodb))).spec.containers.find(({ name }) => name === 'table');
  const [, ...args] = container?.command ?? [];
  const env = Object.fromEntries(container?.env.map(({ name, value = 'local' }) => [name, value]) ?? []);
  const child = run(process.execPath, args, {
    env: { ...env, ENDPOINT: endpoint, PORT: String(port) },
  });
  const settled = () =>
    eventually('the table is as wanted', () =>
      fetch(`http://127.0.0.1:${port}/`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
  return { child, settled };
}

const clientOf = (endpoint: string) =>
  new DynamoDBClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'somebody', secretAccessKey: 'x' },
  });

const TableName = 'orders-data';
const index = (name: string, attribute: string) => ({
  name,
  partitionKey: { name: attribute, type: 'String' },
  projection: 'All',
});

async function described(client: DynamoDBClient) {
  const { Table = {} } = await client.send(new DescribeTableCommand({ TableName }));
  const { TimeToLiveDescription: ttl } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
  return {
    key: Table.KeySchema?.map(({ AttributeName }) => AttributeName),
    indexes: (Table.GlobalSecondaryIndexes ?? [])
      .map(({ IndexName = '' }) => IndexName)
      .toSorted((a, b) => (a < b ? -1 : 1)),
    stream: Table.StreamSpecification?.StreamViewType,
    ttl: ttl?.TimeToLiveStatus === 'ENABLED' ? ttl.AttributeName : undefined,
  };
}

it('a table is made with its keys, indexes, stream and time to live, and follows its spec while items stay', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-table-'));
  const [port = 0, said = 0] = await freePorts(2);
  const endpoint = `http://127.0.0.1:${port}`;
  const client = clientOf(endpoint);
  try {
    // Whichever comes first waits for the other.
    const first = keep(endpoint, said, {
      sortKey: { name: 'at', type: 'Number' },
      globalIndexes: [index('by-user', 'user'), index('by-state', 'state')],
      localIndexes: [
        { name: 'by-total', sortKey: { name: 'total', type: 'Number' }, projection: 'KeysOnly' },
      ],
      timeToLive: { attribute: 'endsAt' },
      stream: 'NewImage',
    });
    const server = serve(port, folder);
    await first.settled();
    expect(await described(client)).toEqual({
      key: ['id', 'at'],
      indexes: ['by-state', 'by-user'],
      stream: 'NEW_IMAGE',
      ttl: 'endsAt',
    });
    const Item = { id: { S: 'a' }, at: { N: '1' }, user: { S: 'eve' }, region: { S: 'north' } };
    await client.send(new PutItemCommand({ TableName, Item }));
    await end(first.child);

    const second = keep(endpoint, said, {
      sortKey: { name: 'at', type: 'Number' },
      globalIndexes: [index('by-user', 'user'), index('by-region', 'region')],
      localIndexes: [
        { name: 'by-total', sortKey: { name: 'total', type: 'Number' }, projection: 'KeysOnly' },
      ],
      timeToLive: { attribute: 'goneAt' },
      stream: 'NewAndOldImages',
    });
    await second.settled();
    expect(await described(client)).toEqual({
      key: ['id', 'at'],
      indexes: ['by-region', 'by-user'],
      stream: 'NEW_AND_OLD_IMAGES',
      ttl: 'goneAt',
    });

    // Killed: what was answered is there again, and nothing is made anew.
    await end(server, 'SIGKILL');
    serve(port, folder);
    const Key = { id: Item.id, at: Item.at };
    const found = await eventually('it answers again', () =>
      client.send(new GetItemCommand({ TableName, Key })).catch(() => undefined),
    );
    expect(found.Item).toEqual(Item);
    await second.settled();
    const { Items } = await client.send(
      new QueryCommand({
        TableName,
        IndexName: 'by-region',
        KeyConditionExpression: '#r = :r',
        ExpressionAttributeNames: { '#r': 'region' },
        ExpressionAttributeValues: { ':r': { S: 'north' } },
      }),
    );
    expect(Items).toEqual([Item]);
  } finally {
    client.destroy();
    await rm(folder, { recursive: true, force: true });
  }
});

it('a table whose stand-in forgets everything is made again', async () => {
  const [port = 0, said = 0] = await freePorts(2);
  const endpoint = `http://127.0.0.1:${port}`;
  const client = clientOf(endpoint);
  const server = serve(port, undefined);
  const { settled } = keep(endpoint, said, {});
  await settled();
  await end(server, 'SIGKILL');
  serve(port, undefined);
  const indexes = await eventually(
    'the table is there again',
    () => described(client).catch(() => undefined),
    {
      timeoutMs: 60_000,
    },
  );
  expect(indexes).toEqual({ key: ['id'], indexes: [], stream: undefined, ttl: undefined });
  client.destroy();
});
