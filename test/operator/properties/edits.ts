import * as fc from 'fast-check';
import { letsEverybodyIn, type AclRuleLike, type GroupRuleLike } from './own-rules.ts';
import {
  BLOCKS,
  FAR,
  GATEWAY_IDS,
  GATEWAYS,
  INTERFACES,
  isInterface,
  LETTERS,
  lettersOf,
  NAME_SERVERS,
  RETENTIONS,
  specs,
  TIERS,
  type EndpointLike,
  type GroupsLike,
  type OnOff,
  type SpecLike,
  type TierLike,
  type TransitGatewayLike,
} from './specs.ts';

/** A spec with one thing in it added, removed or changed. */
export interface Edit {
  readonly what: string;
  readonly after: SpecLike;
  /** Matches the keys of the nodes that the edit is about, and those of the shared sets that it may show in. */
  readonly touches: RegExp;
  /** Whether it changes the tags of everything. */
  readonly retags?: true;
}

type Group = keyof GroupsLike;

// What several parts of a spec share: an ACL's entries follow the groups in its tier, the services that they
// reach and the blocks of the tiers they talk to.
const ENTRIES = 'network-acl-entries/.*';
const ATTACHMENT = 'transit-gateway-attachment';
const TABLE_ENDPOINTS = 'endpoint/(s3|dynamodb)';
/** The groups whose rules name a group. */
const NEIGHBOURS: Readonly<Record<Group, string>> = {
  alb: 'alb|ecs',
  ecs: 'alb|ecs|data|endpoints|bastion',
  data: 'data|ecs|bastion',
  endpoints: 'endpoints|ecs|bastion',
  bastion: 'bastion|ecs|data|endpoints',
};
const SAMPLE_GROUPS: Required<GroupsLike> = {
  alb: { ingress: { cidrs: ['192.0.2.0/24'], ports: [{ name: 'web', port: 8443 }] } },
  ecs: { ports: [{ name: 'app', fromPort: 7000, toPort: 7100 }] },
  data: { ports: [{ name: 'db', port: 1433 }] },
  endpoints: {},
  bastion: { adminCidrs: ['192.0.2.0/24'], port: 2222 },
};

const keys = (...patterns: string[]) => new RegExp(`^(${patterns.join('|')})$`, 'u');
const flipped = (value: OnOff | undefined): OnOff => (value === 'Disabled' ? 'Enabled' : 'Disabled');

/** Every single edit that leaves the spec valid, by the part of the spec that it changes. */
export function editsOf(spec: SpecLike): Edit[][] {
  const parts = [
    zoneEdits,
    tierEdits,
    blockEdits,
    natEdits,
    groupEdits,
    groupRuleEdits,
    aclRuleEdits,
    endpointEdits,
    transitEdits,
    dhcpEdits,
    settingEdits,
    tagEdits,
  ];
  return parts.map((part) => part(spec)).filter((edits) => edits.length > 0);
}

/** A valid spec and an edit of it. */
export const edits: fc.Arbitrary<{ before: SpecLike; edit: Edit }> = fc
  .tuple(specs, fc.nat(), fc.nat())
  .map(([before, part, pick]) => {
    const parts = editsOf(before);
    const some = parts[part % parts.length] ?? [];
    const edit = some[pick % some.length];
    if (!edit) throw new Error('a spec always has flow logs to change');
    return { before, edit };
  });

