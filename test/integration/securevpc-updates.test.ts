import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../k8s-local/aws/admin-client.ts';
import { deedsOfCall } from '../support/deeds.ts';
import { mtu, noMail, portal } from '../support/manifests.ts';
import { conditionOf, idsOf, type Manifest, World } from '../support/world.ts';

let world: World;
let empty: string;
let now: Manifest;

const network = portal.network;
const { spec } = network;

beforeAll(async () => {
  world = await World.start();
  await world.claim();
  empty = await world.aws.dump();
  world.operator({ env: { LANDFALL_FAST_LANE_SECONDS: '0.3', LANDFALL_SLOW_LANE_SECONDS: '0.3' } });
  await world.apply([portal.namespace, portal.account]);
  await world.apply([network]);
  now = await world.ready(network);
});
afterAll(() => world?.stop());

interface Update {
  readonly what: string;
  readonly spec: object;
  /** Write actions that are expected, each once or more; nothing else may be written. */
  readonly writes: readonly string[];
  /** All that is written, in the words of `deeds.ts` with nodes for ids, where it is told in full. */
  readonly deeds?: readonly string[];
  /** Nodes whose things are made anew or go; everything else keeps its id. */
  readonly changed?: readonly RegExp[];
}

const tiers = (change: (tier: { name: string }) => object | undefined) =>
  spec.tiers.flatMap((tier) => change({ name: tier.name }) ?? []);
const groups = (change: object) => ({ ...spec.securityGroups, ...change });
const endpoint = (service: string, more: object = {}) => ({ service, ...more });
const services = spec.endpoints.map(({ service }) => service);
const RULES = [
  'AuthorizeSecurityGroupIngress',
  'AuthorizeSecurityGroupEgress',
  'RevokeSecurityGroupIngress',
  'RevokeSecurityGroupEgress',
];
const ENTRIES = ['CreateNetworkAclEntry', 'DeleteNetworkAclEntry'];

// Ports that no answers go to: those would be covered by the entries for them.
const api = { name: 'api', direction: 'Ingress', fromPort: 82, cidr: '10.11.0.0/16' };
const gossip = { name: 'gossip', direction: 'Ingress', protocol: 'udp', fromPort: 500, group: 'ecs' };
const withAcl = (...networkAclRules: object[]) =>
  tiers(({ name }) => ({ name, ...(name === 'private' && { networkAclRules }) }));

/** What calls say, with nodes for ids, and without the numbers that come from hashes. */
function deedsIn(calls: readonly LedgerEntry[], object: Manifest): string[] {
  const nodes = Object.entries(idsOf(object));
  const named = (deed: string) => nodes.reduce((text, [node, id]) => text.replaceAll(id, node), deed);
  return calls
    .flatMap((call) => deedsOfCall(call, { associated: (id) => id, idOf: () => 'what is made' }))
    .map((deed) => named(deed).replace(/gress (\d{5})\]/, 'gress N]'))
    .sort();
}

