import {
  type Arbitrary,
  array,
  constantFrom,
  integer,
  oneof,
  option,
  record,
  string,
  uniqueArray,
} from 'fast-check';

/** Mostly right, sometimes wrong: a manifest of many fields should not always be refused. */
export function mostly<T>(right: Arbitrary<T>, wrong: Arbitrary<unknown>): Arbitrary<unknown> {
  return oneof({ weight: 60, arbitrary: right }, { weight: 1, arbitrary: wrong });
}

const maybe = <T>(value: Arbitrary<T>) => option(value, { nil: undefined, freq: 2 });
// Of several random items two are often alike, which is refused: most lists have one.
const list = <T>(item: Arbitrary<T>, maxLength: number) =>
  oneof(
    { weight: 5, arbitrary: array(item, { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: array(item, { minLength: 1, maxLength }) },
  );

const seldom = <T>(items: Arbitrary<T[]>) =>
  oneof({ weight: 3, arbitrary: constantFrom<T[]>([]) }, { weight: 1, arbitrary: items });

const anyCidr = constantFrom(
  '10.0.0.0/16', '10.0.0.0/24', '10.0.0.0/15', '10.0.0.1/24', '10.0.0.0/33', '0.0.0.0/0', '::/0', '::1/0', '2001:db8::/48',
  '::ffff:10.0.0.0/112', '10.0.0/8', '010.0.0.0/8', '10.0.0.0/08', '10.0.0.0', '255.255.255.255/32', '300.0.0.0/8', '', ' 10.0.0.0/16',
); // prettier-ignore
const subnetCidr = oneof(
  { weight: 8, arbitrary: integer({ min: 0, max: 15 }).map((third) => `10.0.${third}.0/24`) },
  { weight: 1, arbitrary: constantFrom('10.0.0.0/20', '10.0.15.240/28', '10.1.0.0/24') },
);
const name = mostly(
  constantFrom('a', 'web', 'web-2', 'x'.repeat(63)),
  constantFrom('', '-', 'a-', 'A', 'a_b', 'x'.repeat(64), 'ä', 'a\n'),
);
const port = mostly(constantFrom(1, 80, 443, 65_535), constantFrom(0, -1, 65_536));
const tagKey = mostly(
  constantFrom('team', 'Größe', 'a b', 'k8s.io/x', 'aws', 'landfall.dev', 'AWS:x'),
  constantFrom('aws:x', 'landfall.dev/x', 'a#b', 'a\tb', 'a'.repeat(129), '😀', ''),
);
const tags = array(
  record({
    key: tagKey,
    value: mostly(constantFrom('', 'x', 'ü', 'a/b@c'), oneof(string(), constantFrom('x'.repeat(257)))),
  }),
  {
    maxLength: 3,
  },
).map((entries) => Object.fromEntries(entries.map(({ key, value }) => [String(key), value])));
const region = mostly(
  constantFrom('us-east-1'),
  constantFrom('us-east-1a', 'us-gov-west-1', 'eu-west-1', 'US-EAST-1', '', 'us-east-1\n'),
);

const everybody = mostly(constantFrom('10.0.0.0/16', '192.0.2.0/24'), anyCidr);
const ownTraffic = oneof(
  { weight: 8, arbitrary: record({ fromPort: constantFrom(80, 443) }) },
  { weight: 2, arbitrary: record({ protocol: constantFrom('udp', 'tcp'), fromPort: port, toPort: port }) },
  {
    weight: 3,
    arbitrary: constantFrom<object>(
      { protocol: 'all' },
      { protocol: 'icmp' },
      { protocol: 'icmp', icmpType: 8 },
      { protocol: 'icmp', icmpType: 3, icmpCode: 4 },
    ),
  },
  {
    weight: 1,
    arbitrary: constantFrom<object>(
      {},
      { protocol: 'all', fromPort: 1 },
      { toPort: 80 },
      { protocol: 'icmp', icmpCode: 4 },
      { fromPort: 80, icmpType: 8 },
      { protocol: 'icmp', icmpType: 256 },
      { protocol: 'gre' },
    ),
  },
);
const ownPeer = oneof(
  { weight: 5, arbitrary: record({ cidr: everybody }) },
  {
    weight: 4,
    arbitrary: constantFrom<object>({ group: 'ecs' }, { prefixList: 's3' }, { prefixList: 'pl-63a5400a' }),
  },
  {
    weight: 1,
    arbitrary: constantFrom<object>(
      {},
      { group: 'web' },
      { group: 'bastion' },
      { group: 'ecs', cidr: '10.0.0.0/8' },
      { prefixList: 'PL-1' },
      { cidr: '0.0.0.0/0', exposure: 'Internet' },
      { cidr: '0.0.0.0/1' },
      { cidr: '10.0.0.0/8', exposure: 'Internet' },
      { cidr: '8.0.0.0/7', exposure: 'Everybody' },
    ),
  },
);
const direction = mostly(constantFrom('Ingress', 'Egress'), constantFrom('In', ''));
const rules = seldom(
  list(
    record({ name, direction, about: ownTraffic, peer: ownPeer }).map(({ about, peer, ...rule }) => ({
      ...rule,
      ...about,
      ...peer,
    })),
    2,
  ),
);
const aclRules = seldom(
  list(
    record({
      name,
      ruleNumber: mostly(constantFrom(1, 100, 9999, 30_000, 32_766), constantFrom(0, 10_000, 29_999, 32_767)),
      direction,
      action: constantFrom('Allow', 'Deny'),
      about: ownTraffic,
      cidr: everybody,
      exposed: constantFrom<object>({}, {}, {}, {}, {}, {}, { exposure: 'Internet' }),
    }).map(({ about, exposed, ...rule }) => ({ ...rule, ...about, ...exposed })),
    2,
  ),
);

const tier = record(
  {
    name: mostly(constantFrom('public', 'private', 'data'), constantFrom('dmz', '')),
    subnetPrefixLength: mostly(constantFrom(22, 24, 28), constantFrom(15, 16, 20, 29)),
    subnets: list(
      record({
        zone: mostly(constantFrom('a', 'b', 'c'), constantFrom('us-east-1a', 'A', '')),
        cidr: mostly(subnetCidr, anyCidr),
      }),
      2,
    ),
    networkAcl: mostly(constantFrom('Strict', 'None'), constantFrom('Loose')),
    networkAclRules: aclRules,
  },
  { requiredKeys: ['name'] },
);

const endpoint = record(
  {
    service: mostly(
      constantFrom('s3', 'dynamodb', 'ecr.api', 'kms'),
      constantFrom('', 'com.amazonaws.us-east-1.s3', 'S3', 'a..b', '-a'),
    ),
    type: constantFrom('Interface', 'Interface', 'Interface', 'Gateway'),
    privateDns: constantFrom('Enabled', 'Disabled'),
    tier: constantFrom('public', 'private', 'data'),
  },
  { requiredKeys: ['service'] },
);

const namedPort = record({ name, port });
const groups = record(
  {
    alb: record(
      {
        ingress: record(
          {
            cidrs: list(mostly(constantFrom('0.0.0.0/0', '192.0.2.0/24'), anyCidr), 2),
            ports: list(namedPort, 3),
          },
          { requiredKeys: [] },
        ),
        rules,
      },
      { requiredKeys: [] },
    ),
    ecs: record(
      { ports: list(record({ name, fromPort: port, toPort: port }), 2), rules },
      { requiredKeys: [] },
    ),
    data: record({ ports: list(namedPort, 3), rules }, { requiredKeys: [] }),
    endpoints: record({ rules }, { requiredKeys: [] }),
    bastion: record(
      { adminCidrs: list(mostly(constantFrom('192.0.2.0/24', '203.0.113.0/24'), anyCidr), 2), port, rules },
      { requiredKeys: ['adminCidrs'] },
    ),
  },
  { requiredKeys: [] },
);

/** Specs of SecureVpcs, about half of them right. */
export const networkSpec = record(
  {
    accountRef: mostly(constantFrom({ name: 'main' }), constantFrom({}, { name: '' }, 'main')),
    region,
    cidr: mostly(constantFrom('10.0.0.0/16', '10.0.0.0/20'), anyCidr),
    zones: mostly(
      oneof(
        record({ count: integer({ min: 1, max: 6 }) }),
        record({ names: uniqueArray(constantFrom('us-east-1a', 'us-east-1b'), { minLength: 1 }) }),
      ),
      constantFrom(
        {},
        { count: 0 },
        { count: 7 },
        { names: [] },
        { names: ['a'] },
        { names: ['us-east-10a'] },
        { count: 1, names: ['us-east-1a'] },
      ),
    ),
    tiers: mostly(
      uniqueArray(tier, { minLength: 1, maxLength: 3, selector: (one) => one.name }),
      constantFrom([]),
    ),
    tags,
    environment: mostly(constantFrom('dev', 'prod'), constantFrom('qa')),
    dns: record(
      {
        support: constantFrom('Enabled', 'Enabled', 'Enabled', 'Disabled'),
        hostnames: constantFrom('Enabled', 'Disabled'),
      },
      { requiredKeys: [] },
    ),
    securityGroups: groups,
    endpoints: maybe(list(endpoint, 3)).map((given) => given ?? []),
    flowLogs: record(
      {
        retentionDays: mostly(constantFrom(1, 14, 3653), constantFrom(2)),
        destination: constantFrom('None', 'CloudWatchLogs'),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['accountRef', 'region', 'cidr', 'zones', 'tiers'] },
);

const arn = (sort: string) =>
  mostly(
    constantFrom(`arn:aws:iam::123456789012:${sort}/landfall`, `arn:aws-cn:iam::123456789012:${sort}/a/b`),
    constantFrom(
      `arn:aws:iam::210987654321:${sort}/x`,
      `arn:aws:iam::aws:${sort}/x`,
      `arn:aws:s3:::x`,
      'landfall',
      '',
      `arn:aws:iam::123456789012:${sort}/`,
    ),
  );

const localAccount = record({
  local: record(
    {
      namespaces: list(name, 2),
      imageRewrites: list(
        record({ prefix: mostly(constantFrom('a/', 'b/'), constantFrom('')), replacement: name }),
        2,
      ),
      sizeFactor: mostly(constantFrom(1, 0.25, 10), constantFrom(0, 11, -1)),
      secretMappings: list(
        record({
          arn: mostly(
            constantFrom(
              'arn:aws:secretsmanager:us-east-1:123456789012:secret:a-*',
              'arn:aws:ssm:*:*:parameter/a',
            ),
            constantFrom('arn:aws:s3:::x', '', 'secret'),
          ),
          secretName: name,
        }),
        2,
      ),
      volumePolicy: mostly(constantFrom('Retain', 'Delete', 'Ephemeral'), constantFrom('Snapshot', '')),
    },
    { requiredKeys: [] },
  ),
});

/** Specs of Accounts, about half of them right. */
export const accountSpec = mostly(
  oneof(
    localAccount,
    record({
      aws: record(
        {
          accountId: mostly(
            constantFrom('123456789012'),
            constantFrom('', '12345678901', '1234567890123', '12345678901a', '１２３４５６７８９０１２'),
          ),
          regions: list(region, 2),
          namespaces: list(name, 2),
          roleArn: arn('role'),
          externalId: mostly(constantFrom('landfall:a:b'), constantFrom('', 'x', 'a b', 'é'.repeat(3))),
          profile: mostly(constantFrom('base-infra'), constantFrom('', 'my profile', '[x]')),
          permissionsBoundaryArn: arn('policy'),
          defaultTags: tags,
          ignoredTagKeys: list(
            mostly(
              constantFrom('cost:*', 'owner'),
              constantFrom(
                '*',
                'a*b',
                'l*',
                'landfall.dev/*',
                'landfall.dev',
                'landfall.dev*',
                'landfall.dev/owner',
              ),
            ),
            2,
          ),
        },
        { requiredKeys: ['accountId', 'regions'] },
      ),
    }),
  ),
  constantFrom({}, { aws: {} }, { aws: {}, local: {} }),
);
