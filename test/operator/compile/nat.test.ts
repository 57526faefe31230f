import { describe, expect, it } from 'vitest';
import type { NatGatewayInputs } from '../../../operator/aws/ec2/nat-gateway.ts';
import type { RouteTableAssociationInputs } from '../../../operator/aws/ec2/route-table-association.ts';
import type { RoutesInputs } from '../../../operator/aws/ec2/routes.ts';
import type { VpcEndpointInputs } from '../../../operator/aws/ec2/vpc-endpoint.ts';
import { type Graph, topologicalWaves } from '../../../operator/graph/graph.ts';
import { printable } from '../../../operator/graph/ref.ts';
import { compile, inputsOf, nodeOf, refusal } from './fixtures.ts';
import { rulesText } from './text.ts';

const TIERS = [{ name: 'public' }, { name: 'private' }, { name: 'data' }];
const ALLOCATION = 'eipalloc-0123456789abcdef0';
const network = (nat: object, more: object = {}, status?: object) =>
  compile({ tiers: TIERS, endpoints: [{ service: 's3' }], nat, ...more }, status && { status });
const keys = (graph: Graph, prefix: RegExp) =>
  [...graph.nodes.keys()].filter((key) => prefix.test(key)).sort();
const gateways = (graph: Graph) => keys(graph, /^nat-gateway\//);
const named = (...letters: string[]) => ({ names: letters.map((letter) => `us-east-1${letter}`) });

describe('without NAT gateways', () => {
  it('there is no address, no default route of the private tier, and one table for it', () => {
    const graph = network({});
    expect(keys(graph, /nat-gateway|elastic-ip/)).toEqual([]);
    expect(inputsOf<RoutesInputs>(graph, 'routes/private').routes).toEqual([]);
    expect(keys(graph, /^route-table\//)).toEqual([
      'route-table/data',
      'route-table/private',
      'route-table/public',
    ]);
  });
});

describe('a single NAT gateway', () => {
  it('stands in the public subnet of its zone, and the one private table leads to it', () => {
    const graph = network({ mode: 'Single' });
    expect(keys(graph, /nat-gateway|elastic-ip|^routes/)).toEqual([
      'elastic-ip/a',
      'nat-gateway/a',
      'routes/data',
      'routes/private',
      'routes/public',
    ]);
    expect(printable(inputsOf<NatGatewayInputs>(graph, 'nat-gateway/a'))).toEqual({
      subnetId: '${subnet/public-a.id}',
      allocationId: '${elastic-ip/a.id}',
      isGiven: false,
    });
    expect(printable(inputsOf<RoutesInputs>(graph, 'routes/private').routes)).toEqual([
      { destination: '0.0.0.0/0', target: '${nat-gateway/a.id}' },
    ]);
    expect(nodeOf(graph, 'routes/private').awaits).toEqual(['nat-gateway/a']);
  });

  it.each([
    ['in the first zone', {}, { zones: named('c', 'b') }, undefined, 'b'],
    [
      'where status says that it stands',
      {},
      { zones: named('a', 'b') },
      { natGateways: [{ zone: 'us-east-1b' }] },
      'b',
    ],
    [
      'in the first of the zones of before',
      {},
      { zones: named('a', 'b', 'c') },
      { zones: ['us-east-1b', 'us-east-1c'] },
      'b',
    ],
    [
      'elsewhere where its zone is taken away',
      {},
      { zones: named('a', 'c') },
      { natGateways: [{ zone: 'us-east-1b' }] },
      'a',
    ],
    [
      'where its address is given',
      { elasticIps: [{ zone: 'b', allocationId: ALLOCATION }] },
      { zones: named('a', 'b') },
      { natGateways: [{ zone: 'us-east-1a' }] },
      'b',
    ],
    [
      'where one stands already, of two that were asked for',
      {},
      { zones: named('a', 'b') },
      { natGateways: [{ zone: 'us-east-1a' }, { zone: 'us-east-1b', id: 'nat-1', publicIp: '192.0.2.1' }] },
      'b',
    ],
    [
      'where an address stands already',
      {},
      { zones: named('a', 'b', 'c') },
      { natGateways: [{ zone: 'us-east-1a' }, { zone: 'us-east-1c', publicIp: '192.0.2.1' }] },
      'c',
    ],
    [
      'where it is taken over',
      {},
      { zones: named('a', 'b'), adopt: [{ node: 'nat-gateway/b', id: 'nat-0123456789abcdef0' }] },
      undefined,
      'b',
    ],
    [
      'where its address is taken over',
      {},
      { zones: named('a', 'b'), adopt: [{ node: 'elastic-ip/b', id: ALLOCATION }] },
      { zones: ['us-east-1a'] },
      'b',
    ],
  ])('is %s', (_, nat, zones, status, letter) => {
    expect(gateways(network({ mode: 'Single', ...nat }, zones, status))).toEqual([`nat-gateway/${letter}`]);
  });
});

describe('a NAT gateway in each zone', () => {
  const graph = network({ mode: 'PerZone' }, { zones: { count: 3 } });

  it('has its own table for the private subnet of the zone; other tiers stay as they are', () => {
    expect(gateways(graph)).toEqual(['nat-gateway/a', 'nat-gateway/b', 'nat-gateway/c']);
    expect(keys(graph, /^route-table\//)).toEqual([
      'route-table/data',
      'route-table/private-a',
      'route-table/private-b',
      'route-table/private-c',
      'route-table/public',
    ]);
    for (const letter of ['a', 'b', 'c']) {
      expect(printable(inputsOf<RoutesInputs>(graph, `routes/private-${letter}`).routes)).toEqual([
        { destination: '0.0.0.0/0', target: `\${nat-gateway/${letter}.id}` },
      ]);
      expect(
        printable(
          inputsOf<RouteTableAssociationInputs>(graph, `route-table-association/private-${letter}`)
            .routeTableId,
        ),
      ).toBe(`\${route-table/private-${letter}.id}`);
    }
    expect(printable(inputsOf<RoutesInputs>(graph, 'routes/data').routes)).toEqual([]);
  });

  it('has gateway endpoints in every table', () => {
    expect(printable(inputsOf<VpcEndpointInputs>(graph, 'endpoint/s3').routeTableIds)).toEqual([
      '${route-table/private-a.id}',
      '${route-table/private-b.id}',
      '${route-table/private-c.id}',
      '${route-table/data.id}',
    ]);
  });

  it('takes addresses that are given, and makes the others', () => {
    const given = network({ mode: 'PerZone', elasticIps: [{ zone: 'b', allocationId: ALLOCATION }] });
    expect(keys(given, /^elastic-ip/)).toEqual(['elastic-ip/a']);
    expect(inputsOf<NatGatewayInputs>(given, 'nat-gateway/b')).toMatchObject({
      allocationId: ALLOCATION,
      isGiven: true,
    });
  });
});

it('adding a subnet replaces no NAT gateway (terraform-aws-modules/terraform-aws-vpc#1018)', () => {
  const of = (graph: Graph) =>
    [...graph.nodes.values()].filter(({ key }) => /^(nat-gateway|elastic-ip|routes)\//.test(key));
  for (const mode of ['Single', 'PerZone']) {
    const before = network({ mode }, { zones: named('b', 'c') });
    const status = { zones: ['us-east-1b', 'us-east-1c'], natGateways: [{ zone: 'us-east-1b' }] };
    const after = network({ mode }, { zones: named('a', 'b', 'c') }, status);
    expect(of(after)).toEqual(expect.arrayContaining(of(before)));
    expect(gateways(after).length - gateways(before).length).toBe(mode === 'Single' ? 0 : 1);
  }
});

describe('the order in which things are made', () => {
  const graph = network({ mode: 'PerZone' });
  const waves = topologicalWaves(graph).map((wave) => wave.map(({ key }) => key));
  const wave = (key: string) => waves.findIndex((one) => one.includes(key));

  it.each([
    ['nat-gateway/a', 'internet-gateway-attachment'],
    ['nat-gateway/a', 'routes/public'],
    ['nat-gateway/a', 'route-table-association/public-a'],
    ['routes/private-a', 'nat-gateway/a'],
    ['route-table-association/private-a', 'routes/private-a'],
    ['route-table-association/private-a', 'endpoint/s3'],
  ])('%s comes after %s', (later, earlier) => {
    expect(wave(earlier)).toBeGreaterThanOrEqual(0);
    expect(wave(later)).toBeGreaterThan(wave(earlier));
  });
});

describe('security groups', () => {
  it('let ecs connect to the internet on 443 only where there is NAT', () => {
    const rules = (nat: object) => rulesText(network(nat, { securityGroups: { ecs: {} }, endpoints: [] }));
    expect(rules({})).toEqual([]);
    expect(rules({ mode: 'Single' })).toEqual(['ecs out tcp 443 to 0.0.0.0/0 "https to the internet"']);
  });
});

describe('is refused', () => {
  const refused = (spec: object) => {
    const object = { tiers: TIERS, ...spec };
    return refusal(() => compile(object)).message;
  };
  it('with an address in a zone that the network does not use', () => {
    expect(refused({ nat: { mode: 'PerZone', elasticIps: [{ zone: 'e', allocationId: ALLOCATION }] } })).toBe(
      'spec.nat.elasticIps[e] is for a zone that the network does not use (us-east-1a, us-east-1b): add the zone to spec.zones, or take the address away',
    );
  });
});