function zoneEdits(spec: SpecLike): Edit[] {
  const letters = lettersOf(spec);
  const inUse = new Set(spec.tiers.flatMap((tier) => (tier.subnets ?? []).map(({ zone }) => zone)));
  const { mode, elasticIps } = spec.nat;
  // A single gateway stands in the first zone where nothing says otherwise, and its address is of a zone in use.
  const natZones = new Set([
    ...elasticIps.map(({ zone }) => zone),
    ...(mode === 'Single' ? letters.slice(0, 1) : []),
  ]);
  const at = (letter: string) =>
    keys(
      `(subnet|route-table-association|network-acl-association)/.*-${letter}`,
      ...(mode === 'PerZone'
        ? [`(nat-gateway|elastic-ip)/${letter}`, `(route-table|routes)/private-${letter}`, TABLE_ENDPOINTS]
        : []),
      ...spec.endpoints.filter(isInterface).map(({ service }) => `endpoint/${service}`),
      ...(spec.transitGateway ? [ATTACHMENT] : []),
      // A tier with a given block in it is named by its subnets' blocks, one by one.
      ...(inUse.size > 0 ? [ENTRIES] : []),
    );
  const missing = LETTERS.filter((letter) => !letters.includes(letter));
  if ('count' in spec.zones) {
    const [next] = missing;
    return next === undefined
      ? []
      : [
          {
            what: 'a zone more',
            after: { ...spec, zones: { count: spec.zones.count + 1 } },
            touches: at(next),
          },
        ];
  }
  const { names } = spec.zones;
  const spare = letters.filter((letter) => letters.length > 1 && !inUse.has(letter) && !natZones.has(letter));
  const [first = ''] = letters;
  const addable = missing.filter((letter) => mode !== 'Single' || elasticIps.length > 0 || letter > first);
  return [
    ...addable.map((letter) => ({
      what: `zone ${letter} more`,
      after: { ...spec, zones: { names: [...names, `us-east-1${letter}`] } },
      touches: at(letter),
    })),
    ...spare.map((letter) => ({
      what: `zone ${letter} less`,
      after: { ...spec, zones: { names: names.filter((name) => !name.endsWith(letter)) } },
      touches: at(letter),
    })),
  ];
}

function tierEdits(spec: SpecLike): Edit[] {
  const own = (name: string) => [
    `(subnet|route-table-association|network-acl-association)/${name}-.*`,
    `(route-table|routes|network-acl|network-acl-entries)/${name}`,
    ...(name === 'public' ? ['internet-gateway', 'internet-gateway-attachment'] : []),
    // Which tiers get a route by default depends on which there are.
    ...(spec.transitGateway ? ['routes/.*'] : []),
  ];
  const present = spec.tiers.map(({ name }) => name);
  const homes = new Set([
    ...spec.endpoints.filter(isInterface).map(({ tier }) => tier),
    ...(spec.nat.mode === 'None' ? [] : ['public', 'private']),
  ]);
  const withTier = (changed: TierLike) => ({
    ...spec,
    tiers: spec.tiers.map((tier) => (tier.name === changed.name ? changed : tier)),
  });
  const prefix = Number(spec.cidr.split('/')[1]) + 6;
  return [
    ...TIERS.filter((name) => !present.includes(name)).map((name) => ({
      what: `tier ${name} more`,
      after: { ...spec, tiers: [...spec.tiers, { name }] },
      touches: keys(...own(name), ENTRIES, TABLE_ENDPOINTS),
    })),
    ...present
      .filter((name) => present.length > 1 && !homes.has(name) && name !== spec.transitGateway?.tier)
      .map((name) => ({
        what: `tier ${name} less`,
        after: { ...spec, tiers: spec.tiers.filter((tier) => tier.name !== name) },
        touches: keys(...own(name), ENTRIES, TABLE_ENDPOINTS),
      })),
    ...spec.tiers.flatMap((tier): Edit[] => [
      {
        what: `another ACL of ${tier.name}`,
        after: withTier({
          ...tier,
          networkAcl: tier.networkAcl === 'None' ? 'Strict' : 'None',
          networkAclRules: [],
        }),
        touches: keys(
          `(network-acl|network-acl-entries)/${tier.name}`,
          `network-acl-association/${tier.name}-.*`,
        ),
      },
      {
        what: `smaller subnets in ${tier.name}`,
        after: withTier({
          ...tier,
          subnetPrefixLength: Math.min((tier.subnetPrefixLength ?? prefix) + 1, 28),
        }),
        touches: keys(`subnet/${tier.name}-.*`, ENTRIES),
      },
    ]),
  ];
}

