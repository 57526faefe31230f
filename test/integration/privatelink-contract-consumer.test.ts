import { afterAll, beforeAll } from 'vitest';
import { consumedCases } from '../contract/drift/consumed.ts';
import { proveDrift } from '../support/drift-suite.ts';
import { edgeAccount, makeZone } from '../support/edge-manifests.ts';
import { serviceNetwork } from '../support/manifests.ts';
import { Standing } from '../support/standing.ts';
import { actionsOfConsumer, CONSUMER_PROVOCATIONS, wish } from '../support/withheld-consumed.ts';
import { offer, offered } from '../support/withheld-provided.ts';
import { proveContract } from '../support/withheld-suite.ts';

let standing: Standing;

beforeAll(async () => {
  const setting = [serviceNetwork, offered];
  standing = await Standing.start(
    async (world) => {
      setting.push(offer('api', await makeZone(world)));
      return wish('wish');
    },
    {
      account: edgeAccount,
      setting,
      awsEnv: { LANDFALL_AWS_LOAD_BALANCER_SECONDS: '0.1', LANDFALL_AWS_TASK_SECONDS: '0.05' },
    },
  );
});
afterAll(() => standing?.stop());

proveDrift(Object.keys(consumedCases), () => standing, consumedCases);

proveContract({
  standing: () => standing,
  another: () => wish('another', 'Disabled'),
  actions: actionsOfConsumer(),
  provocations: CONSUMER_PROVOCATIONS,
  share: 3,
});
