import { describe, expect, it } from 'vitest';
import { awsKinds } from '../../../operator/aws/kinds.ts';
import type { SecureVpc } from '../../../operator/api/secure-vpc.ts';
import { parseManifest } from '../../../operator/api/parse.ts';
import type { RegionFacts } from '../../../operator/compile/input.ts';
import { compileSecureVpc } from '../../../operator/compile/secure-vpc.ts';
import { dependenciesOf } from '../../../operator/graph/graph.ts';
import { printable } from '../../../operator/graph/ref.ts';
import { compile, example, FACTS, inputFor, inputsOf, nodeOf, refusal, secureVpc } from './fixtures.ts';
import { entriesOf, entriesText, graphText, rulesText } from './text.ts';

const TIERS = [{ name: 'public' }, { name: 'private' }, { name: 'data' }];

function portal(): SecureVpc {
  const parsed = parseManifest('SecureVpc', example('portal/base/network.yaml'));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.value;
}

describe('the portal', () => {
  const graph = compileSecureVpc(inputFor(portal()));

  it('is this graph', async () => {
    await expect(graphText(graph)).toMatchFileSnapshot('portal.graph.txt');
  });

  it('has these rules and no others', () => {
    expect(rulesText(graph)).toMatchInlineSnapshot(`
      [
        "alb in  tcp 80 from 0.0.0.0/0 "http from outside"",
        "alb in  tcp 443 from 0.0.0.0/0 "https from outside"",
        "alb out tcp 32768-65535 to \${security-group/ecs.id} "host-ports to ecs"",
        "bastion in  tcp 22 from 203.0.113.0/24 "ssh from administrators"",
        "bastion out tcp 22 to \${security-group/ecs.id} "ssh to ecs"",
        "bastion out tcp 3306 to \${security-group/data.id} "mysql to data"",
        "bastion out tcp 443 to \${security-group/endpoints.id} "https to endpoints"",
        "data in  tcp 3306 from \${security-group/ecs.id} "mysql from ecs"",
        "data in  tcp 3306 from \${security-group/bastion.id} "mysql from bastion"",
        "ecs in  tcp 32768-65535 from \${security-group/alb.id} "host-ports from alb"",
        "ecs in  tcp 22 from \${security-group/bastion.id} "ssh from bastion"",
        "ecs out tcp 3306 to \${security-group/data.id} "mysql to data"",
        "ecs out tcp 443 to \${security-group/endpoints.id} "https to endpoints"",
        "ecs out tcp 443 to pl-63a5400a "https to s3"",
        "endpoints in  tcp 443 from \${security-group/ecs.id} "https from ecs"",
        "endpoints in  tcp 443 from \${security-group/bastion.id} "https from bastion"",
      ]
    `);
  });

  it('has these ACL entries and no others', () => {
    expect(['public', 'private', 'data'].map((tier) => [tier, ...entriesText(graph, tier)]))
      .toMatchInlineSnapshot(`
      [
        [
          "public",
          "in  10127 allow tcp 443 0.0.0.0/0",
          "in  10761 allow tcp 22 203.0.113.0/24",
          "in  12416 allow tcp 80 0.0.0.0/0",
          "in  24274 allow tcp 1024-65535 10.0.0.0/16",
          "out 12728 allow tcp 443 10.0.0.0/16",
          "out 17038 allow tcp 22 10.0.0.0/16",
          "out 21035 allow tcp 1024-65535 0.0.0.0/0",
        ],
        [
          "private",
          "in  12728 allow tcp 443 10.0.0.0/16",
          "in  17038 allow tcp 22 10.0.0.0/16",
          "in  21035 allow tcp 1024-65535 0.0.0.0/0",
          "out 10127 allow tcp 443 0.0.0.0/0",
          "out 24274 allow tcp 1024-65535 10.0.0.0/16",
        ],
        [
          "data",
          "in  14402 allow tcp 3306 10.0.0.0/19",
          "in  19101 allow tcp 3306 10.0.32.0/19",
          "out 20477 allow tcp 1024-65535 10.0.0.0/19",
          "out 24029 allow tcp 1024-65535 10.0.32.0/19",
        ],
      ]
    `);
  });

  it('uses only registered kinds, and gives tags to things and none to facets', () => {
    for (const node of graph.nodes.values()) {
      const kind = awsKinds.get(node.type);
      expect(kind, node.type).toBeDefined();
      expect(Object.keys(node.tags).length > 0, node.key).toBe(kind?.create !== undefined);
    }
  });
});