/** A block without subnets shows in nothing else. */
function blockEdits(spec: SpecLike): Edit[] {
  const { secondaryCidrs: present } = spec;
  const first = (cidr: string) => cidr.split('.').slice(0, 2).join('.');
  const isEmpty = (block: string) =>
    !spec.tiers.some(({ subnets = [] }) => subnets.some(({ cidr }) => first(cidr) === first(block)));
  const edit = (what: string, secondaryCidrs: string[]): Edit => ({
    what,
    after: { ...spec, secondaryCidrs },
    touches: keys('vpc-cidrs'),
  });
  return [
    ...BLOCKS.filter((block) => !present.includes(block)).map((block) =>
      edit(`block ${block} more`, [...present, block]),
    ),
    ...present.filter(isEmpty).map((block) =>
      edit(
        `block ${block} less`,
        present.filter((other) => other !== block),
      ),
    ),
  ];
}

/** Switching NAT touches no subnet, and nothing of the tiers public and data but what passes through them. */
function natEdits(spec: SpecLike): Edit[] {
  if (!['public', 'private'].every((name) => spec.tiers.some((tier) => tier.name === name))) return [];
  const { mode, elasticIps } = spec.nat;
  const rules = mode === 'None' ? ['security-group-rules/ecs', ENTRIES] : [];
  const off = ['security-group-rules/ecs', ENTRIES];
  const touches = (...more: string[]) =>
    keys(
      '(nat-gateway|elastic-ip)/.*',
      '(route-table|routes)/private.*',
      'route-table-association/private-.*',
      TABLE_ENDPOINTS,
      ...more,
    );
  const change = (what: string, nat: Partial<SpecLike['nat']>, touched: RegExp): Edit => ({
    what,
    after: { ...spec, nat: { ...spec.nat, ...nat } },
    touches: touched,
  });
  return [
    ...(['None', 'Single', 'PerZone'] as const)
      .filter((other) => other !== mode)
      .map((other) =>
        change(
          `NAT ${mode} to ${other}`,
          { mode: other, ...(other === 'None' && { elasticIps: [] }) },
          touches(...(other === 'None' ? off : rules)),
        ),
      ),
    ...elasticIps.map(({ zone }) =>
      change(
        'an address of its own',
        { elasticIps: [] },
        mode === 'PerZone' ? keys(`(nat-gateway|elastic-ip)/${zone}`) : touches(),
      ),
    ),
  ];
}

function groupEdits(spec: SpecLike): Edit[] {
  const { securityGroups: groups, endpoints } = spec;
  const names = Object.keys(SAMPLE_GROUPS) as Group[];
  const removable = (group: Group) => group !== 'endpoints' || !endpoints.some(isInterface);
  return names.flatMap((group): Edit[] => {
    const { [group]: present, ...others } = groups;
    const rules = `security-group-rules/(${[NEIGHBOURS[group], ...partnersOf(groups, group)].join('|')})`;
    const fewer = Object.fromEntries(
      Object.entries(others as Record<string, { rules?: GroupRuleLike[] }>).map(([name, other]) => [
        name,
        other.rules ? { ...other, rules: other.rules.filter((rule) => rule.group !== group) } : other,
      ]),
    );
    const sample = {
      ...groups,
      [group]: { ...SAMPLE_GROUPS[group], ...(present?.rules && { rules: present.rules }) },
    };
    const existence = keys(`security-group/${group}`, rules, ENTRIES);
    if (present === undefined)
      return [
        { what: `group ${group} more`, after: { ...spec, securityGroups: sample }, touches: existence },
      ];
    return [
      ...(removable(group)
        ? [{ what: `group ${group} less`, after: { ...spec, securityGroups: fewer }, touches: existence }]
        : []),
      {
        what: `other rules of ${group}`,
        after: { ...spec, securityGroups: sample },
        touches: keys(rules, ENTRIES),
      },
    ];
  });
}

