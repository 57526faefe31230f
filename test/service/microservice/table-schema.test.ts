import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { TABLE } from '../../../service/microservice/table-schema.ts';

test('the table that the service needs is the one that the platform makes', () => {
  const manifest = new URL('../../../manifests/examples/platform/base/provider-table.yaml', import.meta.url);
  const TYPES = { S: 'String', N: 'Number' } as const;
  const key = (name: keyof typeof TABLE.types) => ({ name, type: TYPES[TABLE.types[name]] });
  const [partition, sort] = TABLE.index.key;
  const { spec } = parse(readFileSync(manifest, 'utf8')) as { spec: { dynamodb: unknown } };
  expect(spec.dynamodb).toMatchObject({
    partitionKey: key(TABLE.key[0]),
    globalIndexes: [
      { name: TABLE.index.name, partitionKey: key(partition), sortKey: key(sort), projection: 'All' },
    ],
    timeToLive: { attribute: TABLE.timeToLive },
  });
});
