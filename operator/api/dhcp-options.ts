import { z } from 'zod';
import { parseIpv4Cidr } from './cidr.ts';
import { matches, withRules } from './rule.ts';

/** AWS's own name servers, as a set of DHCP options names them. */
export const AMAZON_DNS = 'AmazonProvidedDNS';

/** What `parseIpv4Cidr` takes for a single address. */
const isIpv4 = (text: string) => parseIpv4Cidr(`${text}/32`) !== undefined;
const IS_IPV4 = 'isIP(self) && ip(self).family() == 4';

/** As long as a name may be, so that one is refused as what it is and not for its length. */
const NAME_MAX = 253;

const address = (what: string, example: string) =>
  withRules(z.string().max(NAME_MAX), {
    cel: IS_IPV4,
    message: `{self} is not the IPv4 address of ${what}: write it as numbers, for example ${example}`,
    check: isIpv4,
  });

const nameServer = withRules(z.string().max(NAME_MAX), {
  cel: `self == '${AMAZON_DNS}' || (${IS_IPV4})`,
  message: `{self} is no name server: write ${AMAZON_DNS}, or an IPv4 address such as 10.0.0.2`,
  check: (self) => self === AMAZON_DNS || isIpv4(self),
});

/** Up to four of them, each once, in an order that counts. */
function ordered<S extends z.ZodType<string>>(item: S) {
  const list = z.array(item).min(1).max(4).meta({ 'x-kubernetes-list-type': 'atomic' });
  return withRules(list, {
    cel: 'self.all(one, self.exists_one(other, other == one))',
    message: '{server} is listed twice: list each server once',
    check: (self) => twice(self) === undefined,
    show: {
      server: {
        cel: 'self.filter(one, !self.exists_one(other, other == one))[0]',
        of: (self) => twice(self) ?? '',
      },
    },
  });
}

function twice(servers: readonly string[]): string | undefined {
  return servers.find((server, index) => servers.indexOf(server) !== index);
}

const nameServers = withRules(ordered(nameServer), {
  cel: `!self.exists(server, server == '${AMAZON_DNS}') || self.size() == 1`,
  message: `${AMAZON_DNS} stands beside other name servers, and AWS takes it alone: keep it, or the addresses`,
  check: (self) => !self.includes(AMAZON_DNS) || self.length === 1,
});

const OWN = [
  'domainName',
  'domainNameServers',
  'ntpServers',
  'netbiosNameServers',
  'netbiosNodeType',
] as const;
const OWN_GIVEN = `[${OWN.map((field) => `has(self.${field})`).join(', ')}].exists(given, given)`;

/** What instances of a network learn by DHCP: a set of its own, or one that is there already. */
export const DhcpOptionsSchema = withRules(
  z
    .strictObject({
      id: withRules(
        z
          .string()
          .max(22)
          .describe(
            'Id of a set that is there already, another team’s for example. Landfall neither changes nor deletes it. Without any other field.',
          ),
        matches(
          '^dopt-([0-9a-f]{8}|[0-9a-f]{17})$',
          '{self} is not the id of a set of DHCP options: write it as AWS does, for example dopt-0123456789abcdef0',
        ),
      ).optional(),
      domainName: withRules(
        z
          .string()
          .max(NAME_MAX)
          .describe('Domain by which instances complete short names, as `corp.example.com`.'),
        matches(
          '^[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?([.][A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?)*$',
          '{self} is not a domain name: write one, for example corp.example.com; several are one to Windows',
        ),
      ).optional(),
      domainNameServers: nameServers
        .optional()
        .describe(
          `Name servers in the order in which they are asked: up to four IPv4 addresses, or ${AMAZON_DNS}. The default is ${AMAZON_DNS}; a set without the option would leave instances without name servers.`,
        ),
      ntpServers: ordered(address('a time server', '10.0.0.4'))
        .optional()
        .describe(
          'Time servers in their order, up to four IPv4 addresses. Without it instances know those of their image; Amazon Time Sync answers at 169.254.169.123 in any case.',
        ),
      netbiosNameServers: ordered(address('a NetBIOS name server', '10.0.0.5'))
        .optional()
        .describe('NetBIOS name servers in their order, up to four IPv4 addresses.'),
      netbiosNodeType: z
        .literal([1, 2, 4, 8])
        .meta({ type: 'integer' })
        .optional()
        .describe(
          'NetBIOS node type of RFC 2132. AWS advises 2: its networks have neither broadcast nor multicast.',
        ),
    })
    .describe(
      'What instances learn by DHCP. Without it the VPC has the set that AWS keeps for the region. AWS changes no set, so another one takes its place; instances learn of it when they renew their lease, within hours.',
    ),
  {
    cel: `!has(self.id) || !${OWN_GIVEN}`,
    message:
      'dhcpOptions.id {self.id} names a set that is there already, which Landfall does not change: take away the id, or the other fields',
    path: ['id'],
    check: (self) => self.id === undefined || !saysOwn(self),
  },
  {
    cel: `has(self.id) || ${OWN_GIVEN}`,
    message:
      'dhcpOptions says nothing: give the id of a set or an option, or leave dhcpOptions out to have the set of AWS',
    check: (self) => self.id !== undefined || saysOwn(self),
  },
);
export type DhcpOptions = z.output<typeof DhcpOptionsSchema>;

function saysOwn(options: { readonly [field in (typeof OWN)[number]]?: unknown }): boolean {
  return OWN.some((field) => options[field] !== undefined);
}
