import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  CreateNatGatewayCommand,
  CreateNetworkInterfaceCommand,
  DeleteNetworkInterfaceCommand,
  DescribeAddressesCommand,
  DescribeNatGatewaysCommand,
  DisassociateAddressCommand,
  ReleaseAddressCommand,
  ReplaceRouteCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../k8s-local/aws/admin-client.ts';
import type { SecureVpc } from '../../operator/api/secure-vpc.ts';
import { proveDrift } from '../support/drift-suite.ts';
import { eventually } from '../support/eventually.ts';
import { portal } from '../support/manifests.ts';
import { Standing } from '../support/standing.ts';
import { conditionOf, idsOf, type Manifest } from '../support/world.ts';

const zones = (...letters: string[]) => ({
  count: null,
  names: letters.map((letter) => `us-east-1${letter}`),
});
const network: Manifest = {
  ...portal.network,
  metadata: { name: 'nat', namespace: 'portal' },
  spec: {
    ...portal.network.spec,
    zones: { names: ['us-east-1a', 'us-east-1b'] },
    nat: { mode: 'PerZone' },
    securityGroups: { ecs: {} },
    endpoints: [{ service: 's3' }],
    flowLogs: { destination: 'None' },
  },
};

let standing: Standing;
let now: Manifest;

beforeAll(async () => {
  standing = await Standing.start(network, {
    awsEnv: {
      LANDFALL_AWS_DIFFICULTY: '{"quotas":{"addresses":4}}',
      LANDFALL_AWS_NAT_SECONDS: '0.2',
    },
  });
});
afterAll(() => standing?.stop());

proveDrift(['ElasticIp', 'NatGateway'], () => standing);

/** Status by zone: what partners need. */
const natOf = (object: Manifest) => (object.status as SecureVpc['status']).natGateways ?? [];
const textOf = ({ action, params }: LedgerEntry) => `${action} ${JSON.stringify(params)}`;
const at = (calls: readonly LedgerEntry[], action: string, ...words: string[]) =>
  calls.findIndex((call) => call.action === action && words.every((word) => textOf(call).includes(word)));

/** Edits, waits, and returns the writes that it took; those of subnets are none. */
async function edit(spec: object): Promise<LedgerEntry[]> {
  const { world } = standing;
  const mark = await world.mark();
  await world.edit(network, spec);
  now = await world.ready(network);
  const writes = await world.writes(mark);
  await world.refreshes(2);
  expect((await world.writes(mark)).length, 'it stays so').toBe(writes.length);
  expect(conditionOf(now, 'Drifted')?.status).not.toBe('True');
  return writes;
}
const actionsOf = (writes: readonly LedgerEntry[]) =>
  [...new Set(writes.map(({ action }) => action ?? ''))].sort();
/** Ids in the arguments of writes that stood before, as nodes. */
function touched(writes: readonly LedgerEntry[], before: Manifest): string[] {
  const text = writes.map(textOf).join('\n');
  return Object.entries(idsOf(before))
    .flatMap(([node, id]) => (text.includes(id) ? [node] : []))
    .sort();
}

