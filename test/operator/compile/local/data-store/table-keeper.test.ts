import { expect, it } from 'vitest';
import { table } from '../../data-store/fixtures.ts';
import { compileLocal, podOf } from './fixtures.ts';

const wanted = (dynamodb: object): unknown => {
  const { containers } = podOf(compileLocal(table(dynamodb))).spec;
  const env = containers.find(({ name }) => name === 'table')?.env ?? [];
  return JSON.parse(env.find(({ name }) => name === 'TABLE')?.value ?? '');
};

it('asks for the keys, the indexes and the stream of the spec, and for no units', () => {
  expect(
    wanted({
      sortKey: { name: 'at', type: 'Number' },
      billing: { mode: 'Provisioned', readUnits: 5, writeUnits: 5 },
      globalIndexes: [
        {
          name: 'by-user',
          partitionKey: { name: 'user', type: 'String' },
          sortKey: { name: 'digest', type: 'Binary' },
          projection: 'Include',
          projectedAttributes: ['total', 'state'],
          readUnits: 1,
        },
      ],
      localIndexes: [
        { name: 'by-total', sortKey: { name: 'total', type: 'Number' }, projection: 'KeysOnly' },
      ],
      stream: 'OldImage',
    }),
  ).toEqual({
    TableName: 'orders-data',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'at', AttributeType: 'N' },
      { AttributeName: 'digest', AttributeType: 'B' },
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'total', AttributeType: 'N' },
      { AttributeName: 'user', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'id', KeyType: 'HASH' },
      { AttributeName: 'at', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-user',
        KeySchema: [
          { AttributeName: 'user', KeyType: 'HASH' },
          { AttributeName: 'digest', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['state', 'total'] },
      },
    ],
    LocalSecondaryIndexes: [
      {
        IndexName: 'by-total',
        KeySchema: [
          { AttributeName: 'id', KeyType: 'HASH' },
          { AttributeName: 'total', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'OLD_IMAGE' },
  });
});

it('asks for nothing that a table does not have', () => {
  expect(wanted({})).toEqual({
    TableName: 'orders-data',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  });
});
