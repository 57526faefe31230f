import { DescribeScalableTargetsCommand } from '@aws-sdk/client-application-auto-scaling';
import { DescribeTableCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { id } from '../contract/drift/case.ts';
import { tableScalingCases } from '../contract/drift/table-scaling.ts';
import { proveDrift } from '../support/drift-suite.ts';
import { eventually } from '../support/eventually.ts';
import { Standing } from '../support/standing.ts';
import { storeNetwork } from '../support/store-manifests.ts';
import { proveContract } from '../support/withheld-suite.ts';
import {
  actionsOfScaledTable,
  anotherScaledTable,
  scaledTable,
  TABLE_SCALING_PROVOCATIONS,
} from '../support/withheld-table-scaling.ts';

let standing: Standing;

beforeAll(async () => {
  standing = await Standing.start(scaledTable, {
    // Refreshes are counted by what a network is listed by.
    setting: [storeNetwork],
    awsEnv: { LANDFALL_AWS_TABLE_SECONDS: '0.1' },
  });
});
afterAll(() => standing?.stop());

/** The ids of all targets, and the read units of the table and of its index. */
async function now() {
  const at = await standing.context();
  const TableName = id(at, 'table').split('/')[1];
  const { Table } = await at.dynamodb.send(new DescribeTableCommand({ TableName }));
  const { ScalableTargets = [] } = await at.applicationAutoscaling.send(
    new DescribeScalableTargetsCommand({ ServiceNamespace: 'dynamodb' }),
  );
  return {
    at,
    TableName,
    targets: ScalableTargets.map(
      ({ ResourceId, ScalableDimension }) => `${ResourceId} ${ScalableDimension}`,
    ).sort(),
    isActive: Table?.TableStatus === 'ACTIVE',
    readUnits: [Table, ...(Table?.GlobalSecondaryIndexes ?? [])].map(
      (one) => one?.ProvisionedThroughput?.ReadCapacityUnits,
    ),
  };
}

describe('a table of which AWS sets the units', () => {
  it('has a target for itself and for its index, of reads alone, and begins with what its spec says', async () => {
    const { targets, readUnits } = await now();
    expect(targets).toEqual([
      'table/scaled-dev-data dynamodb:table:ReadCapacityUnits',
      'table/scaled-dev-data/index/by-state dynamodb:index:ReadCapacityUnits',
    ]);
    expect(readUnits).toEqual([5, 5]);
  });

  it('ACK#1067: is left alone by the operator when AWS sets other units, and other changes keep them', async () => {
    const { at, TableName } = await now();
    const ProvisionedThroughput = { ReadCapacityUnits: 12, WriteCapacityUnits: 5 };
    await at.dynamodb.send(new UpdateTableCommand({ TableName, ProvisionedThroughput }));
    await standing.world.refreshes(3, ['DescribeTable']);
    const billing = (writeUnits: number) => ({ dynamodb: { billing: { writeUnits } } });
    await standing.world.edit(standing.object, billing(6));
    await eventually('the write units', async () => {
      const { Table } = await at.dynamodb.send(new DescribeTableCommand({ TableName }));
      return Table?.ProvisionedThroughput?.WriteCapacityUnits === 6;
    });
    await standing.world.ready(standing.object);
    expect((await now()).readUnits[0]).toBe(12);
    await standing.world.edit(standing.object, billing(5));
    await standing.world.ready(standing.object);
    // As AWS's own scaling would, when there is less to do.
    await eventually('the table is active', async () => (await now()).isActive);
    const before = { ReadCapacityUnits: 5, WriteCapacityUnits: 5 };
    await at.dynamodb.send(new UpdateTableCommand({ TableName, ProvisionedThroughput: before }));
    await standing.restored();
  });

  it('is fixed again when its spec says so, which takes the targets away, and back', async () => {
    await standing.world.edit(standing.object, { dynamodb: { billing: { autoscaling: null } } });
    await eventually('no target', async () => (await now()).targets.length === 0);
    await standing.world.ready(standing.object);
    await standing.world.apply([standing.object]);
    await eventually('the targets', async () => (await now()).targets.length === 2);
    await standing.world.ready(standing.object);
    await standing.restored();
  });
});

proveDrift(['ScalableTarget', 'ScalingPolicies'], () => standing, tableScalingCases);

proveContract({
  standing: () => standing,
  another: () => anotherScaledTable,
  actions: await actionsOfScaledTable(),
  provocations: TABLE_SCALING_PROVOCATIONS,
  share: 2,
});
