import * as fc from 'fast-check';
import { describe, expect } from 'vitest';
import { ipv4Contains, ipv4Overlaps, parseIpv4Cidr, type Ipv4Block } from '../../../operator/api/cidr.ts';
import { parseManifest } from '../../../operator/api/parse.ts';
import type { AclEntry } from '../../../operator/aws/ec2/network-acl-entries.ts';
import type { SecurityGroupRulesInputs } from '../../../operator/aws/ec2/security-group-rules.ts';
import type { SubnetInputs } from '../../../operator/aws/ec2/subnet.ts';
import type { VpcEndpointInputs } from '../../../operator/aws/ec2/vpc-endpoint.ts';
import { dependenciesOf, topologicalWaves, type Graph } from '../../../operator/graph/graph.ts';
import { referencesIn } from '../../../operator/graph/ref.ts';
import { compile, inputsOf } from '../compile/fixtures.ts';
import { admits, connectionsOf, passes } from '../compile/reachability.ts';
import { edits } from './edits.ts';
import { property, reportProperties } from './property.ts';
import type { GroupRuleLike } from './own-rules.ts';
import { lettersOf, shuffled, specs, type GroupsLike, type SpecLike } from './specs.ts';

reportProperties();

const block = (cidr: string): Ipv4Block => {
  const parsed = parseIpv4Cidr(cidr);
  if (!parsed) throw new Error(`${cidr} is no block`);
  return parsed;
};
const subnetsOf = (graph: Graph) =>
  [...graph.nodes.values()]
    .filter((node) => node.type === 'Subnet')
    .map((node) => ({ key: node.key, ...(node.inputs as SubnetInputs) }));

/** Keys of the nodes that only one of two graphs has, or that differ between them. */
function different(one: Graph, other: Graph, part: 'inputs' | 'tags'): string[] {
  const keys = new Set([...one.nodes.keys(), ...other.nodes.keys()]);
  const textOf = (graph: Graph, key: string) => {
    const node = graph.nodes.get(key);
    return node && JSON.stringify(part === 'tags' ? node.tags : [node.type, node.inputs, node.dependsOn]);
  };
  return [...keys].filter((key) => textOf(one, key) !== textOf(other, key));
}

function withoutAclRules(spec: SpecLike): SpecLike {
  return { ...spec, tiers: spec.tiers.map(({ networkAclRules: _, ...tier }) => tier) };
}

/** Whether a rule of a group's own lets in everybody, or those of a prefix list, who may be everybody. */
function letsEverybodyIn(groups: GroupsLike): boolean {
  return Object.values(groups).some(({ rules = [] }: { rules?: GroupRuleLike[] }) =>
    rules.some(
      ({ direction, cidr, prefixList }) =>
        direction === 'Ingress' && (cidr === '0.0.0.0/0' || prefixList !== undefined),
    ),
  );
}

/** What an ACL lets through, without the numbers of its entries. */
function entriesOf(graph: Graph, key: string): string[] {
  const { entries } = inputsOf<{ entries: readonly AclEntry[] }>(graph, key);
  return entries.map((entry) => JSON.stringify({ ...entry, ruleNumber: 'any' }));
}

