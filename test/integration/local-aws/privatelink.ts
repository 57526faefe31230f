import {
  AcceptVpcEndpointConnectionsCommand,
  CreateSubnetCommand,
  CreateTagsCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  type CreateVpcEndpointCommandInput,
  CreateVpcEndpointConnectionNotificationCommand,
  CreateVpcEndpointServiceConfigurationCommand,
  type CreateVpcEndpointServiceConfigurationCommandInput,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DeleteVpcEndpointConnectionNotificationsCommand,
  DeleteVpcEndpointServiceConfigurationsCommand,
  DeleteVpcEndpointsCommand,
  DescribeVpcEndpointConnectionNotificationsCommand,
  DescribeVpcEndpointConnectionsCommand,
  DescribeVpcEndpointServiceConfigurationsCommand,
  DescribeVpcEndpointServicePermissionsCommand,
  DescribeVpcEndpointServicesCommand,
  DescribeVpcEndpointsCommand,
  EC2Client,
  ModifyVpcAttributeCommand,
  ModifyVpcEndpointCommand,
  ModifyVpcEndpointConnectionNotificationCommand,
  ModifyVpcEndpointServiceConfigurationCommand,
  ModifyVpcEndpointServicePermissionsCommand,
  RejectVpcEndpointConnectionsCommand,
  type ServiceConfiguration,
  StartVpcEndpointServicePrivateDnsVerificationCommand,
  type VpcEndpointConnection,
} from '@aws-sdk/client-ec2';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { beforeEach, describe, expect, test } from 'vitest';

import { memberExternalId, memberRoleArn, memberTags } from '../../../k8s-local/aws/identity-files.ts';
import { aws, clientOptions, given, refused, tagged } from './harness.ts';
import { eventually } from './held-clock.ts';
import { call } from './plain-client.ts';