describe('switching in place', () => {
  it('tells the public address of each gateway, from which partners see it', async () => {
    now = (await standing.world.read(network)) ?? network;
    const { Addresses = [] } = await standing.world.ec2.send(new DescribeAddressesCommand({}));
    const ids = idsOf(now);
    expect(natOf(now)).toEqual(
      ['a', 'b'].map((letter) => ({
        zone: `us-east-1${letter}`,
        id: ids[`nat-gateway/${letter}`],
        publicIp: Addresses.find(({ AllocationId }) => AllocationId === ids[`elastic-ip/${letter}`])
          ?.PublicIp,
      })),
    );
  });

  it('from one a zone to one: subnets move to a table that leads somewhere before the old ones go', async () => {
    const before = now;
    const writes = await edit({ nat: { mode: 'Single' } });
    expect(actionsOf(writes)).toEqual([
      'CreateRoute',
      'CreateRouteTable',
      'DeleteNatGateway',
      'DeleteRouteTable',
      'ModifyVpcEndpoint',
      'ReleaseAddress',
      'ReplaceRouteTableAssociation',
    ]);
    const ids = idsOf(now);
    const table = ids['route-table/private'] ?? '';
    const moves = writes.flatMap(({ action }, index) =>
      action === 'ReplaceRouteTableAssociation' ? [index] : [],
    );
    expect(moves).toHaveLength(2);
    for (const move of moves) {
      expect(at(writes, 'CreateRoute', table, ids['nat-gateway/a'] ?? '')).toBeLessThan(move);
      // The way to S3 stands in the new table, too, and is in the old ones as long as they are.
      expect(at(writes, 'ModifyVpcEndpoint', 'AddRouteTableId', table)).toBeLessThan(move);
      expect(at(writes, 'DeleteRouteTable')).toBeGreaterThan(move);
      expect(at(writes, 'DeleteNatGateway')).toBeGreaterThan(move);
    }
    expect(at(writes, 'ModifyVpcEndpoint', 'RemoveRouteTableId')).toBe(-1);
    expect(at(writes, 'ReleaseAddress')).toBeGreaterThan(at(writes, 'DeleteNatGateway'));
    expect(ids['nat-gateway/a']).toBe(idsOf(before)['nat-gateway/a']);
    expect(natOf(now).map(({ zone }) => zone)).toEqual(['us-east-1a']);
  });

  it('a zone more before the first one moves the single gateway nowhere', async () => {
    await edit({ zones: zones('b', 'c') });
    const before = now;
    expect(natOf(before).map(({ zone }) => zone)).toEqual(['us-east-1b']);
    const writes = await edit({ zones: zones('a', 'b', 'c') });
    expect(actionsOf(writes)).toEqual([
      'AssociateRouteTable',
      'CreateSubnet',
      'ReplaceNetworkAclAssociation',
    ]);
    expect(natOf(now)).toEqual(natOf(before));
    expect(touched(writes, before)).toEqual([
      'network-acl/data',
      'network-acl/private',
      'network-acl/public',
      'route-table/data',
      'route-table/private',
      'route-table/public',
      'vpc',
    ]);
    await edit({ zones: zones('b', 'c') });
  });

  it('from one to none: the way out goes, then the gateway, then its address', async () => {
    const writes = await edit({ nat: { mode: 'None' } });
    expect(at(writes, 'DeleteRoute')).toBeGreaterThanOrEqual(0);
    expect(at(writes, 'DeleteNatGateway')).toBeGreaterThan(at(writes, 'DeleteRoute'));
    expect(at(writes, 'ReleaseAddress')).toBeGreaterThan(at(writes, 'DeleteNatGateway'));
    expect(actionsOf(writes).filter((action) => /Subnet|RouteTable/.test(action ?? ''))).toEqual([]);
    expect(natOf(now)).toEqual([]);
  });

  it('from none to one: the route comes when the gateway is available', async () => {
    const { world } = standing;
    const mark = await world.mark();
    const writes = await edit({ nat: { mode: 'Single' } });
    expect(at(writes, 'CreateRoute', idsOf(now)['nat-gateway/b'] ?? '')).toBeGreaterThan(
      at(writes, 'CreateNatGateway'),
    );
    const calls = await world.aws.ledger(mark);
    const between = calls.slice(at(calls, 'CreateNatGateway'), at(calls, 'CreateRoute', 'NatGatewayId'));
    expect(between.some(({ action }) => action === 'DescribeNatGateways')).toBe(true);
    expect(actionsOf(writes).filter((action) => /Subnet|RouteTable/.test(action ?? ''))).toEqual([]);
  });

  it('from one to one a zone: every new table leads somewhere before its subnet moves there', async () => {
    const before = now;
    const writes = await edit({ nat: { mode: 'PerZone' } });
    const ids = idsOf(now);
    expect(ids['nat-gateway/b']).toBe(idsOf(before)['nat-gateway/b']);
    for (const letter of ['b', 'c']) {
      const table = ids[`route-table/private-${letter}`] ?? '';
      const move = at(writes, 'ReplaceRouteTableAssociation', table);
      expect(at(writes, 'CreateRoute', table, ids[`nat-gateway/${letter}`] ?? '')).toBeGreaterThanOrEqual(0);
      expect(at(writes, 'CreateRoute', table)).toBeLessThan(move);
      expect(at(writes, 'ModifyVpcEndpoint', table)).toBeLessThan(move);
      expect(at(writes, 'DeleteRouteTable')).toBeGreaterThan(move);
    }
    expect(actionsOf(writes).filter((action) => /Subnet/.test(action ?? ''))).toEqual([]);
  });

  it('a zone more and a zone less touch nothing of the others (terraform-aws-modules/terraform-aws-vpc#1018)', async () => {
    const before = now;
    const more = await edit({ zones: zones('b', 'c', 'd') });
    expect(touched(more, before)).toEqual([
      'endpoint/s3',
      'network-acl/data',
      'network-acl/private',
      'network-acl/public',
      'route-table/data',
      'route-table/public',
      'vpc',
    ]);
    const grown = now;
    const less = await edit({ zones: zones('b', 'c') });
    expect(touched(less, grown).filter((node) => !/[/-]d$/.test(node))).toEqual([]);
    expect(idsOf(now)).toEqual(idsOf(before));
  });
});

