import * as ecs from '@aws-sdk/client-ecs';
import { ownershipTags } from '../../operator/graph/ownership.ts';
import { readPermissions } from '../../operator/aws/least-privilege.ts';
import { ecsServiceKind } from '../../operator/controllers/ecs-service.ts';
import { driftCases } from '../contract/drift-cases.ts';
import { type DriftContext, id } from '../contract/drift/case.ts';
import { eventually } from './eventually.ts';
import { fullService } from './manifests.ts';
import type { Provocation } from './withheld.ts';

const OWNER = `EcsService/${fullService.metadata.namespace}/${fullService.metadata.name}`;
/** Tags of a thing that is the service's and that nothing in its spec wants any more. */
const tags = Object.entries(ownershipTags('local', OWNER, 'orphan')).map(([key, value]) => ({ key, value }));

const drift = (type: string, name: string): Provocation => {
  if (!(name in (driftCases[type] ?? {}))) throw new Error(`${type} has no drift ${name}`);
  return { how: 'drift', type, name };
};
const act = (run: (at: DriftContext) => Promise<unknown>): Provocation => ({
  how: 'act',
  act: async (at) => void (await run(at)),
});
const anotherService: Provocation = { how: 'another' };
const anew: Provocation = { how: 'anew' };

const orphanRevision = act((at) =>
  at.ecs.send(
    new ecs.RegisterTaskDefinitionCommand({
      family: 'orphan',
      containerDefinitions: [{ name: 'app', image: 'app:1', memory: 128 }],
      tags,
    }),
  ),
);
/** What a service of these tasks needs to be told of the network. */
async function networkOf(at: DriftContext): Promise<ecs.NetworkConfiguration | undefined> {
  const { services } = await at.ecs.send(
    new ecs.DescribeServicesCommand({ cluster: id(at, 'cluster'), services: [id(at, 'service')] }),
  );
  return services?.[0]?.networkConfiguration;
}

const orphanService = act(async (at) =>
  at.ecs.send(
    new ecs.CreateServiceCommand({
      cluster: id(at, 'cluster'),
      serviceName: 'orphan',
      taskDefinition: id(at, 'task-definition'),
      desiredCount: 0,
      launchType: 'FARGATE',
      networkConfiguration: await networkOf(at),
      tags,
    }),
  ),
);
/** A cluster that is to go, in which somebody runs a service. */
const usedCluster: Provocation = {
  how: 'act',
  async act(at) {
    const cluster = 'orphan';
    await at.ecs.send(new ecs.CreateClusterCommand({ clusterName: cluster, tags }));
    await at.ecs.send(
      new ecs.CreateServiceCommand({
        cluster,
        serviceName: 'theirs',
        taskDefinition: id(at, 'task-definition'),
        desiredCount: 0,
        launchType: 'FARGATE',
        networkConfiguration: await networkOf(at),
      }),
    );
    return async () => {
      await at.ecs.send(new ecs.DeleteServiceCommand({ cluster, service: 'theirs', force: true }));
      await eventually('the cluster deleted', async () => {
        const { clusters } = await at.ecs.send(new ecs.DescribeClustersCommand({ clusters: [cluster] }));
        return clusters?.[0]?.status !== 'ACTIVE';
      });
    };
  },
};
/** An image that no task starts from: the rollout fails and is taken back, and is not begun again. */
const failedRollout: Provocation = {
  how: 'edit',
  spec: { task: { containers: [{ name: 'app', image: 'does-not-exist:1' }] } },
  ends: 'RolloutFailed',
};

/**
 * Asked only of what the tagging API names, which is nothing where no service stands on instances:
 * test/integration/ecsservice-capacity.test.ts.
 */
export const ASKED_OF_INSTANCES: ReadonlySet<string> = new Set(['ecs:DescribeCapacityProviders']);

/** For each action that services need and networks do not, what makes the operator need it. */
export const SERVICE_PROVOCATIONS: Readonly<Record<string, Provocation>> = {
  'ecs:CreateCluster': anotherService,
  'ecs:CreateService': anotherService,
  'ecs:DeleteCluster': act((at) =>
    at.ecs.send(new ecs.CreateClusterCommand({ clusterName: 'orphan', tags })),
  ),
  'ecs:DeleteService': orphanService,
  'ecs:DeleteTaskDefinitions': orphanRevision,
  'ecs:DeregisterTaskDefinition': orphanRevision,
  'ecs:DescribeServiceRevisions': failedRollout,
  'ecs:DescribeTasks': failedRollout,
  'ecs:ListServiceDeployments': drift('EcsService', 'assignPublicIp changed'),
  'ecs:ListServices': usedCluster,
  'ecs:ListTasks': usedCluster,
  'ecs:RegisterTaskDefinition': drift('TaskDefinition', 'content missing (its mark is taken away)'),
  'ecs:TagResource': drift('EcsCluster', 'tags missing'),
  'ecs:UntagResource': drift('EcsCluster', 'tags extra'),
  'ecs:UpdateCluster': drift('EcsCluster', 'containerInsights changed'),
  'ecs:UpdateService': drift('EcsService', 'desiredCount changed'),
  ...Object.fromEntries(
    readPermissions(ecsServiceKind.nodeKinds)
      .filter(({ action }) => action.startsWith('ecs:') && !ASKED_OF_INSTANCES.has(action))
      .map(({ action }) => [action, anew]),
  ),
};
