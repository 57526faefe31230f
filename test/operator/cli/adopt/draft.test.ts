import type { NatGateway } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { adoptedIn, specOf } from '../../../../operator/cli/adopt/draft-spec.ts';
import { draftOf, narrowed, type Draft } from '../../../../operator/cli/adopt/draft.ts';
import { leftBy } from '../../../../operator/cli/adopt/left-out.ts';
import type { VpcSurvey } from '../../../../operator/cli/adopt/survey.ts';
import { REGION, refusalOf, subnet, survey, table } from './surveys.ts';

const tiers = (of: VpcSurvey) =>
  draftOf(of, REGION).tiers.placed.map(
    ({ tier, zone, cidr, id }) => `${tier} ${zone} ${cidr} ${id ?? 'new'}`,
  );

describe('tiers', () => {
  it('come from the routes: the gateway, another way, none', () => {
    const of = survey({
      subnets: [
        subnet('s-1', '10.0.1.0/24', 'a'),
        subnet('s-2', '10.0.2.0/24', 'a'),
        subnet('s-3', '10.0.3.0/24', 'a'),
      ],
      routeTables: [
        table('rtb-main', []),
        table('rtb-1', ['s-1'], { GatewayId: 'igw-1' }),
        table('rtb-2', ['s-2'], { NatGatewayId: 'nat-1' }),
      ],
    });
    expect(tiers(of)).toEqual([
      'public us-east-1a 10.0.1.0/24 s-1',
      'private us-east-1a 10.0.2.0/24 s-2',
      'data us-east-1a 10.0.3.0/24 s-3',
    ]);
    expect([...draftOf(of, REGION).tables.tables]).toEqual([
      ['public', 'rtb-1'],
      ['private', 'rtb-2'],
    ]);
  });

  it('come from names where routes do not tell, and what is one too many is left and named', () => {
    const of = survey({
      subnets: [
        subnet('s-1', '10.0.1.0/24', 'a', 'shop-app'),
        subnet('s-2', '10.0.2.0/24', 'a', 'shop_db'),
        subnet('s-3', '10.0.3.0/24', 'a', 'spare'),
        { ...subnet('s-4', '10.0.4.0/24', 'a'), AvailabilityZone: 'us-east-1-bos-1a' },
      ],
    });
    expect(tiers(of)).toEqual(['private us-east-1a 10.0.1.0/24 s-1', 'data us-east-1a 10.0.2.0/24 s-2']);
    const left = leftBy(draftOf(of, REGION)).join('\n');
    expect(left).toMatch(/subnet s-3 \(spare\) .*: tier private has s-1 in us-east-1a already/);
    expect(left).toMatch(/subnet s-4 .* is no availability zone of us-east-1/);
  });

  it('get a free block in a zone that they lack', () => {
    const of = survey({
      subnets: [
        subnet('s-1', '10.0.0.0/24', 'a'),
        subnet('s-2', '10.0.1.0/24', 'b'),
        subnet('s-3', '10.0.2.0/26', 'a'),
      ],
      routeTables: [table('rtb-main', []), table('rtb-1', ['s-3'], { GatewayId: 'igw-1' })],
    });
    expect(tiers(of)).toContain('public us-east-1b 10.0.2.64/26 new');
  });

  it('name the routes of a table that a subnet leaves', () => {
    const of = survey({
      subnets: [subnet('s-1', '10.0.1.0/24', 'a')],
      routeTables: [table('rtb-main', [], { NatGatewayId: 'nat-1' })],
    });
    expect(leftBy(draftOf(of, REGION))).toContain(
      'route table rtb-main: s-1 leaves it for the one of tier private, and with that its routes 0.0.0.0/0 by nat-1',
    );
  });
});

/** Two zones with a public and a private subnet each; the private ones go by these gateways. */
const ways = (a: object, b: object, natGateways: NatGateway[]) =>
  survey({
    subnets: [
      subnet('pub-a', '10.0.1.0/24', 'a'),
      subnet('pub-b', '10.0.2.0/24', 'b'),
      subnet('prv-a', '10.0.3.0/24', 'a'),
      subnet('prv-b', '10.0.4.0/24', 'b'),
    ],
    routeTables: [
      table('rtb-main', []),
      table('rtb-1', ['pub-a', 'pub-b'], { GatewayId: 'igw-1' }),
      table('rtb-2', ['prv-a'], a),
      table('rtb-3', ['prv-b'], b),
    ],
    natGateways,
  });
const nat = (zone: string, more: Partial<NatGateway> = {}): NatGateway => ({
  NatGatewayId: `nat-${zone}`,
  SubnetId: `pub-${zone}`,
  State: 'available',
  NatGatewayAddresses: [{ AllocationId: `eipalloc-${zone}`, IsPrimary: true }],
  ...more,
});
const by = (zone: string) => ({ NatGatewayId: `nat-${zone}` });
const nodesOf = (draft: Draft, prefix: RegExp) =>
  adoptedIn(draft).flatMap(({ node, id }) => (prefix.test(node) ? [`${node} ${id}`] : []));
