import {
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  type CreateVpcEndpointCommandInput,
  DeleteNetworkInterfaceCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DeleteVpcEndpointsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeVpcEndpointServicesCommand,
  DescribeVpcEndpointsCommand,
  ModifyVpcAttributeCommand,
  ModifyVpcEndpointCommand,
  type NetworkInterface,
  type Route,
  type VpcEndpoint,
} from '@aws-sdk/client-ec2';
import { beforeEach, describe, expect, test } from 'vitest';

import { aws, ec2, given, refused, tagged } from './harness.ts';
import { eventually } from './held-clock.ts';

/** The life of VPC endpoints. */
export function endpoints(): void {
  const ecr = 'com.amazonaws.us-east-1.ecr.api';
  const s3 = 'com.amazonaws.us-east-1.s3';

  let vpc: string;
  let subnets: { a: string; a2: string; b: string };
  let group: string;

  async function subnet(cidr: string, zone: string): Promise<string> {
    const made = await ec2().send(
      new CreateSubnetCommand({ VpcId: vpc, CidrBlock: cidr, AvailabilityZone: zone }),
    );
    return given(made.Subnet?.SubnetId);
  }

  async function makeGroup(name: string): Promise<string> {
    const made = await ec2().send(
      new CreateSecurityGroupCommand({ VpcId: vpc, GroupName: name, Description: name }),
    );
    return given(made.GroupId);
  }

  async function table(): Promise<string> {
    return given((await ec2().send(new CreateRouteTableCommand({ VpcId: vpc }))).RouteTable?.RouteTableId);
  }

  async function create(input: Partial<CreateVpcEndpointCommandInput> = {}): Promise<VpcEndpoint> {
    const made = await ec2().send(
      new CreateVpcEndpointCommand({
        VpcId: vpc,
        VpcEndpointType: 'Interface',
        ServiceName: ecr,
        SubnetIds: [subnets.a, subnets.b],
        SecurityGroupIds: [group],
        PrivateDnsEnabled: true,
        ...input,
      }),
    );
    return given(made.VpcEndpoint);
  }

  async function gateway(tables: string[]): Promise<string> {
    const made = await ec2().send(
      new CreateVpcEndpointCommand({ VpcId: vpc, ServiceName: s3, RouteTableIds: tables }),
    );
    return given(made.VpcEndpoint?.VpcEndpointId);
  }

  async function endpoint(id: string): Promise<VpcEndpoint | undefined> {
    const Filters = [{ Name: 'vpc-endpoint-id', Values: [id] }];
    return (await ec2().send(new DescribeVpcEndpointsCommand({ Filters }))).VpcEndpoints?.[0];
  }

  async function interfaces(): Promise<NetworkInterface[]> {
    const Filters = [{ Name: 'vpc-id', Values: [vpc] }];
    return given((await ec2().send(new DescribeNetworkInterfacesCommand({ Filters }))).NetworkInterfaces);
  }

  async function endpointRoutes(id: string): Promise<Route[]> {
    const tables = await ec2().send(new DescribeRouteTablesCommand({ RouteTableIds: [id] }));
    return given(tables.RouteTables?.[0]?.Routes).filter((route) => route.GatewayId?.startsWith('vpce-'));
  }

  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
    vpc = given((await ec2().send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId);
    await ec2().send(new ModifyVpcAttributeCommand({ VpcId: vpc, EnableDnsHostnames: { Value: true } }));
    subnets = {
      a: await subnet('10.0.0.0/24', 'us-east-1a'),
      a2: await subnet('10.0.1.0/24', 'us-east-1a'),
      b: await subnet('10.0.2.0/24', 'us-east-1b'),
    };
    group = await makeGroup('endpoints');
  });

  describe('interface endpoints', () => {
    test('are pending, then available, with interfaces in their subnets', async () => {
      const made = await create({ TagSpecifications: tagged('vpc-endpoint', 'ecr') });
      expect(made.State).toBe('pending');
      expect(made.Groups).toMatchObject([{ GroupId: group }]);
      expect(made.Tags).toEqual([{ Key: 'test', Value: 'ecr' }]);
      const id = given(made.VpcEndpointId);
      await eventually(async () => (String((await endpoint(id))?.State) === 'available' ? true : undefined));
      const found = await interfaces();
      expect(new Set(found.map((eni) => eni.SubnetId))).toEqual(new Set([subnets.a, subnets.b]));
      for (const eni of found) {
        expect(eni).toMatchObject({
          InterfaceType: 'vpc_endpoint',
          Description: `VPC Endpoint Interface ${id}`,
          RequesterManaged: true,
          Status: 'in-use',
          Groups: [{ GroupId: group }],
          Attachment: { InstanceOwnerId: 'amazon-aws' },
        });
        expect(made.NetworkInterfaceIds).toContain(eni.NetworkInterfaceId);
      }
      expect((await endpoint(id))?.DnsEntries?.map((entry) => entry.DnsName)).toContain(
        'api.ecr.us-east-1.amazonaws.com',
      );
    });

    test('hold their subnets, groups and VPC until they and their interfaces are gone', async () => {
      const id = given((await create()).VpcEndpointId);
      const [eni] = await interfaces();
      await refused(ec2().send(new DeleteSubnetCommand({ SubnetId: subnets.a })), 'DependencyViolation');
      await refused(ec2().send(new DeleteSecurityGroupCommand({ GroupId: group })), 'DependencyViolation');
      await refused(ec2().send(new DeleteVpcCommand({ VpcId: vpc })), 'DependencyViolation');
      await refused(
        ec2().send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: eni?.NetworkInterfaceId })),
        'InvalidParameterValue',
        /currently in use/,
      );
      await ec2().send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] }));
      expect((await endpoint(id))?.State).toBe('deleting');
      await eventually(async () => ((await endpoint(id)) === undefined ? true : undefined));
      await refused(ec2().send(new DeleteSecurityGroupCommand({ GroupId: group })), 'DependencyViolation');
      await eventually(async () => ((await interfaces()).length === 0 ? true : undefined));
      await ec2().send(new DeleteSecurityGroupCommand({ GroupId: group }));
      await ec2().send(new DeleteSubnetCommand({ SubnetId: subnets.a }));
      await refused(
        ec2().send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: [id] })),
        'InvalidVpcEndpointId.NotFound',
      );
      const again = await ec2().send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] }));
      expect(again.Unsuccessful).toMatchObject([
        { ResourceId: id, Error: { Code: 'InvalidVpcEndpoint.NotFound' } },
      ]);
    });

    test('change their subnets, groups, policy and private DNS in place', async () => {
      const id = given((await create({ SubnetIds: [subnets.a] })).VpcEndpointId);
      const other = await makeGroup('other');
      const policy = JSON.stringify({ Version: '2012-10-17', Statement: [] });
      await ec2().send(
        new ModifyVpcEndpointCommand({
          VpcEndpointId: id,
          AddSubnetIds: [subnets.b],
          RemoveSubnetIds: [subnets.a],
          AddSecurityGroupIds: [other],
          RemoveSecurityGroupIds: [group],
          PolicyDocument: policy,
          PrivateDnsEnabled: false,
        }),
      );
      expect(await endpoint(id)).toMatchObject({
        SubnetIds: [subnets.b],
        Groups: [{ GroupId: other }],
        PolicyDocument: policy,
        PrivateDnsEnabled: false,
      });
      const left = await eventually(async () => {
        const found = await interfaces();
        return found.length === 1 ? found[0] : undefined;
      });
      expect(left).toMatchObject({ SubnetId: subnets.b, Groups: [{ GroupId: other }] });
      await ec2().send(new ModifyVpcEndpointCommand({ VpcEndpointId: id, ResetPolicy: true }));
      expect((await endpoint(id))?.PolicyDocument).toContain('"Allow"');
    });

    test('have one subnet a zone, a service that exists, and the type it offers', async () => {
      await refused(create({ SubnetIds: [subnets.a, subnets.a2] }), 'DuplicateSubnetsInSameZone');
      const id = given((await create({ SubnetIds: [subnets.a] })).VpcEndpointId);
      await refused(
        ec2().send(new ModifyVpcEndpointCommand({ VpcEndpointId: id, AddSubnetIds: [subnets.a2] })),
        'DuplicateSubnetsInSameZone',
      );
      await refused(create({ ServiceName: 'com.amazonaws.us-east-1.nosuch' }), 'InvalidServiceName');
      await refused(create({ ServiceName: 'com.amazonaws.eu-west-1.ecr.api' }), 'InvalidServiceName');
      await refused(
        create({ VpcEndpointType: 'Gateway' }),
        'InvalidParameter',
        /does not match available service types/,
      );
    });

    test('private DNS wants both DNS attributes, and one endpoint a name', async () => {
      await create();
      await refused(
        create(),
        'InvalidParameter',
        /private-dns-enabled cannot be set because there is already a conflicting DNS domain for api\.ecr\.us-east-1\.amazonaws\.com in the VPC vpc-/,
      );
      await expect(create({ PrivateDnsEnabled: false })).resolves.toBeDefined();
      await ec2().send(new ModifyVpcAttributeCommand({ VpcId: vpc, EnableDnsHostnames: { Value: false } }));
      await refused(
        create({ ServiceName: 'com.amazonaws.us-east-1.ssm' }),
        'InvalidParameter',
        /requires both enableDnsSupport and enableDnsHostnames/,
      );
    });
  });

  describe('gateway endpoints', () => {
    test('put a route for their prefix list into their tables, and take it away', async () => {
      const [one, two] = [await table(), await table()];
      const id = await gateway([one]);
      expect(await endpoint(id)).toMatchObject({
        State: 'available',
        VpcEndpointType: 'Gateway',
        RouteTableIds: [one],
      });
      expect(await endpointRoutes(one)).toMatchObject([
        { GatewayId: id, State: 'active', Origin: 'CreateRoute' },
      ]);
      expect((await endpointRoutes(one))[0]?.DestinationPrefixListId).toMatch(/^pl-/);
      await refused(gateway([one]), 'RouteAlreadyExists');
      await ec2().send(
        new ModifyVpcEndpointCommand({
          VpcEndpointId: id,
          AddRouteTableIds: [two],
          RemoveRouteTableIds: [one],
        }),
      );
      expect(await endpointRoutes(one)).toEqual([]);
      expect(await endpointRoutes(two)).toHaveLength(1);
      await ec2().send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] }));
      expect(await endpointRoutes(two)).toEqual([]);
      expect(await endpoint(id)).toBeUndefined();
    });
  });

  test('the list of services is filtered by owner and by name', async () => {
    const filtered = async (Name: string, value: string) =>
      (
        await ec2().send(new DescribeVpcEndpointServicesCommand({ Filters: [{ Name, Values: [value] }] }))
      ).ServiceNames?.sort();
    expect((await filtered('owner', 'amazon'))?.length).toBeGreaterThan(20);
    expect(await filtered('owner', '999999999999')).toEqual([]);
    expect(await filtered('service-name', s3)).toEqual([s3, s3]);
  });

  test('the services that the portal needs are offered', async () => {
    const names = [
      'ecr.api',
      'ecr.dkr',
      'ecs',
      'ecs-agent',
      'ecs-telemetry',
      'ssm',
      'ssmmessages',
      'ec2messages',
    ];
    names.push('logs', 'monitoring', 'secretsmanager', 'kms', 'sts', 's3', 'dynamodb');
    const wanted = names.map((name) => `com.amazonaws.us-east-1.${name}`);
    const offered = await ec2().send(new DescribeVpcEndpointServicesCommand({ ServiceNames: wanted }));
    expect(new Set(offered.ServiceNames)).toEqual(new Set(wanted));
    const found = offered.ServiceDetails?.filter((service) => service.ServiceName === s3);
    expect(found?.flatMap((service) => service.ServiceType?.map((type) => type.ServiceType)).sort()).toEqual([
      'Gateway',
      'Interface',
    ]);
  });
}
