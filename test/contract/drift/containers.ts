import * as ecs from '@aws-sdk/client-ecs';
import {
  type Case,
  type Cases,
  type Deletions,
  type DriftCase,
  type DriftContext,
  id,
  one,
  refused,
} from './case.ts';

/** The nodes of an EcsService. */
const CLUSTER = 'cluster';
const DEFINITION = 'task-definition';
const SERVICE = 'service';

/** The three ways in which tags of a thing of ECS drift. */
function ecsTags(node: string): Record<string, Case> {
  return {
    'tags missing': untagged(node, 'project'),
    'tags extra': tagged(node, 'stray', 'yes'),
    'tags changed': tagged(node, 'project', 'somebody-else'),
  };
}

function tagged(node: string, key: string, value: string): DriftCase {
  return {
    node,
    drift: async (at) =>
      void (await at.ecs.send(
        new ecs.TagResourceCommand({ resourceArn: id(at, node), tags: [{ key, value }] }),
      )),
  };
}

function untagged(node: string, key: string): DriftCase {
  return {
    node,
    drift: async (at) =>
      void (await at.ecs.send(new ecs.UntagResourceCommand({ resourceArn: id(at, node), tagKeys: [key] }))),
  };
}

const ofService = (at: DriftContext) => ({ cluster: id(at, CLUSTER), service: id(at, SERVICE) });

const service = (input: Partial<ecs.UpdateServiceCommandInput>): DriftCase => ({
  node: SERVICE,
  drift: async (at) => void (await at.ecs.send(new ecs.UpdateServiceCommand({ ...ofService(at), ...input }))),
});

/** The service as it is now. */
async function serviceNow(at: DriftContext): Promise<ecs.Service> {
  const { cluster, service: arn } = ofService(at);
  const found = await at.ecs.send(new ecs.DescribeServicesCommand({ cluster, services: [arn] }));
  return one(found.services, 'service');
}

/** The interfaces of new tasks are somewhere else. */
const network = (change: (now: ecs.AwsVpcConfiguration) => Partial<ecs.AwsVpcConfiguration>): DriftCase => ({
  node: SERVICE,
  async drift(at) {
    const now = (await serviceNow(at)).networkConfiguration?.awsvpcConfiguration;
    if (!now) throw new Error('the service has no network');
    const awsvpcConfiguration = { ...now, ...change(now) };
    await at.ecs.send(
      new ecs.UpdateServiceCommand({ ...ofService(at), networkConfiguration: { awsvpcConfiguration } }),
    );
  },
});

/** ECS Exec is let in where it was not, or the other way round. */
const otherExec: DriftCase = {
  node: SERVICE,
  async drift(at) {
    const enableExecuteCommand = !(await serviceNow(at)).enableExecuteCommand;
    await at.ecs.send(new ecs.UpdateServiceCommand({ ...ofService(at), enableExecuteCommand }));
  },
};

const breaker = (change: Partial<ecs.DeploymentCircuitBreaker>): DriftCase =>
  service({
    deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true, ...change } },
  });

/** Somebody's revision of the same family, which is not ours and stays. */
const theirs: DriftCase = {
  node: SERVICE,
  async drift(at) {
    const found = await at.ecs.send(
      new ecs.DescribeTaskDefinitionCommand({ taskDefinition: id(at, DEFINITION) }),
    );
    const ours = one(found.taskDefinition && [found.taskDefinition], 'task definition');
    const taskDefinition = await registeredAgain(at, ours);
    await at.ecs.send(new ecs.UpdateServiceCommand({ ...ofService(at), taskDefinition }));
    return async () => {
      await at.ecs.send(new ecs.DeregisterTaskDefinitionCommand({ taskDefinition }));
      await at.ecs.send(new ecs.DeleteTaskDefinitionsCommand({ taskDefinitions: [taskDefinition] }));
    };
  },
};

/** The same once more and without tags, as pipelines register it; its ARN. */
async function registeredAgain(at: DriftContext, ours: ecs.TaskDefinition): Promise<string> {
  const { family, containerDefinitions, cpu, memory, networkMode, requiresCompatibilities } = ours;
  const { executionRoleArn, taskRoleArn } = ours;
  const made = await at.ecs.send(
    new ecs.RegisterTaskDefinitionCommand({
      family,
      containerDefinitions,
      cpu,
      memory,
      networkMode,
      requiresCompatibilities,
      executionRoleArn,
      taskRoleArn,
    }),
  );
  return made.taskDefinition?.taskDefinitionArn ?? '';
}

