import { describe, expect, it } from 'vitest';
import { compileSecureVpc } from '../../../operator/compile/secure-vpc.ts';
import { compile, inputFor, refusal, secureVpc } from './fixtures.ts';
import { admits, connectionsOf, passes, placesOf } from './reachability.ts';
import { entriesText, rulesText } from './text.ts';

const TIERS = [{ name: 'public' }, { name: 'private' }, { name: 'data' }];
const rule = (name: string, more: object) => ({ name, direction: 'Ingress', ...more });
const out = (name: string, more: object) => ({ name, direction: 'Egress', ...more });
const ecsWith = (...rules: object[]) => ({ ecs: { ports: [], rules } });

/** What rules add to a network that has only groups. */
const addedBy = (groups: object, more: object = {}) =>
  rulesText(compile({ tiers: TIERS, securityGroups: groups, ...more }));

describe('own rules of security groups', () => {
  it('are rules of their group, with every sort of peer', () => {
    expect(
      addedBy(
        ecsWith(
          rule('api', { fromPort: 8080, toPort: 8090, cidr: '10.11.0.0/16' }),
          rule('ping', { protocol: 'icmp', icmpType: 8, cidr: '10.11.0.0/16' }),
          rule('any-icmp', { protocol: 'icmp', cidr: '10.12.0.0/16' }),
          out('metrics', { protocol: 'udp', fromPort: 8125, cidr: '10.11.0.0/16' }),
          out('partner', { fromPort: 443, prefixList: 'pl-0123456789abcdef0' }),
          out('tables', { fromPort: 443, prefixList: 'dynamodb' }),
          out('all', { protocol: 'all', cidr: '0.0.0.0/0' }),
        ),
      ),
    ).toMatchInlineSnapshot(`
      [
        "ecs in  icmp from 10.12.0.0/16 "any-icmp from outside"",
        "ecs in  tcp 8080-8090 from 10.11.0.0/16 "api from outside"",
        "ecs in  icmp type 8 from 10.11.0.0/16 "ping from outside"",
        "ecs out all to 0.0.0.0/0 "all to outside"",
        "ecs out udp 8125 to 10.11.0.0/16 "metrics to outside"",
        "ecs out tcp 443 to pl-0123456789abcdef0 "partner to pl-0123456789abcdef0"",
        "ecs out tcp 443 to pl-02cd2c6b "tables to dynamodb"",
      ]
    `);
  });

  it('towards a group are opened at both ends, wherever they are written', () => {
    const groups = (alb: object[], ecs: object[]) => ({
      alb: { ingress: { cidrs: [] }, rules: alb },
      ecs: { ports: [], rules: ecs },
    });
    const told = addedBy(groups([out('probe', { fromPort: 9000, group: 'ecs' })], []));
    expect(told).toEqual([
      'alb out tcp 9000 to ${security-group/ecs.id} "probe to ecs"',
      'ecs in  tcp 9000 from ${security-group/alb.id} "probe from alb"',
    ]);
    expect(addedBy(groups([], [rule('probe', { fromPort: 9000, group: 'alb' })]))).toEqual(told);
  });

  it('may name their own group: its members reach each other', () => {
    const graph = compile({
      tiers: TIERS,
      securityGroups: ecsWith(rule('gossip', { protocol: 'udp', fromPort: 7946, group: 'ecs' })),
    });
    expect(rulesText(graph)).toEqual([
      'ecs in  udp 7946 from ${security-group/ecs.id} "gossip from ecs"',
      'ecs out udp 7946 to ${security-group/ecs.id} "gossip to ecs"',
    ]);
    expect(connectionsOf(graph).filter((connection) => !passes(graph, connection))).toEqual([]);
  });

  it('that a computed rule says already make no second one, and take over where it goes', () => {
    const own = rule('web', { fromPort: 443, cidr: '0.0.0.0/0', exposure: 'Internet' });
    expect(addedBy({ alb: { rules: [own] } })).toEqual(addedBy({ alb: {} }));
    expect(addedBy({ alb: { ingress: { cidrs: [] }, rules: [own] } })).toEqual([
      'alb in  tcp 443 from 0.0.0.0/0 "web from the internet"',
    ]);
  });

  it('to the list of a service with a gateway endpoint are the rule to that endpoint, by name and by id', () => {
    const endpoints = [{ service: 's3' }];
    const computed = addedBy({ ecs: { ports: [] } }, { endpoints });
    expect(computed).toEqual(['ecs out tcp 443 to pl-63a5400a "https to s3"']);
    for (const prefixList of ['s3', 'pl-63a5400a'])
      expect(addedBy(ecsWith(out('files', { fromPort: 443, prefixList })), { endpoints })).toEqual(computed);
    expect(addedBy(ecsWith(out('files', { fromPort: 80, prefixList: 'pl-63a5400a' })))).toEqual([
      'ecs out tcp 80 to pl-63a5400a "files to s3"',
    ]);
  });

  const both = (one: object, other: object) => () =>
    compile({ tiers: TIERS, securityGroups: { ...ecsWith(one, other), alb: {} } });
  it.each([
    [
      'the same ports',
      { fromPort: 80, cidr: '10.0.0.0/8' },
      { fromPort: 80, toPort: 80, cidr: '10.0.0.0/8' },
    ],
    ['no ports', { protocol: 'all', group: 'ecs' }, { protocol: 'all', direction: 'Egress', group: 'ecs' }],
    [
      'a list by id and name',
      { fromPort: 443, prefixList: 's3' },
      { fromPort: 443, prefixList: 'pl-63a5400a' },
    ],
  ])('are refused where two open the same: %s', (_what, one, other) => {
    expect(refusal(both(rule('a', one), rule('b', other)))).toEqual({
      reason: 'InvalidSpec',
      message:
        'spec.securityGroups.ecs.rules[b] opens what spec.securityGroups.ecs.rules[a] opens already, and AWS keeps one rule for it: keep one of them',
    });
  });

  it('are refused where AWS has no list of that name', () => {
    const act = () =>
      compile({ tiers: TIERS, securityGroups: ecsWith(out('mail', { fromPort: 587, prefixList: 'ses' })) });
    expect(refusal(act)).toEqual({
      reason: 'InvalidSpec',
      message:
        'spec.securityGroups.ecs.rules[mail].prefixList is ses, and AWS has no list of that name in us-east-1: write the id of a prefix list, or one of dynamodb, s3',
    });
  });

  it('are refused where they name a group that is not there, though no schema said so', () => {
    const { spec, ...object } = secureVpc({
      tiers: TIERS,
      securityGroups: { ...ecsWith(out('sql', { fromPort: 3306, group: 'data' })), data: {} },
    });
    const { data: _, ...securityGroups } = spec.securityGroups;
    const odd = { ...object, spec: { ...spec, securityGroups } };
    expect(refusal(() => compileSecureVpc(inputFor(odd)))).toEqual({
      reason: 'InvalidSpec',
      message:
        'spec.securityGroups.ecs.rules[sql].group is data, which spec.securityGroups does not have: add the group, or name another peer',
    });
  });

  it('are refused where AWS can have no quota for as many', () => {
    const cidrs = Array.from({ length: 50 }, (_, index) => `198.51.${index}.0/24`);
    const ports = Array.from({ length: 20 }, (_, index) => ({ name: `p-${index}`, port: 8000 + index }));
    const network = (rules: object[]) => ({
      tiers: [{ name: 'private', networkAcl: 'None' }],
      securityGroups: { alb: { ingress: { cidrs, ports }, rules } },
    });
    expect(rulesText(compile(network([])))).toHaveLength(1000);
    expect(refusal(() => compile(network([rule('more', { fromPort: 1, cidr: '10.0.0.0/8' })])))).toEqual({
      reason: 'InvalidSpec',
      message:
        'spec.securityGroups.alb would need 1001 ingress rules, of which AWS takes at most 1000 at its highest quota: name fewer CIDRs or ports, or put the CIDRs into a prefix list',
    });
  });
});