/** Groups that own rules join with a group. */
function partnersOf(groups: GroupsLike, group: Group): string[] {
  return Object.entries(groups).flatMap(([name, { rules = [] }]: [string, { rules?: GroupRuleLike[] }]) =>
    rules.flatMap((rule) =>
      rule.group === undefined ? [] : name === group ? [rule.group] : rule.group === group ? [name] : [],
    ),
  );
}

/** A rule touches the groups at its ends, and the ACLs that let it through; its name is in descriptions only. */
function groupRuleEdits(spec: SpecLike): Edit[] {
  const { securityGroups: groups } = spec;
  return Object.entries(groups).flatMap(([group, given]: [string, { rules?: GroupRuleLike[] }]): Edit[] => {
    const { rules = [] } = given;
    const withRules = (changed: GroupRuleLike[]) => ({
      ...spec,
      securityGroups: { ...groups, [group]: { ...given, rules: changed } },
    });
    const ends = (rule: GroupRuleLike) => `security-group-rules/(${group}|${rule.group ?? group})`;
    const further: GroupRuleLike = {
      name: 'further',
      direction: 'Ingress',
      protocol: 'udp',
      fromPort: 4242,
      cidr: '198.51.100.0/25',
    };
    // One edit follows another: what an earlier one gave is not given twice.
    const has = (name: string, fromPort?: number) =>
      rules.some((rule) => rule.name === name || (fromPort !== undefined && rule.fromPort === fromPort));
    return [
      ...(has(further.name, further.fromPort)
        ? []
        : [
            {
              what: `a rule of ${group} more`,
              after: withRules([...rules, further]),
              touches: keys(ends(further), ENTRIES),
            },
          ]),
      ...rules.flatMap((rule): Edit[] => {
        const others = rules.filter((other) => other !== rule);
        const { icmpType: _, icmpCode: __, toPort: ___, ...kept } = rule;
        return [
          {
            what: `rule ${rule.name} of ${group} less`,
            after: withRules(others),
            touches: keys(ends(rule), ENTRIES),
          },
          ...(has('renamed')
            ? []
            : [
                {
                  what: `rule ${rule.name} of ${group} renamed`,
                  after: withRules([...others, { ...rule, name: 'renamed' }]),
                  touches: keys(ends(rule)),
                },
              ]),
          ...(has('', 4243)
            ? []
            : [
                {
                  what: `rule ${rule.name} of ${group} for another port`,
                  after: withRules([...others, { ...kept, protocol: 'tcp' as const, fromPort: 4243 }]),
                  touches: keys(ends(rule), ENTRIES),
                },
              ]),
        ];
      }),
    ];
  });
}

/** A rule of an ACL touches the entries of its tier. */
function aclRuleEdits(spec: SpecLike): Edit[] {
  const flipped = { Allow: 'Deny', Deny: 'Allow' } as const;
  return spec.tiers
    .filter(({ networkAcl }) => networkAcl !== 'None')
    .flatMap((tier): Edit[] => {
      const { name, networkAclRules: rules = [] } = tier;
      const edit = (what: string, changed: AclRuleLike[]): Edit => ({
        what: `${what} of the ACL of ${name}`,
        after: {
          ...spec,
          tiers: spec.tiers.map((other) => (other === tier ? { ...tier, networkAclRules: changed } : other)),
        },
        touches: keys(`network-acl-entries/${name}`),
      });
      const further: AclRuleLike = {
        name: 'further',
        ruleNumber: 7,
        direction: 'Egress',
        action: 'Deny',
        fromPort: 25,
        cidr: '0.0.0.0/0',
      };
      const isTaken = (direction: AclRuleLike['direction'], ruleNumber: number) =>
        rules.some((rule) => rule.direction === direction && rule.ruleNumber === ruleNumber);
      const isThere =
        isTaken('Egress', further.ruleNumber) || rules.some(({ name: one }) => one === further.name);
      return [
        ...(isThere ? [] : [edit('a rule more', [...rules, further])]),
        ...rules.flatMap((rule): Edit[] => {
          const others = rules.filter((other) => other !== rule);
          const other = { ...rule, action: flipped[rule.action] };
          return [
            edit(`rule ${rule.name} less`, others),
            ...(isTaken(rule.direction, 8)
              ? []
              : [edit(`rule ${rule.name} with another number`, [...others, { ...rule, ruleNumber: 8 }])]),
            ...(letsEverybodyIn(other)
              ? []
              : [edit(`the opposite of rule ${rule.name}`, [...others, other])]),
          ];
        }),
      ];
    });
}

