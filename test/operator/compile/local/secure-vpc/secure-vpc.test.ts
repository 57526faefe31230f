import { describe, expect, it } from 'vitest';
import type { EcsService } from '../../../../../operator/api/ecs-service.ts';
import { lets, type End } from '../../../../support/network-policies.ts';
import { smallService } from '../../../../support/manifests.ts';
import { refusal } from '../../fixtures.ts';
import { networkWith } from '../../service-input.ts';
import { compileAll, policiesOf } from '../compiled.ts';
import { localObject, type LocalObject } from '../examples.ts';
import { OUTSIDE, podsOf, stranger } from '../traffic.ts';

const TIERS = [{ name: 'public' }, { name: 'private' }, { name: 'data' }];

const service = (name: string, spec: object = {}, namespace = 'web') =>
  localObject<'EcsService'>(
    smallService(name, namespace, 'net', {
      networkRef: { name: 'net', namespace: 'web' },
      task: { containers: [{ name: 'app', image: 'app:1', ports: [{ port: 8080 }] }] },
      ...spec,
    }),
  );

/** Two services `a` and `b` in a network. */
function stage(
  securityGroups: object,
  more: { network?: object; a?: EcsService; podCidrs?: readonly string[] } = {},
) {
  const network = networkWith({
    tiers: TIERS,
    securityGroups: { ecs: {}, ...securityGroups },
    ...more.network,
  });
  const objects: LocalObject[] = [network, more.a ?? service('a'), service('b')];
  const graphs = compileAll(objects, { facts: { podCidrs: more.podCidrs ?? ['10.244.0.0/16'] } });
  const policies = policiesOf(graphs);
  const pods = podsOf(graphs);
  const end = (name: string) => pods.find((pod) => pod.name === name) as End;
  const passes = (from: End, to: End, port: number, protocol: 'TCP' | 'UDP' = 'TCP') =>
    lets(policies, from, to, { port, protocol });
  return { a: end('a'), b: end('b'), passes, policies };
}

const rule = (more: object) => ({ name: 'own', direction: 'Ingress', ...more });
const at = (address: string): End => ({ name: address, address });

