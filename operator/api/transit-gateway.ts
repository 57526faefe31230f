import { z } from 'zod';
import { TIER_NAMES } from './endpoints.ts';
import { anyIpv4Cidr, listMap, onOff, setOf } from './fields.ts';
import { matches, withRules } from './rule.ts';

const route = z.strictObject({
  destination: anyIpv4Cidr().describe('Block that is reached by the transit gateway, outside the VPC.'),
  tiers: setOf(z.enum(TIER_NAMES), 3)
    .min(1)
    .optional()
    .describe(
      'Tiers whose route tables get the route. The default is every tier but public, or public where it is the only one.',
    ),
});

/** The place of the network on a transit gateway that somebody else runs, and what it reaches there. */
export const TransitGatewaySchema = z
  .strictObject({
    id: withRules(
      z
        .string()
        .max(21)
        .describe(
          'Id of the transit gateway, in this account or shared with it. With another id the VPC is attached to the other one before it leaves the former.',
        ),
      matches(
        '^tgw-([0-9a-f]{8}|[0-9a-f]{17})$',
        '{self} is not the id of a transit gateway: write it as AWS does, for example tgw-0123456789abcdef0',
      ),
    ),
    tier: z
      .enum(TIER_NAMES)
      .default('private')
      .describe(
        "Tier whose subnets hold the gateway's interfaces, one in each zone. Traffic reaches instances in these zones only.",
      ),
    routes: listMap(route, 'destination', 40).default([]).describe('What is reached by it.'),
    dnsSupport: onOff
      .default('Enabled')
      .describe(
        'Whether public names of instances in the other networks resolve to their private addresses.',
      ),
    applianceMode: onOff
      .default('Disabled')
      .describe('Whether both directions of a connection stay in one zone, as stateful appliances need it.'),
  })
  .describe('Attachment to a transit gateway that is there already, and the routes to it.');
