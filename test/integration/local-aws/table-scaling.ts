import {
  ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { beforeEach, expect, test } from 'vitest';
import { namedBy } from '../../../operator/aws/application-autoscaling/shared.ts';
import { aws, clientOptions, refused } from './harness.ts';
import { active, attribute, create, dynamo, index, read, throughput } from './table.ts';

/** Application Auto Scaling of tables and their indexes. */
export function tableScaling(): void {
  const client = () => new ApplicationAutoScalingClient({ ...clientOptions(aws()), maxAttempts: 1 });
  const register = (id: string, MinCapacity: number, MaxCapacity: number) =>
    client().send(new RegisterScalableTargetCommand({ ...namedBy(id), MinCapacity, MaxCapacity }));
  const track = (id: string, metric: 'Read' | 'Write', TargetValue = 70) =>
    client().send(
      new PutScalingPolicyCommand({
        ...namedBy(id),
        PolicyName: 'utilization',
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue,
          PredefinedMetricSpecification: { PredefinedMetricType: `DynamoDB${metric}CapacityUtilization` },
        },
      }),
    );
  const of = { ServiceNamespace: 'dynamodb' } as const;
  const targets = async () => (await client().send(new DescribeScalableTargetsCommand(of))).ScalableTargets;
  const units = async () => {
    const { ProvisionedThroughput, GlobalSecondaryIndexes = [] } = (await read()) as object as {
      ProvisionedThroughput: Record<string, number>;
      GlobalSecondaryIndexes?: { ProvisionedThroughput: Record<string, number> }[];
    };
    return [ProvisionedThroughput, ...GlobalSecondaryIndexes.map((one) => one.ProvisionedThroughput)].map(
      ({ ReadCapacityUnits, WriteCapacityUnits }) => `${ReadCapacityUnits} ${WriteCapacityUnits}`,
    );
  };

  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
  });

  test('a target wants its table or index, is one for reads and one for writes, and pulls units into its bounds', async () => {
    // Who scales looks at ECS as well, which is there from then on.
    await refused(register('table/items#read', 2, 9), 'ValidationException', /table does not exist/);
    const empty = await aws().dump();
    await create({
      ...throughput(5),
      AttributeDefinitions: [attribute('id'), attribute('by')],
      GlobalSecondaryIndexes: [index('first', throughput(5))],
    });
    await active();
    await refused(
      register('table/items/index/second#read', 2, 9),
      'ValidationException',
      /index does not exist/,
    );
    await register('table/items#read', 2, 9);
    await register('table/items#write', 7, 9);
    expect(await units()).toEqual(['5 7', '5 5']);
    await active();
    await register('table/items/index/first#read', 1, 3);
    expect(await units()).toEqual(['5 7', '3 5']);
    expect(await targets()).toHaveLength(3);

    await refused(track('table/items#read', 'Write'), 'ValidationException', /not supported/);
    await refused(track('table/items#read', 'Read', 95), 'ValidationException', /between 20 and 90/);
    await track('table/items#read', 'Read');
    await track('table/items#write', 'Write');
    await client().send(new DeregisterScalableTargetCommand(namedBy('table/items#read')));
    // Each has its own policies, and takes no other's along.
    const left = await client().send(new DescribeScalingPoliciesCommand(of));
    expect(left.ScalingPolicies?.map(({ ScalableDimension }) => ScalableDimension)).toEqual([
      'dynamodb:table:WriteCapacityUnits',
    ]);
    for (const id of ['table/items#write', 'table/items/index/first#read'])
      await client().send(new DeregisterScalableTargetCommand(namedBy(id)));
    await refused(
      client().send(new DeregisterScalableTargetCommand(namedBy('table/items#write'))),
      'ObjectNotFoundException',
    );
    await active();
    await dynamo('DeleteTable');
    await aws().letPass(1);
    expect((await aws().dump()) === empty).toBe(true);
  });
}