const NAT_NODES = /^(elastic-ip|nat-gateway|route-table)/;

describe('NAT gateways', () => {
  it('are one for all where all private subnets go by it, in whichever zone', () => {
    const draft = draftOf(ways(by('b'), by('b'), [nat('a'), nat('b')]), REGION);
    expect(specOf(draft)).toMatchObject({ nat: { mode: 'Single' } });
    expect(nodesOf(draft, NAT_NODES)).toEqual([
      'route-table/public rtb-1',
      'route-table/private rtb-2',
      'elastic-ip/b eipalloc-b',
      'nat-gateway/b nat-b',
    ]);
    expect(leftBy(draft)).toContain('NAT gateway nat-a: no private subnet goes by it');
  });

  it('are one a zone where each private subnet goes by its own, and has a table of its own', () => {
    const draft = draftOf(ways(by('a'), by('b'), [nat('a'), nat('b')]), REGION);
    expect(specOf(draft)).toMatchObject({ nat: { mode: 'PerZone' } });
    expect(nodesOf(draft, NAT_NODES)).toEqual([
      'route-table/public rtb-1',
      'route-table/private-a rtb-2',
      'route-table/private-b rtb-3',
      'elastic-ip/a eipalloc-a',
      'nat-gateway/a nat-a',
      'elastic-ip/b eipalloc-b',
      'nat-gateway/b nat-b',
    ]);
    expect(leftBy(draft)).toEqual([]);
  });

  it.each<[string, Partial<NatGateway>]>([
    ['it has failed', { State: 'failed' }],
    ['it is a private one', { ConnectivityType: 'private' }],
    ['it stands in no subnet of tier public', { SubnetId: 'prv-a' }],
    ['it has no address', { NatGatewayAddresses: [] }],
  ])('are left out and named: %s', (why, more) => {
    const draft = draftOf(ways(by('a'), by('a'), [nat('a', more)]), REGION);
    expect(specOf(draft)).not.toHaveProperty('nat');
    expect(nodesOf(draft, /nat|elastic/)).toEqual([]);
    expect(leftBy(draft).join('\n')).toContain(`NAT gateway nat-a: ${why}`);
  });

  it('are left out where they are regional, or the private subnets go by no rule, and further addresses are named', () => {
    const { SubnetId: _, ...regional } = nat('a');
    expect(leftBy(draftOf(ways(by('a'), by('a'), [regional]), REGION)).join('\n')).toContain(
      'NAT gateway nat-a: it is a regional one',
    );
    const crossed = draftOf(ways(by('b'), by('a'), [nat('a'), nat('b')]), REGION);
    expect(specOf(crossed)).not.toHaveProperty('nat');
    expect(leftBy(crossed).join('\n')).toContain(
      'go neither all by one gateway nor each by that of its zone',
    );
    const NatGatewayAddresses = [
      { AllocationId: 'eipalloc-2', IsPrimary: false },
      { AllocationId: 'eipalloc-1', IsPrimary: true },
    ];
    const rich = draftOf(ways(by('a'), by('a'), [nat('a', { NatGatewayAddresses })]), REGION);
    expect(nodesOf(rich, /elastic/)).toEqual(['elastic-ip/a eipalloc-1']);
    expect(leftBy(rich).join('\n')).toContain('and not of eipalloc-2');
  });

  it('keep an address of somebody else, and are given up where they are themselves', () => {
    const draft = draftOf(ways(by('a'), by('b'), [nat('a'), nat('b')]), REGION);
    const given = narrowed(draft, [refusalOf('elastic-ip/b', 'it belongs to ACK')]);
    expect(specOf(given)).toMatchObject({
      nat: { mode: 'PerZone', elasticIps: [{ zone: 'b', allocationId: 'eipalloc-b' }] },
    });
    expect(nodesOf(given, /elastic/)).toEqual(['elastic-ip/a eipalloc-a']);
    expect(leftBy(given).join('\n')).toMatch(/zone b: .*nat\.elasticIps, since it belongs to ACK/);
    const without = narrowed(given, [refusalOf('nat-gateway/a', 'it belongs to Crossplane')]);
    expect(specOf(without)).not.toHaveProperty('nat');
    expect(nodesOf(without, NAT_NODES)).toEqual(['route-table/public rtb-1', 'route-table/private rtb-2']);
    expect(leftBy(without).join('\n')).toMatch(
      /rtb-3: prv-b leaves it .*0\.0\.0\.0\/0 by nat-b[^]*nat-a: it belongs to Crossplane/,
    );
  });
});