describe('a network', () => {
  it('lets its services reach each other where a rule of its own says so, and strangers never', () => {
    const closed = stage({});
    expect(closed.passes(closed.a, closed.b, 8080)).toBe(false);
    const { a, b, passes } = stage({ ecs: { rules: [rule({ group: 'ecs', fromPort: 8080 })] } });
    expect([8079, 8080, 8081].filter((port) => passes(a, b, port))).toEqual([8080]);
    expect(passes(stranger('web'), b, 8080)).toBe(false);
    expect(passes(a, stranger('web'), 8080)).toBe(false);
  });

  it('knows ranges of ports, UDP and all protocols; of ICMP policies say nothing', () => {
    const passing = (more: object) => {
      const { a, b, passes } = stage({ ecs: { rules: [rule({ group: 'ecs', ...more })] } });
      return (['TCP', 'UDP'] as const).flatMap((protocol) =>
        [99, 100, 150, 200, 201]
          .filter((port) => passes(a, b, port, protocol))
          .map((port) => `${protocol} ${port}`),
      );
    };
    expect(passing({ fromPort: 100, toPort: 200 })).toEqual(['TCP 100', 'TCP 150', 'TCP 200']);
    expect(passing({ protocol: 'udp', fromPort: 200 })).toEqual(['UDP 200']);
    expect(passing({ protocol: 'all' })).toHaveLength(10);
    expect(passing({ protocol: 'icmp' })).toEqual([]);
  });

  it('takes blocks of rules as addresses outside of the cluster, never of pods', () => {
    const rules = [
      rule({ name: 'in', cidr: '203.0.113.0/24', fromPort: 8080 }),
      rule({ name: 'out', direction: 'Egress', cidr: '10.0.0.0/8', fromPort: 9090 }),
    ];
    const { a, passes } = stage({ ecs: { rules } });
    expect(passes(at('203.0.113.9'), a, 8080)).toBe(true);
    expect(passes(at('203.0.114.9'), a, 8080)).toBe(false);
    expect(passes(a, at('10.1.2.3'), 9090)).toBe(true);
    expect(passes(a, stranger('web'), 9090)).toBe(false);
    const all = stage({ ecs: { rules } }, { podCidrs: ['10.0.0.0/8'] });
    expect(all.passes(all.a, at('10.1.2.3'), 9090)).toBe(false);
  });

  it('leads to the internet on 443 where it has NAT, and to no pod', () => {
    const without = stage({});
    expect(without.passes(without.a, OUTSIDE, 443)).toBe(false);
    const { a, passes } = stage({}, { network: { nat: { mode: 'Single' } } });
    expect([80, 443].filter((port) => passes(a, OUTSIDE, port))).toEqual([443]);
    expect(passes(a, stranger('elsewhere'), 443)).toBe(false);
  });

  it('lets whoever comes from outside reach the ports that load balancers may, where it has the group alb', () => {
    const ports = [{ name: 'web', fromPort: 8080, toPort: 8081 }];
    const without = stage({ ecs: { ports } });
    expect(without.passes(OUTSIDE, without.a, 8080)).toBe(false);
    const { a, passes } = stage({ alb: {}, ecs: { ports } });
    expect([8079, 8080, 8081, 8082].filter((port) => passes(OUTSIDE, a, port))).toEqual([8080, 8081]);
    expect(passes(stranger('web'), a, 8080)).toBe(false);
  });

  it('has no pods in the groups data, endpoints and bastion, and no prefix lists', () => {
    const rules = ['data', 'endpoints', 'bastion'].map((group) =>
      rule({ name: group, group, fromPort: 8080 }),
    );
    const list = rule({ name: 'list', direction: 'Egress', prefixList: 's3', fromPort: 443 });
    const groups = { data: {}, endpoints: {}, bastion: { adminCidrs: ['203.0.113.0/24'] } };
    const { policies } = stage({ ...groups, ecs: { rules: [...rules, list] } });
    const network = policies.find(({ metadata }) => metadata.name === 'net-network-ecs');
    expect(network?.spec.ingress).toEqual([]);
    // Names alone.
    expect(network?.spec.egress).toHaveLength(1);
  });

  it('closes the tier data: a store lets in by itself who uses it', () => {
    const { policies, a, passes } = stage({ data: { ports: [{ name: 'mysql', port: 3306 }] } });
    const data = policies.find(({ metadata }) => metadata.name === 'net-network-data');
    expect(data?.spec.ingress).toEqual([]);
    const place = { 'landfall.dev/network': 'web.net', 'landfall.dev/tier': 'data' };
    expect(passes(a, stranger('web', place), 3306)).toBe(false);
  });

  it('goes with its services into other namespaces, which alone may have pods of it', () => {
    const rules = [rule({ group: 'ecs', fromPort: 8080 })];
    const { a, b, passes, policies } = stage(
      { ecs: { rules } },
      { network: { allowReferencesFrom: ['shop'] }, a: service('a', {}, 'shop') },
    );
    expect(policies.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual([
      'web/net-network-ecs',
      'web/net-network-data',
      'shop/a-service-own',
      'shop/a-service-network',
      'web/b-service-own',
    ]);
    expect([passes(a, b, 8080), passes(b, a, 8080), passes(a, b, 8081)]).toEqual([true, true, false]);
    const place = { 'landfall.dev/network': 'web.net', 'landfall.dev/tier': 'ecs' };
    expect(passes(stranger('elsewhere', place), a, 8080)).toBe(false);
  });

  it('refuses rules that no group can have, as in AWS', () => {
    const rules = [
      rule({ name: 'one', group: 'ecs', fromPort: 8080 }),
      rule({ name: 'two', group: 'ecs', fromPort: 8080 }),
    ];
    expect(refusal(() => stage({ ecs: { rules } })).message).toBe(
      'spec.securityGroups.ecs.rules[two] opens what spec.securityGroups.ecs.rules[one] opens already, and AWS keeps one rule for it: keep one of them',
    );
  });
});

describe('a load balancer', () => {
  const balanced = (loadBalancer: object) =>
    service('a', {
      loadBalancer: { type: 'Application', listeners: [{ port: 80, protocol: 'HTTP' }], ...loadBalancer },
    });
  const fromOutside = (securityGroups: object, loadBalancer: object = {}) => {
    const { a, passes } = stage(securityGroups, { a: balanced(loadBalancer) });
    return passes(OUTSIDE, a, 8080);
  };

  it('lets those in who may connect to one of its listeners, by the group alb or by its own rules', () => {
    expect(fromOutside({})).toBe(false);
    expect(fromOutside({ alb: {} })).toBe(true);
    const ports = [{ name: 'other', port: 8443 }];
    expect(fromOutside({ alb: { ingress: { ports } } })).toBe(false);
    expect(fromOutside({ alb: { ingress: { cidrs: [] } } })).toBe(false);
    const rules = [rule({ cidr: '10.11.0.0/16', fromPort: 80 })];
    expect(fromOutside({ alb: { ingress: { cidrs: [] }, rules } })).toBe(true);
    expect(fromOutside({}, { ingress: [{ name: 'office', cidr: '10.11.0.0/16' }] })).toBe(true);
  });

  it('lets the services of its network in where its rules name their group', () => {
    const { a, b, passes } = stage(
      {
        alb: { ingress: { cidrs: [] } },
        ecs: { rules: [rule({ direction: 'Egress', group: 'alb', fromPort: 80 })] },
      },
      { a: balanced({ ingress: [{ name: 'services', group: 'ecs' }] }) },
    );
    expect([passes(b, a, 8080), passes(b, a, 8081), passes(OUTSIDE, a, 8080)]).toEqual([true, false, false]);
  });
});

it('without one of its openings, something that the services need no longer passes', () => {
  const rules = [
    rule({ name: 'in', cidr: '203.0.113.0/24', fromPort: 9000 }),
    rule({ name: 'each', group: 'ecs', fromPort: 8080 }),
  ];
  const { a, b, policies } = stage({ alb: {}, ecs: { rules } }, { network: { nat: { mode: 'Single' } } });
  const needed: [End, End, number][] = [
    [OUTSIDE, a, 40_000],
    [at('203.0.113.9'), a, 9000],
    [a, b, 8080],
    [a, OUTSIDE, 443],
  ];
  const all = (weaker: typeof policies) =>
    needed.every(([from, to, port]) => lets(weaker, from, to, { port }));
  expect(all(policies)).toBe(true);
  const network = policies.find(({ metadata }) => metadata.name === 'net-network-ecs');
  const { ingress = [], egress = [] } = network?.spec ?? {};
  // The first of what goes out are names.
  expect([ingress.length, egress.length]).toEqual([3, 3]);
  for (const spec of [
    ...ingress.map((left) => ({ ingress: ingress.filter((one) => one !== left) })),
    ...egress.slice(1).map((left) => ({ egress: egress.filter((one) => one !== left) })),
  ])
    expect(
      all(policies.map((one) => (one === network ? { ...one, spec: { ...one.spec, ...spec } } : one))),
      JSON.stringify(spec),
    ).toBe(false);
});