describe('another gateway with all tags of one', () => {
  it('goes, and the one that was made has its route back', async () => {
    const { world } = standing;
    const before = now;
    const id = idsOf(before)['nat-gateway/b'] ?? '';
    const { NatGateways } = await world.ec2.send(
      new DescribeNatGatewaysCommand({ Filter: [{ Name: 'nat-gateway-id', Values: [id] }] }),
    );
    const { AllocationId } = await world.ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
    const mark = await standing.unseen(async () => {
      const { NatGateway } = await world.ec2.send(
        new CreateNatGatewayCommand({
          SubnetId: idsOf(before)['subnet/public-b'],
          AllocationId,
          TagSpecifications: [{ ResourceType: 'natgateway', Tags: NatGateways?.[0]?.Tags ?? [] }],
        }),
      );
      await world.ec2.send(
        new ReplaceRouteCommand({
          RouteTableId: idsOf(before)['route-table/private-b'],
          DestinationCidrBlock: '0.0.0.0/0',
          NatGatewayId: NatGateway?.NatGatewayId,
        }),
      );
      return world.mark();
    });
    await eventually('the route leads back and the copy goes', async () => {
      const writes = await world.writes(mark);
      return ['ReplaceRoute', 'DeleteNatGateway'].every((wanted) =>
        writes.some(({ action }) => action === wanted),
      );
    });
    now = await world.ready(network);
    expect(idsOf(now)).toEqual(idsOf(before));
    await eventually('its address is free', async () =>
      world.ec2.send(new ReleaseAddressCommand({ AllocationId })).then(
        () => true,
        () => false,
      ),
    );
  });
});

