import { beforeEach, describe, expect, test } from 'vitest';

import { aws, refused } from './harness.ts';
import { type Params, call } from './plain-client.ts';
import {
  active,
  attribute,
  create,
  dynamo,
  hash,
  index,
  newKey,
  onDemand,
  read,
  throughput,
  update,
} from './table.ts';

/** DynamoDB: what a table may be and become. */
export function tableChanges(): void {
  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
  });

  test('deletion protection holds a table until it is taken off', async () => {
    await create({ ...onDemand, DeletionProtectionEnabled: true });
    await active();
    await refused(
      dynamo('DeleteTable'),
      'ValidationException',
      /^Resource cannot be deleted as it is currently protected against deletion\. Disable deletion protection first\.$/,
    );
    expect((await read()).TableStatus).toBe('ACTIVE');
    await update({ DeletionProtectionEnabled: false });
    await active();
    await dynamo('DeleteTable');
  });

  describe('a new table', () => {
    test('has a name, keys in order, and exactly the attributes that keys use', async () => {
      await refused(dynamo('CreateTable', { TableName: 'a' }), 'ValidationException', /tableName/);
      const schema = (...KeySchema: Params[]) => ({ ...onDemand, KeySchema });
      const range = (AttributeName: string) => ({ AttributeName, KeyType: 'RANGE' });
      await refused(
        create(schema(range('id'))),
        'ValidationException',
        /first KeySchemaElement is not a HASH/,
      );
      await refused(create(schema(hash('id'), hash('b'))), 'ValidationException', /not a RANGE key type/);
      await refused(create(schema(hash('id'), range('id'))), 'ValidationException', /have the same name/);
      const spare = { AttributeDefinitions: [attribute('id'), attribute('more')] };
      await refused(create({ ...onDemand, ...spare }), 'ValidationException', /does not exactly match/);
      const both = { ...onDemand, AttributeDefinitions: [attribute('id'), attribute('by')] };
      const include = { Projection: { ProjectionType: 'INCLUDE' } };
      await refused(
        create({ ...both, GlobalSecondaryIndexes: [index('one', include)] }),
        'ValidationException',
        /NonKeyAttributes is not specified/,
      );
      await refused(
        create({ ...both, GlobalSecondaryIndexes: [index('one'), index('one')] }),
        'ValidationException',
        /Duplicate index name: one/,
      );
    });

    test('has throughput, and its indexes with it, unless it is on demand', async () => {
      const both = { AttributeDefinitions: [attribute('id'), attribute('by')] };
      await refused(create({ BillingMode: 'PROVISIONED' }), 'ValidationException', /must both be specified/);
      await refused(
        create({ ...both, ...throughput(1), GlobalSecondaryIndexes: [index('one')] }),
        'ValidationException',
        /ProvisionedThroughput should be specified for index: one/,
      );
      await refused(
        create({ ...both, ...onDemand, GlobalSecondaryIndexes: [index('one', throughput(1))] }),
        'ValidationException',
        /should not be specified for index: one/,
      );
      await create(throughput(1));
      // Only of tables that are or were on demand.
      expect((await read()).BillingModeSummary).toBeUndefined();
    });
  });

  describe('a change', () => {
    test('is of one thing at a time, and changes something', async () => {
      await create(throughput(2));
      await active();
      await refused(update({}), 'ValidationException', /^At least one of ProvisionedThroughput/);
      await refused(
        update(throughput(2)),
        'ValidationException',
        /^The provisioned throughput for the table will not change\. The requested value equals the current value\./,
      );
      const stream = (StreamViewType: string) => ({
        StreamSpecification: { StreamEnabled: true, StreamViewType },
      });
      await refused(
        update({ ...throughput(3), ...stream('KEYS_ONLY') }),
        'ValidationException',
        /You cannot modify stream status while updating table IOPS/,
      );
      const added = {
        AttributeDefinitions: [attribute('by')],
        GlobalSecondaryIndexUpdates: [{ Create: index('one', throughput(1)) }],
      };
      await refused(update({ ...added, ...stream('KEYS_ONLY') }), 'ValidationException');
      await refused(update({ ...added, ...throughput(3) }), 'ValidationException');
      await update(stream('KEYS_ONLY'));
      await active();
      await refused(
        update(stream('NEW_IMAGE')),
        'ValidationException',
        /^Table already has an enabled stream/,
      );
      await update({ StreamSpecification: { StreamEnabled: false } });
      await active();
      await refused(update({ StreamSpecification: { StreamEnabled: false } }), 'ValidationException');
      await refused(
        update({ BillingMode: 'PAY_PER_REQUEST', ...throughput(5) }),
        'ValidationException',
        /^One or more parameter values were invalid: Neither ReadCapacityUnits nor/,
      );
      // Units that nobody pays for any more are not shown.
      await update(onDemand);
      const none = { ReadCapacityUnits: 0, WriteCapacityUnits: 0, NumberOfDecreasesToday: 0 };
      expect(await active()).toMatchObject({ ProvisionedThroughput: none });
    });

    test('of indexes keeps the attributes to those that keys use', async () => {
      await create();
      await active();
      const add = (...names: string[]) =>
        update({
          AttributeDefinitions: names.map(attribute),
          GlobalSecondaryIndexUpdates: [{ Create: index('one') }],
        });
      await refused(add(), 'ValidationException', /index key attributes are not defined/);
      await refused(add('by', 'more'), 'ValidationException', /Some AttributeDefinitions are not used/);
      await add('by');
      await refused(
        update({ GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'two' } }] }),
        'ResourceInUseException',
      );
      await active();
      await refused(
        update({ GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'two' } }] }),
        'ResourceNotFoundException',
      );
      expect((await read()).AttributeDefinitions).toHaveLength(2);
      await aws().letPass(1);
      await update({ GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'one' } }] });
      await aws().letPass(1);
      expect((await read()).AttributeDefinitions).toEqual([attribute('id')]);
    });

    test('of encryption wants a key that is there, and is made four times a day', async () => {
      const [first, second] = [await newKey(), await newKey()];
      const by = (KMSMasterKeyId: string) => ({
        SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId },
      });
      await refused(create({ ...onDemand, ...by('none') }), 'ValidationException', /KMS validation error/);
      await create({ ...onDemand, ...by(first.KeyId) });
      expect(await active()).toMatchObject({
        SSEDescription: { Status: 'ENABLED', KMSMasterKeyArn: first.Arn },
      });
      await refused(
        update(by(first.Arn)),
        'ValidationException',
        /already encrypted by given KMSMasterKeyId/,
      );
      await refused(update(by('none')), 'ValidationException', /KMS validation error/);
      await update(by(second.Arn));
      expect((await read()).SSEDescription).toMatchObject({ Status: 'UPDATING' });
      expect((await active()).SSEDescription).toMatchObject({
        Status: 'ENABLED',
        KMSMasterKeyArn: second.Arn,
      });
      await update({ SSESpecification: { Enabled: false } });
      expect((await active()).SSEDescription).toBeUndefined();
      await update(by(first.Arn));
      await active();
      await update({ SSESpecification: { Enabled: true, SSEType: 'KMS' } });
      await active();
      await refused(update(by(first.Arn)), 'LimitExceededException', /Encryption mode changes are limited/);
    });
  });

  test('tags are of tables that are there, each key once', async () => {
    await create();
    const ResourceArn = (await read()).TableArn;
    const tag = (Value: string) =>
      call('dynamodb', 'TagResource', { ResourceArn, Tags: [{ Key: 'a', Value }] });
    await refused(tag('one'), 'ResourceInUseException', /being created/);
    await active();
    await tag('one');
    await tag('two');
    const found = await call<{ Tags: unknown }>('dynamodb', 'ListTagsOfResource', { ResourceArn });
    expect(found.Tags).toEqual([{ Key: 'a', Value: 'two' }]);
    const none = { ResourceArn: `${ResourceArn}s`, Tags: [] };
    await refused(call('dynamodb', 'TagResource', none), 'ResourceNotFoundException');
  });
}
