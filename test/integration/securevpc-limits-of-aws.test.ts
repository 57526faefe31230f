import {
  AssociateAddressCommand,
  CreateNetworkInterfaceCommand,
  CreateSubnetCommand,
  CreateVpcEndpointCommand,
  DeleteNetworkInterfaceCommand,
  DeleteSubnetCommand,
  DeleteVpcEndpointsCommand,
  DescribeAddressesCommand,
  DisassociateAddressCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerEntry, QuotaName } from '../../k8s-local/aws/admin-client.ts';
import { account, namespace, smallNetwork } from '../support/manifests.ts';
import { refusalsIn } from '../support/refusals.ts';
import { idsOf, World } from '../support/world.ts';

let world: World;
let empty: string;

const main = account('main', ['team-a']);
const { stalled, calm } = refusalsIn(() => world);

beforeAll(async () => {
  // The default VPC and one more.
  world = await World.start({ LANDFALL_AWS_DIFFICULTY: '{"quotas":{"vpcs":2}}' });
  await world.claim();
  empty = await world.aws.dump();
  world.operator();
  await world.apply([namespace('team-a'), main]);
  await world.ready(main);
});
afterAll(() => world?.stop());
afterEach(async () => {
  expect((await world.aws.dump()) === empty, 'AWS is as before').toBe(true);
});

describe('a limit of AWS', () => {
  it('QuotaExceeded: a VPC too many is made as soon as another one is gone', async () => {
    const [first, second] = [smallNetwork('first', 'team-a'), smallNetwork('second', 'team-a')];
    await world.apply([first]);
    await world.ready(first);
    const mark = await world.mark();
    await world.apply([second]);
    await stalled(
      second,
      'QuotaExceeded',
      /^vpc: ec2:CreateVpc in account 123456789012 as the default credential chain: VpcLimitExceeded: The maximum number of VPCs has been reached\. Have the quota raised/,
    );
    await calm();
    const writes = await world.writes(mark);
    expect(new Set(writes.map(({ action, error }) => `${action} ${error}`))).toEqual(
      new Set(['CreateVpc VpcLimitExceeded']),
    );
    await world.ready(first);
    await world.remove(first);
    await world.ready(second);
    await world.remove(second);
  });
});

/** What is limited besides VPCs; the other quotas have no limit. */
const limit = (quotas: Partial<Record<QuotaName, number>> = {}) =>
  world.aws.setDifficulty({ quotas: { vpcs: 2, ...quotas } });
/** AWS's refusal of an action of EC2, as a condition tells it. */
const refusalOf = (action: string, code: string) =>
  `ec2:${action} in account 123456789012 as the default credential chain: ${code}: `;
/** Writes that make a thing of a network without flow logs. */
const MAKES =
  /^(Create(Vpc|InternetGateway|Subnet|RouteTable|NetworkAcl|SecurityGroup|NatGateway|VpcEndpoint)|AllocateAddress)$/;
const madeBy = (writes: readonly LedgerEntry[]) =>
  writes.filter(({ action, error }) => error === null && MAKES.test(action ?? ''));

/** What a change of the spec asks for, the quota that it meets, and how AWS says so. */
const LIMITS: readonly [
  code: string,
  action: string,
  quotas: Partial<Record<QuotaName, number>>,
  spec: object,
][] = [
  ['AddressLimitExceeded', 'AllocateAddress', { addresses: 1 }, {}],
  [
    'SubnetLimitExceeded',
    'CreateSubnet',
    { subnetsPerVpc: 5 },
    { tiers: [{ name: 'public' }, { name: 'private' }, { name: 'data' }] },
  ],
  [
    'SecurityGroupLimitExceeded',
    'CreateSecurityGroup',
    // Of these, the default VPC and this one have a default group.
    { securityGroups: 3 },
    { securityGroups: { ecs: {}, data: { ports: [{ name: 'mysql', port: 3306 }] } } },
  ],
  [
    'RulesPerSecurityGroupLimitExceeded',
    'AuthorizeSecurityGroupIngress',
    { rulesPerSecurityGroup: 1 },
    {
      securityGroups: {
        data: {
          ports: [
            { name: 'redis', port: 6379 },
            { name: 'mysql', port: 3306 },
          ],
        },
      },
    },
  ],
  ['CidrLimitExceeded', 'AssociateVpcCidrBlock', { blocksPerVpc: 1 }, { secondaryCidrs: ['100.64.0.0/16'] }],
  [
    'VpcEndpointLimitExceeded',
    'CreateVpcEndpoint',
    { interfaceEndpointsPerVpc: 1 },
    { securityGroups: { endpoints: {} }, endpoints: ['s3', 'logs', 'kms'].map((service) => ({ service })) },
  ],
];

