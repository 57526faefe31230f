import type { StructuralSchema } from '../../../../operator/api/crd.ts';

/** The schema of a field, by its path. */
export function schemaAt(spec: StructuralSchema, path: string): StructuralSchema {
  return stepsOf(path).reduce<StructuralSchema>((schema, step) => {
    const object = schema.properties ? schema : (schema.items ?? schema);
    const inner = object.properties?.[step];
    if (!inner) throw new Error(`no ${step} on the way to ${path}`);
    return inner;
  }, spec);
}

/** Values that differ, as a field may have them; nobody checks them. */
export function valuesFor({ type, enum: choices, items, ...schema }: StructuralSchema): unknown[] {
  if (choices) return [...choices];
  if (type === 'integer' || type === 'number') return [schema.minimum ?? 1, (schema.minimum ?? 1) + 1, 4000];
  if (type === 'boolean') return [true, false];
  if (type === 'array') return [[], valuesFor(items ?? {}).slice(0, 1), valuesFor(items ?? {})];
  if (type === 'object') return [{}, { one: 'other' }];
  return ['10.20.0.0/16', 'others', '12'];
}

/** A copy of a spec in which one field is another: in a list that of its first item. */
export function withField<T extends object>(spec: T, path: string, value: unknown): T {
  const copy = structuredClone(spec);
  const steps = stepsOf(path);
  let at: Record<string, unknown> = copy as Record<string, unknown>;
  const listed = new Set(
    path
      .split('.')
      .filter((step) => step.endsWith('[]'))
      .map((step) => step.slice(0, -2)),
  );
  for (const step of steps.slice(0, -1)) {
    const inner = (at[step] ??= listed.has(step) ? [{}] : {}) as Record<string, unknown> | object[];
    if (Array.isArray(inner) && inner.length === 0) inner.push({});
    at = (Array.isArray(inner) ? inner[0] : inner) as Record<string, unknown>;
  }
  at[steps.at(-1) ?? ''] = value;
  return copy;
}

function stepsOf(path: string): string[] {
  return path
    .split('.')
    .slice(1)
    .map((step) => step.replace('[]', ''));
}
