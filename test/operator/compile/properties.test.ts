import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ipv4Contains, ipv4Overlaps, parseIpv4Cidr, type Ipv4Block } from '../../../operator/api/cidr.ts';
import type { AclEntry } from '../../../operator/aws/ec2/network-acl-entries.ts';
import type { SubnetInputs } from '../../../operator/aws/ec2/subnet.ts';
import type { VpcEndpointInputs } from '../../../operator/aws/ec2/vpc-endpoint.ts';
import type { Graph, GraphNode } from '../../../operator/graph/graph.ts';
import { furtherEndpoints, shuffled, specs, type SpecLike } from './arbitrary.ts';
import { compile, inputsOf } from './fixtures.ts';

const block = (cidr: string): Ipv4Block => {
  const parsed = parseIpv4Cidr(cidr);
  if (!parsed) throw new Error(`${cidr} is no block`);
  return parsed;
};
const subnetsOf = (graph: Graph) =>
  [...graph.nodes.values()]
    .filter((node) => node.type === 'Subnet')
    .map((node) => ({ key: node.key, ...(node.inputs as SubnetInputs) }));

/** Nodes of the first graph that the second lacks or has with other inputs. */
function changed(before: Graph, after: Graph): GraphNode[] {
  return [...before.nodes.values()].filter(
    (node) => JSON.stringify(after.nodes.get(node.key)) !== JSON.stringify(node),
  );
}
const keysOf = (nodes: readonly GraphNode[]) => nodes.map((node) => node.key);

/** What an ACL lets through, without the numbers of its entries. */
function entriesOf(graph: Graph, key: string): object[] {
  const { entries } = inputsOf<{ entries: readonly AclEntry[] }>(graph, key);
  return entries.map((entry) => ({ ...entry, ruleNumber: 'any' }));
}

describe('any valid spec', () => {
  it('compiles to a graph without cycles, with a subnet in every tier and zone', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const zones = 'count' in spec.zones ? spec.zones.count : spec.zones.names.length;
        expect(subnetsOf(compile(spec))).toHaveLength(spec.tiers.length * zones);
      }),
    );
  });

  it('has subnets that lie in the VPC, are at least /28, and never overlap', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const blocks = subnetsOf(compile(spec)).map(({ cidr }) => block(cidr));
        for (const [index, one] of blocks.entries()) {
          expect(ipv4Contains(block(spec.cidr), one) && one.prefix <= 28).toBe(true);
          expect(blocks.slice(index + 1).some((other) => ipv4Overlaps(one, other))).toBe(false);
        }
      }),
    );
  });

  it('compiles to the same graph whatever the order of its lists', () => {
    fc.assert(
      fc.property(specs, fc.array(fc.nat(), { minLength: 7, maxLength: 23 }), (spec, order) => {
        expect([...compile(shuffled(spec, order)).nodes]).toEqual([...compile(spec).nodes]);
      }),
    );
  });
});

describe('one thing more', () => {
  it('a zone changes nothing but what must reach it: interface endpoints and, beside given blocks, ACL entries only grow', () => {
    fc.assert(
      fc.property(specs, fc.integer({ min: 1, max: 5 }), (spec, count) => {
        const before = compile({ ...spec, zones: { count } });
        const after = compile({ ...spec, zones: { count: count + 1 } });
        for (const node of changed(before, after)) {
          if (node.type === 'NetworkAclEntries') {
            expect(spec.tiers.some((tier) => tier.subnets !== undefined)).toBe(true);
            expect(entriesOf(after, node.key)).toEqual(expect.arrayContaining(entriesOf(before, node.key)));
            continue;
          }
          const [old, now] = [node.inputs, after.nodes.get(node.key)?.inputs] as VpcEndpointInputs[];
          expect(node.type).toBe('VpcEndpoint');
          expect({ ...now, subnetIds: old?.subnetIds }).toEqual(old);
          expect(now?.subnetIds).toEqual(expect.arrayContaining([...(old?.subnetIds ?? [])]));
        }
      }),
    );
  });

  it('a tier changes nothing but ACL entries and the tables of gateway endpoints', () => {
    fc.assert(
      fc.property(specs, fc.constantFrom('public', 'private', 'data'), (spec, name) => {
        const fewer = spec.tiers.filter((tier) => tier.name !== name);
        fc.pre(fewer.length > 0 && spec.endpoints.every((endpoint) => endpoint.tier !== name));
        const before = compile({ ...spec, tiers: fewer });
        const after = compile({ ...spec, tiers: [...fewer, { name }] });
        for (const node of changed(before, after)) {
          expect(['NetworkAclEntries', 'VpcEndpoint']).toContain(node.type);
          if (node.type !== 'VpcEndpoint') continue;
          const now = after.nodes.get(node.key)?.inputs as VpcEndpointInputs;
          expect({ ...now, routeTableIds: [] }).toEqual({ ...node.inputs, routeTableIds: [] });
        }
      }),
    );
  });

  it('an endpoint changes no thing, only the ACL entries and, for a gateway, the rules of ecs', () => {
    fc.assert(
      fc.property(specs, fc.nat(), (spec, pick) => {
        const further = furtherEndpoints(spec);
        const endpoint = further[pick % Math.max(further.length, 1)];
        fc.pre(endpoint !== undefined);
        const before = compile(spec);
        const after = compile({ ...spec, endpoints: [...spec.endpoints, endpoint] });
        const rest = keysOf(changed(before, after)).filter((key) => !key.startsWith('network-acl-entries/'));
        expect(
          rest.filter((key) => endpoint.tier !== undefined || key !== 'security-group-rules/ecs'),
        ).toEqual([]);
      }),
    );
  });

  it('a group changes no group, only rules and ACL entries', () => {
    fc.assert(
      fc.property(specs, fc.constantFrom('alb', 'ecs', 'data', 'bastion'), (spec, name) => {
        fc.pre(name in spec.securityGroups);
        const { [name]: _, ...fewer } = spec.securityGroups;
        const before = compile({ ...spec, securityGroups: fewer } satisfies SpecLike);
        for (const node of changed(before, compile(spec)))
          expect(['SecurityGroupRules', 'NetworkAclEntries']).toContain(node.type);
      }),
    );
  });
});
