import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  AcceptVpcEndpointConnectionsCommand,
  CreateTagsCommand,
  CreateVpcEndpointCommand,
  DeleteVpcEndpointsCommand,
  DescribeVpcEndpointConnectionsCommand,
  DescribeVpcEndpointServiceConfigurationsCommand,
  CreateVpcEndpointConnectionNotificationCommand,
  DescribeVpcEndpointConnectionNotificationsCommand,
  DescribeVpcEndpointServicePermissionsCommand,
  ModifyVpcEndpointConnectionNotificationCommand,
  EC2Client,
  ModifyVpcEndpointServiceConfigurationCommand,
  ModifyVpcEndpointServicePermissionsCommand,
  RejectVpcEndpointConnectionsCommand,
} from '@aws-sdk/client-ec2';
import { DescribeTaskDefinitionCommand, ECSClient } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import type { PrivateLinkEndpointStatus } from '../../operator/api/private-link-endpoint.ts';
import { eventually } from '../support/eventually.ts';
import { bindMembers, isRefused } from '../support/least-privilege.ts';
import { CONSUMER, PROVIDER, TOPIC, twoAccounts } from '../support/link-manifests.ts';
import { namespace } from '../support/manifests.ts';
import { idsOf, type Manifest, World } from '../support/world.ts';

const STRANGER = '444444444444';

let world: World;
let operator: OperatorProcess;
const clients: EC2Client[] = [];

const { accounts, providerNetwork, consumerNetwork, api, shop, provider, consumer } = twoAccounts;
const objects = [...accounts, providerNetwork, api, provider, consumerNetwork, shop, consumer];

/** AWS as the administrator of one account sees it. */
function ec2In(id: string): EC2Client {
  const client = new EC2Client(world.clientOptions(id));
  clients.push(client);
  return client;
}
const statusOf = async (object: Manifest) =>
  (await world.read(object))?.status as unknown as PrivateLinkEndpointStatus | undefined;
const serviceId = async () => (await statusOf(provider))?.serviceId ?? '';
const connections = async () => {
  const found = await ec2In(PROVIDER).send(new DescribeVpcEndpointConnectionsCommand({}));
  return (found.VpcEndpointConnections ?? []).map(
    ({ VpcEndpointId, VpcEndpointState }) => `${VpcEndpointId} ${VpcEndpointState}`,
  );
};
const principals = async () => {
  const ServiceId = await serviceId();
  const found = await ec2In(PROVIDER).send(new DescribeVpcEndpointServicePermissionsCommand({ ServiceId }));
  return (found.AllowedPrincipals ?? []).map(({ Principal }) => Principal);
};
const told = async () => {
  const found = await ec2In(PROVIDER).send(new DescribeVpcEndpointConnectionNotificationsCommand({}));
  return (found.ConnectionNotificationSet ?? []).map(
    ({ ConnectionNotificationArn, ConnectionEvents = [] }) =>
      `${ConnectionNotificationArn}: ${ConnectionEvents.join(', ')}`,
  );
};
const allowed = (id: string) => `arn:aws:iam::${id}:root`;
/** Names of the writes to AWS since a mark that are about private connections, in order. */
const deeds = async (mark: number) =>
  (await world.writes(mark))
    .map(({ action }) => action ?? '')
    .filter((action) => action.includes('Endpoint'));
/** Resolves when the consumer's endpoint is the only one that is connected, and both sides say that all is well. */
const whole = async () => {
  await eventually('the connection', async () => {
    const endpointId = (await statusOf(consumer))?.endpointId;
    return isDeepStrictEqual(await connections(), [`${endpointId} available`]);
  });
  await Promise.all([world.ready(provider), world.ready(consumer)]);
};