describe('strict network ACLs follow the own rules of groups', () => {
  const entries = (rules: object[], more: object = {}) =>
    entriesText(compile({ tiers: TIERS, securityGroups: ecsWith(...rules), ...more }), 'private').map(
      (line) => line.replace(/ \d+ /, ' '),
    );

  it('let a TCP and a UDP rule through, and the answers to the ports of clients', () => {
    const cidr = '10.11.0.0/16';
    expect(entries([rule('api', { fromPort: 8080, cidr })])).toEqual([
      'in  allow tcp 8080 10.11.0.0/16',
      'out allow tcp 1024-65535 10.11.0.0/16',
    ]);
    expect(entries([out('dns', { protocol: 'udp', fromPort: 53, cidr })])).toEqual([
      'in  allow udp 1024-65535 10.11.0.0/16',
      'out allow udp 53 10.11.0.0/16',
    ]);
  });

  it('let an echo request through and its reply, and nothing back for a type that asks nothing', () => {
    const ping = { protocol: 'icmp', icmpType: 8, cidr: '10.11.0.0/16' };
    expect(entries([rule('ping', ping)])).toEqual([
      'in  allow icmp type 8 10.11.0.0/16',
      'out allow icmp type 0 code 0 10.11.0.0/16',
    ]);
    expect(entries([rule('mtu', { ...ping, icmpType: 3, icmpCode: 4 })])).toEqual([
      'in  allow icmp type 3 code 4 10.11.0.0/16',
    ]);
  });

  it('let everything out where a rule does, but nothing in below the ports of clients', () => {
    const rules = [out('all', { protocol: 'all', cidr: '0.0.0.0/0' })];
    expect(entries(rules).sort()).toEqual([
      'in  allow icmp 0.0.0.0/0',
      'in  allow tcp 1024-65535 0.0.0.0/0',
      'in  allow udp 1024-65535 0.0.0.0/0',
      'out allow all 0.0.0.0/0',
    ]);
    const graph = compile({ tiers: TIERS, securityGroups: ecsWith(...rules) });
    for (const protocol of ['tcp', 'udp'] as const)
      expect(admits(graph, 'private-a', 'ingress', '8.8.8.8/32', [1023], { protocol })).toBe(false);
  });

  it('keep the numbers of the computed entries, whatever rules there are beside them', () => {
    const network = (rules: object[]) =>
      entriesText(
        compile({
          tiers: TIERS,
          securityGroups: { alb: {}, ecs: { rules } },
          endpoints: [{ service: 's3' }],
        }),
        'private',
      );
    const more = network([
      rule('api', { fromPort: 8080, cidr: '10.11.0.0/16' }),
      rule('dns', { protocol: 'udp', fromPort: 53, cidr: '10.11.0.0/16' }),
    ]);
    expect(more).toEqual(expect.arrayContaining(network([])));
    expect(more.length).toBeGreaterThan(network([]).length);
  });

  it('pass the public tier where NAT does, and not where the transit gateway or the VPC is nearer', () => {
    const heard = (rules: object[]) => {
      const graph = compile({
        tiers: TIERS,
        nat: { mode: 'Single' },
        securityGroups: ecsWith(...rules),
        transitGateway: {
          id: 'tgw-0123456789abcdef0',
          routes: [{ destination: '10.11.0.0/16', tiers: ['private'] }],
        },
      });
      return admits(graph, 'public-a', 'ingress', '10.0.32.0/22', [587]);
    };
    expect(heard([out('far', { fromPort: 587, cidr: '198.51.100.0/24' })])).toBe(true);
    expect(heard([out('list', { fromPort: 587, prefixList: 'pl-0123456789abcdef0' })])).toBe(true);
    expect(heard([out('joined', { fromPort: 587, cidr: '10.11.0.0/16' })])).toBe(false);
    expect(heard([out('inside', { fromPort: 587, cidr: '10.0.64.0/19' })])).toBe(false);
  });

  it('pass the tier of the transit gateway’s interfaces, of a prefix list too', () => {
    const passage = (peer: object) =>
      entriesText(
        compile({
          tiers: TIERS,
          securityGroups: ecsWith(rule('api', { fromPort: 8080, ...peer })),
          transitGateway: {
            id: 'tgw-0123456789abcdef0',
            tier: 'data',
            routes: [{ destination: '10.11.0.0/16', tiers: ['private'] }],
          },
        }),
        'data',
      ).map((line) => line.replace(/ \d+ /, ' '));
    const way = ['in  allow tcp 1024-65535 10.0.32.0/19', 'out allow tcp 8080 10.0.32.0/19'];
    expect(passage({ cidr: '10.11.4.0/24' })).toEqual(way);
    expect(passage({ prefixList: 'pl-0123456789abcdef0' })).toEqual(way);
    expect(passage({ cidr: '198.51.100.0/24' })).toEqual([]);
  });
});

