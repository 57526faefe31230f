import { z } from 'zod';
import { listMap, ZoneLetterSchema } from './fields.ts';
import { matches, withRules } from './rule.ts';

const givenAddress = z.strictObject({
  zone: ZoneLetterSchema.describe('Letter of the zone, as `a`.'),
  allocationId: withRules(
    z.string().max(64).describe('Allocation id of the address. Landfall never releases it.'),
    matches(
      '^eipalloc-[0-9a-f]{8,17}$',
      '{self} is not the allocation of an elastic IP: write its id as AWS does, for example eipalloc-0123456789abcdef0',
    ),
  ),
});

/** How private subnets reach the internet. */
export const NatSchema = withRules(
  z
    .strictObject({
      mode: z
        .enum(['None', 'Single', 'PerZone'])
        .default('None')
        .describe(
          'None leaves the private tier without a way to the internet. Single makes one NAT gateway for all zones, in the zone that status.natGateways names: the first, unless `elasticIps` has another, and it stays there when zones are added. PerZone makes one in each zone, with a route table for each private subnet.',
        ),
      elasticIps: listMap(givenAddress, 'zone', 6)
        .default([])
        .describe(
          'Addresses that you have already, by zone, where partners list the addresses that they let in. The other gateways get addresses of their own. One that is to serve another zone is taken away first, and given there when the network is Ready.',
        ),
    })
    .describe(
      'NAT gateways in the public tier, by which the private tier opens connections to the internet; `ecs` may then connect to it on 443.',
    ),
  {
    cel: "self.mode != 'None' || !has(self.elasticIps) || self.elasticIps.size() == 0",
    message:
      'nat.elasticIps are of no use while nat.mode is None: set mode to Single or PerZone, or take them away',
    path: ['elasticIps'],
    check: (self) => self.mode !== 'None' || self.elasticIps.length === 0,
  },
  {
    cel: "self.mode != 'Single' || !has(self.elasticIps) || self.elasticIps.size() <= 1",
    message:
      'nat.mode Single makes one gateway, which takes one address: keep one of nat.elasticIps, or use PerZone',
    path: ['elasticIps'],
    check: (self) => self.mode !== 'Single' || self.elasticIps.length <= 1,
  },
  {
    cel: '!has(self.elasticIps) || self.elasticIps.all(a, self.elasticIps.exists_one(b, b.allocationId == a.allocationId))',
    message: '{allocation} is given for two zones in nat.elasticIps: an address serves one gateway',
    path: ['elasticIps'],
    check: (self) => twin(self.elasticIps) === undefined,
    show: {
      allocation: {
        cel: 'self.elasticIps.filter(a, !self.elasticIps.exists_one(b, b.allocationId == a.allocationId))[0].allocationId',
        of: (self) => twin(self.elasticIps) ?? '',
      },
    },
  },
);
export type Nat = z.output<typeof NatSchema>;

function twin(addresses: readonly { readonly allocationId: string }[]): string | undefined {
  const ids = addresses.map(({ allocationId }) => allocationId);
  return ids.find((id, index) => ids.indexOf(id) !== index);
}
