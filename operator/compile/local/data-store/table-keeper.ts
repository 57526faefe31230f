import type { DataStore } from '../../../api/data-store.ts';
import type { DynamoDb } from '../../../api/data-store/dynamodb.ts';
import type { TableIndex, TableKey, TableSettings } from '../../../aws/dynamodb/table-inputs.ts';
import { namesOfStore } from '../../data-store/names.ts';
import { byName } from '../../names.ts';

/**
 * What CreateTable is to be asked. Nothing is paid for here and nothing is held back, so the table has no units; nobody but the deletion of its
 * object deletes it.
 */
export function tableWanted(settings: TableSettings, object: DataStore, spec: DynamoDb): object {
  const { attributes, key, globalIndexes, stream } = settings;
  const localIndexes = byName(spec.localIndexes).map(
    ({ name, sortKey, projection, projectedAttributes = [] }) => ({
      IndexName: name,
      KeySchema: schemaOf({ partition: spec.partitionKey.name, sort: sortKey.name }),
      Projection: projectionOf({ projection: PROJECTIONS[projection], projected: projectedAttributes }),
    }),
  );
  return {
    TableName: namesOfStore(object).table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: Object.entries(attributes)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
    KeySchema: schemaOf(key),
    ...(globalIndexes.length > 0 && {
      GlobalSecondaryIndexes: globalIndexes.map((index) => ({
        IndexName: index.name,
        KeySchema: schemaOf(index.key),
        Projection: projectionOf(index),
      })),
    }),
    ...(localIndexes.length > 0 && { LocalSecondaryIndexes: localIndexes }),
    ...(stream && { StreamSpecification: { StreamEnabled: true, StreamViewType: stream } }),
  };
}

const PROJECTIONS = { All: 'ALL', KeysOnly: 'KEYS_ONLY', Include: 'INCLUDE' } as const;

function schemaOf({ partition, sort }: TableKey) {
  return [
    { AttributeName: partition, KeyType: 'HASH' },
    ...(sort === undefined ? [] : [{ AttributeName: sort, KeyType: 'RANGE' }]),
  ];
}

function projectionOf({ projection, projected }: Pick<TableIndex, 'projection' | 'projected'>) {
  return {
    ProjectionType: projection,
    ...(projection === 'INCLUDE' && { NonKeyAttributes: [...projected].sort() }),
  };
}

/**
 * A program for Node, without any package, since the image that runs it may be any that has Node. It makes the table, adds and takes away indexes,
 * one at a time as DynamoDB wants it, sets stream and time to live, looks again every few seconds, and answers 200 while all is as wanted.
 */
export const KEEPER = `
import { createServer } from 'node:http';

const { AWS_ACCESS_KEY_ID, ENDPOINT, PORT, REGION, TIME_TO_LIVE } = process.env;
const wanted = JSON.parse(process.env.TABLE);
const { TableName } = wanted;
let settled = false;
let said;

async function ask(action, body) {
  const response = await fetch(ENDPOINT, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.' + action,
      'x-amz-date': new Date().toISOString().replace(/[-:]|[.][0-9]+/g, ''),
      authorization:
        'AWS4-HMAC-SHA256 Credential=' + AWS_ACCESS_KEY_ID + '/' + new Date().toISOString().slice(0, 10).replaceAll('-', '') +
        '/' + REGION + '/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify({ TableName, ...body }),
    signal: AbortSignal.timeout(10_000),
  });
  const answer = await response.json();
  if (response.ok) return answer;
  const kind = String(answer.__type).split('#').at(-1);
  throw Object.assign(new Error(action + ': ' + kind + ' ' + (answer.message ?? answer.Message)), { kind });
}

async function describe() {
  try {
    return (await ask('DescribeTable')).Table;
  } catch (error) {
    if (error.kind === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

// DynamoDB refuses an attribute that no key uses.
function definitions(table, index) {
  const keyed = [table, index, ...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])];
  const names = new Set(keyed.flatMap(({ KeySchema }) => KeySchema.map(({ AttributeName }) => AttributeName)));
  const all = [...wanted.AttributeDefinitions, ...table.AttributeDefinitions];
  return [...names].map((name) => all.find(({ AttributeName }) => AttributeName === name));
}

// The next thing to do; undefined where there is nothing.
async function next() {
  const table = await describe();
  if (!table) return () => ask('CreateTable', wanted);
  const has = table.GlobalSecondaryIndexes ?? [];
  if (table.TableStatus !== 'ACTIVE' || has.some((index) => (index.IndexStatus ?? 'ACTIVE') !== 'ACTIVE'))
    return () => undefined;
  const indexes = wanted.GlobalSecondaryIndexes ?? [];
  const named = (all, name) => all.some(({ IndexName }) => IndexName === name);
  const extra = has.find(({ IndexName }) => !named(indexes, IndexName));
  if (extra)
    return () => ask('UpdateTable', { GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: extra.IndexName } }] });
  const missing = indexes.find(({ IndexName }) => !named(has, IndexName));
  if (missing)
    return () =>
      ask('UpdateTable', {
        AttributeDefinitions: definitions(table, missing),
        GlobalSecondaryIndexUpdates: [{ Create: missing }],
      });
  const view = (stream) => (stream?.StreamEnabled ? stream.StreamViewType : undefined);
  const [is, shall] = [view(table.StreamSpecification), view(wanted.StreamSpecification)];
  // Another view is another stream.
  if (is !== undefined && is !== shall)
    return () => ask('UpdateTable', { StreamSpecification: { StreamEnabled: false } });
  if (is !== shall) return () => ask('UpdateTable', { StreamSpecification: wanted.StreamSpecification });
  const { TimeToLiveDescription: ttl = {} } = await ask('DescribeTimeToLive');
  const attribute = /^ENABL/.test(ttl.TimeToLiveStatus ?? '') ? ttl.AttributeName : '';
  const set = (AttributeName, Enabled) => () =>
    ask('UpdateTimeToLive', { TimeToLiveSpecification: { AttributeName, Enabled } });
  if (attribute !== '' && attribute !== TIME_TO_LIVE) return set(attribute, false);
  if (attribute !== TIME_TO_LIVE) return set(TIME_TO_LIVE, true);
  return undefined;
}

async function keep() {
  try {
    const step = await next();
    settled = !step;
    await step?.();
    said = undefined;
  } catch (error) {
    settled = false;
    const text = String(error.cause?.message ?? error.message);
    if (text !== said) console.log(text);
    said = text;
  }
  setTimeout(keep, settled ? 5000 : 200);
}

createServer((_, response) => response.writeHead(settled ? 200 : 503).end()).listen(Number(PORT));
process.on('SIGTERM', () => process.exit());
keep();
`;
