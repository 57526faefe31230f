import { afterAll, beforeAll, describe, it } from 'vitest';
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
