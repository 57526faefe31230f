import { z } from 'zod';
import { LabelSchema, setOf } from './fields.ts';
import { immutable, keptOrNever, withRules } from './rule.ts';

/** A reference that keeps its first value, to an object of a kind that others may refer to; `field` is what it is called. */
export function fixedReferenceTo(kind: string, field: string) {
  const instead = `make a new object that refers to the other ${kind} and delete this one`;
  return withRules(
    z.strictObject({
      name: withRules(LabelSchema.describe(`Name of the ${kind}.`), immutable(`${field}.name`, instead)),
      namespace: withRules(
        LabelSchema.describe(
          `Namespace of the ${kind}; default that of this object. Another one has to let this one in, by \`allowReferencesFrom\`.`,
        ),
        immutable(`${field}.namespace`, instead),
      ).optional(),
    }),
    keptOrNever('namespace', `${field}.namespace`, instead),
  );
}

/** Who may refer to an object from outside of its namespace. */
export const allowReferencesFrom = setOf(LabelSchema, 100)
  .default([])
  .describe(
    'Other namespaces whose objects may refer to this one. Those of its own namespace always may. What refers to it already is refused when its namespace is taken off, and stays as it is.',
  );
