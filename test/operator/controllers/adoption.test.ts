import type { Address, NatGateway, RouteTable, TransitGatewayVpcAttachment, Vpc } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { awsKinds } from '../../../operator/aws/kinds.ts';
import type { AwsSession } from '../../../operator/aws/session.ts';
import { findAdoptions, refuseAdoptions } from '../../../operator/controllers/adoption.ts';
import type { Target } from '../../../operator/controllers/target.ts';
import { buildGraph } from '../../../operator/graph/graph.ts';
import type { Collection } from '../../../operator/graph/kind.ts';
import { ownershipTags } from '../../../operator/graph/ownership.ts';

const OWNER = 'SecureVpc/team/net';
const thing = (key: string, type: string, inputs: object) => ({
  key,
  type,
  inputs,
  tags: ownershipTags('here', OWNER, key),
  dependsOn: [],
});
const graph = buildGraph(OWNER, [
  thing('vpc', 'Vpc', { cidr: '10.0.0.0/16' }),
  thing('route-table/private', 'RouteTable', { vpcId: 'vpc-1' }),
  thing('elastic-ip/a', 'ElasticIp', {}),
  thing('nat-gateway/a', 'NatGateway', { subnetId: 'subnet-1', allocationId: 'eipalloc-1', isGiven: false }),
  thing('transit-gateway-attachment', 'TransitGatewayAttachment', {}),
]);
const list = (tags: Record<string, string>) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** AWS with one VPC and one table, of which the listings show what is `owned`. */
function scopeOf(
  answers: {
    Vpcs?: Vpc[];
    RouteTables?: RouteTable[];
    Addresses?: Address[];
    NatGateways?: NatGateway[];
    TransitGatewayVpcAttachments?: TransitGatewayVpcAttachment[];
  },
  { owned = [], namespaces = ['team'] }: { owned?: (Vpc | NatGateway)[]; namespaces?: string[] } = {},
) {
  const calls: string[] = [];
  const send = async (command: { constructor: { name: string } }) => {
    calls.push(command.constructor.name);
    return { EnableDnsSupport: { Value: true }, EnableDnsHostnames: { Value: true }, ...answers };
  };
  const session = { ec2: { send } } as unknown as AwsSession;
  const world = {
    view: ({ name }: Collection<object, unknown>) => ({
      ownedBy: () =>
        owned.filter((one) => name === ('NatGatewayId' in one ? 'ec2/nat-gateways' : 'ec2/vpcs')),
    }),
  };
  const find = (adopt: { node: string; id: string }[]) =>
    findAdoptions({
      target: { kinds: awsKinds, session, world } as unknown as Target,
      region: 'us-east-1',
      graph,
      installation: 'here',
      adopt,
      namespace: 'team',
      accountRef: 'main',
      account: { accountId: '111111111111', adoptionNamespaces: namespaces },
    });
  return { calls, find };
}

const VPC = { node: 'vpc', id: 'vpc-1' };
const vpc = (more: Partial<Vpc> = {}): Vpc => ({
  VpcId: 'vpc-1',
  CidrBlock: '10.0.0.0/16',
  Tags: [],
  ...more,
});

describe('what a spec names to be taken over', () => {
  it('is read by id with one call a kind, and with what AWS reads apart from it', async () => {
    const { find, calls } = scopeOf({ Vpcs: [vpc()] });
    const found = (await find([VPC])).get('vpc')?.found;
    expect(found?.map(({ collection }) => collection.name)).toEqual(['ec2/vpcs', 'ec2/vpc-attributes']);
    expect(found?.[1]?.record).toEqual({ VpcId: 'vpc-1', dnsSupport: true, dnsHostnames: true });
    expect(calls).toEqual([
      'DescribeVpcsCommand',
      'DescribeVpcAttributeCommand',
      'DescribeVpcAttributeCommand',
    ]);
  });

  it('costs no call where it is ours, whoever may take anything over', async () => {
    const ours = vpc({ Tags: list(ownershipTags('here', OWNER, 'vpc')) });
    const { find, calls } = scopeOf({}, { owned: [ours], namespaces: [] });
    expect((await find([VPC])).get('vpc')).toEqual({ id: 'vpc-1', found: [] });
    expect(calls).toEqual([]);
  });

  it('is not even read for a namespace that may not', async () => {
    const { find, calls } = scopeOf({ Vpcs: [vpc()] }, { namespaces: ['other'] });
    await expect(find([VPC])).rejects.toThrow(
      /Account main does not let namespace team take over what exists/,
    );
    expect(calls).toEqual([]);
  });
});

