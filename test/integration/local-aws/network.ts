import {
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateNetworkAclCommand,
  CreateNetworkAclEntryCommand,
  type CreateNetworkAclEntryCommandInput,
  CreateNetworkInterfaceCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteInternetGatewayCommand,
  DeleteNetworkAclCommand,
  DeleteNetworkAclEntryCommand,
  DeleteNetworkInterfaceCommand,
  DeleteRouteTableCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeAvailabilityZonesCommand,
  DescribeNetworkAclsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DetachInternetGatewayCommand,
  DisassociateRouteTableCommand,
  AllocateAddressCommand,
  AssociateAddressCommand,
  DisassociateAddressCommand,
  EC2Client,
  ReleaseAddressCommand,
  ModifyVpcAttributeCommand,
  ReplaceNetworkAclAssociationCommand,
  ReplaceNetworkAclEntryCommand,
} from '@aws-sdk/client-ec2';
import { beforeEach, describe, expect, test } from 'vitest';

import { aws, clientOptions, ec2, given, refused } from './harness.ts';

/** What EC2 refuses of VPCs, subnets, gateways, tables, ACLs and interfaces. */
export function network(): void {
  let vpc: string;
  let subnet: string;

  async function makeVpc(cidr = '10.0.0.0/16'): Promise<string> {
    return given((await ec2().send(new CreateVpcCommand({ CidrBlock: cidr }))).Vpc?.VpcId);
  }

  async function makeSubnet(cidr: string, zone = 'us-east-1a'): Promise<string> {
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

  async function makeInterface(groups: string[] = []): Promise<string> {
    const made = await ec2().send(new CreateNetworkInterfaceCommand({ SubnetId: subnet, Groups: groups }));
    return given(made.NetworkInterface?.NetworkInterfaceId);
  }

  async function makeGateway(): Promise<string> {
    return given((await ec2().send(new CreateInternetGatewayCommand({}))).InternetGateway?.InternetGatewayId);
  }

  async function makeTable(): Promise<string> {
    return given((await ec2().send(new CreateRouteTableCommand({ VpcId: vpc }))).RouteTable?.RouteTableId);
  }

  beforeEach(async () => {
    await aws().reset();
    vpc = await makeVpc();
    subnet = await makeSubnet('10.0.0.0/24');
  });

  describe('DeleteVpc', () => {
    const inUse = async (): Promise<void> =>
      refused(
        ec2().send(new DeleteVpcCommand({ VpcId: vpc })),
        'DependencyViolation',
        new RegExp(`^The vpc '${vpc}' has dependencies and cannot be deleted\\.$`),
      );

    test('is refused while anything is left, and then takes what AWS made with it', async () => {
      const gateway = await makeGateway();
      await ec2().send(new AttachInternetGatewayCommand({ VpcId: vpc, InternetGatewayId: gateway }));
      const table = await makeTable();
      const group = await makeGroup('one');
      const acl = given(
        (await ec2().send(new CreateNetworkAclCommand({ VpcId: vpc }))).NetworkAcl?.NetworkAclId,
      );
      await inUse();
      await ec2().send(new DeleteSubnetCommand({ SubnetId: subnet }));
      await inUse();
      await ec2().send(new DetachInternetGatewayCommand({ VpcId: vpc, InternetGatewayId: gateway }));
      await inUse();
      await ec2().send(new DeleteRouteTableCommand({ RouteTableId: table }));
      await inUse();
      await ec2().send(new DeleteSecurityGroupCommand({ GroupId: group }));
      await inUse();
      await ec2().send(new DeleteNetworkAclCommand({ NetworkAclId: acl }));
      await ec2().send(new DeleteVpcCommand({ VpcId: vpc }));
      const Filters = [{ Name: 'vpc-id', Values: [vpc] }];
      expect((await ec2().send(new DescribeSecurityGroupsCommand({ Filters }))).SecurityGroups).toEqual([]);
      expect((await ec2().send(new DescribeRouteTablesCommand({ Filters }))).RouteTables).toEqual([]);
      expect((await ec2().send(new DescribeNetworkAclsCommand({ Filters }))).NetworkAcls).toEqual([]);
    });

    test('a new VPC has a main table with its local route, a default group and a default ACL', async () => {
      const Filters = [{ Name: 'vpc-id', Values: [vpc] }];
      const tables = await ec2().send(new DescribeRouteTablesCommand({ Filters }));
      expect(tables.RouteTables).toHaveLength(1);
      expect(tables.RouteTables?.[0]?.Associations?.[0]?.Main).toBe(true);
      expect(tables.RouteTables?.[0]?.Routes).toMatchObject([
        { DestinationCidrBlock: '10.0.0.0/16', GatewayId: 'local' },
      ]);
      const groups = await ec2().send(new DescribeSecurityGroupsCommand({ Filters }));
      expect(groups.SecurityGroups).toMatchObject([{ GroupName: 'default' }]);
      expect(groups.SecurityGroups?.[0]?.IpPermissions?.[0]?.UserIdGroupPairs?.[0]?.GroupId).toBe(
        groups.SecurityGroups?.[0]?.GroupId,
      );
      const acls = await ec2().send(new DescribeNetworkAclsCommand({ Filters }));
      expect(acls.NetworkAcls).toMatchObject([{ IsDefault: true, Associations: [{ SubnetId: subnet }] }]);
    });

    test('DNS attributes are read and set', async () => {
      const read = (): Promise<boolean | undefined> =>
        ec2()
          .send(new DescribeVpcAttributeCommand({ VpcId: vpc, Attribute: 'enableDnsHostnames' }))
          .then((answer) => answer.EnableDnsHostnames?.Value);
      expect(await read()).toBe(false);
      await ec2().send(new ModifyVpcAttributeCommand({ VpcId: vpc, EnableDnsHostnames: { Value: true } }));
      expect(await read()).toBe(true);
      const support = await ec2().send(
        new DescribeVpcAttributeCommand({ VpcId: vpc, Attribute: 'enableDnsSupport' }),
      );
      expect(support.EnableDnsSupport?.Value).toBe(true);
    });
  });

  describe('subnets', () => {
    test('may not overlap, nor leave the VPC', async () => {
      await refused(makeSubnet('10.0.0.128/25'), 'InvalidSubnet.Conflict', /conflicts with another subnet/);
      await refused(makeSubnet('10.9.0.0/24'), 'InvalidSubnet.Range');
    });

    test('stay while a network interface is in them, and go with their associations', async () => {
      const eni = await makeInterface();
      const table = await makeTable();
      await ec2().send(new AssociateRouteTableCommand({ RouteTableId: table, SubnetId: subnet }));
      await refused(
        ec2().send(new DeleteSubnetCommand({ SubnetId: subnet })),
        'DependencyViolation',
        new RegExp(`^The subnet '${subnet}' has dependencies and cannot be deleted\\.$`),
      );
      await ec2().send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: eni }));
      await ec2().send(new DeleteSubnetCommand({ SubnetId: subnet }));
      await ec2().send(new DeleteRouteTableCommand({ RouteTableId: table }));
    });

    test('the region has six zones, and subnets are private unless told otherwise', async () => {
      const zones = await ec2().send(new DescribeAvailabilityZonesCommand({}));
      expect(zones.AvailabilityZones?.map((zone) => zone.ZoneName)).toEqual(
        ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => `us-east-1${letter}`),
      );
      const made = await ec2().send(new CreateSubnetCommand({ VpcId: vpc, CidrBlock: '10.0.1.0/24' }));
      expect(made.Subnet).toMatchObject({
        MapPublicIpOnLaunch: false,
        DefaultForAz: false,
        AvailableIpAddressCount: 251,
      });
    });
  });

  describe('zones', () => {
    const idsIn = async (account: string) => {
      const client = new EC2Client(clientOptions(aws(), account));
      const found = await client.send(new DescribeAvailabilityZonesCommand({}));
      return (found.AvailabilityZones ?? []).map(({ ZoneId }) => given(ZoneId));
    };

    test('are the same in all accounts, each of which has its own names for them', async () => {
      const [provider, consumer] = [await idsIn('222222222222'), await idsIn('333333333333')];
      expect(provider).toEqual(['3', '6', '1', '2', '5', '4'].map((digit) => `use1-az${digit}`));
      expect(consumer).not.toEqual(provider);
      expect([...consumer].sort()).toEqual([...provider].sort());
    });

    test('have an id by which a subnet may be made, and is found', async () => {
      const { AvailabilityZones = [] } = await ec2().send(new DescribeAvailabilityZonesCommand({}));
      const { ZoneName, ZoneId } = given(AvailabilityZones[2]);
      const zone = { AvailabilityZone: ZoneName, AvailabilityZoneId: ZoneId };
      const block = { VpcId: vpc, CidrBlock: '10.0.1.0/24' };
      const made = await ec2().send(new CreateSubnetCommand({ ...block, AvailabilityZoneId: ZoneId }));
      expect(made.Subnet).toMatchObject(zone);
      const Filters = [
        { Name: 'vpc-id', Values: [vpc] },
        { Name: 'availability-zone-id', Values: [given(ZoneId)] },
      ];
      const found = await ec2().send(new DescribeSubnetsCommand({ Filters }));
      expect(found.Subnets).toMatchObject([{ SubnetId: made.Subnet?.SubnetId, ...zone }]);
    });
  });

  describe('internet gateways', () => {
    test('one a VPC, one VPC a gateway', async () => {
      const [one, two] = [await makeGateway(), await makeGateway()];
      await ec2().send(new AttachInternetGatewayCommand({ VpcId: vpc, InternetGatewayId: one }));
      await refused(
        ec2().send(new AttachInternetGatewayCommand({ VpcId: vpc, InternetGatewayId: one })),
        'Resource.AlreadyAssociated',
      );
      await refused(
        ec2().send(new AttachInternetGatewayCommand({ VpcId: vpc, InternetGatewayId: two })),
        'InvalidParameterValue',
        /already has an internet gateway attached/,
      );
      await refused(
        ec2().send(new DeleteInternetGatewayCommand({ InternetGatewayId: one })),
        'DependencyViolation',
        new RegExp(`^The internetGateway '${one}' has dependencies and cannot be deleted\\.$`),
      );
      const other = await makeVpc('10.7.0.0/16');
      await refused(
        ec2().send(new DetachInternetGatewayCommand({ VpcId: other, InternetGatewayId: one })),
        'Gateway.NotAttached',
      );
    });

    test('are not detached while a public address is mapped', async () => {
      const gateway = await makeGateway();
      await ec2().send(new AttachInternetGatewayCommand({ VpcId: vpc, InternetGatewayId: gateway }));
      const eni = await makeInterface();
      const address = await ec2().send(new AllocateAddressCommand({ Domain: 'vpc' }));
      const mapped = await ec2().send(
        new AssociateAddressCommand({ AllocationId: address.AllocationId, NetworkInterfaceId: eni }),
      );
      const detach = (): Promise<unknown> =>
        ec2().send(new DetachInternetGatewayCommand({ VpcId: vpc, InternetGatewayId: gateway }));
      await refused(detach(), 'DependencyViolation', /has some mapped public address\(es\)/);
      await ec2().send(new DisassociateAddressCommand({ AssociationId: mapped.AssociationId }));
      await ec2().send(new ReleaseAddressCommand({ AllocationId: address.AllocationId }));
      await detach();
    });
  });

  describe('route tables', () => {
    test('one table a subnet; the same association again is answered with its id', async () => {
      const [one, two] = [await makeTable(), await makeTable()];
      const first = await ec2().send(new AssociateRouteTableCommand({ RouteTableId: one, SubnetId: subnet }));
      const again = await ec2().send(new AssociateRouteTableCommand({ RouteTableId: one, SubnetId: subnet }));
      expect(again.AssociationId).toBe(first.AssociationId);
      await refused(
        ec2().send(new AssociateRouteTableCommand({ RouteTableId: two, SubnetId: subnet })),
        'Resource.AlreadyAssociated',
      );
      await refused(
        ec2().send(new DeleteRouteTableCommand({ RouteTableId: one })),
        'DependencyViolation',
        new RegExp(`^The routeTable '${one}' has dependencies and cannot be deleted\\.$`),
      );
      await ec2().send(new DisassociateRouteTableCommand({ AssociationId: first.AssociationId }));
      await ec2().send(new DeleteRouteTableCommand({ RouteTableId: one }));
    });

    test('the main table stays', async () => {
      const Filters = [
        { Name: 'association.main', Values: ['true'] },
        { Name: 'vpc-id', Values: [vpc] },
      ];
      const [main] = given((await ec2().send(new DescribeRouteTablesCommand({ Filters }))).RouteTables);
      await refused(
        ec2().send(new DeleteRouteTableCommand({ RouteTableId: main?.RouteTableId })),
        'DependencyViolation',
      );
    });

    test('one route a destination, to a gateway of the same VPC', async () => {
      const table = await makeTable();
      const gateway = await makeGateway();
      const route = { RouteTableId: table, DestinationCidrBlock: '0.0.0.0/0', GatewayId: gateway };
      await refused(ec2().send(new CreateRouteCommand(route)), 'InvalidParameterValue', /different networks/);
      await ec2().send(new AttachInternetGatewayCommand({ VpcId: vpc, InternetGatewayId: gateway }));
      await ec2().send(new CreateRouteCommand(route));
      await refused(
        ec2().send(new CreateRouteCommand(route)),
        'RouteAlreadyExists',
        /identified by 0\.0\.0\.0\/0/,
      );
    });
  });

  describe('network ACLs', () => {
    async function acls(): Promise<{ custom: string; standard: string; association: string }> {
      const made = await ec2().send(new CreateNetworkAclCommand({ VpcId: vpc }));
      const Filters = [{ Name: 'association.subnet-id', Values: [subnet] }];
      const [standard] = given((await ec2().send(new DescribeNetworkAclsCommand({ Filters }))).NetworkAcls);
      return {
        custom: given(made.NetworkAcl?.NetworkAclId),
        standard: given(standard?.NetworkAclId),
        association: given(standard?.Associations?.[0]?.NetworkAclAssociationId),
      };
    }

    test('are kept while a subnet uses them, the default one always', async () => {
      const { custom, standard, association } = await acls();
      await ec2().send(
        new ReplaceNetworkAclAssociationCommand({ AssociationId: association, NetworkAclId: custom }),
      );
      await refused(
        ec2().send(new DeleteNetworkAclCommand({ NetworkAclId: custom })),
        'DependencyViolation',
        new RegExp(`^The networkAcl '${custom}' has dependencies and cannot be deleted\\.$`),
      );
      await refused(
        ec2().send(new DeleteNetworkAclCommand({ NetworkAclId: standard })),
        'InvalidParameterValue',
      );
      await refused(
        ec2().send(
          new ReplaceNetworkAclAssociationCommand({ AssociationId: association, NetworkAclId: custom }),
        ),
        'InvalidAssociationID.NotFound',
      );
      await ec2().send(new DeleteSubnetCommand({ SubnetId: subnet }));
      await ec2().send(new DeleteNetworkAclCommand({ NetworkAclId: custom }));
    });

    test('have one entry a number and direction, and deny the rest', async () => {
      const { custom } = await acls();
      const entry = { NetworkAclId: custom, RuleNumber: 100, Protocol: '-1', Egress: false } as const;
      const create = (number: number): Promise<unknown> =>
        ec2().send(
          new CreateNetworkAclEntryCommand({
            ...entry,
            RuleNumber: number,
            RuleAction: 'allow',
            CidrBlock: '10.0.0.0/8',
          }),
        );
      await create(100);
      await refused(create(100), 'NetworkAclEntryAlreadyExists');
      await refused(create(32_767), 'InvalidParameterValue');
      const listed = await ec2().send(new DescribeNetworkAclsCommand({ NetworkAclIds: [custom] }));
      const numbers = listed.NetworkAcls?.[0]?.Entries?.map(
        (e) => `${e.Egress} ${e.RuleNumber} ${e.RuleAction}`,
      ).sort();
      expect(numbers).toEqual(['false 100 allow', 'false 32767 deny', 'true 32767 deny']);
      await ec2().send(new DeleteNetworkAclEntryCommand(entry));
      await refused(ec2().send(new DeleteNetworkAclEntryCommand(entry)), 'InvalidNetworkAclEntry.NotFound');
      await refused(
        ec2().send(new DescribeNetworkAclsCommand({ NetworkAclIds: ['acl-0123456789abcdef0'] })),
        'InvalidNetworkAclID.NotFound',
      );
    });
  });

  describe('entries of network ACLs', () => {
    test('have ports for TCP and UDP, type and code for ICMP, and come back as they were sent', async () => {
      const made = await ec2().send(new CreateNetworkAclCommand({ VpcId: vpc }));
      const NetworkAclId = given(made.NetworkAcl?.NetworkAclId);
      const entry = { NetworkAclId, Egress: false, RuleAction: 'allow', CidrBlock: '10.0.0.0/8' } as const;
      const create = (RuleNumber: number, more: Partial<CreateNetworkAclEntryCommandInput>) =>
        ec2().send(new CreateNetworkAclEntryCommand({ ...entry, RuleNumber, Protocol: '6', ...more }));
      await refused(create(1, {}), 'MissingParameter', /parameter portRange\.from$/);
      await refused(create(1, { Protocol: '1' }), 'MissingParameter', /parameter icmpTypeCode\.type$/);
      await create(1, { Protocol: '17', PortRange: { From: 53, To: 54 } });
      await create(2, { Protocol: '1', IcmpTypeCode: { Type: 3, Code: 4 } });
      const IcmpTypeCode = { Type: -1, Code: -1 };
      await ec2().send(
        new ReplaceNetworkAclEntryCommand({ ...entry, RuleNumber: 1, Protocol: '1', IcmpTypeCode }),
      );
      const listed = await ec2().send(new DescribeNetworkAclsCommand({ NetworkAclIds: [NetworkAclId] }));
      const shown = (number: number) =>
        listed.NetworkAcls?.[0]?.Entries?.find(({ RuleNumber }) => RuleNumber === number);
      expect(shown(1)).toMatchObject({ Protocol: '1', IcmpTypeCode });
      expect(shown(1)?.PortRange).toBeUndefined();
      expect(shown(2)).toMatchObject({ Protocol: '1', IcmpTypeCode: { Type: 3, Code: 4 } });
    });
  });

  describe('network interfaces', () => {
    test('want groups that exist, and have addresses of their subnet', async () => {
      await refused(makeInterface(['sg-0123456789abcdef0']), 'InvalidGroup.NotFound');
      const made = await ec2().send(new CreateNetworkInterfaceCommand({ SubnetId: subnet }));
      expect(made.NetworkInterface?.PrivateIpAddress).toBe('10.0.0.4');
    });
  });
}