/** Each starts where the one before ended; fields that an update does not name stay. */
const updates: readonly Update[] = [
  {
    what: 'an endpoint gets a policy',
    spec: {
      endpoints: spec.endpoints.map((wanted) => ({
        ...wanted,
        ...(wanted.service === 's3' && {
          policy: {
            statements: [{ name: 'read', actions: ['s3:GetObject'], resources: ['arn:aws:s3:::*'] }],
          },
        }),
      })),
    },
    writes: ['ModifyVpcEndpoint'],
  },
  {
    what: 'the policy of an endpoint is taken away',
    spec: { endpoints: spec.endpoints },
    writes: ['ModifyVpcEndpoint'],
  },
  { what: 'a tag is added', spec: { tags: { team: 'a' } }, writes: ['CreateTags', 'TagRole', 'TagResource'] },
  {
    what: 'a tag is changed',
    spec: { tags: { team: 'b' } },
    writes: ['CreateTags', 'TagRole', 'TagResource'],
  },
  {
    what: 'a tag is taken away',
    spec: { tags: { team: null } },
    writes: ['DeleteTags', 'UntagRole', 'UntagResource'],
  },
  {
    what: 'the environment, a tag too, is changed',
    spec: { environment: 'staging' },
    writes: ['CreateTags', 'TagRole', 'TagResource'],
  },
  {
    what: 'endpoints lose private DNS',
    spec: {
      endpoints: services.map((service) =>
        endpoint(service, service === 's3' ? {} : { privateDns: 'Disabled' }),
      ),
    },
    writes: ['ModifyVpcEndpoint'],
  },
  {
    what: 'DNS is switched off',
    spec: { dns: { support: 'Disabled', hostnames: 'Disabled' } },
    writes: ['ModifyVpcAttribute'],
  },
  {
    what: 'DNS is switched on',
    spec: { dns: { support: 'Enabled', hostnames: 'Enabled' } },
    writes: ['ModifyVpcAttribute'],
  },
  {
    what: 'endpoints get private DNS',
    spec: { endpoints: services.map((service) => endpoint(service)) },
    writes: ['ModifyVpcEndpoint'],
  },
  {
    what: 'an endpoint is taken away',
    spec: { endpoints: services.filter((service) => service !== 'kms').map((service) => endpoint(service)) },
    writes: ['DeleteVpcEndpoints'],
    changed: [/^endpoint\/kms$/],
  },
  {
    what: 'an endpoint is added',
    spec: { endpoints: services.map((service) => endpoint(service)) },
    writes: ['CreateVpcEndpoint'],
    changed: [/^endpoint\/kms$/],
  },
  {
    what: 'a third zone',
    spec: { zones: { count: 3 } },
    writes: ['CreateSubnet', 'AssociateRouteTable', 'ReplaceNetworkAclAssociation', 'ModifyVpcEndpoint'],
    changed: [/^subnet\/.*-c$/],
  },
  {
    what: 'a tier without a network ACL',
    spec: { tiers: tiers(({ name }) => ({ name, networkAcl: name === 'data' ? 'None' : 'Strict' })) },
    writes: ['ReplaceNetworkAclAssociation', 'DeleteNetworkAcl'],
    changed: [/^network-acl\/data$/],
  },
  {
    what: 'a tier with a network ACL again',
    spec: { tiers: tiers(({ name }) => ({ name })) },
    writes: ['CreateNetworkAcl', 'CreateNetworkAclEntry', 'ReplaceNetworkAclAssociation'],
    changed: [/^network-acl\/data$/],
  },
  {
    what: 'a tier is taken away',
    spec: { tiers: tiers(({ name }) => (name === 'data' ? undefined : { name })) },
    writes: [
      'ModifyVpcEndpoint',
      'DeleteSubnet',
      'DeleteRouteTable',
      'DisassociateRouteTable',
      'DeleteNetworkAcl',
      ...ENTRIES,
    ],
    changed: [/\/data(-.)?$/],
  },
  {
    what: 'a tier is added',
    spec: { tiers: tiers(({ name }) => ({ name })) },
    writes: [
      'ModifyVpcEndpoint',
      'CreateSubnet',
      'CreateRouteTable',
      'AssociateRouteTable',
      'CreateNetworkAcl',
      'ReplaceNetworkAclAssociation',
      ...ENTRIES,
    ],
    changed: [/\/data(-.)?$/],
  },
  {
    what: 'ports and CIDRs of the alb group',
    spec: {
      securityGroups: groups({
        alb: { ingress: { cidrs: ['198.51.100.0/24'], ports: [{ name: 'https', port: 443 }] } },
      }),
    },
    writes: ['AuthorizeSecurityGroupIngress', 'RevokeSecurityGroupIngress', ...ENTRIES],
  },
  {
    what: 'ports of the ecs group',
    spec: { securityGroups: groups({ ecs: { ports: [{ name: 'app', fromPort: 8080, toPort: 8090 }] } }) },
    writes: [...RULES, ...ENTRIES],
  },
  {
    what: 'ports of the data group',
    spec: {
      securityGroups: groups({
        data: {
          ports: [
            { name: 'postgres', port: 5432 },
            { name: 'redis', port: 6379 },
          ],
        },
      }),
    },
    writes: [...RULES, ...ENTRIES],
  },
  {
    what: 'the name of a port, which is in the description of its rules',
    spec: {
      securityGroups: groups({
        data: {
          ports: [
            { name: 'pg', port: 5432 },
            { name: 'redis', port: 6379 },
          ],
        },
      }),
    },
    writes: ['UpdateSecurityGroupRuleDescriptionsIngress', 'UpdateSecurityGroupRuleDescriptionsEgress'],
  },
  {
    what: 'CIDRs and port of the bastion group',
    spec: { securityGroups: groups({ bastion: { adminCidrs: ['198.51.100.0/25'], port: 2222 } }) },
    writes: [...RULES, ...ENTRIES],
  },
  {
    what: 'a group is taken away',
    spec: { securityGroups: groups({ bastion: null }) },
    writes: ['DeleteSecurityGroup', ...RULES, ...ENTRIES],
    changed: [/^security-group\/bastion$/],
  },
  {
    what: 'a group is added',
    spec: { securityGroups: groups({}) },
    writes: ['CreateSecurityGroup', ...RULES, ...ENTRIES],
    changed: [/^security-group\/bastion$/],
  },
  {
    what: 'rules of a group’s own',
    spec: { securityGroups: groups({ ecs: { rules: [api, gossip] } }) },
    writes: [...RULES, ...ENTRIES],
    deeds: [
      'network-acl/private entries[egress N] = "allow udp 1024-65535 10.0.0.0/16"',
      'network-acl/private entries[egress N] = "allow udp 500-500 10.0.0.0/16"',
      'network-acl/private entries[egress N] = "allow tcp 1024-65535 10.11.0.0/16"',
      'network-acl/private entries[ingress N] = "allow tcp 82-82 10.11.0.0/16"',
      'network-acl/private entries[ingress N] = "allow udp 1024-65535 10.0.0.0/16"',
      'network-acl/private entries[ingress N] = "allow udp 500-500 10.0.0.0/16"',
      'security-group/ecs egress[udp 500 security-group/ecs] = "gossip to ecs"',
      'security-group/ecs ingress[tcp 82 10.11.0.0/16] = "api from outside"',
      'security-group/ecs ingress[udp 500 security-group/ecs] = "gossip from ecs"',
    ],
  },
  {
    what: 'another port and another name of own rules: each by itself',
    spec: {
      securityGroups: groups({
        ecs: {
          rules: [
            { ...gossip, name: 'members' },
            { ...api, fromPort: 83 },
          ],
        },
      }),
    },
    writes: [
      ...RULES,
      ...ENTRIES,
      'UpdateSecurityGroupRuleDescriptionsIngress',
      'UpdateSecurityGroupRuleDescriptionsEgress',
    ],
    deeds: [
      'network-acl/private entries[ingress N] = "allow tcp 83-83 10.11.0.0/16"',
      'network-acl/private entries[ingress N] gone',
      'security-group/ecs egress[udp 500 security-group/ecs].description = "members to ecs"',
      'security-group/ecs ingress[tcp 82 10.11.0.0/16] gone',
      'security-group/ecs ingress[tcp 83 10.11.0.0/16] = "api from outside"',
      'security-group/ecs ingress[udp 500 security-group/ecs].description = "members from ecs"',
    ],
  },
  {
    what: 'one own rule less',
    spec: { securityGroups: groups({ ecs: { rules: [{ ...gossip, name: 'members' }] } }) },
    writes: ['RevokeSecurityGroupIngress', 'DeleteNetworkAclEntry'],
    deeds: [
      'network-acl/private entries[egress N] gone',
      'network-acl/private entries[ingress N] gone',
      'security-group/ecs ingress[tcp 83 10.11.0.0/16] gone',
    ],
  },
  {
    what: 'no own rules',
    spec: { securityGroups: groups({ ecs: { rules: null } }) },
    writes: ['RevokeSecurityGroupIngress', 'RevokeSecurityGroupEgress', 'DeleteNetworkAclEntry'],
  },
  {
    what: 'own rules of a network ACL',
    spec: { tiers: withAcl(noMail, mtu) },
    writes: ['CreateNetworkAclEntry'],
    deeds: [
      'network-acl/private entries[egress 100] = "deny tcp 25-25 0.0.0.0/0"',
      'network-acl/private entries[ingress 200] = "allow icmp type 3 code 4 10.0.0.0/8"',
    ],
  },
  {
    what: 'an own rule of a network ACL, changed in place',
    spec: { tiers: withAcl(mtu, { ...noMail, cidr: '198.51.100.0/24' }) },
    writes: ['ReplaceNetworkAclEntry'],
    deeds: ['network-acl/private entries[egress 100] = "deny tcp 25-25 198.51.100.0/24"'],
  },
  {
    what: 'another number of one, and another name of the other, which AWS does not keep',
    spec: {
      tiers: withAcl({ ...noMail, name: 'mail', cidr: '198.51.100.0/24' }, { ...mtu, ruleNumber: 300 }),
    },
    writes: ENTRIES,
    deeds: [
      'network-acl/private entries[ingress 200] gone',
      'network-acl/private entries[ingress 300] = "allow icmp type 3 code 4 10.0.0.0/8"',
    ],
  },
  {
    what: 'no own rules of network ACLs',
    spec: { tiers: withAcl() },
    writes: ['DeleteNetworkAclEntry'],
    deeds: ['network-acl/private entries[egress 100] gone', 'network-acl/private entries[ingress 300] gone'],
  },
  {
    what: 'a set of DHCP options',
    spec: { dhcpOptions: { domainName: 'corp.example.com' } },
    writes: ['CreateDhcpOptions', 'AssociateDhcpOptions'],
    changed: [/^dhcp-options$/],
  },
  {
    what: 'other name servers: the VPC moves to a new set before the old one goes',
    spec: { dhcpOptions: { domainNameServers: ['10.0.0.2', '192.0.2.53'] } },
    writes: ['CreateDhcpOptions', 'AssociateDhcpOptions', 'DeleteDhcpOptions'],
    changed: [/^dhcp-options$/],
  },
  {
    what: 'no DHCP options: the VPC goes back to the set of AWS',
    spec: { dhcpOptions: null },
    writes: ['AssociateDhcpOptions', 'DeleteDhcpOptions'],
    changed: [/^dhcp-options$/],
  },
  {
    what: 'the retention of the flow logs',
    spec: { flowLogs: { retentionDays: 30 } },
    writes: ['PutRetentionPolicy'],
  },
  {
    what: 'the traffic that is recorded: a new flow log before the old one goes',
    spec: { flowLogs: { trafficType: 'REJECT' } },
    writes: ['CreateFlowLogs', 'DeleteFlowLogs'],
    changed: [/^flow-log$/],
  },
  {
    what: 'the aggregation interval: a new flow log',
    spec: { flowLogs: { maxAggregationIntervalSeconds: 60 } },
    writes: ['CreateFlowLogs', 'DeleteFlowLogs'],
    changed: [/^flow-log$/],
  },
  {
    what: 'no flow logs',
    spec: { flowLogs: { destination: 'None' } },
    writes: ['DeleteFlowLogs', 'DeleteLogGroup', 'DeleteRolePolicy', 'DeleteRole'],
    changed: [/flow-log/],
  },
  {
    what: 'flow logs again',
    spec: { flowLogs: { destination: 'CloudWatchLogs' } },
    writes: ['CreateFlowLogs', 'CreateLogGroup', 'PutRetentionPolicy', 'CreateRole', 'PutRolePolicy'],
    changed: [/flow-log/],
  },
];

