import { afterAll, beforeAll } from 'vitest';
import { proveDrift } from '../support/drift-suite.ts';
import { edgeAccount, edgeService, makeZone } from '../support/edge-manifests.ts';
import { serviceNetwork } from '../support/manifests.ts';
import { Standing } from '../support/standing.ts';
import { actionsOfEdge, EDGE_PROVOCATIONS } from '../support/withheld-edge.ts';
import { proveContract } from '../support/withheld-suite.ts';

let standing: Standing;
let hostedZoneId: string;

beforeAll(async () => {
  standing = await Standing.start(
    async (world) => {
      hostedZoneId = await makeZone(world);
      return edgeService('edge', hostedZoneId);
    },
    {
      account: edgeAccount,
      setting: [serviceNetwork],
      awsEnv: {
        LANDFALL_AWS_CERTIFICATE_SECONDS: '0.1',
        LANDFALL_AWS_LOAD_BALANCER_SECONDS: '0.1',
        LANDFALL_AWS_TASK_SECONDS: '0.05',
      },
    },
  );
});
afterAll(() => standing?.stop());

// What a service has besides drifts in the suites of the others.
proveDrift(
  [
    'WebAcl',
    'WebAclRules',
    'WebAclAssociation',
    'Certificate',
    'CertificateRecords',
    'CertificateValidation',
    'LoadBalancerName',
  ],
  () => standing,
);

proveContract({
  standing: () => standing,
  another: () => edgeService('another', hostedZoneId),
  actions: await actionsOfEdge(),
  provocations: EDGE_PROVOCATIONS,
  share: 3,
});