/** Endpoint services and the connections to them, between two accounts. */
export function privateLink(): void {
  const PROVIDER = '222222222222';
  const CONSUMER = '333333333333';
  const consumers = `arn:aws:iam::${CONSUMER}:root`;
  const nowhere = 'vpce-0123456789abcdef0';

  let provider: EC2Client;
  let consumer: EC2Client;
  let balancer: string;
  let vpc: string;
  let zones: { a: string; b: string };

  async function network(client: EC2Client, cidr: string): Promise<typeof zones> {
    vpc = given((await client.send(new CreateVpcCommand({ CidrBlock: `${cidr}.0.0/16` }))).Vpc?.VpcId);
    await client.send(new ModifyVpcAttributeCommand({ VpcId: vpc, EnableDnsHostnames: { Value: true } }));
    const [a, b] = await Promise.all(
      ['a', 'b'].map(async (letter, index) => {
        const AvailabilityZone = `us-east-1${letter}`;
        const CidrBlock = `${cidr}.${index}.0/24`;
        const made = await client.send(new CreateSubnetCommand({ VpcId: vpc, CidrBlock, AvailabilityZone }));
        return given(made.Subnet?.SubnetId);
      }),
    );
    return { a: given(a), b: given(b) };
  }

  async function loadBalancer(subnet: string, Name = 'internal'): Promise<string> {
    const input = { Name, Type: 'network', Scheme: 'internal', Subnets: { member: [subnet] } };
    const made = await call<{ LoadBalancers: { LoadBalancerArn: string }[] }>(
      'elasticloadbalancing',
      'CreateLoadBalancer',
      input,
      PROVIDER,
    );
    const arn = given(made.LoadBalancers[0]).LoadBalancerArn;
    await eventually(async () => {
      const input = { LoadBalancerArns: { member: [arn] } };
      const found = await call<{ LoadBalancers: { State: { Code: string } }[] }>(
        'elasticloadbalancing',
        'DescribeLoadBalancers',
        input,
        PROVIDER,
      );
      return found.LoadBalancers[0]?.State.Code === 'active' ? true : undefined;
    });
    return arn;
  }

  async function provide(
    input: Partial<CreateVpcEndpointServiceConfigurationCommandInput> = {},
  ): Promise<ServiceConfiguration & { ServiceId: string; ServiceName: string }> {
    const made = await provider.send(
      new CreateVpcEndpointServiceConfigurationCommand({ NetworkLoadBalancerArns: [balancer], ...input }),
    );
    const service = given(made.ServiceConfiguration);
    return { ...service, ServiceId: given(service.ServiceId), ServiceName: given(service.ServiceName) };
  }

  const allow = (ServiceId: string, AddAllowedPrincipals: string[]) =>
    provider.send(new ModifyVpcEndpointServicePermissionsCommand({ ServiceId, AddAllowedPrincipals }));
  const forbid = (ServiceId: string, RemoveAllowedPrincipals: string[]) =>
    provider.send(new ModifyVpcEndpointServicePermissionsCommand({ ServiceId, RemoveAllowedPrincipals }));

  async function connect(
    ServiceName: string,
    input: Partial<CreateVpcEndpointCommandInput> = {},
    client = consumer,
  ): Promise<string> {
    const made = await client.send(
      new CreateVpcEndpointCommand({
        VpcId: vpc,
        VpcEndpointType: 'Interface',
        ServiceName,
        SubnetIds: [zones.b],
        ...input,
      }),
    );
    return given(made.VpcEndpoint?.VpcEndpointId);
  }

  async function stateOf(id: string): Promise<string | undefined> {
    const Filters = [{ Name: 'vpc-endpoint-id', Values: [id] }];
    return (await consumer.send(new DescribeVpcEndpointsCommand({ Filters }))).VpcEndpoints?.[0]?.State;
  }
  const reaches = (id: string, state: string | undefined) =>
    eventually(async () => ((await stateOf(id)) === state ? true : undefined));

  async function connections(Name: string, ...Values: string[]): Promise<VpcEndpointConnection[]> {
    const Filters = [{ Name, Values }];
    const found = await provider.send(new DescribeVpcEndpointConnectionsCommand({ Filters }));
    return given(found.VpcEndpointConnections);
  }

  const accept = (ServiceId: string, ...VpcEndpointIds: string[]) =>
    provider.send(new AcceptVpcEndpointConnectionsCommand({ ServiceId, VpcEndpointIds }));
  const reject = (ServiceId: string, ...VpcEndpointIds: string[]) =>
    provider.send(new RejectVpcEndpointConnectionsCommand({ ServiceId, VpcEndpointIds }));
  const withdraw = (...ServiceIds: string[]) =>
    provider.send(new DeleteVpcEndpointServiceConfigurationsCommand({ ServiceIds }));

  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
    provider = new EC2Client({ ...clientOptions(aws(), PROVIDER), maxAttempts: 1 });
    consumer = new EC2Client({ ...clientOptions(aws(), CONSUMER), maxAttempts: 1 });
    balancer = await loadBalancer((await network(provider, '10.1')).a);
    zones = await network(consumer, '10.2');
  });

  test('a connection waits for its provider, and both sides see how it ends', async () => {
    const service = await provide({ TagSpecifications: tagged('vpc-endpoint-service', 'a') });
    expect(service).toMatchObject({
      ServiceState: 'Available',
      AcceptanceRequired: true,
      AvailabilityZones: ['us-east-1a'],
      AvailabilityZoneIds: ['use1-az3'],
      NetworkLoadBalancerArns: [balancer],
      Tags: [{ Key: 'test', Value: 'a' }],
    });
    const id = service.ServiceId;
    await allow(id, [consumers]);
    const [one, two] = [await connect(service.ServiceName), await connect(service.ServiceName)];
    expect(await stateOf(one)).toBe('pendingAcceptance');
    expect(await connections('vpc-endpoint-state', 'pendingAcceptance')).toHaveLength(2);
    expect(await connections('vpc-endpoint-id', one)).toMatchObject([
      {
        ServiceId: id,
        VpcEndpointId: one,
        VpcEndpointOwner: CONSUMER,
        VpcEndpointState: 'pendingAcceptance',
        NetworkLoadBalancerArns: [balancer],
      },
    ]);
    const accepted = await accept(id, one, nowhere);
    expect(accepted.Unsuccessful).toMatchObject([
      { ResourceId: nowhere, Error: { Code: 'InvalidVpcEndpoint.NotFound' } },
    ]);
    expect(await stateOf(one)).toBe('pending');
    await reaches(one, 'available');
    expect((await accept(id, one)).Unsuccessful).toMatchObject([{ Error: { Code: 'InvalidState' } }]);
    await reject(id, two);
    expect(await stateOf(two)).toBe('rejected');
    expect(await connections('vpc-endpoint-state', 'rejected')).toMatchObject([{ VpcEndpointId: two }]);
    expect((await reject(id, two)).Unsuccessful).toMatchObject([{ ResourceId: two }]);
    expect(await connections('service-id', 'vpce-svc-0123456789abcdef0')).toEqual([]);
    await refused(accept('vpce-svc-0123456789abcdef0', one), 'InvalidVpcEndpointServiceId.NotFound');

    // What is connected holds the service; what was rejected does not.
    const kept = await withdraw(id, 'vpce-svc-0123456789abcdef0');
    expect(kept.Unsuccessful).toMatchObject([
      { ResourceId: id, Error: { Code: 'ExistingVpcEndpointConnections' } },
      { Error: { Code: 'InvalidVpcEndpointService.NotFound' } },
    ]);
    const change = { ServiceId: id, RemoveNetworkLoadBalancerArns: [balancer] };
    await refused(
      provider.send(new ModifyVpcEndpointServiceConfigurationCommand(change)),
      'ExistingVpcEndpointConnections',
    );
    await reject(id, one);
    expect((await withdraw(id)).Unsuccessful).toEqual([]);
    await refused(
      provider.send(new DescribeVpcEndpointServiceConfigurationsCommand({ ServiceIds: [id] })),
      'InvalidVpcEndpointServiceId.NotFound',
    );
  });

  test('only whom the permissions name may connect, or see the service', async () => {
    const service = await provide({ AcceptanceRequired: false });
    const offered = async () => {
      const ServiceNames = [service.ServiceName];
      const found = await consumer.send(new DescribeVpcEndpointServicesCommand({ ServiceNames }));
      return given(found.ServiceDetails?.[0]);
    };
    const role = memberRoleArn(CONSUMER);
    const assumed = await new STSClient(clientOptions(aws())).send(
      new AssumeRoleCommand({
        RoleArn: role,
        RoleSessionName: 'test',
        ExternalId: memberExternalId(CONSUMER),
        Tags: memberTags(CONSUMER),
      }),
    );
    const { AccessKeyId, SecretAccessKey, SessionToken } = given(assumed.Credentials);
    const operator = new EC2Client({
      ...clientOptions(aws()),
      credentials: {
        accessKeyId: given(AccessKeyId),
        secretAccessKey: given(SecretAccessKey),
        sessionToken: given(SessionToken),
      },
      maxAttempts: 1,
    });

    await refused(connect(service.ServiceName), 'InvalidServiceName', /does not exist$/);
    await refused(offered(), 'InvalidServiceName');
    await refused(allow(service.ServiceId, ['somebody']), 'InvalidPrincipal');
    const added = await allow(service.ServiceId, [role, role]);
    expect(added.AddedPrincipals).toMatchObject([{ Principal: role, PrincipalType: 'Role' }]);
    await refused(connect(service.ServiceName), 'InvalidServiceName');
    const id = await connect(service.ServiceName, {}, operator);
    await reaches(id, 'available');
    await forbid(service.ServiceId, [role]);
    await refused(connect(service.ServiceName, {}, operator), 'InvalidServiceName');
    // A permission that is withdrawn ends no connection.
    expect(await stateOf(id)).toBe('available');

    await allow(service.ServiceId, ['*']);
    // What the provider calls us-east-1a is us-east-1b to the consumer.
    expect(await offered()).toMatchObject({
      Owner: PROVIDER,
      AcceptanceRequired: false,
      AvailabilityZones: ['us-east-1b'],
      AvailabilityZoneIds: ['use1-az3'],
    });
    await refused(
      connect(service.ServiceName, { SubnetIds: [zones.a] }),
      'InvalidParameter',
      /does not support the availability zone/,
    );
    await connect(service.ServiceName);
    await allow(service.ServiceId, [consumers]);
    const { ServiceId } = service;
    const listed = (input: object) =>
      provider.send(new DescribeVpcEndpointServicePermissionsCommand({ ServiceId, ...input }));
    const page = await listed({ MaxResults: 1 });
    expect(page.AllowedPrincipals).toHaveLength(1);
    const rest = await listed({ NextToken: page.NextToken });
    expect(rest.AllowedPrincipals).toMatchObject([{ Principal: consumers, PrincipalType: 'Account' }]);
    expect(
      (await listed({ Filters: [{ Name: 'principal', Values: ['*:root'] }] })).AllowedPrincipals,
    ).toHaveLength(1);
  });

  /** A TXT record in a zone of an account that has nothing to do with it. */
  const publish = async (Name: string, value: string) => {
    const route53 = new Route53Client({ ...clientOptions(aws()), maxAttempts: 1 });
    const zone = await route53.send(
      new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: 'test' }),
    );
    const record = { Name, Type: 'TXT' as const, TTL: 60, ResourceRecords: [{ Value: `"${value}"` }] };
    await route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: zone.HostedZone?.Id,
        ChangeBatch: { Changes: [{ Action: 'CREATE', ResourceRecordSet: record }] },
      }),
    );
  };

  test('private DNS wants a verified name, and the provider’s acceptance', async () => {
    const service = await provide({ PrivateDnsName: 'api.example.com' });
    await allow(service.ServiceId, [consumers]);
    const name = async () => {
      const input = { ServiceIds: [service.ServiceId] };
      const found = await provider.send(new DescribeVpcEndpointServiceConfigurationsCommand(input));
      return given(found.ServiceConfigurations?.[0]?.PrivateDnsNameConfiguration);
    };
    expect(await name()).toMatchObject({
      State: 'pendingVerification',
      Type: 'TXT',
      Value: expect.stringMatching(/^vpce:/),
    });
    const early =
      /^Private DNS can only be enabled after the endpoint connection is accepted by the owner of /;
    await refused(connect(service.ServiceName, { PrivateDnsEnabled: true }), 'InvalidParameter', early);
    const id = await connect(service.ServiceName);
    const enable = () =>
      consumer.send(new ModifyVpcEndpointCommand({ VpcEndpointId: id, PrivateDnsEnabled: true }));
    await refused(enable(), 'InvalidParameter', early);
    await accept(service.ServiceId, id);
    await refused(enable(), 'InvalidParameter', /has not verified the private DNS name/);
    const { ServiceId } = service;
    const verify = async (state: string) => {
      await provider.send(new StartVpcEndpointServicePrivateDnsVerificationCommand({ ServiceId }));
      await eventually(async () => ((await name()).State === state ? true : undefined));
    };
    await verify('failed');
    const { Name, Value } = await name();
    await publish(`${Name}.api.example.com`, given(Value));
    await verify('verified');
    await enable();
    const found = await consumer.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: [id] }));
    expect(found.VpcEndpoints?.[0]?.DnsEntries?.map((entry) => entry.DnsName)).toContain('api.example.com');
  });

  test('connection notifications name a topic, and go with what they are about', async () => {
    const { ServiceId } = await provide();
    const topic = `arn:aws:sns:us-east-1:${PROVIDER}:connections`;
    const input = { ServiceId, ConnectionNotificationArn: topic, ConnectionEvents: ['Connect', 'Accept'] };
    const create = (more: object = {}) =>
      provider.send(new CreateVpcEndpointConnectionNotificationCommand({ ...input, ...more }));
    await refused(create({ VpcEndpointId: nowhere }), 'InvalidParameter');
    await refused(create({ ConnectionEvents: ['Leave'] }), 'InvalidParameter');
    await refused(create({ ConnectionNotificationArn: 'connections' }), 'InvalidParameter');
    const ClientToken = 'one';
    const made = given((await create({ ClientToken })).ConnectionNotification);
    expect(made).toMatchObject({ ...input, ConnectionNotificationState: 'Enabled' });
    const ConnectionNotificationId = given(made.ConnectionNotificationId);
    const again = (await create({ ClientToken })).ConnectionNotification;
    expect(again?.ConnectionNotificationId).toBe(ConnectionNotificationId);
    await refused(create({ ClientToken, ConnectionEvents: ['Reject'] }), 'IdempotentParameterMismatch');
    await provider.send(
      new ModifyVpcEndpointConnectionNotificationCommand({
        ConnectionNotificationId,
        ConnectionEvents: ['Delete'],
      }),
    );
    const read = () =>
      provider.send(new DescribeVpcEndpointConnectionNotificationsCommand({ ConnectionNotificationId }));
    expect((await read()).ConnectionNotificationSet).toMatchObject([
      { ConnectionNotificationArn: topic, ConnectionEvents: ['Delete'] },
    ]);
    const remove = () =>
      provider.send(
        new DeleteVpcEndpointConnectionNotificationsCommand({
          ConnectionNotificationIds: [ConnectionNotificationId],
        }),
      );
    expect((await remove()).Unsuccessful).toEqual([]);
    expect((await remove()).Unsuccessful).toMatchObject([
      { Error: { Code: 'InvalidConnectionNotification' } },
    ]);
    await refused(read(), 'InvalidConnectionNotification');
    await create();
    await withdraw(ServiceId);
    const left = await provider.send(new DescribeVpcEndpointConnectionNotificationsCommand({}));
    expect(left.ConnectionNotificationSet).toEqual([]);
  });

  test('what happens to a connection is published to the topics of its endpoint and its service', async () => {
    const service = await provide();
    await allow(service.ServiceId, ['*']);
    const { TopicArn } = await call<{ TopicArn: string }>(
      'sns',
      'CreateTopic',
      { Name: 'connections' },
      PROVIDER,
    );
    const { QueueUrl } = await call<{ QueueUrl: string }>(
      'sqs',
      'CreateQueue',
      { QueueName: 'told' },
      PROVIDER,
    );
    const Endpoint = `arn:aws:sqs:us-east-1:${PROVIDER}:told`;
    await call('sns', 'Subscribe', { TopicArn, Protocol: 'sqs', Endpoint }, PROVIDER);
    const told = async (): Promise<object[]> => {
      const { Messages = [] } = await call<{ Messages?: { Body: string }[] }>(
        'sqs',
        'ReceiveMessage',
        { QueueUrl, MaxNumberOfMessages: 10 },
        PROVIDER,
      );
      return Messages.map(
        ({ Body }) => JSON.parse((JSON.parse(Body) as { Message: string }).Message) as object,
      );
    };
    const events = ['Connect', 'Accept', 'Reject', 'Delete'];
    await provider.send(
      new CreateVpcEndpointConnectionNotificationCommand({
        ServiceId: service.ServiceId,
        ConnectionNotificationArn: TopicArn,
        ConnectionEvents: events,
      }),
    );
    const unheard = await connect(service.ServiceName);
    // The topic lets nobody publish but its owner so far.
    expect(await told()).toEqual([]);
    const Statement = [
      {
        Effect: 'Allow',
        Principal: { Service: 'vpce.amazonaws.com' },
        Action: 'SNS:Publish',
        Resource: TopicArn,
      },
    ];
    const AttributeValue = JSON.stringify({ Version: '2012-10-17', Statement });
    await call('sns', 'SetTopicAttributes', { TopicArn, AttributeName: 'Policy', AttributeValue }, PROVIDER);
    const id = await connect(service.ServiceName);
    await accept(service.ServiceId, id);
    const reject = { ServiceId: service.ServiceId, VpcEndpointIds: [id] };
    await provider.send(new RejectVpcEndpointConnectionsCommand(reject));
    await consumer.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [id, unheard] }));
    const about = { ServiceId: service.ServiceId, VpcEndpointId: id, VpcEndpointOwner: CONSUMER };
    expect(await told()).toEqual([
      expect.objectContaining({
        ...about,
        ConnectionEvent: 'Connect',
        VpcEndpointState: 'pendingAcceptance',
      }),
      expect.objectContaining({ ...about, ConnectionEvent: 'Accept' }),
      expect.objectContaining({ ...about, ConnectionEvent: 'Reject', VpcEndpointState: 'rejected' }),
      expect.objectContaining({ ...about, ConnectionEvent: 'Delete' }),
      expect.objectContaining({ VpcEndpointId: unheard, ConnectionEvent: 'Delete' }),
    ]);
  });

  test('a connection has tags that its provider gives it, and they go with it', async () => {
    const service = await provide();
    await allow(service.ServiceId, ['*']);
    const empty = await aws().dump();
    const id = await connect(service.ServiceName);
    const [connection] = await connections('vpc-endpoint-id', id);
    const Resources = [given(connection?.VpcEndpointConnectionId)];
    const Tags = [{ Key: 'team', Value: 'payments' }];
    await provider.send(new CreateTagsCommand({ Resources, Tags }));
    expect(await connections('vpc-endpoint-id', id)).toMatchObject([{ Tags }]);
    await refused(
      consumer.send(new CreateTagsCommand({ Resources, Tags })),
      'InvalidVpcEndpointConnectionId.NotFound',
    );
    await consumer.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] }));
    await reaches(id, undefined);
    expect((await aws().dump()) === empty).toBe(true);
  });

  describe('an endpoint service', () => {
    test('wants a network load balancer that exists, and is listed by tag, in pages', async () => {
      await refused(provide({ NetworkLoadBalancerArns: [] }), 'InvalidParameter', /exactly one of/);
      await refused(
        provide({ NetworkLoadBalancerArns: [`${balancer}0`] }),
        'InvalidNetworkLoadBalancerArn.NotFound',
      );
      const first = await provide({ TagSpecifications: tagged('vpc-endpoint-service', 'a') });
      const second = await provide({ ClientToken: 'two' });
      expect((await provide({ ClientToken: 'two' })).ServiceId).toBe(second.ServiceId);
      const list = (input: object) =>
        provider.send(new DescribeVpcEndpointServiceConfigurationsCommand(input));
      const page = await list({ MaxResults: 1 });
      const rest = await list({ NextToken: page.NextToken });
      const ids = [page, rest].flatMap((part) => part.ServiceConfigurations?.map((found) => found.ServiceId));
      expect(ids).toEqual([first.ServiceId, second.ServiceId]);
      const Filters = [{ Name: 'tag:test', Values: ['a'] }];
      expect((await list({ Filters })).ServiceConfigurations).toMatchObject([{ ServiceId: first.ServiceId }]);
    });

    test('leaves nothing when it and what is connected to it are deleted', async () => {
      const before = await aws().dump();
      const service = await provide({ TagSpecifications: tagged('vpc-endpoint-service', 'a') });
      await allow(service.ServiceId, ['*']);
      const id = await connect(service.ServiceName);
      await accept(service.ServiceId, id);
      await refused(consumer.send(new DeleteSubnetCommand({ SubnetId: zones.b })), 'DependencyViolation');
      await consumer.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] }));
      expect(await connections('vpc-endpoint-id', id)).toMatchObject([{ VpcEndpointState: 'deleting' }]);
      expect((await withdraw(service.ServiceId)).Unsuccessful).toHaveLength(1);
      await reaches(id, undefined);
      expect((await withdraw(service.ServiceId)).Unsuccessful).toEqual([]);
      expect((await aws().dump()) === before).toBe(true);
      await refused(consumer.send(new DeleteVpcCommand({ VpcId: vpc })), 'DependencyViolation');
    });
  });
}