describe('each update in place writes only what changed', () => {
  it.each(updates)('$what', async ({ spec: change, writes, deeds, changed = [] }) => {
    const before = now;
    const mark = await world.mark();
    await world.edit(network, change);
    now = await world.ready(network);
    expect(now.metadata.generation).toBeGreaterThan(before.metadata.generation ?? 0);
    expect(conditionOf(now, 'Drifted'), 'an edit is no drift').toBeUndefined();
    const made = await world.writes(mark);
    expect(made.length).toBeGreaterThan(0);
    expect(made.map(({ action }) => action).filter((action) => !writes.includes(action ?? ''))).toEqual([]);
    if (deeds) expect(deedsIn(made, now)).toEqual([...deeds].sort());
    const expected = (ids: Record<string, string>) =>
      Object.fromEntries(
        Object.entries(ids).filter(([node]) => !changed.some((pattern) => pattern.test(node))),
      );
    expect(expected(idsOf(now))).toEqual(expected(idsOf(before)));
    for (const pattern of changed) {
      const ids = (object: Manifest) => Object.entries(idsOf(object)).filter(([node]) => pattern.test(node));
      expect(ids(now)).not.toEqual(ids(before));
    }
    await world.refreshes(1);
    const after = await world.mark();
    await world.refreshes(2);
    expect(
      (await world.writes(after)).map(({ action }) => action),
      'it stays so',
    ).toEqual([]);
  });

  it('and then everything goes', async () => {
    await world.remove(network);
    expect((await world.aws.dump()) === empty, 'AWS is as before').toBe(true);
  });
});