describe('any valid spec', () => {
  property('is taken by the schema', 300, specs, (spec) => {
    const parsed = parseManifest('SecureVpc', {
      apiVersion: 'landfall.dev/v1alpha1',
      kind: 'SecureVpc',
      metadata: { name: 'net', namespace: 'team' },
      spec: { accountRef: { name: 'main' }, region: 'us-east-1', ...spec },
    });
    expect(parsed.ok ? [] : parsed.issues).toEqual([]);
  });

  property(
    'compiles to a subnet in every tier and zone, each node after what it needs',
    150,
    specs,
    (spec) => {
      const graph = compile(spec);
      const wanted = spec.tiers.flatMap(({ name }) =>
        lettersOf(spec).map((letter) => `subnet/${name}-${letter}`),
      );
      expect(
        subnetsOf(graph)
          .map(({ key }) => key)
          .sort(),
      ).toEqual(wanted.sort());
      const done = new Set<string>();
      for (const wave of topologicalWaves(graph)) {
        for (const node of wave)
          expect([...dependenciesOf(node)].filter((key) => !done.has(key))).toEqual([]);
        for (const node of wave) done.add(node.key);
      }
      expect(done.size).toBe(graph.nodes.size);
    },
  );

  property('has subnets that lie in the VPC, are at least /28, and never overlap', 150, specs, (spec) => {
    const blocks = subnetsOf(compile(spec)).map(({ cidr }) => block(cidr));
    const wholes = [spec.cidr, ...spec.secondaryCidrs].map(block);
    for (const [index, one] of blocks.entries()) {
      expect(wholes.some((whole) => ipv4Contains(whole, one)) && one.prefix <= 28).toBe(true);
      expect(blocks.slice(index + 1).some((other) => ipv4Overlaps(one, other))).toBe(false);
    }
  });

  const orders = fc.array(fc.nat(), { minLength: 7, maxLength: 23 });
  property(
    'compiles to the same graph each time, whatever the order of its lists',
    150,
    fc.tuple(specs, orders),
    ([spec, order]) => {
      const text = (of: typeof spec) => JSON.stringify([...compile(of).nodes]);
      expect(text(shuffled(spec, order))).toBe(text(spec));
    },
  );

  property('has ACLs that let through what its groups allow, and the answers', 80, specs, (spec) => {
    const graph = compile(withoutAclRules(spec));
    expect(connectionsOf(graph).filter((connection) => !passes(graph, connection))).toEqual([]);
  });

  property(
    'has the ACL rules of its own as they are written, beside the computed ones',
    100,
    specs,
    (spec) => {
      const [graph, computed] = [compile(spec), compile(withoutAclRules(spec))];
      for (const { name, networkAcl, networkAclRules = [] } of spec.tiers) {
        if (networkAcl === 'None') continue;
        const key = `network-acl-entries/${name}`;
        const numbersOf = (of: Graph) =>
          inputsOf<{ entries: readonly AclEntry[] }>(of, key).entries.map(
            ({ direction, ruleNumber, action, protocol, cidr }) =>
              [direction, ruleNumber, action, protocol, cidr].join(' '),
          );
        const written = networkAclRules.map(({ direction, ruleNumber, action, protocol = 'tcp', cidr }) =>
          `${direction} ${ruleNumber} ${action} ${protocol} ${cidr}`.toLowerCase(),
        );
        expect(numbersOf(graph).sort()).toEqual([...numbersOf(computed), ...written].sort());
      }
    },
  );

  const withPublic = fc.tuple(
    specs
      .filter(({ tiers }) => tiers.length > 1 && tiers.some(({ name }) => name === 'public'))
      .map(withoutAclRules)
      .filter(({ securityGroups }) => !letsEverybodyIn(securityGroups)),
    fc.integer({ min: 1, max: 1023 }),
  );
  property(
    'has ACLs through which the internet opens nothing below 1024 inside, where there is a public tier',
    100,
    withPublic,
    ([spec, port]) => {
      const graph = compile(spec);
      for (const { key } of graph.nodes.values()) {
        if (!/^network-acl-entries\/(private|data)$/.test(key)) continue;
        expect(admits(graph, `${key.split('/')[1]}-a`, 'ingress', '8.8.8.8/32', [port])).toBe(false);
      }
    },
  );

  property('has groups of which one accepts what the other may open, no rule twice', 200, specs, (spec) => {
    const graph = compile(spec);
    const groups = [...graph.nodes.values()].filter(({ type }) => type === 'SecurityGroupRules');
    const pairs = (direction: 'ingress' | 'egress') =>
      groups
        .flatMap(({ key, inputs }) =>
          (inputs as SecurityGroupRulesInputs)[direction].flatMap((rule) => {
            const peer = referencesIn(rule.peer)[0]?.node.split('/')[1];
            const own = key.split('/')[1];
            if (peer === undefined) return [];
            const ends = direction === 'egress' ? `${own} to ${peer}` : `${peer} to ${own}`;
            return [`${ends} ${rule.protocol} ${rule.fromPort}-${rule.toPort}`];
          }),
        )
        .sort();
    expect(pairs('egress')).toEqual(pairs('ingress'));
    for (const { inputs } of groups) {
      const { ingress, egress } = inputs as SecurityGroupRulesInputs;
      for (const rules of [ingress, egress]) {
        const found = rules.map((rule) => `${rule.protocol} ${rule.fromPort}-${rule.toPort} ${rule.peer}`);
        expect(new Set(found).size).toBe(found.length);
      }
    }
  });
});

describe('one edit', () => {
  property(
    'changes only the nodes that it is about, and sets known to be shared',
    400,
    edits,
    ({ before, edit }) => {
      const [one, other] = [compile(before), compile(edit.after)];
      expect(edit.retags ? different(one, other, 'inputs') : [], edit.what).toEqual([]);
      expect(
        different(one, other, 'inputs').filter((key) => !edit.touches.test(key)),
        edit.what,
      ).toEqual([]);
      const retagged = different(one, other, 'tags').filter(
        (key) => one.nodes.has(key) && other.nodes.has(key),
      );
      expect(edit.retags ? [] : retagged, edit.what).toEqual([]);
    },
  );

  const growing = edits.filter(({ edit }) => /^(a zone|zone \w|tier \w+) more$/.test(edit.what));
  property('that adds a zone or a tier moves no subnet', 120, growing, ({ before, edit }) => {
    const after = new Map(subnetsOf(compile(edit.after)).map((subnet) => [subnet.key, subnet]));
    for (const subnet of subnetsOf(compile(before))) expect(after.get(subnet.key), edit.what).toEqual(subnet);
  });

  const widening = edits.filter(({ edit }) => /^(a zone|zone \w) more$/.test(edit.what));
  property(
    'that adds a zone takes nothing from the sets that it shows in',
    80,
    widening,
    ({ before, edit }) => {
      const [one, other] = [compile(before), compile(edit.after)];
      for (const { key, type, inputs } of one.nodes.values()) {
        if (type === 'NetworkAclEntries')
          expect(entriesOf(other, key)).toEqual(expect.arrayContaining(entriesOf(one, key)));
        if (type !== 'VpcEndpoint') continue;
        const old = inputs as VpcEndpointInputs;
        const now = inputsOf<VpcEndpointInputs>(other, key);
        const { subnetIds, routeTableIds } = old;
        expect({ ...now, subnetIds, routeTableIds }).toEqual(old);
        expect(now.subnetIds).toEqual(expect.arrayContaining([...subnetIds]));
        expect(now.routeTableIds).toEqual(expect.arrayContaining([...routeTableIds]));
      }
    },
  );
});
