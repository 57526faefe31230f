import * as ecs from '@aws-sdk/client-ecs';

/**
 * Clusters, services with what they run, and how many revisions there are of each family. Numbers of revisions, and
 * whether one took the place of another, say only what has happened.
 */
export async function containersOf(client: ecs.ECSClient): Promise<Record<string, object[]>> {
  const { clusterArns = [] } = await client.send(new ecs.ListClustersCommand({}));
  if (clusterArns.length === 0) return { clusters: [], services: [], revisions: await revisionsOf(client) };
  const described = await client.send(
    new ecs.DescribeClustersCommand({ clusters: clusterArns, include: ['TAGS', 'SETTINGS'] }),
  );
  const clusters = (described.clusters ?? []).filter(({ status }) => status !== 'INACTIVE');
  const services = await Promise.all(clusters.map(({ clusterArn }) => servicesIn(client, clusterArn)));
  return {
    clusters: clusters.map(({ clusterName, status, settings, capacityProviders, tags }) => ({
      clusterName,
      status,
      settings,
      capacityProviders,
      tags,
    })),
    services: services.flat(),
    revisions: await revisionsOf(client),
  };
}

/** Chosen by AWS at random, the time, or what has happened. */
const LEFT_OUT = new Set([
  'createdAt',
  'createdBy',
  'currentServiceDeployment',
  'deployments',
  'events',
  'pendingCount',
  'taskSets',
]);

async function servicesIn(client: ecs.ECSClient, cluster: string | undefined): Promise<object[]> {
  const { serviceArns: services = [] } = await client.send(new ecs.ListServicesCommand({ cluster }));
  if (services.length === 0) return [];
  const found = await client.send(new ecs.DescribeServicesCommand({ cluster, services, include: ['TAGS'] }));
  return Promise.all(
    (found.services ?? []).map(async ({ taskDefinition, deployments = [], ...service }) => {
      const runs = await client.send(
        new ecs.DescribeTaskDefinitionCommand({ taskDefinition, include: ['TAGS'] }),
      );
      const { family, containerDefinitions, cpu, memory, executionRoleArn, taskRoleArn, status } =
        runs.taskDefinition ?? {};
      const definition = { family, containerDefinitions, cpu, memory, executionRoleArn, taskRoleArn, status };
      return {
        ...Object.fromEntries(Object.entries(service).filter(([field]) => !LEFT_OUT.has(field))),
        rollouts: deployments.map(({ status: of, rolloutState }) => `${of} ${rolloutState}`),
        definition,
        definitionTags: runs.tags?.filter(({ key }) => key !== 'landfall.dev/rev'),
      };
    }),
  );
}

/** One of each revision that is not deleted, under its family. */
async function revisionsOf(client: ecs.ECSClient): Promise<object[]> {
  const statuses = ['ACTIVE', 'INACTIVE'] as const;
  const lists = await Promise.all(
    statuses.map(async (status) => {
      const { taskDefinitionArns = [] } = await client.send(new ecs.ListTaskDefinitionsCommand({ status }));
      return taskDefinitionArns.map((arn) => ({ status, family: arn.replace(/:\d+$/, '') }));
    }),
  );
  return lists.flat();
}