const deregistered = (node: string): DriftCase => ({
  node,
  drift: async (at) =>
    void (await at.ecs.send(new ecs.DeregisterTaskDefinitionCommand({ taskDefinition: id(at, node) }))),
});

const serviceDeleted = (node: string): DriftCase => ({
  node,
  // It drains before its name is free.
  refreshes: 60,
  drift: async (at) =>
    void (await at.ecs.send(
      new ecs.DeleteServiceCommand({ cluster: id(at, CLUSTER), service: id(at, node), force: true }),
    )),
});

const clusterDeleted = (node: string): Case =>
  refused('ClusterContainsServicesException', (at) =>
    at.ecs.send(new ecs.DeleteClusterCommand({ cluster: id(at, node) })),
  );

/** For kinds of ECS, as `driftCases` has them for a network's. */
export const containersCases: Cases = {
  EcsCluster: {
    ...ecsTags(CLUSTER),
    'containerInsights changed': {
      node: CLUSTER,
      drift: async (at) =>
        void (await at.ecs.send(
          new ecs.UpdateClusterCommand({
            cluster: id(at, CLUSTER),
            settings: [{ name: 'containerInsights', value: 'enhanced' }],
          }),
        )),
    },
    deleted: clusterDeleted(CLUSTER),
  },
  TaskDefinition: {
    ...ecsTags(DEFINITION),
    'content missing (its mark is taken away)': untagged(DEFINITION, 'landfall.dev/content'),
    deleted: deregistered(DEFINITION),
  },
  EcsService: {
    ...ecsTags(SERVICE),
    'taskDefinition changed': theirs,
    'desiredCount changed': service({ desiredCount: 1 }),
    'platformVersion changed': service({ platformVersion: '1.4.0' }),
    'subnetIds changed': network(({ subnets = [] }) => ({ subnets: subnets.slice(1) })),
    'securityGroupIds changed': network(() => ({ securityGroups: [] })),
    'assignPublicIp changed': network(() => ({ assignPublicIp: 'ENABLED' })),
    'loadBalancers changed': service({ loadBalancers: [] }),
    'healthCheckGracePeriodSeconds changed': service({ healthCheckGracePeriodSeconds: 1 }),
    'minimumHealthyPercent changed': service({ deploymentConfiguration: { minimumHealthyPercent: 10 } }),
    'maximumPercent changed': service({ deploymentConfiguration: { maximumPercent: 120 } }),
    'availabilityZoneRebalancing changed': service({ availabilityZoneRebalancing: 'DISABLED' }),
    'circuitBreaker changed': breaker({ enable: false }),
    'rollback changed': breaker({ rollback: false }),
    'enableExecuteCommand changed': otherExec,
    'propagateTags changed': service({ propagateTags: 'NONE' }),
    'enableEcsManagedTags changed': service({ enableECSManagedTags: false }),
    'restartedAt missing': untagged(SERVICE, 'landfall.dev/restarted-at'),
    'restartedAt changed': tagged(SERVICE, 'landfall.dev/restarted-at', 'never'),
    deleted: serviceDeleted(SERVICE),
  },
};

/** What a service on instances has besides. */
export const onInstancesCases: Readonly<Record<string, DriftCase>> = {
  'capacityProviderStrategy changed': {
    node: SERVICE,
    async drift(at) {
      const { capacityProviderStrategy: now = [] } = await serviceNow(at);
      const capacityProviderStrategy = now.map((one) => ({ ...one, base: 1 }));
      await at.ecs.send(
        new ecs.UpdateServiceCommand({
          ...ofService(at),
          capacityProviderStrategy,
          forceNewDeployment: true,
        }),
      );
    },
  },
  'placementStrategy changed': service({
    placementStrategy: [{ type: 'random' }],
    availabilityZoneRebalancing: 'DISABLED',
  }),
};

/** By kind, what AWS says of every thing of it, so that it cannot be missing. */
export const containersAlwaysSaid: Readonly<Record<string, readonly string[]>> = {
  EcsService: [
    'desiredCount',
    'maximumPercent',
    'minimumHealthyPercent',
    'platformVersion',
    'taskDefinition',
  ],
};

/** For each kind, how any node of it is lost. */
export const containersDeletions: Deletions = {
  EcsCluster: (node) => ({ deleted: clusterDeleted(node) }),
  TaskDefinition: (node) => ({ deleted: deregistered(node) }),
  EcsService: (node) => ({ deleted: serviceDeleted(node) }),
};