describe('what stands in the way', () => {
  const owns = (tags: Record<string, string>) => vpc({ Tags: list(tags) });
  it.each<[string, Vpc[], RegExp]>([
    ['nothing of that id', [], /there is no Vpc vpc-1 in account 111111111111, region us-east-1/],
    [
      'a VPC that is shared',
      [vpc({ OwnerId: '222222222222' })],
      /belongs to account 222222222222, which only shares it/,
    ],
    [
      'CloudFormation',
      [owns({ 'aws:cloudformation:stack-name': 'base' })],
      /belongs to the CloudFormation stack base/,
    ],
    [
      'another object',
      [owns(ownershipTags('here', 'SecureVpc/team/two', 'vpc'))],
      /belongs to SecureVpc\/team\/two/,
    ],
    [
      'another node of this object',
      [owns(ownershipTags('here', OWNER, 'old'))],
      /belongs to node old of SecureVpc\/team\/net/,
    ],
    [
      'another installation',
      [owns(ownershipTags('there', OWNER, 'vpc'))],
      /belongs to SecureVpc\/team\/net of Landfall's installation there/,
    ],
  ])('%s', async (_, Vpcs, words) => {
    const entry = (await scopeOf({ Vpcs }).find([VPC])).get('vpc');
    expect(entry?.refusal).toMatch(words);
    expect(entry?.found).toEqual([]);
  });

  it('tags of this very object, of which some were lost, do not', async () => {
    const { 'landfall.dev/node': _, ...some } = ownershipTags('here', OWNER, 'vpc');
    expect((await scopeOf({ Vpcs: [owns(some)] }).find([VPC])).get('vpc')?.refusal).toBeUndefined();
  });

  it('the thing that the node has already', async () => {
    const ours = vpc({ VpcId: 'vpc-0', Tags: list(ownershipTags('here', OWNER, 'vpc')) });
    const { find, calls } = scopeOf({ Vpcs: [vpc()] }, { owned: [ours] });
    expect((await find([VPC])).get('vpc')?.refusal).toMatch(
      /^vpc has its Vpc already, vpc-0; take the entry/,
    );
    expect(calls).toEqual([]);
  });

  it('that it is the main route table of its VPC (aws-controllers-k8s/community#2661)', async () => {
    const main: RouteTable = { RouteTableId: 'rtb-1', VpcId: 'vpc-1', Associations: [{ Main: true }] };
    const found = await scopeOf({ RouteTables: [main] }).find([{ node: 'route-table/private', id: 'rtb-1' }]);
    expect(found.get('route-table/private')?.refusal).toMatch(
      /cannot become route-table\/private: it is the main route table of vpc-1/,
    );
  });

  const ADDRESS = { node: 'elastic-ip/a', id: 'eipalloc-1' };
  const GATEWAY = { node: 'nat-gateway/a', id: 'nat-1' };
  const held: Address = {
    AllocationId: 'eipalloc-1',
    AssociationId: 'eipassoc-1',
    InstanceId: '',
    NetworkInterfaceId: 'eni-1',
  };
  const gateway: NatGateway = {
    NatGatewayId: 'nat-1',
    VpcId: 'vpc-1',
    SubnetId: 'subnet-1',
    State: 'available',
    NatGatewayAddresses: [{ AllocationId: 'eipalloc-1', IsPrimary: true }],
  };

  it('that an address serves something else; not what is taken over with it, nor what is ours', async () => {
    const alone = await scopeOf({ Addresses: [held] }).find([ADDRESS]);
    expect(alone.get('elastic-ip/a')).toEqual({
      id: 'eipalloc-1',
      found: [],
      refusal: expect.stringMatching(
        /^ElasticIp eipalloc-1 is in use by eni-1, which is no thing of SecureVpc\/team\/net; free it, take over/,
      ),
    });
    const other = { ...gateway, NatGatewayAddresses: [{ AllocationId: 'eipalloc-2', IsPrimary: true }] };
    const beside = await scopeOf({ Addresses: [held], NatGateways: [other] }).find([ADDRESS, GATEWAY]);
    expect(beside.get('elastic-ip/a')?.refusal).toMatch(/in use by eni-1/);
    const both = await scopeOf({ Addresses: [held], NatGateways: [gateway] }).find([ADDRESS, GATEWAY]);
    expect([...both.values()].map(({ refusal }) => refusal)).toEqual([undefined, undefined]);
    const foreign = { ...gateway, Tags: list({ 'crossplane-kind': 'natgateway' }) };
    const refused = await scopeOf({ Addresses: [held], NatGateways: [foreign] }).find([ADDRESS, GATEWAY]);
    expect(refused.get('elastic-ip/a')?.refusal, 'one reason is enough').toBeUndefined();
    const { AssociationId: _, ...free } = held;
    const unused = await scopeOf({ Addresses: [free] }).find([ADDRESS]);
    expect(unused.get('elastic-ip/a')?.refusal).toBeUndefined();
    const tagged = { ...gateway, Tags: list(ownershipTags('here', OWNER, 'nat-gateway/a')) };
    const ours = await scopeOf({ Addresses: [held] }, { owned: [tagged] }).find([ADDRESS]);
    expect(ours.get('elastic-ip/a')?.refusal).toBeUndefined();
  });

  it.each<[string, Parameters<typeof scopeOf>[0], { node: string; id: string }, RegExp]>([
    [
      'that an address is one that AWS manages',
      { Addresses: [{ AllocationId: 'eipalloc-1', ServiceManaged: 'rnat' }] },
      ADDRESS,
      /cannot become elastic-ip\/a: AWS manages it for rnat/,
    ],
    [
      'that a gateway is private',
      { NatGateways: [{ ...gateway, ConnectivityType: 'private' }] },
      GATEWAY,
      /cannot become nat-gateway\/a: it is a private one/,
    ],
    [
      'that a gateway is regional',
      { NatGateways: [{ NatGatewayId: 'nat-1', VpcId: 'vpc-1', State: 'available' }] },
      GATEWAY,
      /cannot become nat-gateway\/a: it is a regional one/,
    ],
    [
      "that an attachment is that of another account's VPC",
      {
        TransitGatewayVpcAttachments: [
          { TransitGatewayAttachmentId: 'tgw-attach-1', VpcOwnerId: '222222222222', State: 'available' },
        ],
      },
      { node: 'transit-gateway-attachment', id: 'tgw-attach-1' },
      /belongs to account 222222222222, which only shares it; adopt it there/,
    ],
  ])('%s', async (_, answers, entry, words) => {
    expect((await scopeOf(answers).find([entry])).get(entry.node)?.refusal).toMatch(words);
  });

  it('is told all at once', () => {
    const refuse = (message: string) =>
      ({ verb: 'refuse', node: 'x', type: 'Vpc', changes: [], reason: 'AdoptionRefused', message }) as const;
    const planned = { owner: OWNER, standing: [], facets: [], actions: [refuse('one'), refuse('two')] };
    expect(() => refuseAdoptions(planned)).toThrow('one; two');
    expect(() => refuseAdoptions({ ...planned, actions: [] })).not.toThrow();
  });
});