function endpointEdits(spec: SpecLike): Edit[] {
  const { endpoints } = spec;
  const touched = (endpoint: EndpointLike) =>
    keys(
      `endpoint/${endpoint.service}`,
      ENTRIES,
      // Only to the prefix list of a gateway endpoint do the rules of ecs lead; private subnets move to a table after it.
      ...(isInterface(endpoint) ? [] : ['security-group-rules/ecs', 'route-table-association/private-.*']),
    );
  const has = (service: string) => endpoints.some((endpoint) => endpoint.service === service);
  const further: EndpointLike[] = [
    ...GATEWAYS.map((service) => ({ service })),
    ...('endpoints' in spec.securityGroups
      ? INTERFACES.flatMap((service) =>
          spec.tiers.map(({ name }) => ({ service, tier: name, privateDns: 'Disabled' as const })),
        )
      : []),
  ].filter(({ service }) => !has(service));
  const replaced = (endpoint: EndpointLike, changed: Partial<EndpointLike>) =>
    endpoints.map((other) => (other === endpoint ? { ...other, ...changed } : other));
  return [
    ...further.map((endpoint) => ({
      what: `endpoint ${endpoint.service} more`,
      after: { ...spec, endpoints: [...endpoints, endpoint] },
      touches: touched(endpoint),
    })),
    ...endpoints.map((endpoint) => ({
      what: `endpoint ${endpoint.service} less`,
      after: { ...spec, endpoints: endpoints.filter((other) => other !== endpoint) },
      touches: touched(endpoint),
    })),
    ...endpoints.filter(isInterface).flatMap((endpoint): Edit[] => [
      ...(spec.dns.hostnames === 'Enabled' && !GATEWAYS.includes(endpoint.service)
        ? [
            {
              what: `private DNS of ${endpoint.service}`,
              after: { ...spec, endpoints: replaced(endpoint, { privateDns: flipped(endpoint.privateDns) }) },
              touches: keys(`endpoint/${endpoint.service}`),
            },
          ]
        : []),
      ...spec.tiers
        .filter(({ name }) => name !== endpoint.tier)
        .map(({ name }) => ({
          what: `endpoint ${endpoint.service} in ${name}`,
          after: { ...spec, endpoints: replaced(endpoint, { tier: name }) },
          touches: keys(`endpoint/${endpoint.service}`, ENTRIES),
        })),
    ]),
  ];
}

/** AWS changes no set of DHCP options: another one takes its place, and the VPC moves to it. */
function dhcpEdits(spec: SpecLike): Edit[] {
  const { dhcpOptions, ...without } = spec;
  const touches = keys('dhcp-options', 'dhcp-options-association');
  const edit = (what: string, after: SpecLike): Edit => ({ what, after, touches });
  const [servers = [], others = []] = NAME_SERVERS;
  if (!dhcpOptions)
    return [edit('DHCP options', { ...spec, dhcpOptions: { domainName: 'corp.example.com' } })];
  const isFirst = dhcpOptions.domainNameServers?.join() === servers.join();
  return [
    edit('the DHCP options of AWS', without),
    edit('another domain', { ...spec, dhcpOptions: { ...dhcpOptions, domainName: 'example.net' } }),
    edit('other name servers', {
      ...spec,
      dhcpOptions: { ...dhcpOptions, domainNameServers: isFirst ? others : servers },
    }),
  ];
}

