import { z } from 'zod';
import { approvalStatus, commonSpec, commonStatus, objectSchema, targetStatus } from './common.ts';
import { networkCidr, listMap, onOff, retentionDays, setOf, ZoneLetterSchema } from './fields.ts';
import { DhcpOptionsSchema } from './dhcp-options.ts';
import { EndpointsSchema, TIER_NAMES } from './endpoints.ts';
import { NatSchema } from './nat.ts';
import { allowReferencesFrom } from './references.ts';
import { AclRulesSchema, tierAclRules } from './acl-rules.ts';
import { immutable, matches, withRules } from './rule.ts';
import {
  blockRules,
  endpointRules,
  natRules,
  tierRules,
  transitGatewayRules,
  zoneRules,
} from './secure-vpc-rules.ts';
import { SecurityGroupsSchema } from './security-groups.ts';
import { TransitGatewaySchema } from './transit-gateway.ts';

const dns = withRules(
  z
    .strictObject({
      support: onOff.default('Enabled').describe('Whether AWS answers name queries in the VPC.'),
      hostnames: onOff.default('Enabled').describe('Whether instances get names.'),
    })
    .describe('Name resolution in the VPC.'),
  {
    cel: "self.hostnames == 'Disabled' || self.support == 'Enabled'",
    message:
      'dns.hostnames is Enabled while dns.support is Disabled, which AWS refuses: enable support, or disable both',
    check: (self) => self.hostnames === 'Disabled' || self.support === 'Enabled',
  },
);

const zones = withRules(
  z
    .strictObject({
      count: z
        .int()
        .min(1)
        .max(6)
        .optional()
        .describe(
          'How many zones: the first of the region that are open to the account. The choice is kept in status.zones. It may grow.',
        ),
      names: setOf(
        withRules(
          z.string().max(34),
          matches(
            '^[a-z]{2}(-[a-z]+)+-[0-9]+[a-z]$',
            '{self} is not a zone: write its name as AWS does, for example us-east-1a',
          ),
        ),
        6,
      )
        .min(1)
        .optional()
        .describe('The zones by name.'),
    })
    .describe('Availability zones, by number or by name.'),
  {
    cel: '[has(self.count), has(self.names)].exists_one(given, given)',
    message: 'zones needs exactly one of count and names: give one and leave the other out',
    check: (self) => (self.count === undefined) !== (self.names === undefined),
  },
  {
    cel: '!has(self.count) || !has(oldSelf.count) || self.count >= oldSelf.count',
    message:
      'zones.count cannot go down from {oldSelf.count} to {self.count}, since it would not say which subnets to delete: list the zones to keep in zones.names',
    transition: true,
  },
  {
    cel: '!has(self.count) || has(oldSelf.count)',
    message: 'zones.names cannot become zones.count, which might choose other zones: keep the names',
    transition: true,
  },
);

const givenSubnet = z.strictObject({
  zone: ZoneLetterSchema.describe('Letter of the zone, as `a`.'),
  cidr: withRules(
    networkCidr().describe('Block of the subnet. It cannot change later.'),
    immutable('the cidr of a subnet', 'AWS cannot resize a subnet; use another tier or zone'),
  ),
});

const tierFields = z.strictObject({
  name: z
    .enum(TIER_NAMES)
    .describe('public has a route to the internet; private has one only by `nat`; data has none.'),
  subnetPrefixLength: z
    .int()
    .min(16)
    .max(28)
    .optional()
    .describe(
      'Prefix length of the computed subnets of this tier. The default, which is also the largest subnet, is the prefix length of the VPC plus 6.',
    ),
  subnets: listMap(givenSubnet, 'zone', 6)
    .default([])
    .describe('Subnets whose block you choose, by zone; those of the other zones are computed.'),
  networkAcl: z
    .enum(['Strict', 'None'])
    .default('Strict')
    .describe(
      'Strict gives the tier a network ACL with just what its security groups need; None leaves it on the ACL of the VPC.',
    ),
  networkAclRules: AclRulesSchema.default([]),
});
const tier = withRules(tierFields, ...tierAclRules);

