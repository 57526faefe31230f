import { z } from 'zod';
import { parseIpv4Cidr } from './cidr.ts';
import { PortSchema } from './fields.ts';
import type { Rule } from './rule.ts';

/** A block with fewer bits than this is taken for everybody: nobody's own network is larger than 10.0.0.0/8. */
const NETWORK_BITS = 8;

/** Which way the connection goes. */
export const direction = z
  .enum(['Ingress', 'Egress'])
  .describe('Ingress is for what comes in, Egress for what goes out.');
const number255 = z.int().min(0).max(255).optional();
/** What a packet is, besides where it comes from or goes to. */
export const traffic = {
  protocol: z
    .enum(['tcp', 'udp', 'icmp', 'all'])
    .default('tcp')
    .describe('The protocol; all has neither ports nor types.'),
  fromPort: PortSchema.optional().describe('First port; tcp and udp need it, the others have none.'),
  toPort: PortSchema.optional().describe('Last port. The default is `fromPort`.'),
  icmpType: number255.describe('Type of icmp, as 8 for echo requests. The default is every type.'),
  icmpCode: number255.describe('Code of the type. The default is every code.'),
};
/** Says that a rule which lets everybody in is meant to. */
export const exposure = z
  .enum(['Internet'])
  .optional()
  .describe(
    'Says that everybody is meant: a rule that lets in a block larger than /8 needs it, and no other may have it.',
  );

/** The part of a rule that the rules about it look at. */
export interface Traffic {
  direction: string;
  protocol?: string | undefined;
  fromPort?: number | undefined;
  toPort?: number | undefined;
  icmpType?: number | undefined;
  icmpCode?: number | undefined;
  cidr?: string | undefined;
}

const hasPorts = (self: Traffic) => ['tcp', 'udp'].includes(self.protocol ?? 'tcp');

/** What AWS takes of ports and types with each protocol. */
export const trafficRules: readonly Rule<Traffic>[] = [
  {
    cel: "((has(self.protocol) ? self.protocol : 'tcp') in ['tcp', 'udp']) == has(self.fromPort)",
    message: 'rule {self.name}: tcp and udp need fromPort, icmp and all have no ports',
    path: ['fromPort'],
    check: (self) => hasPorts(self) === (self.fromPort !== undefined),
  },
  {
    cel: '!has(self.toPort) || (has(self.fromPort) && self.fromPort <= self.toPort)',
    message: 'rule {self.name}: toPort is less than fromPort, or without it: give both, the lower one first',
    path: ['toPort'],
    check: ({ fromPort, toPort }) => toPort === undefined || (fromPort !== undefined && fromPort <= toPort),
  },
  {
    cel: "!(has(self.icmpType) || has(self.icmpCode)) || (has(self.protocol) && self.protocol == 'icmp' && has(self.icmpType))",
    message:
      'rule {self.name}: icmpType and icmpCode are for protocol icmp, and a code goes with its type: set protocol to icmp and give the type, or leave them out',
    path: ['icmpType'],
    check: ({ protocol, icmpType, icmpCode }) =>
      (icmpType === undefined && icmpCode === undefined) || (protocol === 'icmp' && icmpType !== undefined),
  },
];

/** Whether a block is so large that it means everybody. */
export function isEverybody(cidr: string | undefined): boolean {
  const prefix = cidr === undefined ? undefined : parseIpv4Cidr(cidr)?.prefix;
  return prefix !== undefined && prefix < NETWORK_BITS;
}
/** The same in CEL, of the field `cidr`. */
export const EVERYBODY = `has(self.cidr) && isCIDR(self.cidr) && cidr(self.cidr).prefixLength() < ${NETWORK_BITS}`;

/** Whether a rule lets everybody in. */
export function isForEverybody(self: Traffic): boolean {
  return self.direction === 'Ingress' && isEverybody(self.cidr);
}
/** The same in CEL. */
export const FOR_EVERYBODY = `self.direction == 'Ingress' && ${EVERYBODY}`;

/** A rule that may say that everybody is meant. */
export interface Exposed {
  name: string;
  cidr?: string | undefined;
  exposure?: string | undefined;
}

/** `open` tells in both languages which rules let everybody in. */
export function exposureRules<T extends Exposed>(open: {
  cel: string;
  check: (self: T) => boolean;
}): readonly Rule<T>[] {
  return [
    {
      cel: `!(${open.cel}) || has(self.exposure)`,
      message:
        'rule {self.name} would let everybody in, from {self.cidr}: list the networks that may come in, or, where everybody may, say so with exposure: Internet',
      path: ['cidr'],
      check: (self) => !open.check(self) || self.exposure !== undefined,
    },
    {
      cel: `!has(self.exposure) || (${open.cel})`,
      message:
        'rule {self.name} has exposure: Internet and does not let everybody in: take it away, so that nobody opens the rule later without a word',
      path: ['exposure'],
      check: (self) => self.exposure === undefined || open.check(self),
    },
  ];
}