function settingEdits(spec: SpecLike): Edit[] {
  const { flowLogs, dns } = spec;
  const [first = 1, second = 14] = RETENTIONS;
  const flow = (what: string, changed: Partial<SpecLike['flowLogs']>, touches: RegExp): Edit => ({
    what,
    after: { ...spec, flowLogs: { ...flowLogs, ...changed } },
    touches,
  });
  const isOn = flowLogs.destination === 'CloudWatchLogs';
  const needsDns = spec.endpoints.some(
    (endpoint) => isInterface(endpoint) && endpoint.privateDns === 'Enabled',
  );
  return [
    flow(
      isOn ? 'no flow logs' : 'flow logs',
      { destination: isOn ? 'None' : 'CloudWatchLogs' },
      keys('(log-group|role|role-policies)/flow-logs', 'flow-log'),
    ),
    flow(
      'other retention',
      { retentionDays: flowLogs.retentionDays === first ? second : first },
      keys('log-group/flow-logs'),
    ),
    flow(
      'other traffic recorded',
      { trafficType: flowLogs.trafficType === 'ALL' ? 'REJECT' : 'ALL' },
      keys('flow-log'),
    ),
    ...(needsDns
      ? []
      : [
          {
            what: 'host names',
            after: {
              ...spec,
              dns: { support: 'Enabled' as const, hostnames: flipped(dns.hostnames) },
            },
            touches: keys('vpc-attributes'),
          },
        ]),
  ];
}

function transitEdits(spec: SpecLike): Edit[] {
  const { transitGateway, ...without } = spec;
  const touches = keys(ATTACHMENT, 'routes/.*', ENTRIES);
  const [id = '', otherId = ''] = GATEWAY_IDS;
  if (!transitGateway) {
    const tier = spec.tiers[0]?.name ?? 'private';
    const given = { id, tier, routes: [{ destination: FAR[0] ?? '' }], applianceMode: 'Disabled' as const };
    return [{ what: 'a transit gateway', after: { ...spec, transitGateway: given }, touches }];
  }
  const edit = (what: string, change: Partial<TransitGatewayLike>, touched = touches): Edit => ({
    what,
    after: { ...spec, transitGateway: { ...transitGateway, ...change } },
    touches: touched,
  });
  const { tier: home, routes, applianceMode } = transitGateway;
  const missing = FAR.find((block) => !routes.some(({ destination }) => destination === block));
  return [
    { what: 'no transit gateway', after: without, touches },
    edit('another transit gateway', { id: transitGateway.id === id ? otherId : id }),
    edit('other appliance mode', { applianceMode: flipped(applianceMode) }, keys(ATTACHMENT)),
    ...spec.tiers
      .filter(({ name }) => name !== home)
      .map(({ name }) => edit(`the transit gateway in ${name}`, { tier: name }, keys(ATTACHMENT, ENTRIES))),
    ...(missing === undefined
      ? []
      : [
          edit('a route more', { routes: [...routes, { destination: missing }] }, keys('routes/.*', ENTRIES)),
        ]),
    ...routes.map(({ destination }) =>
      edit(
        `no route to ${destination}`,
        { routes: routes.filter((route) => route.destination !== destination) },
        keys('routes/.*', ENTRIES),
      ),
    ),
  ];
}

function tagEdits(spec: SpecLike): Edit[] {
  const { tags, environment: _, ...rest } = spec;
  const edit = (what: string, after: SpecLike): Edit => ({ what, after, touches: keys('.*'), retags: true });
  return [
    edit('a tag more', { ...spec, tags: { ...tags, further: 'x' } }),
    edit('no tags', { ...spec, tags: {} }),
    edit('another environment', { ...spec, environment: 'staging' }),
    edit('no environment', { ...rest, tags }),
  ];
}
