import { DescribeTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { id } from '../contract/drift/case.ts';
import { lossOf } from '../contract/drift/case.ts';
import { deletions } from '../contract/drift-cases.ts';
import { proveDrift, proveLateNews } from '../support/drift-suite.ts';
import { fullService, granted, serviceAccount, serviceNetwork, smallService } from '../support/manifests.ts';
import { putParameter } from '../support/plain-call.ts';
import { Standing } from '../support/standing.ts';
import { actionsOfFull, SERVICE_PROVOCATIONS } from '../support/withheld-services.ts';
import { proveContract } from '../support/withheld-suite.ts';

const another = smallService('another', 'portal', 'services', { accountRef: { name: 'portal' } });

let standing: Standing;

beforeAll(async () => {
  standing = await Standing.start(fullService, {
    account: serviceAccount,
    setting: [serviceNetwork],
    prepare: (world) => putParameter(world, granted.parameter),
    awsEnv: { LANDFALL_AWS_LOAD_BALANCER_SECONDS: '0.1', LANDFALL_AWS_TASK_SECONDS: '0.05' },
  });
});
afterAll(() => standing?.stop());

it('its tasks are what the spec says, in every field', async () => {
  const at = await standing.context();
  const { taskDefinition } = await at.ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: id(at, 'task-definition') }),
  );
  expect(taskDefinition).toMatchObject({
    ephemeralStorage: { sizeInGiB: 30 },
    taskRoleArn: 'arn:aws:iam::123456789012:role/landfall/portal/shop-tasks',
    containerDefinitions: [
      {
        name: 'app',
        entryPoint: ['/bin/run'],
        command: ['serve'],
        stopTimeout: 60,
        healthCheck: { startPeriod: 15 },
      },
      { name: 'proxy', stopTimeout: 30 },
    ],
  });
});

// The kinds that a network has as well drift in its own suites.
proveDrift(
  [
    'EcsCluster',
    'TaskDefinition',
    'EcsService',
    'LoadBalancer',
    'LoadBalancerAttributes',
    'TargetGroup',
    'TargetGroupAttributes',
    'Listener',
    'Alarm',
  ],
  () => standing,
);

// A target group is in no use without its listener, which goes with its load balancer.
proveLateNews(
  [
    'DescribeListeners',
    'DescribeLoadBalancers',
    'DescribeServices',
    'DescribeTargetGroups',
    'DescribeTargetHealth',
  ],
  ['LoadBalancer', 'TargetGroup', 'Listener'],
  () => standing,
);

describe('what a service has of the kinds of networks', () => {
  const nodes = [
    'role/execution',
    'role-policies/execution',
    'role/task',
    'role-policies/task',
    'log-group',
    'security-group-rules/tasks',
    'security-group-rules/load-balancer',
  ];

  it.each(nodes)('%s lost: put back, Ready all the while', async (node) => {
    const { graph } = await standing.look();
    const { deleted, revoked } = deletions[graph.nodes.get(node)?.type ?? '']?.(node) ?? {};
    await standing.proveRepair(lossOf(node, deleted ?? revoked), 'unseen');
  });
});

proveContract({
  standing: () => standing,
  another: () => another,
  actions: await actionsOfFull(),
  provocations: SERVICE_PROVOCATIONS,
  share: 5,
});
