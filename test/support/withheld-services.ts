import * as ecs from '@aws-sdk/client-ecs';
import { readPermissions } from '../../operator/aws/least-privilege.ts';
import { ecsServiceKind } from '../../operator/controllers/ecs-service.ts';
import { type DriftContext, id } from '../contract/drift/case.ts';
import { eventually } from './eventually.ts';
import { bounded, policyFor } from './least-privilege.ts';
import { fullNetwork, fullService, scaledService, serviceAccount, serviceNetwork } from './manifests.ts';
import { act, anew, another, drift, orphanTags, type Provocation, undone } from './provocation.ts';
import { BALANCED } from './withheld-balanced.ts';
import { actionsOf } from './withheld-suite.ts';
import type { Manifest } from './world.ts';

const tags = Object.entries(orphanTags(fullService)).map(([key, value]) => ({ key, value }));

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
const usedCluster = undone(async (at) => {
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
});
const { task } = fullService.spec as { task: { containers: readonly { image: string }[] } };
/**
 * An image that no task starts from, of the same repository: the rollout fails and is taken back. It is not begun again, so each
 * has its own.
 */
const failedRollout = (tag: string): Provocation => ({
  how: 'edit',
  spec: {
    task: {
      containers: task.containers.map((container) => ({
        ...container,
        image: container.image.replace(/:.*$/, `:does-not-exist-${tag}`),
      })),
    },
  },
  ends: 'RolloutFailed',
});

/** What listing services needs: the same, whatever an object uses. */
export const LISTED: Readonly<Record<string, Provocation>> = Object.fromEntries(
  readPermissions(ecsServiceKind.on.aws.nodeKinds).map(({ action }) => [action, anew]),
);
/** Asked only of what the tagging API names, or of what was listed before: `scaledService` has it. */
const OF_SCALED: ReadonlySet<string> = new Set([
  'application-autoscaling:DescribeScalableTargets',
  'application-autoscaling:DescribeScalingPolicies',
  'application-autoscaling:DescribeScheduledActions',
  'ec2:DescribeLaunchTemplateVersions',
  'ecs:DescribeCapacityProviders',
]);
/** Needed where a load balancer has IPv6, which no network of ours has. */
const OF_IPV6 = 'elasticloadbalancing:SetIpAddressType';

/** Asked of what has a web ACL or a certificate: withheld-edge.ts. */
export const ELSEWHERE = /^(acm|route53|wafv2):|WebACL$/;

/** The actions that the full service comes to need and networks do not, which withhold their own. */
export async function actionsOfFull(): Promise<string[]> {
  const all = await actionsFor(fullService);
  return all.filter((action) => !OF_SCALED.has(action) && action !== OF_IPV6);
}

/** Those that the scaled service comes to need besides. */
export async function actionsOfScaled(): Promise<string[]> {
  const full = new Set(await actionsFor(fullService));
  const all = await actionsFor(scaledService);
  return all.filter((action) => OF_SCALED.has(action) || !full.has(action));
}

async function actionsFor(service: Manifest): Promise<string[]> {
  const account = bounded(serviceAccount);
  const ofNetworks = new Set(actionsOf(await policyFor([account, fullNetwork])));
  const all = actionsOf(await policyFor([account, serviceNetwork, service]));
  return all.filter((action) => !ofNetworks.has(action) && !ELSEWHERE.test(action));
}

/** For each action that services need and networks do not, what makes the operator need it. */
export const SERVICE_PROVOCATIONS: Readonly<Record<string, Provocation>> = {
  ...LISTED,
  ...BALANCED,
  'ecs:CreateCluster': another,
  'ecs:CreateService': another,
  'ecs:DeleteCluster': act((at) =>
    at.ecs.send(new ecs.CreateClusterCommand({ clusterName: 'orphan', tags })),
  ),
  'ecs:DeleteService': orphanService,
  'ecs:DeleteTaskDefinitions': orphanRevision,
  'ecs:DeregisterTaskDefinition': orphanRevision,
  'ecs:DescribeServiceRevisions': failedRollout('once'),
  'ecs:DescribeTasks': failedRollout('again'),
  'ecs:ListServiceDeployments': drift('EcsService', 'assignPublicIp changed'),
  'ecs:ListServices': usedCluster,
  'ecs:ListTasks': usedCluster,
  'ecs:RegisterTaskDefinition': drift('TaskDefinition', 'content missing (its mark is taken away)'),
  'ecs:TagResource': drift('EcsCluster', 'tags missing'),
  'ecs:UntagResource': drift('EcsCluster', 'tags extra'),
  'ecs:UpdateCluster': drift('EcsCluster', 'containerInsights changed'),
  'ecs:UpdateService': drift('EcsService', 'desiredCount changed'),
};
