import { describe, expect, it } from 'vitest';
import { compile } from './fixtures.ts';
import { admits, connectionsOf, passes, placesOf } from './reachability.ts';

const TIERS = [{ name: 'public' }, { name: 'private' }, { name: 'data' }];
const ALL_GROUPS = {
  alb: {},
  ecs: {},
  data: { ports: [{ name: 'mysql', port: 3306 }] },
  endpoints: {},
  bastion: { adminCidrs: ['203.0.113.0/24'] },
};
const ENDPOINTS = [{ service: 's3' }, { service: 'kms' }];

describe('network ACLs', () => {
  it('keep one of a request and an answer that are the same entry but for what they are for', () => {
    const graph = compile({
      tiers: [{ name: 'private' }],
      securityGroups: {
        alb: {},
        ecs: { ports: [{ name: 'all', fromPort: 1024, toPort: 65_535 }] },
        endpoints: {},
      },
      endpoints: [{ service: 'kms' }],
    });
    const inside = { cidr: '10.0.255.0/24' };
    const ecs = placesOf(graph, 'ecs')[0];
    if (!ecs) throw new Error('no subnet');
    expect(passes(graph, { what: 'alb to ecs', from: inside, to: ecs, ports: [1024, 65_535] })).toBe(true);
  });

  it.each(['None', 'Single', 'PerZone'])(
    'are really asked with NAT %s: without one entry, some connection of the full network no longer passes',
    (mode) => {
      const graph = compile({
        tiers: TIERS,
        nat: { mode },
        securityGroups: ALL_GROUPS,
        endpoints: ENDPOINTS,
      });
      const connections = connectionsOf(graph);
      expect(connections.length).toBeGreaterThan(30);
      expect(connections.filter((connection) => !passes(graph, connection))).toEqual([]);
      for (const node of graph.nodes.values()) {
        if (node.type !== 'NetworkAclEntries') continue;
        const { entries } = node.inputs as { entries: readonly unknown[] };
        for (const left of entries) {
          const inputs = { ...node.inputs, entries: entries.filter((entry) => entry !== left) };
          const weaker = { ...graph, nodes: new Map(graph.nodes).set(node.key, { ...node, inputs }) };
          expect(
            connections.every((connection) => passes(weaker, connection)),
            JSON.stringify(left),
          ).toBe(false);
        }
      }
    },
  );

  it('close the private tier to the internet altogether without a gateway endpoint', () => {
    const inside = (endpoints: object[]) =>
      admits(
        compile({ tiers: TIERS, securityGroups: ALL_GROUPS, endpoints }),
        'private-a',
        'ingress',
        '8.8.8.8/32',
        [40_000],
      );
    expect(inside([{ service: 'kms' }])).toBe(false);
    expect(inside(ENDPOINTS)).toBe(true);
  });

  it('let private subnets open connections to the internet on 443 through NAT, and nothing else', () => {
    const through = (nat: object, port: number) => {
      const graph = compile({ tiers: TIERS, nat, securityGroups: { ecs: {} } });
      const [from] = placesOf(graph, 'ecs');
      if (!from) throw new Error('no subnet');
      return passes(graph, { what: 'out', from, to: { cidr: '198.51.100.0/24' }, ports: [port] });
    };
    for (const mode of ['Single', 'PerZone']) {
      expect(through({ mode }, 443)).toBe(true);
      expect(through({ mode }, 80)).toBe(false);
      expect(through({ mode }, 22)).toBe(false);
    }
    expect(through({}, 443)).toBe(false);
  });

  it('let the public tier hear from private subnets what goes out, and nothing else', () => {
    const graph = compile({ tiers: TIERS, nat: { mode: 'Single' }, securityGroups: { ecs: {} } });
    const hears = (peer: string, port: number) => admits(graph, 'public-a', 'ingress', peer, [port]);
    expect([22, 80, 443].filter((port) => hears('10.0.32.0/22', port))).toEqual([443]);
    expect([22, 80, 443].filter((port) => hears('198.51.100.0/24', port))).toEqual([]);
  });

  it('keep the data tier to the ports of its group', () => {
    const graph = compile({ tiers: TIERS, securityGroups: ALL_GROUPS, endpoints: ENDPOINTS });
    const hears = (port: number) => admits(graph, 'data-a', 'ingress', '10.0.32.0/22', [port]);
    expect([22, 443, 3306, 3307, 40_000].filter(hears)).toEqual([3306]);
    expect(admits(graph, 'data-a', 'egress', '8.8.8.8/32', [443])).toBe(false);
  });
});

describe('the places of groups', () => {
  const tiersOf = (group: string, tiers: object[]) => [
    ...new Set(
      placesOf(compile({ tiers, securityGroups: ALL_GROUPS, endpoints: [] }), group).map(
        ({ subnet }) => subnet?.split('-')[0],
      ),
    ),
  ];
  it.each([
    ['alb', 'public', 'private'],
    ['bastion', 'public', 'private'],
    ['ecs', 'private', 'private'],
    ['data', 'data', 'private'],
  ])('%s stand in %s, and in %s where that is all there is', (group, wished, only) => {
    expect(tiersOf(group, TIERS)).toEqual([wished]);
    expect(tiersOf(group, [{ name: only }])).toEqual([only]);
  });
});