describe('order', () => {
  const graph = compile({
    tiers: TIERS,
    securityGroups: { ecs: {}, endpoints: {} },
    endpoints: [{ service: 's3' }, { service: 'kms' }, { service: 'logs', privateDns: 'Disabled' }],
  });
  const needs = (key: string) => [...dependenciesOf(nodeOf(graph, key))].sort();

  it('attaches the gateway before the route to it', () => {
    expect(needs('routes/public')).toContain('internet-gateway-attachment');
  });
  it('sets the DNS attributes before an endpoint with private DNS, and only then', () => {
    expect(needs('endpoint/kms')).toContain('vpc-attributes');
    expect(needs('endpoint/logs')).not.toContain('vpc-attributes');
  });
  it('writes the entries of an ACL before a subnet comes under it', () => {
    expect(needs('network-acl-association/private-a')).toContain('network-acl-entries/private');
  });
  it('gives the role its policy before the flow log uses it', () => {
    expect(needs('flow-log')).toEqual([
      'log-group/flow-logs',
      'role-policies/flow-logs',
      'role/flow-logs',
      'vpc',
    ]);
  });
});

describe('what is made only if asked for', () => {
  it('has no gateway and no way out without a public tier', () => {
    const graph = compile({ tiers: [{ name: 'private' }] });
    expect([...graph.nodes.keys()].filter((key) => key.startsWith('internet-gateway'))).toEqual([]);
    expect(inputsOf(graph, 'routes/private')).toMatchObject({ routes: [] });
  });
  it('has a way out for the public tier only', () => {
    const graph = compile({ tiers: TIERS });
    const routes = ['public', 'private', 'data'].map(
      (tier) => printable(inputsOf<{ routes: unknown }>(graph, `routes/${tier}`)).routes,
    );
    expect(routes).toEqual([[{ destination: '0.0.0.0/0', target: '${internet-gateway.id}' }], [], []]);
  });
  it('leaves a tier on the ACL of the VPC where networkAcl is None', () => {
    const graph = compile({ tiers: [{ name: 'private', networkAcl: 'None' }] });
    expect([...graph.nodes.keys()].filter((key) => key.startsWith('network-acl'))).toEqual([]);
  });
  it('records no traffic where the destination is None', () => {
    const graph = compile({ tiers: TIERS, flowLogs: { destination: 'None' } });
    expect([...graph.nodes.keys()].filter((key) => key.includes('flow-log'))).toEqual([]);
  });
  it('opens nothing by default', () => {
    expect(
      rulesText(compile({ tiers: TIERS, securityGroups: { data: {}, ecs: {}, endpoints: {} } })),
    ).toEqual([
      'ecs out tcp 443 to ${security-group/endpoints.id} "https to endpoints"',
      'endpoints in  tcp 443 from ${security-group/ecs.id} "https from ecs"',
    ]);
  });
  it('lets nothing through ACLs that no group needs', () => {
    const graph = compile({ tiers: TIERS });
    expect(['public', 'private', 'data'].flatMap((tier) => entriesOf(graph, tier))).toEqual([]);
  });
});

describe('gateway endpoints', () => {
  const tables = (tiers: object[]) =>
    printable(
      inputsOf<{ routeTableIds: string[] }>(
        compile({ tiers, endpoints: [{ service: 's3' }] }),
        'endpoint/s3',
      ),
    ).routeTableIds;

  it('are in the tables of private and data, and of public only where it is alone', () => {
    expect(tables(TIERS)).toEqual(['${route-table/private.id}', '${route-table/data.id}']);
    expect(tables([{ name: 'public' }, { name: 'data' }])).toEqual(['${route-table/data.id}']);
    expect(tables([{ name: 'public' }])).toEqual(['${route-table/public.id}']);
  });
});