describe('an attachment to a transit gateway', () => {
  const attachment = (more: object = {}): VpcSurvey['attachments'][number] => ({
    TransitGatewayAttachmentId: 'tgw-attach-1',
    TransitGatewayId: 'tgw-1',
    State: 'available',
    SubnetIds: ['prv-b', 'prv-a'],
    Options: { DnsSupport: 'enable', ApplianceModeSupport: 'disable' },
    ...more,
  });
  const to = (DestinationCidrBlock: string) => ({
    DestinationCidrBlock,
    Origin: 'CreateRoute' as const,
    TransitGatewayId: 'tgw-1',
  });
  const base = ways(by('a'), by('b'), [nat('a'), nat('b')]);
  const routeTables = base.routeTables.map((one) => {
    const ofPublic = one.RouteTableId === 'rtb-1' ? [to('10.8.0.0/16')] : [];
    const ofPrivate = /rtb-[23]/.test(one.RouteTableId ?? '') ? [to('10.8.0.0/16'), to('10.7.0.0/16')] : [];
    return { ...one, Routes: [...(one.Routes ?? []), ...ofPublic, ...ofPrivate] };
  });

  it('comes with its tier, its settings and the routes to it', () => {
    const draft = draftOf(survey({ ...base, routeTables, attachments: [attachment()] }), REGION);
    expect(specOf(draft)).toMatchObject({
      transitGateway: {
        id: 'tgw-1',
        routes: [
          { destination: '10.7.0.0/16' },
          { destination: '10.8.0.0/16', tiers: ['public', 'private'] },
        ],
      },
    });
    expect(nodesOf(draft, /transit/)).toEqual(['transit-gateway-attachment tgw-attach-1']);
    const Options = { DnsSupport: 'disable', ApplianceModeSupport: 'enable' };
    const other = draftOf(
      survey({ ...base, attachments: [attachment({ Options, SubnetIds: ['pub-a'] })] }),
      REGION,
    );
    expect(specOf(other)).toMatchObject({
      transitGateway: { tier: 'public', routes: [], dnsSupport: 'Disabled', applianceMode: 'Enabled' },
    });
  });

  it('is left out where it is broken, in several tiers, one too many, or somebody else says so', () => {
    const all = [
      attachment({ TransitGatewayAttachmentId: 'tgw-attach-2', State: 'rejected' }),
      attachment({ TransitGatewayAttachmentId: 'tgw-attach-3', SubnetIds: ['prv-a', 'pub-b'] }),
      attachment(),
      attachment({ TransitGatewayAttachmentId: 'tgw-attach-4' }),
    ];
    const draft = draftOf(survey({ ...base, attachments: all }), REGION);
    expect(leftBy(draft)).toEqual([
      'transit-gateway attachment tgw-attach-2 to tgw-1: it is rejected',
      'transit-gateway attachment tgw-attach-3 to tgw-1: its subnets are not those of one tier',
      'transit-gateway attachment tgw-attach-4 to tgw-1: a SecureVpc has one',
    ]);
    const without = narrowed(draft, [refusalOf('transit-gateway-attachment', 'it belongs to ACK')]);
    expect(specOf(without)).not.toHaveProperty('transitGateway');
    expect(leftBy(without).join('\n')).toContain('it belongs to ACK');
  });
});

it('further blocks are said, and those that AWS could not give are not', () => {
  const block = (CidrBlock: string, State: 'associated' | 'failed') => ({
    CidrBlock,
    CidrBlockState: { State },
  });
  const of = survey({
    vpc: {
      VpcId: 'vpc-1',
      CidrBlock: '10.0.0.0/16',
      CidrBlockAssociationSet: [
        block('10.0.0.0/16', 'associated'),
        block('10.9.0.0/16', 'associated'),
        block('10.8.0.0/16', 'failed'),
      ],
    },
    subnets: [subnet('s-1', '10.9.1.0/24', 'a')],
  });
  expect(specOf(draftOf(of, REGION))).toMatchObject({ secondaryCidrs: ['10.9.0.0/16'] });
});

const OF_AWS = { 'domain-name': 'ec2.internal', 'domain-name-servers': 'AmazonProvidedDNS' };
it.each<[string, string, Record<string, string> | undefined, object | undefined]>([
  ['of its own', 'dopt-1', { 'domain-name-servers': '10.0.0.2' }, { id: 'dopt-1' }],
  ['of AWS', 'dopt-1', OF_AWS, undefined],
  ['almost those of AWS', 'dopt-1', { 'domain-name-servers': 'AmazonProvidedDNS' }, { id: 'dopt-1' }],
  [
    'of AWS for another region',
    'dopt-1',
    { ...OF_AWS, 'domain-name': 'eu-west-1.compute.internal' },
    { id: 'dopt-1' },
  ],
  ['that nobody may look at', 'dopt-1', undefined, { id: 'dopt-1' }],
  ['that are none', 'default', undefined, undefined],
])('DHCP options %s', (_, DhcpOptionsId, options, expected) => {
  const of = survey({
    vpc: { VpcId: 'vpc-1', CidrBlock: '10.0.0.0/16', DhcpOptionsId },
    subnets: [subnet('s-1', '10.0.1.0/24', 'a')],
    dhcpOptions: options && {
      DhcpOptionsId,
      DhcpConfigurations: Object.entries(options).map(([Key, Value]) => ({ Key, Values: [{ Value }] })),
    },
  });
  expect((specOf(draftOf(of, REGION)) as { dhcpOptions?: object }).dhcpOptions).toEqual(expected);
});