const flowLogs = z
  .strictObject({
    destination: z
      .enum(['CloudWatchLogs', 'None'])
      .default('CloudWatchLogs')
      .describe('Where the records go. None makes no flow log.'),
    retentionDays: retentionDays(14),
    trafficType: z.enum(['ALL', 'ACCEPT', 'REJECT']).default('ALL').describe('Which traffic is recorded.'),
    maxAggregationIntervalSeconds: z
      .literal([60, 600])
      .default(600)
      .meta({ type: 'integer' })
      .describe('Seconds of traffic that one record may sum up.'),
  })
  .describe('Flow logs of the VPC. They are on unless `destination` is None.');

const spec = withRules(
  z
    .strictObject({
      ...commonSpec,
      cidr: withRules(
        networkCidr().describe('Block of the VPC, from /16 to /28. It cannot change later.'),
        immutable('cidr', 'make a new SecureVpc with the other block and move over'),
      ),
      secondaryCidrs: setOf(networkCidr(), 8)
        .default([])
        .describe(
          'Further blocks of the VPC, from /16 to /28, in which `tiers[].subnets` may be given theirs. Computed subnets stay in `cidr`. AWS allows 5 blocks in all unless the quota is raised.',
        ),
      zones,
      dns: dns.prefault({ support: 'Enabled', hostnames: 'Enabled' }),
      dhcpOptions: DhcpOptionsSchema.optional(),
      tiers: listMap(tier, 'name', 3)
        .min(1)
        .describe(
          'Tiers of subnets: each has a subnet in every zone and one route table; private has one a zone with `nat.mode` PerZone.',
        ),
      nat: NatSchema.prefault({}),
      securityGroups: SecurityGroupsSchema.prefault({}),
      endpoints: EndpointsSchema.default([]),
      transitGateway: TransitGatewaySchema.optional(),
      flowLogs: flowLogs.prefault({}),
      allowReferencesFrom,
    })
    .describe('The network that is wanted.'),
  ...blockRules,
  ...zoneRules,
  ...tierRules,
  ...endpointRules,
  ...natRules,
  ...transitGatewayRules,
);
export type SecureVpcSpec = z.output<typeof spec>;
export type Tier = SecureVpcSpec['tiers'][number];

const id = (what: string) => z.string().max(64).describe(what);
const ids = (description: string) =>
  z.record(z.string(), z.string().max(64)).optional().describe(description);

const status = z
  .object({
    ...commonStatus,
    ...targetStatus,
    ...approvalStatus,
    zones: setOf(z.string().max(34), 6).optional().describe('The zones in use; chosen once.'),
    vpcId: id('Id of the VPC.').optional(),
    secondaryCidrs: listMap(
      z.object({
        cidr: z.string().max(18).describe('The block.'),
        state: z
          .string()
          .max(32)
          .describe(
            'How far it is, in AWS’s word: associating, associated, failing, failed or disassociating.',
          ),
      }),
      'cidr',
      50,
    )
      .optional()
      .describe('Further blocks of the VPC.'),
    subnets: z
      .record(
        z.string(),
        listMap(
          z.object({
            zone: z.string().max(34).describe('Name of the zone.'),
            id: id('Id of the subnet.'),
            cidr: z.string().max(18).describe('Block of the subnet.'),
          }),
          'zone',
          6,
        ),
      )
      .optional()
      .describe('Subnets by tier.'),
    securityGroups: ids('Ids of the security groups, by name.'),
    routeTables: ids(
      'Ids of the route tables, by tier; those of a private tier with a NAT gateway in each zone by tier and zone, as `private-a`.',
    ),
    natGateways: listMap(
      z.object({
        zone: z.string().max(34).describe('Name of the zone.'),
        id: id('Id of the NAT gateway.').optional(),
        publicIp: z
          .string()
          .max(15)
          .optional()
          .describe('Address from which its connections come: what partners let in.'),
      }),
      'zone',
      6,
    )
      .optional()
      .describe('NAT gateways by zone.'),
    endpoints: ids('Ids of the VPC endpoints, by service.'),
    dhcpOptionsId: id('Id of the set of DHCP options that was made for the VPC.').optional(),
    transitGatewayAttachmentId: id('Id of the attachment to the transit gateway.').optional(),
  })
  .describe('What the operator did and found; only the operator writes it.');
export type SecureVpcStatus = z.output<typeof status>;

/** A network in one region of one account: VPC, subnets, routes, ACLs, security groups, endpoints, flow logs. */
export const SecureVpcSchema = objectSchema('SecureVpc', spec, status.prefault({}));
export type SecureVpc = z.output<typeof SecureVpcSchema>;
