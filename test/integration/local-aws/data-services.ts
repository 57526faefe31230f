import { beforeEach, describe, expect, test } from 'vitest';

import { aws, given, refused } from './harness.ts';
import { enforced, grant, member } from './member-role.ts';
import { type Params, call } from './plain-client.ts';

/** Tokens, throttling, lag and permissions of the services besides EC2, IAM and CloudWatch Logs. */
export function dataServices(): void {
  const ACCOUNT = '222222222222';
  const table = (TableName: string, tags: Params[] = []): Params => ({
    TableName,
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
    Tags: tags,
  });

  beforeEach(async () => aws().reset());

  test('a token again is answered with the first thing, and refused with each service’s code', async () => {
    const create = (SecretString: string, ClientRequestToken: string) =>
      call<{ ARN: string }>('secretsmanager', 'CreateSecret', {
        Name: 's',
        SecretString,
        ClientRequestToken,
      });
    const token = 'a'.repeat(32);
    const { ARN } = await create('one', token);
    expect((await create('one', token)).ARN).toBe(ARN);
    await refused(create('two', token), 'ResourceExistsException', /modify an existing version/);
    await refused(create('one', 'b'.repeat(32)), 'ResourceExistsException', /already exists/);

    await call('ecs', 'CreateCluster', { clusterName: 'main' });
    const containerDefinitions = [{ name: 'web', image: 'web', memory: 128 }];
    await call('ecs', 'RegisterTaskDefinition', { family: 'web', containerDefinitions });
    const serve = (desiredCount: number) =>
      call<{ service: { serviceArn: string } }>('ecs', 'CreateService', {
        cluster: 'main',
        serviceName: 'web',
        taskDefinition: 'web',
        clientToken: 'one',
        desiredCount,
      });
    const first = await serve(0);
    expect((await serve(0)).service.serviceArn).toBe(first.service.serviceArn);
    await refused(serve(1), 'InvalidParameterException', /not idempotent/);
  });

  describe('throttling', () => {
    /** How many of 30 calls at once are answered; expects the others to be refused with `code`. */
    async function answered(code: string, send: (n: number) => Promise<unknown>): Promise<number> {
      const ends = await Promise.all(
        Array.from({ length: 30 }, (_, n) =>
          send(n).then(
            () => 'answered',
            (error: unknown) => (error as Error).name,
          ),
        ),
      );
      expect(new Set(ends)).toEqual(new Set(['answered', code]));
      return ends.filter((end) => end === 'answered').length;
    }

    test('the actions of a group share a bucket, and each service has words of its own', async () => {
      // So slow that nothing refills while the test runs.
      await aws().setDifficulty({ throttling: { scale: 0.1 } });
      const elb = (n: number) =>
        call('elasticloadbalancing', n % 2 === 0 ? 'DescribeLoadBalancers' : 'DescribeTargetGroups');
      // 40 and 10 a second for all that ELB describes.
      const described = await answered('ThrottlingException', elb);
      expect(described).toBeGreaterThanOrEqual(4);
      expect(described).toBeLessThan(12);
      const clusters = (n: number) => call('ecs', n % 2 === 0 ? 'ListClusters' : 'DescribeClusters');
      expect(await answered('ThrottlingException', clusters)).toBeLessThan(20);
      expect(await answered('Throttling', () => call('rds', 'DescribeDBInstances'))).toBeLessThan(12);
      // Another group of ECS has a full bucket.
      await call('ecs', 'ListTaskDefinitions');
    });

    test('all actions of Elastic Load Balancing together have a bucket, whatever their own still hold', async () => {
      // One token in each bucket, and the next in five seconds.
      await aws().setDifficulty({ throttling: { scale: 0.02 } });
      await call('elasticloadbalancing', 'DescribeLoadBalancers');
      await refused(call('elasticloadbalancing', 'RemoveTags'), 'ThrottlingException', /^Rate exceeded$/);
    });
  });

  test('secrets, parameters and alarms leave nothing, tags included', async () => {
    const empty = await aws().dump();
    const Tags = [{ Key: 'a', Value: 'b' }];
    await call('secretsmanager', 'CreateSecret', { Name: 's', SecretString: 'x', Tags });
    await call('secretsmanager', 'DeleteSecret', { SecretId: 's', ForceDeleteWithoutRecovery: true });
    await call('ssm', 'PutParameter', { Name: '/a/b', Value: 'x', Type: 'String', Tags });
    await call('ssm', 'DeleteParameters', { Names: ['/a/b'] });
    await call('monitoring', 'PutMetricAlarm', {
      AlarmName: 'a',
      MetricName: 'm',
      Namespace: 'n',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      Statistic: 'Sum',
      Tags: { member: Tags },
    });
    await call('monitoring', 'DeleteAlarms', { AlarmNames: { member: ['a'] } });
    expect((await aws().dump()) === empty).toBe(true);
  });

  test('reads lag behind writes', async () => {
    await aws().setDifficulty({ lag: { minSeconds: 600 } });
    await call('dynamodb', 'CreateTable', table('items'));
    await refused(call('dynamodb', 'DescribeTable', { TableName: 'items' }), 'ResourceNotFoundException');
    await call('ecs', 'CreateCluster', { clusterName: 'main' });
    expect((await call<{ clusterArns: string[] }>('ecs', 'ListClusters')).clusterArns).toEqual([]);
    // Writes see the truth.
    await refused(call('dynamodb', 'CreateTable', table('items')), 'ResourceInUseException');
    await aws().setDifficulty({ lag: {} });
    await call('dynamodb', 'DescribeTable', { TableName: 'items' });
    expect((await call<{ clusterArns: string[] }>('ecs', 'ListClusters')).clusterArns).toHaveLength(1);
  });

  describe('permissions', () => {
    const arn = (service: string, resource: string) => `arn:aws:${service}:us-east-1:${ACCOUNT}:${resource}`;
    const mine = { 'landfall.dev/installation': 'default' };

    test('are asked on the resource that a call makes or names, with its tags', async () => {
      await enforced();
      await grant([
        {
          Effect: 'Allow',
          Action: 'dynamodb:CreateTable',
          Resource: arn('dynamodb', 'table/landfall-*'),
          Condition: { StringEquals: { 'aws:RequestTag/landfall.dev/installation': 'default' } },
        },
        {
          Effect: 'Allow',
          Action: ['dynamodb:DeleteTable', 'dynamodb:DescribeTable'],
          Resource: '*',
          Condition: { StringEquals: { 'aws:ResourceTag/landfall.dev/installation': 'default' } },
        },
        { Effect: 'Allow', Action: 'ecs:*', Resource: arn('ecs', 'service/main/landfall-*') },
        {
          Effect: 'Allow',
          Action: 'ecs:DeleteService',
          Resource: '*',
          Condition: { ArnEquals: { 'ecs:cluster': arn('ecs', 'cluster/ours') } },
        },
        { Effect: 'Allow', Action: ['ecs:CreateCluster', 'ecs:DeregisterTaskDefinition'], Resource: '*' },
        {
          Effect: 'Allow',
          Action: 'ecs:TagResource',
          Resource: arn('ecs', 'cluster/*'),
          Condition: {
            StringEquals: {
              'ecs:CreateAction': 'CreateCluster',
              'aws:RequestTag/landfall.dev/installation': 'default',
            },
          },
        },
        {
          Effect: 'Allow',
          Action: ['ecs:DeleteTaskDefinitions', 'ecs:DeleteCluster', 'ecs:DescribeClusters'],
          Resource: '*',
          Condition: { StringEquals: { 'aws:ResourceTag/landfall.dev/installation': 'default' } },
        },
        { Effect: 'Allow', Action: 'ecs:RegisterTaskDefinition', Resource: '*' },
        { Effect: 'Allow', Action: 'rds:*', Resource: arn('rds', 'db:landfall-*') },
      ]);
      const { credentials } = await member();
      const tags = Object.entries(mine).map(([Key, Value]) => ({ Key, Value }));
      const dynamo = (action: string, params: Params) => call('dynamodb', action, params, credentials);
      await refused(dynamo('CreateTable', table('landfall-a')), 'AccessDeniedException');
      await refused(
        dynamo('CreateTable', table('other', tags)),
        'AccessDeniedException',
        /dynamodb:CreateTable on resource: arn:aws:dynamodb:us-east-1:222222222222:table\/other because/,
      );
      await dynamo('CreateTable', table('landfall-a', tags));
      await dynamo('DescribeTable', { TableName: 'landfall-a' });
      await call('dynamodb', 'CreateTable', table('bare'), ACCOUNT);
      await refused(dynamo('DeleteTable', { TableName: 'bare' }), 'AccessDeniedException');

      const ecs = (action: string, params: Params) => call('ecs', action, params, credentials);
      await refused(ecs('DeleteService', { cluster: 'main', service: 'web' }), 'AccessDeniedException');
      const own = { cluster: 'main', service: 'landfall-web' };
      await refused(ecs('DeleteService', own), 'ClusterNotFoundException');
      const definition = {
        family: 'web',
        containerDefinitions: [{ name: 'web', image: 'web', memory: 128 }],
      };
      await ecs('RegisterTaskDefinition', definition);
      const executionRoleArn = `arn:aws:iam::${ACCOUNT}:role/landfall`;
      await refused(
        ecs('RegisterTaskDefinition', { ...definition, executionRoleArn }),
        'AccessDeniedException',
        /iam:PassRole on resource: arn:aws:iam::222222222222:role\/landfall because/,
      );
      await refused(ecs('DeleteService', { cluster: 'ours', service: 'web' }), 'ClusterNotFoundException');
      const oursTags = [{ key: 'landfall.dev/installation', value: 'default' }];
      const other = [{ key: 'landfall.dev/installation', value: 'other' }];
      const make = (clusterName: string, of: Params[]) => ecs('CreateCluster', { clusterName, tags: of });
      await refused(
        make('theirs', other),
        'AccessDeniedException',
        /ecs:TagResource on resource: arn:aws:ecs:us-east-1:222222222222:cluster\/theirs/,
      );
      await make('ours', oursTags);
      await call('ecs', 'CreateCluster', { clusterName: 'theirs', tags: other }, ACCOUNT);
      await ecs('DescribeClusters', { clusters: ['ours'] });
      await refused(ecs('DescribeClusters', { clusters: ['theirs'] }), 'AccessDeniedException');
      await refused(ecs('DeleteCluster', { cluster: 'theirs' }), 'AccessDeniedException');
      await ecs('DeleteCluster', { cluster: 'ours' });
      // Of this action AWS knows no resource, so no tag can bound it.
      await ecs('DeregisterTaskDefinition', { taskDefinition: 'web:1' });
      await refused(
        ecs('DeleteTaskDefinitions', { taskDefinitions: ['web:1'] }),
        'AccessDeniedException',
        /ecs:DeleteTaskDefinitions on resource: arn:aws:ecs:us-east-1:222222222222:task-definition\/web:1/,
      );

      const rds = (DBInstanceIdentifier: string) =>
        call('rds', 'RebootDBInstance', { DBInstanceIdentifier }, credentials);
      await refused(rds('other'), 'AccessDenied');
      await refused(rds('landfall-a'), 'DBInstanceNotFound');
      expect(given((await aws().ledger()).at(-1)).caller).toMatch(/assumed-role\/landfall\/test$/);
    });
  });
}