beforeAll(async () => {
  world = await World.start({ LANDFALL_AWS_LOAD_BALANCER_SECONDS: '1' });
  for (const id of [PROVIDER, CONSUMER]) await world.claim(id);
  // What services need is no matter here.
  await bindMembers(world, [PROVIDER, CONSUMER], objects, [
    'ecs:*',
    'elasticloadbalancing:*',
    'iam:*',
    'logs:*',
  ]);
  operator = world.operator();
  await world.apply([namespace('api'), namespace('shop'), ...accounts]);
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await world?.stop();
});

describe('a private connection between two accounts', () => {
  let empty: string;

  it('waits, on both sides, for what is not there yet, and says so', async () => {
    empty = await world.aws.dump();
    const mark = await world.mark();
    await world.apply([consumerNetwork, shop, consumer]);
    await world.condition(consumer, 'Reconciling', {
      reason: 'DependencyNotReady',
      message: /spec.consume.from names PrivateLinkEndpoint api\/api, but there is none; make it/,
    });
    await world.apply([provider]);
    await world.condition(provider, 'Reconciling', {
      reason: 'DependencyNotReady',
      message: /spec.provide.serviceRef names EcsService api\/api, but there is none/,
    });
    await world.condition(consumer, 'Reconciling', {
      reason: 'DependencyNotReady',
      message: /waits for endpoint-service of PrivateLinkEndpoint\/api\/api, not ready yet/,
    });
    expect((await deeds(mark)).filter((action) => action.includes('EndpointService'))).toEqual([]);
  });

  it('comes about when the rest comes, in the zone that both sides have, for this endpoint alone', async () => {
    const mark = await world.mark();
    await world.apply([providerNetwork, api]);
    await Promise.all([world.ready(provider, 60_000), world.ready(consumer, 60_000)]);
    // AWS refuses one in front of a load balancer that is not active yet.
    const offers = (await deeds(mark)).filter((action) => action.startsWith('CreateVpcEndpointService'));
    expect(offers).toEqual(['CreateVpcEndpointServiceConfiguration']);
    const [offer, endpoint] = [await statusOf(provider), await statusOf(consumer)];
    const { endpointId } = endpoint ?? {};
    expect(endpoint).toMatchObject({ endpointState: 'available', serviceName: offer?.serviceName });
    expect(endpoint?.dnsNames?.[1]).toContain('us-east-1b');
    expect(endpoint?.dnsNames).toHaveLength(2);
    await eventually('the connection in the provider’s status', async () =>
      isDeepStrictEqual((await statusOf(provider))?.connections, [
        { endpointId, accountId: CONSUMER, state: 'available' },
      ]),
    );
    expect(await principals()).toEqual([allowed(CONSUMER)]);
  });

  it('is planned from the manifests alone, in both accounts: there is nothing to do', async () => {
    const file = join(world.plane.dir, 'platform.json');
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    const planned = await world.landfall('plan', '-f', file);
    expect(planned.code, planned.out).toBe(0);
  });

  it('is left alone by a second pass, two refreshes and a restart of the operator', async () => {
    const actions = [
      'DescribeVpcEndpointConnections',
      'DescribeVpcEndpointConnectionNotifications',
      'DescribeVpcEndpointServicePermissions',
    ];
    await world.refreshes(2, actions);
    const mark = await world.mark();
    for (const where of ['--namespace=api', '--namespace=shop'])
      await world.kubectl('annotate', where, 'ple/api', 'look=again');
    await world.refreshes(2, actions);
    await operator.stop();
    operator = world.operator();
    await operator.line((line) => line.msg === 'leading');
    await world.refreshes(2, actions);
    expect(await world.writes(mark)).toEqual([]);
  });

  it('is repaired: a permission that somebody gave, a connection that somebody accepted or rejected', async () => {
    const ServiceId = await serviceId();
    const ec2 = ec2In(PROVIDER);
    const AddAllowedPrincipals = [allowed(STRANGER)];
    await ec2.send(new ModifyVpcEndpointServicePermissionsCommand({ ServiceId, AddAllowedPrincipals }));
    await eventually('the permission gone', async () => (await principals()).length === 1);

    const wanted = [`${TOPIC}: Connect, Delete`];
    expect(await told()).toEqual(wanted);
    const [ours] =
      (await ec2.send(new DescribeVpcEndpointConnectionNotificationsCommand({}))).ConnectionNotificationSet ??
      [];
    const ConnectionNotificationId = ours?.ConnectionNotificationId ?? '';
    await ec2.send(
      new ModifyVpcEndpointConnectionNotificationCommand({
        ConnectionNotificationId,
        ConnectionEvents: ['Accept'],
      }),
    );
    await ec2.send(
      new CreateVpcEndpointConnectionNotificationCommand({
        ServiceId,
        ConnectionNotificationArn: `${TOPIC}-of-somebody`,
        ConnectionEvents: ['Reject'],
      }),
    );
    await eventually('the notifications as they were', async () => isDeepStrictEqual(await told(), wanted));

    await ec2.send(
      new ModifyVpcEndpointServiceConfigurationCommand({
        ServiceId,
        AcceptanceRequired: false,
        PrivateDnsName: 'stray.example.com',
      }),
    );
    await ec2.send(new CreateTagsCommand({ Resources: [ServiceId], Tags: [{ Key: 'stray', Value: 'yes' }] }));
    await eventually('the settings of the service as they were', async () => {
      const found = await ec2.send(new DescribeVpcEndpointServiceConfigurationsCommand({}));
      const [service] = found.ServiceConfigurations ?? [];
      return (
        service?.AcceptanceRequired === true &&
        service.PrivateDnsName === undefined &&
        service.Tags?.some(({ Key }) => Key === 'stray') === false
      );
    });

    const own = (await statusOf(consumer))?.endpointId ?? '';
    await ec2.send(new RejectVpcEndpointConnectionsCommand({ ServiceId, VpcEndpointIds: [own] }));
    await whole();

    // Somebody of the same account makes an endpoint by hand, which no object stands for.
    const { vpc: VpcId, 'subnet/private-b': subnet = '' } = idsOf(await world.ready(consumerNetwork));
    const { VpcEndpoint } = await ec2In(CONSUMER).send(
      new CreateVpcEndpointCommand({
        VpcEndpointType: 'Interface',
        VpcId,
        ServiceName: (await statusOf(provider))?.serviceName,
        SubnetIds: [subnet],
      }),
    );
    const foreign = VpcEndpoint?.VpcEndpointId ?? '';
    await eventually('the foreign connection in status', async () =>
      (await statusOf(provider))?.connections?.some(
        ({ endpointId, state }) => endpointId === foreign && state === 'pendingacceptance',
      ),
    );
    await world.refreshes(2, ['DescribeVpcEndpointConnections']);
    expect(await connections()).toContain(`${foreign} pendingAcceptance`);
    await world.ready(provider);
    await ec2.send(new AcceptVpcEndpointConnectionsCommand({ ServiceId, VpcEndpointIds: [foreign] }));
    await eventually('the foreign connection rejected', async () =>
      (await connections()).includes(`${foreign} rejected`),
    );

    // Its whole account may connect, and then again only the one endpoint.
    await world.edit(provider, { provide: { allowedAccounts: ['consumer-account'] } });
    await eventually('the foreign connection accepted', async () =>
      (await connections()).includes(`${foreign} available`),
    );
    await world.edit(provider, { provide: { allowedAccounts: [] } });
    await eventually('the foreign connection rejected again', async () =>
      (await connections()).includes(`${foreign} rejected`),
    );
    await ec2In(CONSUMER).send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [foreign] }));
    await whole();
  });

  it('keeps its provider, which names who uses it; the consumer goes first', async () => {
    const mark = await world.mark();
    await world.delete(provider);
    await world.condition(provider, 'Reconciling', {
      reason: 'InUse',
      message:
        /PrivateLinkEndpoint\/shop\/api, endpoint vpce-\w+ of account 333333333333 still use this object/,
    });
    expect(await deeds(mark)).toEqual([]);
    await world.remove(consumer);
    await world.gone(provider);
    expect(await deeds(mark)).toEqual(['DeleteVpcEndpoints', 'DeleteVpcEndpointServiceConfigurations']);
  });

  it('comes about with the provider first, and lets in no namespace that it does not name', async () => {
    await world.apply([{ ...provider, spec: { ...(provider.spec as object), allowReferencesFrom: [] } }]);
    await world.ready(provider);
    expect(await principals()).toEqual([]);
    await world.apply([consumer]);
    await world.condition(consumer, 'Stalled', {
      reason: 'ReferenceNotAllowed',
      message: /lets no object of namespace shop refer to it/,
    });
    expect(await principals()).toEqual([]);
    await world.edit(provider, { allowReferencesFrom: ['shop'] });
    await whole();
  });

  it('is cut by force where the provider has to go first; the consumer says so and goes by itself', async () => {
    const mark = await world.mark();
    await world.delete(provider);
    await world.condition(provider, 'Reconciling', { reason: 'InUse' });
    await world.kubectl('annotate', '--namespace=api', 'ple/api', 'landfall.dev/force-delete=yes');
    await world.gone(provider);
    expect(await deeds(mark)).toEqual([
      'RejectVpcEndpointConnections',
      'DeleteVpcEndpointServiceConfigurations',
    ]);
    await world.condition(consumer, 'Reconciling', { reason: 'DependencyNotReady' });
    // Another service of the same object has another name: the endpoint is replaced.
    await world.apply([provider]);
    await whole();
  });

  it('tells a service where it is, and goes with everything that uses it, all asked for at once', async () => {
    const environmentFrom = [{ name: 'CONSUMER_SERVICES', endpoints: [{ name: 'api' }] }];
    await world.edit(shop, { task: { containers: [{ name: 'app', image: 'shop:1', environmentFrom }] } });
    const { taskDefinitionArn } = (await world.ready(shop)).status as { taskDefinitionArn: string };
    const ecs = new ECSClient(world.clientOptions(CONSUMER));
    const { taskDefinition } = await ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: taskDefinitionArn }),
    );
    ecs.destroy();
    const [host] = (await statusOf(consumer))?.dnsNames ?? [];
    expect(taskDefinition?.containerDefinitions?.[0]?.environment).toEqual([
      { name: 'CONSUMER_SERVICES', value: `[{"name":"api","url":"http://${host}:8080"}]` },
    ]);

    await world.delete(consumer);
    await world.condition(consumer, 'Reconciling', {
      reason: 'InUse',
      message: /^EcsService\/shop\/shop still uses this object/,
    });
    // By force goes only what is provided.
    const mark = await world.mark();
    await world.kubectl('annotate', '--namespace=shop', 'ple/api', 'landfall.dev/force-delete=yes');
    await world.refreshes(2, ['DescribeVpcEndpointConnections']);
    await world.condition(consumer, 'Reconciling', { reason: 'InUse' });
    expect(await deeds(mark)).toEqual([]);
    await Promise.all([provider, shop, api].map((object) => world.delete(object)));
    for (const object of [shop, consumer, provider, api]) await world.gone(object, 60_000);
  });

  it('leaves nothing: the whole state of AWS equals the one from before', async () => {
    await Promise.all([world.delete(consumerNetwork), world.delete(providerNetwork)]);
    for (const object of [consumerNetwork, providerNetwork]) await world.gone(object, 60_000);
    expect((await world.aws.dump()) === empty).toBe(true);
    const refused = (await world.aws.ledger()).filter(isRefused);
    expect(refused.map(({ account: id, action }) => `${id} ${action}`)).toEqual([]);
  });
});