describe('addresses', () => {
  it('beyond the quota are Stalled with AWS’s code, and everything else goes on', async () => {
    const { world } = standing;
    await world.edit(network, { zones: zones('a', 'b', 'c', 'd', 'e') });
    const stalled = await world.condition(network, 'Stalled', { reason: 'QuotaExceeded' });
    expect(conditionOf(stalled, 'Stalled')?.message).toMatch(
      /elastic-ip\/\w: ec2:AllocateAddress in account 123456789012 as .*AddressLimitExceeded/,
    );
    expect(Object.keys(idsOf(stalled)).filter((node) => node.startsWith('subnet/'))).toHaveLength(15);
    await edit({ zones: zones('b', 'c') });
  });

  it('that are given serve the gateway, are told from the first, and are never released', async () => {
    const { world } = standing;
    const { AllocationId = '', PublicIp } = await world.ec2.send(
      new AllocateAddressCommand({ Domain: 'vpc' }),
    );
    const before = now;
    const writes = await edit({
      nat: { mode: 'PerZone', elasticIps: [{ zone: 'b', allocationId: AllocationId }] },
    });
    expect(natOf(now)[0]).toMatchObject({ zone: 'us-east-1b', publicIp: PublicIp });
    // The new gateway is available before the route leaves the old one.
    expect(at(writes, 'ReplaceRoute')).toBeGreaterThan(at(writes, 'CreateNatGateway'));
    expect(at(writes, 'DeleteNatGateway')).toBeGreaterThan(at(writes, 'ReplaceRoute'));
    expect(idsOf(now)['nat-gateway/c']).toBe(idsOf(before)['nat-gateway/c']);
    await edit({ nat: { mode: 'PerZone', elasticIps: [] } });
    const { Addresses } = await world.ec2.send(
      new DescribeAddressesCommand({ AllocationIds: [AllocationId] }),
    );
    expect(Addresses?.[0]?.AssociationId ?? '').toBe('');
    await world.ec2.send(new ReleaseAddressCommand({ AllocationId }));
  });

  it('that a gateway of the network holds are not given to another before it let go of them', async () => {
    const { world } = standing;
    const { AllocationId = '' } = await world.ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
    const give = (zone: string) =>
      world.edit(network, { nat: { mode: 'PerZone', elasticIps: [{ zone, allocationId: AllocationId }] } });
    await give('b');
    now = await world.ready(network);
    const holder = idsOf(now)['nat-gateway/b'];
    await give('c');
    const held = await world.condition(network, 'Stalled', { reason: 'ReplacementNeeded' });
    expect(conditionOf(held, 'Stalled')?.message).toContain(
      `is held by NAT gateway ${holder} (nat-gateway/b) of this network`,
    );
    const gateways = natOf(held).map(({ zone }) => zone);
    expect(gateways, 'each zone keeps its way').toEqual(['us-east-1b', 'us-east-1c']);
    await edit({ nat: { mode: 'PerZone', elasticIps: [] } });
    await give('c');
    now = await world.ready(network);
    const { Addresses } = await world.ec2.send(
      new DescribeAddressesCommand({ AllocationIds: [AllocationId] }),
    );
    expect(natOf(now).find(({ zone }) => zone === 'us-east-1c')?.publicIp).toBe(Addresses?.[0]?.PublicIp);
    await edit({ nat: { mode: 'PerZone', elasticIps: [] } });
    await world.ec2.send(new ReleaseAddressCommand({ AllocationId }));
  });

  it('that are in use by somebody else, or not there, are refused before anything is made', async () => {
    const { world } = standing;
    const { AllocationId = '' } = await world.ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
    const SubnetId = idsOf(now)['subnet/public-b'];
    const { NetworkInterface } = await world.ec2.send(new CreateNetworkInterfaceCommand({ SubnetId }));
    const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId;
    const { AssociationId } = await world.ec2.send(
      new AssociateAddressCommand({ AllocationId, NetworkInterfaceId }),
    );
    const before = idsOf(now);
    const mark = await world.mark();
    const give = (allocationId: string) =>
      world.edit(network, { nat: { mode: 'PerZone', elasticIps: [{ zone: 'b', allocationId }] } });
    await give(AllocationId);
    const taken = await world.condition(network, 'Stalled', { reason: 'NameTaken' });
    expect(conditionOf(taken, 'Stalled')?.message).toContain(`is in use by ${NetworkInterfaceId}`);
    await give('eipalloc-00000000000000000');
    const missing = await world.condition(network, 'Stalled', { reason: 'AwsRefused' });
    expect(conditionOf(missing, 'Stalled')?.message).toContain(
      'there is no elastic IP eipalloc-00000000000000000 in account 123456789012, us-east-1',
    );
    expect((await world.writes(mark)).map(({ action }) => action)).toEqual([]);
    expect(idsOf(missing)).toMatchObject({ 'nat-gateway/b': before['nat-gateway/b'] });
    await world.ec2.send(new DisassociateAddressCommand({ AssociationId }));
    await world.ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
    await world.ec2.send(new ReleaseAddressCommand({ AllocationId }));
    await world.edit(network, { nat: { mode: 'PerZone', elasticIps: [] } });
    now = await world.ready(network);
    expect(idsOf(now)).toEqual(before);
  });
});

it('nothing of all this was refused to the role, which may do just what landfall policy prints', async () => {
  expect((await standing.least.refusals()).map(({ action, error }) => ({ action, error }))).toEqual([]);
});

it('deleted, it leaves nothing: gateways, then addresses, then what they stood in', async () => {
  const { world } = standing;
  await world.remove(network);
  expect((await world.aws.dump()) === standing.empty, 'AWS is as before').toBe(true);
});
