import { afterAll, beforeAll, describe, it } from 'vitest';
import { privateLinkRulesDrift } from '../contract/drift/balancing.ts';
import { onInstancesCases } from '../contract/drift/containers.ts';
import { proveDrift, proveLateNews } from '../support/drift-suite.ts';
import {
  granted,
  scaledService,
  serviceAccount,
  serviceNetwork,
  smallService,
} from '../support/manifests.ts';
import { putParameter } from '../support/plain-call.ts';
import { Standing } from '../support/standing.ts';
import { SCALED_PROVOCATIONS } from '../support/withheld-scaled.ts';
import { actionsOfScaled } from '../support/withheld-services.ts';
import { proveContract } from '../support/withheld-suite.ts';

const another = smallService('another', 'portal', 'services', {
  accountRef: { name: 'portal' },
  capacity: { type: 'EC2' },
  task: { cpu: 256, memoryMiB: 256, containers: [{ name: 'app', image: 'another:1' }] },
});

let standing: Standing;

beforeAll(async () => {
  standing = await Standing.start(scaledService, {
    account: serviceAccount,
    setting: [serviceNetwork],
    prepare: (world) => putParameter(world, granted.parameter),
    awsEnv: {
      LANDFALL_AWS_LOAD_BALANCER_SECONDS: '0.1',
      LANDFALL_AWS_INSTANCE_SECONDS: '0.1',
      LANDFALL_AWS_TASK_SECONDS: '0.05',
    },
  });
});
afterAll(() => standing?.stop());

// What every service has drifts in ecsservice-contract.test.ts.
proveDrift(
  [
    'ScalableTarget',
    'ScalingPolicies',
    'ScheduledActions',
    'LaunchTemplate',
    'InstanceProfile',
    'AutoScalingGroup',
    'CapacityProvider',
    'ClusterCapacityProviders',
  ],
  () => standing,
);

// Policies and schedules go with their target.
proveLateNews(
  ['DescribeScalableTargets', 'DescribeScalingPolicies', 'DescribeScheduledActions'],
  ['ScalableTarget'],
  () => standing,
);

describe('drift of a service on instances', () => {
  it.each(Object.entries(onInstancesCases))('%s: repaired, Ready all the while', async (_, entry) => {
    await standing.proveRepair(entry);
  });
});

it('drift of inbound rules that are not asked about PrivateLink any more: repaired, Ready all the while', async () => {
  await standing.proveRepair(privateLinkRulesDrift);
});

proveContract({
  standing: () => standing,
  another: () => another,
  actions: await actionsOfScaled(),
  provocations: SCALED_PROVOCATIONS,
  share: 3,
});
