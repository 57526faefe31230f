import { z } from 'zod';
import { setOf } from './fields.ts';
import { immutable, matches, type Rule, withRules } from './rule.ts';

/** How many instances there are where the spec does not say. */
export const INSTANCES = { min: 1, max: 4 } as const;

const instanceType = withRules(
  z.string().max(32),
  matches(
    '^[a-z][a-z0-9-]*[.][a-z0-9-]+$',
    '{self} is not a type of instance: write it as AWS does, for example t3.micro',
  ),
);

const figures = {
  instanceTypes: setOf(instanceType, 20)
    .min(1)
    .optional()
    .describe(
      'Types of instances, whichever of them is cheapest; of Spot, whichever is least likely to be taken away. Default: t3.micro, for ARM64 t4g.micro. A task has to find room on one.',
    ),
  minInstances: z.int().min(0).max(1000).optional().describe('The smallest number of instances. Default: 1.'),
  maxInstances: z.int().min(1).max(1000).optional().describe('The largest number of instances. Default: 4.'),
  desiredInstances: z
    .int()
    .min(0)
    .max(1000)
    .optional()
    .describe(
      'With how many instances it begins. From then on ECS says how many there are, by the room that tasks want. Default: the smallest number.',
    ),
  volumeGiB: z
    .int()
    .min(30)
    .max(16_384)
    .optional()
    .describe('GiB of the volume of an instance, encrypted and of type gp3. Default: 30.'),
  placementStrategies: z
    .array(z.enum(['SpreadZones', 'SpreadInstances', 'BinpackMemory', 'BinpackCpu', 'Random']))
    .min(1)
    .max(5)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe(
      'How tasks are distributed, in the order in which it counts: over zones, over instances, on as few instances as memory or CPU allows, or anyhow. Default: over zones, then over instances. Only with zones first does ECS spread tasks over them again when they have become uneven.',
    ),
} as const;

type Capacity = { readonly type: 'Fargate' | 'EC2' } & {
  readonly [F in keyof typeof figures]?: z.output<(typeof figures)[F]>;
};

const FIGURES = Object.keys(figures) as (keyof typeof figures)[];
/** Those that say what the instances are, not how tasks come to them. */
export const INSTANCE_FIGURES = FIGURES.filter((name) => name !== 'placementStrategies');
const strayFigure = (self: Capacity) =>
  self.type === 'EC2' ? undefined : FIGURES.find((name) => self[name] !== undefined);

/** CEL for the first of some fields that is given; the last where none is. */
export function firstCel(self: string, fields: readonly string[]): string {
  return fields
    .slice(0, -1)
    .reduceRight((rest, name) => `has(${self}.${name}) ? '${name}' : ${rest}`, `'${fields.at(-1) ?? ''}'`);
}

const min = ({ minInstances }: Capacity) => minInstances ?? INSTANCES.min;
const max = ({ maxInstances }: Capacity) => maxInstances ?? INSTANCES.max;
const MIN = `(has(self.minInstances) ? self.minInstances : ${INSTANCES.min})`;
const MAX = `(has(self.maxInstances) ? self.maxInstances : ${INSTANCES.max})`;
const shownBounds: Rule<Capacity>['show'] = {
  min: { cel: `string(${MIN})`, of: (self) => String(min(self)) },
  max: { cel: `string(${MAX})`, of: (self) => String(max(self)) },
};

const rules: readonly Rule<Capacity>[] = [
  {
    cel: `self.type == 'EC2' || (${FIGURES.map((name) => `!has(self.${name})`).join(' && ')})`,
    message:
      'capacity.{field} is for instances, which type Fargate has none of: set capacity.type to EC2, or take the field away',
    check: (self) => strayFigure(self) === undefined,
    show: {
      field: {
        cel: firstCel('self', FIGURES),
        of: (self) => strayFigure(self) ?? '',
      },
    },
  },
  {
    cel: `${MIN} <= ${MAX}`,
    message:
      'capacity: the smallest number of instances, {min}, is above the largest, {max}: lower minInstances, or raise maxInstances',
    check: (self) => min(self) <= max(self),
    show: shownBounds,
  },
  {
    cel: `!has(self.desiredInstances) || (self.desiredInstances >= ${MIN} && self.desiredInstances <= ${MAX})`,
    message:
      'capacity.desiredInstances has to be from {min} to {max}, which minInstances and maxInstances say or leave to their defaults: change it, or one of them',
    path: ['desiredInstances'],
    check: (self) =>
      self.desiredInstances === undefined ||
      (self.desiredInstances >= min(self) && self.desiredInstances <= max(self)),
    show: shownBounds,
  },
];

/** What tasks run on. */
export const CapacitySchema = withRules(
  z
    .strictObject({
      type: withRules(
        z
          .enum(['Fargate', 'EC2'])
          .default('Fargate')
          .describe(
            'Fargate runs each task by itself, with an interface of its own. EC2 runs tasks behind the ports of instances, in bridge mode, which an Auto Scaling group starts and ends as tasks want room. It cannot change later.',
          ),
        immutable('capacity.type', 'make a new EcsService with the other type and move over'),
      ),
      spotPercent: z
        .int()
        .min(0)
        .max(100)
        .default(0)
        .describe(
          'How many of a hundred tasks (Fargate) or instances (EC2) are of Spot, which costs less and which AWS may take away with two minutes’ notice.',
        ),
      ...figures,
    })
    .describe('What tasks run on.'),
  ...rules,
);
export type CapacitySpec = z.output<typeof CapacitySchema>;