describe('network ACLs', () => {
  it('are small: the bench network has 8 entries in two ACLs', () => {
    const graph = compile({
      tiers: [{ name: 'public' }, { name: 'private' }],
      securityGroups: { alb: {}, ecs: {}, data: { ports: [{ name: 'mysql', port: 3306 }] }, endpoints: {} },
      endpoints: ['s3', 'ecr.api', 'ecr.dkr', 'ecs', 'logs', 'ssm'].map((service) => ({ service })),
    });
    expect(entriesOf(graph, 'public').length + entriesOf(graph, 'private').length).toBe(8);
  });

  it('let the data tier hear from the public one only if there is a bastion', () => {
    const groups = { alb: {}, ecs: {}, data: { ports: [{ name: 'mysql', port: 3306 }] } };
    const into = (securityGroups: object) =>
      entriesOf(compile({ tiers: TIERS, securityGroups }), 'data')
        .filter((entry) => entry.direction === 'ingress')
        .map((entry) => `${entry.fromPort} ${entry.cidr}`);
    expect(into(groups)).toEqual(['3306 10.0.32.0/19']);
    expect(into({ ...groups, bastion: { adminCidrs: ['203.0.113.0/24'] } }).sort()).toEqual([
      '3306 10.0.0.0/19',
      '3306 10.0.32.0/19',
    ]);
  });

  it('name a tier by its part of the VPC and by its given blocks', () => {
    const peers = (cidr: string) => {
      const graph = compile({
        tiers: [{ name: 'public', subnets: [{ zone: 'b', cidr }] }, { name: 'private' }, { name: 'data' }],
        securityGroups: {
          ecs: {},
          data: { ports: [{ name: 'mysql', port: 3306 }] },
          bastion: { adminCidrs: ['203.0.113.0/24'] },
        },
      });
      return [...new Set(entriesOf(graph, 'data').map((entry) => entry.cidr))].sort();
    };
    expect(peers('10.0.128.0/20')).toEqual(['10.0.0.0/19', '10.0.128.0/20', '10.0.32.0/19']);
    // A public block in the private part: the private tier is then named subnet by subnet.
    expect(peers('10.0.48.0/22')).toEqual(['10.0.0.0/19', '10.0.32.0/22', '10.0.36.0/22', '10.0.48.0/22']);
  });

  it('keep the number of an entry whatever is added beside it', () => {
    const base = {
      alb: { ingress: { cidrs: ['198.51.100.0/24', '203.0.113.0/24'] } },
      ecs: {},
      endpoints: {},
    };
    const network = { tiers: TIERS, securityGroups: base, endpoints: [{ service: 'kms' }] };
    const numbers = (spec: object) =>
      new Map(
        entriesOf(compile(spec), 'public').map((entry) => [
          `${entry.direction} ${entry.fromPort}-${entry.toPort} ${entry.cidr}`,
          entry.ruleNumber,
        ]),
      );
    const before = numbers(network);
    const bastion = { bastion: { adminCidrs: ['192.0.2.0/24'] } };
    const cidrs = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24'];
    const ports = [
      { name: 'alt', port: 81 },
      { name: 'http', port: 80 },
      { name: 'https', port: 443 },
    ];
    for (const after of [
      { ...network, securityGroups: { ...base, ...bastion } },
      { ...network, securityGroups: { ...base, alb: { ingress: { cidrs, ports } } } },
      { ...network, zones: { count: 3 } },
      { ...network, endpoints: [{ service: 'kms' }, { service: 's3' }] },
    ]) {
      const now = numbers(after);
      expect([...before].filter(([entry, number]) => now.get(entry) !== number)).toEqual([]);
    }
  });

  it('are refused where AWS has no room for their entries', () => {
    const cidrs = Array.from({ length: 21 }, (_, index) => `203.0.113.${index * 2}/32`);
    expect(refusal(() => compile({ tiers: TIERS, securityGroups: { alb: { ingress: { cidrs } } } }))).toEqual(
      {
        reason: 'InvalidSpec',
        message:
          'spec.tiers[public].networkAcl is Strict and would need 42 ingress entries, of which AWS allows 40: name fewer CIDRs or ports in spec.securityGroups, or set networkAcl to None',
      },
    );
  });
});

/**
 * The API server's rules refuse some of these first; a manifest that never saw one, or an object from before a
 * rule, is caught by the compiler all the same. So the specs here go round the schema.
 */
