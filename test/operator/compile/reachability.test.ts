import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SecurityGroupRulesInputs } from '../../../operator/aws/ec2/security-group-rules.ts';
import { referencesIn } from '../../../operator/graph/ref.ts';
import { specs } from './arbitrary.ts';
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

describe('security groups', () => {
  it('agree: what one group may open to another, the other accepts, and the reverse', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const graph = compile(spec);
        const pairs = (direction: 'ingress' | 'egress') =>
          [...graph.nodes.values()]
            .filter((node) => node.type === 'SecurityGroupRules')
            .flatMap((node) =>
              (node.inputs as SecurityGroupRulesInputs)[direction].flatMap((rule) => {
                const peer = referencesIn(rule.peer)[0]?.node.split('/')[1];
                const own = node.key.split('/')[1];
                if (peer === undefined) return [];
                const ends = direction === 'egress' ? `${own} to ${peer}` : `${peer} to ${own}`;
                return [`${ends} ${rule.fromPort}-${rule.toPort}`];
              }),
            )
            .sort();
        expect(pairs('egress')).toEqual(pairs('ingress'));
      }),
    );
  });

  it('have no rule twice, which AWS would refuse', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        for (const node of compile(spec).nodes.values()) {
          if (node.type !== 'SecurityGroupRules') continue;
          const { ingress, egress } = node.inputs as SecurityGroupRulesInputs;
          for (const rules of [ingress, egress]) {
            const keys = rules.map((rule) => `${rule.fromPort}-${rule.toPort} ${rule.peer}`);
            expect(new Set(keys).size).toBe(keys.length);
          }
        }
      }),
    );
  });
});

describe('network ACLs', () => {
  it('let through every connection that the security groups allow, and its answers', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const graph = compile({ ...spec, zones: { count: 2 } });
        const stopped = connectionsOf(graph).filter((connection) => !passes(graph, connection));
        expect(stopped).toEqual([]);
      }),
    );
  });

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

  it('are really asked: without one entry, some connection of the full network no longer passes', () => {
    const graph = compile({ tiers: TIERS, securityGroups: ALL_GROUPS, endpoints: ENDPOINTS });
    const connections = connectionsOf(graph);
    expect(connections.length).toBeGreaterThan(30);
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
  });

  it('keep the internet from opening anything below 1024 inside, where there is a public tier', () => {
    fc.assert(
      fc.property(specs, fc.integer({ min: 1, max: 1023 }), (spec, port) => {
        fc.pre(spec.tiers.some((tier) => tier.name === 'public'));
        const graph = compile(spec);
        for (const node of graph.nodes.values()) {
          const inside = /^network-acl-entries\/(private|data)$/.test(node.key);
          if (inside)
            expect(admits(graph, `${node.key.split('/')[1]}-a`, 'ingress', '8.8.8.8/32', [port])).toBe(false);
        }
      }),
    );
  });

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
