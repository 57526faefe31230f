import { afterAll, beforeAll, describe, it } from 'vitest';
import { onInstancesCases } from '../contract/drift/containers.ts';
import { proveDrift } from '../support/drift-suite.ts';
import { granted, scaledService, serviceAccount, serviceNetwork } from '../support/manifests.ts';
import { putParameter } from '../support/plain-call.ts';
import { Standing } from '../support/standing.ts';

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
    'InstanceProfile',
    'AutoScalingGroup',
    'CapacityProvider',
    'ClusterCapacityProviders',
  ],
  () => standing,
);

describe('drift of a service on instances', () => {
  it.each(Object.entries(onInstancesCases))('%s: repaired, Ready all the while', async (_, entry) => {
    await standing.proveRepair(entry);
  });
});

it('after all this, further refreshes make no write, and nothing was refused to the role', async () => {
  await standing.provePeace();
});

it('an object that was lost with its cluster finds everything by its tags: nothing but tags is written', async () => {
  await standing.proveFoundAgain();
});
