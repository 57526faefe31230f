import { AuthorizeSecurityGroupIngressCommand, DescribeSecurityGroupsCommand } from '@aws-sdk/client-ec2';
import { ECSClient, ListServiceDeploymentsCommand } from '@aws-sdk/client-ecs';
import { IAMClient, ListRolePoliciesCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EcsService } from '../../operator/api/ecs-service.ts';
import { eventually } from '../support/eventually.ts';
import { granted, portal, serviceAccount, serviceNetwork, smallService } from '../support/manifests.ts';
import { putParameter } from '../support/plain-call.ts';
import { idsOf, World } from '../support/world.ts';

const registry = '123456789012.dkr.ecr.us-east-1.amazonaws.com';
const secrets = [{ name: 'URL', valueFrom: granted.parameter }];
const service = smallService('shop', 'portal', 'services', {
  accountRef: { name: 'portal' },
  task: { containers: [{ name: 'app', image: `${registry}/shop:1`, secrets }] },
});

let world: World;
let ecs: ECSClient;
let iam: IAMClient;

beforeAll(async () => {
  world = await World.start();
  await world.claim();
  await putParameter(world, granted.parameter);
  ecs = new ECSClient(world.clientOptions());
  iam = new IAMClient(world.clientOptions());
  world.operator();
  await world.apply([portal.namespace, serviceAccount]);
});
afterAll(async () => {
  ecs?.destroy();
  iam?.destroy();
  await world?.stop();
});

const statusOf = async () => (await world.ready(service)).status as unknown as EcsService['status'];
/** What the execution role may do, by the first parts of its policies' names. */
const policies = async () => {
  const RoleName = idsOf((await world.read(service)) ?? service)['role/execution'];
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  return PolicyNames.map((name) => name.replace(/-[0-9a-f]{8}$/, '')).sort();
};
const lastRollout = async (cluster: string | undefined) => {
  const asked = { cluster, service: 'shop-dev-service' };
  const { serviceDeployments = [] } = await ecs.send(new ListServiceDeploymentsCommand(asked));
  return serviceDeployments.at(-1)?.status;
};

it('what a failed rollout goes back to may still pull and read; what is not used any more goes when a rollout is done', async () => {
  const empty = await world.aws.dump();
  await world.apply([serviceNetwork, service]);
  const { clusterArn } = await statusOf();
  expect(await policies()).toEqual(['secrets', 'start']);

  const task = (image: string) => ({
    task: { containers: [{ name: 'app', image: `${registry}/${image}` }] },
  });
  await world.edit(service, task('does-not-exist:2'));
  await world.condition(service, 'Stalled', {
    reason: 'RolloutFailed',
    message: /goes on with shop-dev-task-definition:1/,
  });
  await eventually(
    'AWS has gone back',
    async () => (await lastRollout(clusterArn)) !== 'ROLLBACK_IN_PROGRESS',
  );
  expect(await lastRollout(clusterArn)).toBe('ROLLBACK_SUCCESSFUL');
  expect(await policies()).toEqual(['secrets', 'start', 'start']);

  await world.edit(service, task('other:3'));
  expect(await statusOf()).toMatchObject({ rollout: 'COMPLETED', runningCount: 1 });
  expect(await policies()).toEqual(['start']);

  await world.remove(service);
  await world.remove(serviceNetwork);
  expect(await world.aws.dump()).toBe(empty);
});

const taskAt = (port: number) => ({
  task: { containers: [{ name: 'app', image: 'served:1', ports: [{ port }] }] },
});
const served = smallService('served', 'portal', 'services', {
  accountRef: { name: 'portal' },
  ...taskAt(8080),
  loadBalancer: {
    type: 'Network',
    listeners: [{ port: 80, protocol: 'TCP' }],
    deregistrationDelaySeconds: 0,
  },
});

it('tasks that still run are reached at the port that they have; what somebody opened meanwhile is closed at once', async () => {
  await world.apply([serviceNetwork, served]);
  const ids = idsOf(await world.ready(served));
  const tasks = ids['security-group/tasks'] ?? '';
  /** The ports at which the load balancer leads to the tasks, and at which those let anybody in. */
  const ports = async () => {
    const GroupIds = [ids['security-group/load-balancer'] ?? '', tasks];
    const { SecurityGroups = [] } = await world.ec2.send(new DescribeSecurityGroupsCommand({ GroupIds }));
    const of = (id: string | undefined) => SecurityGroups.find(({ GroupId }) => GroupId === id);
    const list = (permissions: readonly { FromPort?: number | undefined }[] = []) =>
      permissions.map(({ FromPort }) => FromPort ?? 0).sort((a, b) => a - b);
    return { out: list(of(GroupIds[0])?.IpPermissionsEgress), in: list(of(tasks)?.IpPermissions) };
  };
  expect(await ports()).toEqual({ out: [8080], in: [8080] });

  await world.aws.hold();
  const mark = await world.mark();
  await world.edit(served, taskAt(9090));
  await eventually('the rollout begins', async () =>
    (await world.writes(mark)).some(({ action }) => action === 'UpdateService'),
  );
  await world.ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: tasks,
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    }),
  );
  await eventually('what somebody opened is closed', async () =>
    (await world.writes(mark)).some(({ action }) => action === 'RevokeSecurityGroupIngress'),
  );
  expect(await ports()).toEqual({ out: [8080, 9090], in: [8080, 9090] });

  await world.aws.release();
  await world.ready(served);
  expect(await ports()).toEqual({ out: [9090], in: [9090] });
  await world.remove(served);
  await world.remove(serviceNetwork);
});