describe('refusals', () => {
  type Spec = SecureVpc['spec'];
  const tier = (name: 'public' | 'private' | 'data', more: Partial<Spec['tiers'][number]> = {}) => ({
    name,
    subnets: [],
    networkAcl: 'Strict' as const,
    networkAclRules: [],
    ...more,
  });
  const VALID = secureVpc({
    tiers: TIERS,
    securityGroups: { endpoints: {} },
    endpoints: [{ service: 'kms' }],
  });
  const refused = (
    spec: Partial<Spec>,
    more: { status?: Partial<SecureVpc['status']>; facts?: Partial<RegionFacts> } = {},
  ) => {
    const object = {
      ...VALID,
      spec: { ...VALID.spec, ...spec },
      status: { ...VALID.status, ...more.status },
    };
    return refusal(() => compileSecureVpc(inputFor(object, { facts: { ...FACTS, ...more.facts } })));
  };

  it.each<[string, Partial<Spec>, string]>([
    [
      'a zone that is not open',
      { zones: { names: ['us-east-1a', 'us-east-1z'] } },
      'spec.zones.names: zone us-east-1z is not open to this account; choose among us-east-1a, us-east-1b, us-east-1c, us-east-1d, us-east-1e, us-east-1f',
    ],
    [
      'a VPC too small for slots',
      { cidr: '10.0.0.0/23' },
      'spec.cidr 10.0.0.0/23 is too small to compute subnets in, which takes a /22 or larger: give spec.tiers[public].subnets a cidr for zone a',
    ],
    [
      'a computed block in a zone without a slot',
      { zones: { names: ['us-east-1z'] } },
      'spec.tiers[public]: zone letter z has no computed block, only a to h do: give spec.tiers[public].subnets a cidr for zone z',
    ],
    [
      'subnets larger than their slot',
      { tiers: [tier('private', { subnetPrefixLength: 20 })] },
      "spec.tiers[private].subnetPrefixLength 20 is too large a subnet for its place in 10.0.0.0/16: the smallest legal value is 22; use it, or give the tier's subnets their cidr",
    ],
    [
      'a given block outside the VPC',
      { tiers: [tier('private', { subnets: [{ zone: 'a', cidr: '10.1.0.0/24' }] })] },
      "spec.tiers[private].subnets[a].cidr 10.1.0.0/24 is not inside the VPC's block 10.0.0.0/16: choose a block inside it, or add one to spec.secondaryCidrs",
    ],
    [
      'a given block over a computed one',
      { tiers: [tier('public', { subnets: [{ zone: 'a', cidr: '10.0.36.0/24' }] }), tier('private')] },
      'spec.tiers[public].subnets[a].cidr 10.0.36.0/24 overlaps the computed block 10.0.36.0/22 of private-b: choose another block',
    ],
    [
      'a given block over a given one',
      {
        tiers: [
          tier('data', { subnets: [{ zone: 'a', cidr: '10.0.128.0/20' }] }),
          tier('private', { subnets: [{ zone: 'b', cidr: '10.0.130.0/24' }] }),
        ],
      },
      'spec.tiers[private].subnets[b].cidr 10.0.130.0/24 overlaps the cidr 10.0.128.0/20 of data-a: choose another block',
    ],
    [
      'a given block for a zone that is not used',
      { tiers: [tier('public', { subnets: [{ zone: 'c', cidr: '10.0.128.0/24' }] })] },
      'spec.tiers[public].subnets[c] is for a zone that the network does not use (us-east-1a, us-east-1b): add the zone to spec.zones, or take the subnet away',
    ],
    [
      'private DNS on an Interface endpoint to s3',
      { endpoints: [{ service: 's3', type: 'Interface', tier: 'private', privateDns: 'Enabled' }] },
      'spec.endpoints[s3].privateDns is Enabled on an Interface endpoint, which AWS takes for s3 only beside a Gateway endpoint: set privateDns to Disabled, or take the Gateway endpoint instead',
    ],
    [
      'private DNS without DNS',
      { dns: { support: 'Enabled', hostnames: 'Disabled' } },
      'spec.endpoints[kms].privateDns is Enabled, which needs spec.dns.support and spec.dns.hostnames Enabled: enable both, or set privateDns to Disabled',
    ],
    [
      'an endpoint in a tier that is not there',
      { tiers: [tier('public')] },
      'spec.endpoints[kms].tier is private, which spec.tiers does not have: add the tier, or choose another',
    ],
    [
      'an endpoint without a group',
      { securityGroups: {} },
      'spec.endpoints[kms] has no security group: add spec.securityGroups.endpoints: {}',
    ],
    [
      'the same range of ports twice',
      {
        securityGroups: {
          alb: { ingress: { cidrs: [], ports: [] } },
          ecs: {
            ports: [
              { name: 'one', fromPort: 80, toPort: 81 },
              { name: 'two', fromPort: 80, toPort: 81 },
            ],
          },
          endpoints: {},
        },
      },
      'spec.securityGroups.ecs.ports has 80-81 twice: AWS keeps one rule for a range, so keep one of the names',
    ],
  ])('%s', (what, spec, message) => {
    const facts = what.includes('slot') ? { zones: [...FACTS.zones, 'us-east-1z'] } : {};
    expect(refused(spec, { facts })).toEqual({ reason: 'InvalidSpec', message });
  });

  it('more zones than the region has', () => {
    const facts = { zones: ['us-east-1a', 'us-east-1b'] };
    expect(refused({ zones: { count: 3 } }, { facts })).toEqual({
      reason: 'InvalidSpec',
      message:
        'spec.zones.count is 3, but this account has only us-east-1a, us-east-1b in the region; lower the count',
    });
  });

  it('a Gateway endpoint that the region does not have', () => {
    const spec = secureVpc({
      tiers: TIERS,
      securityGroups: { ecs: {} },
      endpoints: [{ service: 'dynamodb' }],
    }).spec;
    expect(refused(spec, { facts: { prefixLists: { s3: 'pl-1' } } })).toEqual({
      reason: 'InvalidSpec',
      message:
        'spec.endpoints[dynamodb]: the region has no prefix list of dynamodb, so it has no Gateway endpoint for it: take the endpoint away',
    });
  });

  describe('an endpoint that AWS does not offer', () => {
    const both = ['us-east-1a', 'us-east-1b'];
    const offered = (name: string, types: Record<string, string[]>) => {
      const offers = Object.entries(types).map(([type, zones]) => [type, { name, zones }] as const);
      return [name.split('us-east-1.')[1] ?? '', new Map(offers)] as const;
    };
    const endpointServices = new Map([
      offered('com.amazonaws.us-east-1.ecr.api', { Interface: both }),
      offered('com.amazonaws.us-east-1.ecr.dkr', { Interface: both }),
      offered('cn.com.amazonaws.us-east-1.kms', { Interface: ['us-east-1b', 'us-east-1c'] }),
      offered('com.amazonaws.us-east-1.s3', { Gateway: both, Interface: both }),
    ]);
    const facts = { endpointServices };

    it.each<[string, Spec['endpoints'][number], string]>([
      [
        'a service that has others of its name',
        { service: 'ecr', tier: 'private', privateDns: 'Enabled' },
        'spec.endpoints[ecr].service is ecr, which has no endpoint service com.amazonaws.us-east-1.ecr: write one that there is, for example ecr.api, ecr.dkr',
      ],
      [
        'a service like no other',
        { service: 'frobnicate', tier: 'private', privateDns: 'Enabled' },
        'spec.endpoints[frobnicate].service is frobnicate, which has no endpoint service com.amazonaws.us-east-1.frobnicate: aws ec2 describe-vpc-endpoint-services --region us-east-1 lists those that there are',
      ],
      [
        'a type that the service does not have',
        { service: 'kms', type: 'Gateway', tier: 'private', privateDns: 'Enabled' },
        'spec.endpoints[kms].type is Gateway, but in us-east-1 AWS has for kms only Interface: set type to that, or leave the endpoint out',
      ],
      [
        'a zone that the service does not have',
        { service: 'kms', tier: 'private', privateDns: 'Enabled' },
        'spec.endpoints[kms].tier is private, which has a subnet in us-east-1a, where AWS does not offer kms: take zones among us-east-1b, us-east-1c, or leave the endpoint out',
      ],
    ])('%s', (_what, endpoint, message) => {
      expect(refused({ endpoints: [endpoint] }, { facts })).toEqual({ reason: 'InvalidSpec', message });
    });

    it('what it offers is made, a Gateway endpoint whatever its zones', () => {
      const object = secureVpc({
        zones: { names: ['us-east-1b', 'us-east-1c'] },
        tiers: TIERS,
        securityGroups: { endpoints: {} },
        endpoints: [{ service: 'kms' }, { service: 's3' }],
      });
      const graph = compileSecureVpc(inputFor(object, { facts: { ...FACTS, ...facts } }));
      expect([...graph.nodes.keys()]).toEqual(expect.arrayContaining(['endpoint/kms', 'endpoint/s3']));
      // By the name that AWS has for it.
      expect(graph.nodes.get('endpoint/kms')?.inputs).toMatchObject({
        serviceName: 'cn.com.amazonaws.us-east-1.kms',
      });
    });
  });

  it('a change that would move a subnet that exists', () => {
    const status = { subnets: { private: [{ zone: 'us-east-1a', id: 'subnet-1', cidr: '10.0.32.0/22' }] } };
    expect(refused({ tiers: [tier('private', { subnetPrefixLength: 24 })] }, { status })).toEqual({
      reason: 'ReplacementNeeded',
      message:
        'subnet private-a exists with 10.0.32.0/22 and would become 10.0.32.0/24, which AWS cannot change: take the change of spec.tiers[private] back, or use another tier or zone',
    });
  });
});