describe('own rules of network ACLs', () => {
  const acl = (name: string, ruleNumber: number, more: object) => ({ name, ruleNumber, ...more });
  const everywhere = { cidr: '0.0.0.0/0' };
  const denied = { direction: 'Egress', action: 'Deny', fromPort: 25, ...everywhere };

  it('stand before and after the computed ones', () => {
    const graph = compile({
      tiers: [
        {
          name: 'private',
          networkAclRules: [
            acl('last', 30_000, {
              direction: 'Egress',
              action: 'Allow',
              protocol: 'all',
              cidr: '10.9.0.0/16',
            }),
            acl('no-mail', 100, denied),
            acl('mtu', 200, {
              direction: 'Ingress',
              action: 'Allow',
              protocol: 'icmp',
              icmpType: 3,
              icmpCode: 4,
              exposure: 'Internet',
              ...everywhere,
            }),
          ],
        },
      ],
      securityGroups: { alb: { ingress: { cidrs: ['203.0.113.0/24'], ports: [{ name: 'web', port: 80 }] } } },
    });
    expect(entriesText(graph, 'private')).toMatchInlineSnapshot(`
      [
        "in  200 allow icmp type 3 code 4 0.0.0.0/0",
        "in  18758 allow tcp 80 203.0.113.0/24",
        "out 100 deny tcp 25 0.0.0.0/0",
        "out 29314 allow tcp 1024-65535 203.0.113.0/24",
        "out 30000 allow all 10.9.0.0/16",
      ]
    `);
  });

  it('deny what the groups open, as they come first', () => {
    const network = (networkAclRules: object[]) =>
      compile({ tiers: [{ name: 'private', networkAclRules }], securityGroups: { alb: {} } });
    const web = (graph: ReturnType<typeof compile>) => {
      const [to] = placesOf(graph, 'alb');
      if (!to) throw new Error('no subnet');
      return passes(graph, { what: 'web', from: { cidr: '198.51.100.7/32' }, to, ports: [443] });
    };
    const block = { direction: 'Ingress', action: 'Deny', protocol: 'all', cidr: '198.51.100.0/24' };
    expect(web(network([]))).toBe(true);
    expect(web(network([acl('banned', 10, block)]))).toBe(false);
    expect(web(network([acl('too-late', 30_010, block)]))).toBe(true);
  });

  it('count with the computed ones, and too many are refused', () => {
    const networkAclRules = Array.from({ length: 39 }, (_, index) =>
      acl(`ban-${index}`, index + 1, {
        direction: 'Ingress',
        action: 'Deny',
        protocol: 'all',
        cidr: `198.51.${index}.0/24`,
      }),
    );
    const network = (rules: object[]) => () =>
      compile({ tiers: [{ name: 'private', networkAclRules: rules }], securityGroups: { alb: {} } });
    expect(entriesText(network(networkAclRules.slice(0, 38))(), 'private')).toHaveLength(41);
    expect(refusal(network(networkAclRules))).toEqual({
      reason: 'InvalidSpec',
      message:
        'spec.tiers[private].networkAcl is Strict and would need 41 ingress entries with the 39 of networkAclRules, of which AWS allows 40: name fewer CIDRs or ports in spec.securityGroups, or set networkAcl to None',
    });
  });
});
