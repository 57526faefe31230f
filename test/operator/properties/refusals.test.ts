import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../../operator/api/parse.ts';
import type { SecureVpc } from '../../../operator/api/secure-vpc.ts';
import type { RegionFacts } from '../../../operator/compile/input.ts';
import { compileSecureVpc } from '../../../operator/compile/secure-vpc.ts';
import { Terminal } from '../../../operator/errors.ts';
import { networkSpec } from '../api/random-manifests.ts';
import { account, FACTS, inputFor } from '../compile/fixtures.ts';
import { property, reportProperties } from './property.ts';
import { GATEWAYS, INTERFACES, LETTERS, specs, TIERS, type SpecLike } from './specs.ts';

reportProperties();

const block = fc.tuple(fc.integer({ min: 16, max: 28 }), fc.nat({ max: 65_535 })).map(([prefix, at]) => {
  const size = 2 ** (32 - prefix);
  const base = at - (at % size);
  return `10.0.${Math.floor(base / 256)}.${base % 256}/${prefix}`;
});
const many = fc.array(fc.nat({ max: 255 }), { minLength: 20, maxLength: 50 });

/** What makes a spec wrong in ways that no schema sees: each is laid over a valid one. */
const twists: fc.Arbitrary<(spec: SpecLike) => SpecLike> = fc.oneof(
  block.map((cidr) => (spec: SpecLike) => ({ ...spec, cidr })),
  fc
    .array(fc.tuple(fc.constantFrom(...LETTERS, 'h', 'z'), block), { minLength: 1, maxLength: 4 })
    .map((subnets) => (spec: SpecLike) => ({
      ...spec,
      cidr: '10.0.0.0/16',
      tiers: spec.tiers.map((tier) => ({
        ...tier,
        subnets: subnets.map(([zone, cidr]) => ({ zone, cidr })),
      })),
    })),
  fc
    .uniqueArray(fc.constantFrom('g', 'h', 'i', 'z', ...LETTERS), { minLength: 1, maxLength: 6 })
    .map((letters) => (spec: SpecLike) => ({
      ...spec,
      zones: { names: letters.map((letter) => `us-east-1${letter}`) },
    })),
  fc.integer({ min: 16, max: 28 }).map((subnetPrefixLength) => (spec: SpecLike) => ({
    ...spec,
    tiers: spec.tiers.map((tier) => ({ ...tier, subnetPrefixLength })),
  })),
  many.map((octets) => (spec: SpecLike) => {
    const cidrs = [...new Set(octets)].map((octet) => `203.0.${octet}.0/24`);
    const ports = [80, 443, 8443].map((port) => ({ name: `p${port}`, port }));
    return { ...spec, securityGroups: { ...spec.securityGroups, alb: { ingress: { cidrs, ports } } } };
  }),
  fc
    .dictionary(fc.constantFrom('team', 'Team', 'TEAM', 'name', 'Landfall.dev/owner'), fc.constant('x'))
    .map((tags) => (spec: SpecLike) => ({ ...spec, tags })),
);

/** One fault hides another: most often there is at most one. */
const mostly = <T>(usual: T, odd: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: odd });
const subsetOf = <T>(values: readonly T[]) => fc.subarray([...values]);
const status = fc.record(
  {
    zones: subsetOf(FACTS.zones),
    subnets: fc.dictionary(
      fc.constantFrom(...TIERS),
      fc.array(
        fc.record({ zone: fc.constantFrom(...FACTS.zones), id: fc.constant('subnet-1'), cidr: block }),
        {
          maxLength: 2,
        },
      ),
    ),
  },
  { requiredKeys: [] },
);
const facts: fc.Arbitrary<RegionFacts> = fc.record({
  accountId: fc.constant(FACTS.accountId),
  partition: fc.constantFrom('aws', 'aws-cn'),
  zones: fc.oneof(fc.constant(FACTS.zones), subsetOf(FACTS.zones)),
  zoneIds: fc.constant(FACTS.zoneIds),
  prefixLists: fc.constantFrom<Record<string, string>>(FACTS.prefixLists, { s3: 'pl-1' }, {}),
  dhcpOptions: fc.constantFrom<readonly string[]>(FACTS.dhcpOptions, []),
  endpointServices: fc.option(
    fc
      .array(
        fc.tuple(
          fc.constantFrom(...INTERFACES, ...GATEWAYS),
          fc.constantFrom('Interface', 'Gateway'),
          subsetOf(FACTS.zones),
        ),
      )
      .map(
        (offers) =>
          new Map(offers.map(([name, type, zones]) => [name, new Map([[type, { name, zones }]])] as const)),
      ),
    { nil: undefined },
  ),
});
const defaultTags = fc.oneof(
  fc.constant({}),
  fc.constantFrom(
    { team: 'a', TEAM: 'b' },
    Object.fromEntries(LETTERS.map((letter) => [letter.repeat(9), 'x'])),
  ),
  fc.constant(Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`default-${index}`, 'x']))),
);

const oddSpecs: fc.Arbitrary<object> = fc.oneof(
  fc.tuple(specs, fc.array(twists, { maxLength: 2 })).map(([spec, list]) => ({
    accountRef: { name: 'main' },
    region: 'us-east-1',
    ...list.reduce((twisted, twist) => twist(twisted), spec),
  })),
  networkSpec,
);

/** Objects that the API server would store, and what the region and the status say of them. */
const stored = fc
  .record({
    spec: oddSpecs,
    status: mostly({}, status),
    facts: mostly(FACTS, facts),
    defaultTags: mostly({}, defaultTags),
    uid: fc.option(fc.uuid(), { nil: undefined }),
  })
  .map(({ spec, status: told, facts: known, defaultTags: given, uid }) => {
    const parsed = parseManifest('SecureVpc', {
      apiVersion: 'landfall.dev/v1alpha1',
      kind: 'SecureVpc',
      metadata: { name: 'net', namespace: 'team', ...(uid !== undefined && { uid }) },
      spec,
      status: told,
    });
    return {
      object: parsed.ok ? parsed.value : undefined,
      facts: known,
      account: account({ defaultTags: given }),
    };
  })
  .filter((made): made is typeof made & { object: SecureVpc } => made.object !== undefined);

const tally = { compiled: 0, fields: new Set<string>() };

describe('any spec that the schema takes', () => {
  property(
    'compiles, or is refused with a reason and a message that names a field of the spec',
    600,
    stored,
    ({ object, ...more }) => {
      try {
        compileSecureVpc(inputFor(object, more));
        tally.compiled += 1;
      } catch (error) {
        if (!(error instanceof Terminal)) throw error;
        expect(['InvalidSpec', 'ReplacementNeeded']).toContain(error.reason);
        expect(error.message).toMatch(/\bspec\.[a-z]/i);
        expect(error.message.length).toBeGreaterThan(40);
        const field = /\bspec\.[\w.]+(\[[^\]]*\]\.?\w*)?/.exec(error.message)?.[0] ?? '';
        tally.fields.add(field.replace(/\[[^\]]*\]/, '[]'));
      }
    },
  );

  it('was tried with specs of both sorts: some compile, many different fields are refused', () => {
    expect(tally.compiled).toBeGreaterThan(60);
    expect(tally.fields.size, [...tally.fields].join()).toBeGreaterThan(6);
  });
});