describe('a limit of AWS in the middle of a network', () => {
  it('leaves what stands, makes nothing twice, and holds no longer than the quota', async () => {
    const network = smallNetwork('grown', 'team-a', {
      zones: { count: 2 },
      tiers: [{ name: 'public' }, { name: 'private' }],
      nat: { mode: 'PerZone' },
    });
    const start = await world.mark();
    const ids = async () => idsOf((await world.read(network)) ?? network);
    let before: Record<string, string> = {};
    for (const [code, action, quotas, spec] of LIMITS) {
      await limit(quotas);
      const mark = await world.mark();
      await (code === 'AddressLimitExceeded' ? world.apply([network]) : world.edit(network, spec));
      await stalled(
        network,
        'QuotaExceeded',
        new RegExp(
          `: ${refusalOf(action, code)}The maximum number of .* has been reached\\. Have the quota raised, or delete what is not needed\\.$`,
        ),
      );
      const refused = (await world.writes(mark)).filter(({ error }) => error !== null);
      expect(new Set(refused.map(({ error }) => error))).toEqual(new Set([code]));
      expect(await ids(), code).toMatchObject(before);
      before = await ids();
      await limit();
      await world.ready(network);
      expect(await ids(), code).toMatchObject(before);
      before = await ids();
      expect(madeBy(await world.writes(start)), code).toHaveLength(Object.keys(before).length);
    }
    await world.remove(network);
  });

  it('goes on under the same quota with a spec that asks for less', async () => {
    const network = smallNetwork('frugal', 'team-a', {
      zones: { count: 2 },
      tiers: [{ name: 'public' }, { name: 'private' }],
      nat: { mode: 'PerZone' },
    });
    await limit({ addresses: 1 });
    await world.apply([network]);
    await stalled(network, 'QuotaExceeded', new RegExp(refusalOf('AllocateAddress', 'AddressLimitExceeded')));
    await world.edit(network, { nat: { mode: 'Single' } });
    const ids = idsOf(await world.ready(network));
    expect(Object.keys(ids).filter((node) => /^(elastic-ip|nat-gateway)/.test(node))).toHaveLength(2);
    const { Addresses } = await world.ec2.send(new DescribeAddressesCommand({}));
    expect(Addresses?.map(({ AllocationId }) => AllocationId)).toEqual([
      Object.entries(ids).find(([node]) => node.startsWith('elastic-ip/'))?.[1],
    ]);
    await world.remove(network);
    await limit();
  });
});

describe('a subnet that is full', () => {
  it('AddressesUsedUp: takes no endpoint, until it has room', async () => {
    // Of its 16 addresses AWS keeps five.
    const network = smallNetwork('full', 'team-a', {
      tiers: [{ name: 'private', subnetPrefixLength: 28 }],
      securityGroups: { endpoints: {} },
    });
    await world.apply([network]);
    const SubnetId = idsOf(await world.ready(network))['subnet/private-a'];
    const taken: (string | undefined)[] = [];
    for (let n = 0; n < 11; n += 1) {
      const { NetworkInterface } = await world.ec2.send(new CreateNetworkInterfaceCommand({ SubnetId }));
      taken.push(NetworkInterface?.NetworkInterfaceId);
    }
    const mark = await world.mark();
    await world.edit(network, { endpoints: [{ service: 'logs' }] });
    await stalled(
      network,
      'AddressesUsedUp',
      new RegExp(
        `^endpoint/logs: ${refusalOf('CreateVpcEndpoint', 'InsufficientFreeAddressesInSubnet')}.* free addresses to satisfy the request\\. Delete what is not needed in the subnet`,
      ),
    );
    await calm();
    const free = () => world.ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: taken.pop() }));
    await free();
    await world.ready(network);
    expect(madeBy(await world.writes(mark)).map(({ action }) => action)).toEqual(['CreateVpcEndpoint']);
    while (taken.length > 0) await free();
    await world.remove(network);
  });
});

