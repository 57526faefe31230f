import * as fc from 'fast-check';

/** The part of a spec that {@link specs} makes; all lists are keyed. */
export interface SpecLike {
  cidr: string;
  zones: { count: number } | { names: string[] };
  tiers: {
    name: string;
    subnetPrefixLength?: number;
    networkAcl?: string;
    subnets?: { zone: string; cidr: string }[];
  }[];
  securityGroups: Record<string, unknown>;
  endpoints: { service: string; tier?: string; privateDns?: string }[];
}

const INTERFACES = ['ecr.api', 'kms', 'logs', 'ssm'];
const GATEWAYS = ['dynamodb', 's3'];
const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f'];

const port = fc.oneof(fc.constantFrom(22, 80, 443, 3306, 5432, 6379), fc.integer({ min: 1, max: 65_535 }));
const ports = fc
  .uniqueArray(port, { maxLength: 3 })
  .map((numbers) => numbers.map((number) => ({ name: `port-${number}`, port: number })));
const cidrs = fc.uniqueArray(
  fc.constantFrom('0.0.0.0/0', '203.0.113.0/24', '198.51.100.0/25', '192.0.2.7/32', '10.0.0.0/8'),
  { minLength: 1, maxLength: 3 },
);
const adminCidrs = fc.uniqueArray(fc.constantFrom('203.0.113.0/24', '198.51.100.0/25', '192.0.2.7/32'), {
  minLength: 1,
});
const ranges = fc
  .uniqueArray(fc.tuple(port, fc.integer({ min: 0, max: 5000 })), {
    maxLength: 3,
    selector: ([from]) => from,
  })
  .map((list) =>
    list.map(([fromPort, width]) => ({
      name: `range-${fromPort}`,
      fromPort,
      toPort: Math.min(fromPort + width, 65_535),
    })),
  );

const securityGroups = fc.record(
  {
    alb: fc.record({ ingress: fc.record({ cidrs, ports }) }),
    ecs: fc.record({ ports: ranges }),
    data: fc.record({ ports }),
    endpoints: fc.constant({}),
    bastion: fc.record({ adminCidrs, port }),
  },
  { requiredKeys: [] },
);

/** Valid specs of all shapes: some tiers, some zones, some groups and the endpoints that these allow. */
export const specs: fc.Arbitrary<SpecLike> = fc
  .record({
    vpc: fc.integer({ min: 16, max: 22 }),
    base: fc.integer({ min: 0, max: 255 }),
    zones: fc.oneof(
      fc.record({ count: fc.integer({ min: 1, max: 6 }) }),
      fc.record({
        names: fc
          .uniqueArray(fc.constantFrom(...LETTERS), { minLength: 1 })
          .map((letters) => letters.map((letter) => `us-east-1${letter}`)),
      }),
    ),
    tierNames: fc.uniqueArray(fc.constantFrom('public', 'private', 'data'), { minLength: 1 }),
    smaller: fc.array(fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined }), {
      minLength: 3,
      maxLength: 3,
    }),
    open: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
    given: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
    securityGroups,
    gateways: fc.uniqueArray(fc.constantFrom(...GATEWAYS)),
    interfaces: fc.uniqueArray(fc.constantFrom(...INTERFACES)),
    homes: fc.array(fc.nat(), { minLength: INTERFACES.length, maxLength: INTERFACES.length }),
  })
  .map((made) => {
    const hasZoneA = 'count' in made.zones || made.zones.names.includes('us-east-1a');
    const tiers = made.tierNames.map((name, index) => ({
      name,
      ...(made.smaller[index] !== undefined && {
        subnetPrefixLength: Math.min(made.vpc + 6 + made.smaller[index], 28),
      }),
      networkAcl: made.open[index] ? 'None' : 'Strict',
      ...(made.given[index] &&
        hasZoneA && { subnets: [{ zone: 'a', cidr: farBlock(made.base, made.vpc, index) }] }),
    }));
    const homeOf = (index: number) =>
      made.tierNames[(made.homes[index] ?? 0) % made.tierNames.length] ?? 'private';
    const interfaces = 'endpoints' in made.securityGroups ? made.interfaces : [];
    return {
      cidr: `10.${made.base}.0.0/${made.vpc}`,
      zones: made.zones,
      tiers,
      securityGroups: made.securityGroups,
      endpoints: [
        ...made.gateways.map((service) => ({ service })),
        ...interfaces.map((service, index) => ({ service, tier: homeOf(index) })),
      ],
    };
  });

/** A block in the last eighth of the VPC, where no tier's slots are. */
function farBlock(base: number, vpc: number, index: number): string {
  const address = base * 2 ** 16 + (56 + index) * 2 ** (32 - vpc - 6);
  return `10.${[16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')}/${vpc + 6}`;
}

/** The spec with the items of all its lists in another order. */
export function shuffled(spec: SpecLike, order: readonly number[]): SpecLike {
  let next = 0;
  const shuffle = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      const keyed = value.map((item) => [order[next++ % order.length] ?? 0, shuffle(item)] as const);
      return keyed.sort(([a], [b]) => a - b).map(([, item]) => item);
    }
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shuffle(item)]));
  };
  return shuffle(spec) as SpecLike;
}

/** Endpoints that a spec could still get, in one of its tiers. */
export function furtherEndpoints(spec: SpecLike): SpecLike['endpoints'] {
  const missing = (services: readonly string[]) =>
    services.filter((service) => !spec.endpoints.some((endpoint) => endpoint.service === service));
  const interfaces = 'endpoints' in spec.securityGroups ? missing(INTERFACES) : [];
  return [
    ...missing(GATEWAYS).map((service) => ({ service })),
    ...interfaces.flatMap((service) => spec.tiers.map(({ name }) => ({ service, tier: name }))),
  ];
}
