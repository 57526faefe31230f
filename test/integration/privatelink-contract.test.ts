import { afterAll, beforeAll } from 'vitest';
import { proveDrift } from '../support/drift-suite.ts';
import { edgeAccount, makeZone } from '../support/edge-manifests.ts';
import { serviceNetwork } from '../support/manifests.ts';
import { Standing } from '../support/standing.ts';
import { actionsOfProvider, offer, offered, PROVIDER_PROVOCATIONS } from '../support/withheld-provided.ts';
import { proveContract } from '../support/withheld-suite.ts';

let standing: Standing;
let hostedZoneId: string;

beforeAll(async () => {
  standing = await Standing.start(
    async (world) => {
      hostedZoneId = await makeZone(world);
      return offer('api', hostedZoneId);
    },
    {
      account: edgeAccount,
      setting: [serviceNetwork, offered],
      awsEnv: { LANDFALL_AWS_LOAD_BALANCER_SECONDS: '0.1', LANDFALL_AWS_TASK_SECONDS: '0.05' },
    },
  );
});
afterAll(() => standing?.stop());

// What a consumer has drifts in the suites of networks.
proveDrift(
  [
    'EndpointService',
    'EndpointServicePermissions',
    'EndpointServiceNotifications',
    'PrivateNameRecord',
    'PrivateNameVerification',
    'EndpointConnections',
  ],
  () => standing,
);

proveContract({
  standing: () => standing,
  another: () => offer('another', hostedZoneId),
  actions: await actionsOfProvider(),
  provocations: PROVIDER_PROVOCATIONS,
  share: 2,
});