describe('an address that is in use', () => {
  it('InvalidSubnet.Conflict: the block of a subnet that somebody made in the VPC, until the spec has another', async () => {
    const network = smallNetwork('crowded', 'team-a');
    await world.apply([network]);
    const { status } = await world.ready(network);
    const before = idsOf((await world.read(network)) ?? network);
    const { Subnet } = await world.ec2.send(
      new CreateSubnetCommand({ VpcId: String(status?.['vpcId']), CidrBlock: '10.1.64.0/20' }),
    );
    const tiers = (more: object) => ({ tiers: [{ name: 'private' }, { name: 'data', ...more }] });
    const mark = await world.mark();
    await world.edit(network, tiers({ subnets: [{ zone: 'a', cidr: '10.1.72.0/24' }] }));
    await stalled(
      network,
      'NameTaken',
      new RegExp(
        `^subnet/data-a: the Subnet to create conflicts with ${Subnet?.SubnetId}, which Landfall does not own; delete it, or choose another name or CIDR \\(${refusalOf('CreateSubnet', 'InvalidSubnet\\.Conflict')}`,
      ),
    );
    await calm();
    expect(idsOf((await world.read(network)) ?? network)).toMatchObject(before);
    // The block of a subnet does not change, so the tier is taken out first.
    await world.edit(network, { tiers: [{ name: 'private' }] });
    await world.ready(network);
    await world.edit(network, tiers({ subnets: [{ zone: 'a', cidr: '10.1.96.0/24' }] }));
    const ready = await world.ready(network);
    expect(idsOf(ready)).toMatchObject(before);
    expect(madeBy(await world.writes(mark)).filter(({ action }) => action === 'CreateSubnet')).toHaveLength(
      1,
    );
    await world.ec2.send(new DeleteSubnetCommand({ SubnetId: Subnet?.SubnetId }));
    await world.remove(network);
  });

  it('InvalidIPAddress.InUse: an address of ours that somebody uses is neither given to a gateway nor released, until it is free', async () => {
    const network = smallNetwork('borrowed', 'team-a', {
      tiers: [{ name: 'public' }, { name: 'private' }],
      nat: { mode: 'Single' },
    });
    await limit({ natGatewaysPerZone: 0 });
    await world.apply([network]);
    await stalled(
      network,
      'QuotaExceeded',
      new RegExp(refusalOf('CreateNatGateway', 'NatGatewayLimitExceeded')),
    );
    const ids = idsOf((await world.read(network)) ?? network);
    const AllocationId = ids['elastic-ip/a'];
    const { NetworkInterface } = await world.ec2.send(
      new CreateNetworkInterfaceCommand({ SubnetId: ids['subnet/public-a'] }),
    );
    const { NetworkInterfaceId } = NetworkInterface ?? {};
    const { AssociationId } = await world.ec2.send(
      new AssociateAddressCommand({ AllocationId, NetworkInterfaceId }),
    );
    await limit();
    const mark = await world.mark();
    await stalled(
      network,
      'NameTaken',
      new RegExp(
        `^nat-gateway/a: elastic IP ${AllocationId} \\(\\S+\\) is in use by ${NetworkInterfaceId}: free it, or give one of your own`,
      ),
    );
    await world.edit(network, { nat: { mode: 'None' } });
    await world.condition(network, 'Reconciling', {
      reason: 'DependencyViolation',
      message: new RegExp(
        `elastic-ip/a: ElasticIp ${AllocationId} is still in use by network interface ${NetworkInterfaceId}; it is deleted as soon as that is gone \\(${refusalOf('ReleaseAddress', 'InvalidIPAddress\\.InUse')}`,
      ),
    });
    await world.ec2.send(new DisassociateAddressCommand({ AssociationId }));
    await world.ready(network);
    expect(madeBy(await world.writes(mark))).toEqual([]);
    await world.ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
    await world.remove(network);
  });

  it('a private DNS name that an endpoint of somebody else has in the VPC, until it is free', async () => {
    const network = smallNetwork('named', 'team-a', { securityGroups: { endpoints: {} } });
    await world.apply([network]);
    const { status } = await world.ready(network);
    const { VpcEndpoint } = await world.ec2.send(
      new CreateVpcEndpointCommand({
        VpcId: String(status?.['vpcId']),
        ServiceName: 'com.amazonaws.us-east-1.logs',
        VpcEndpointType: 'Interface',
        PrivateDnsEnabled: true,
      }),
    );
    await world.edit(network, { endpoints: [{ service: 'logs' }] });
    await stalled(
      network,
      'AwsRefused',
      new RegExp(
        `^endpoint/logs: ${refusalOf('CreateVpcEndpoint', 'InvalidParameter')}.*already a conflicting DNS domain`,
      ),
    );
    await world.ec2.send(
      new DeleteVpcEndpointsCommand({ VpcEndpointIds: [VpcEndpoint?.VpcEndpointId ?? ''] }),
    );
    await world.ready(network);
    await world.remove(network);
  });
});
