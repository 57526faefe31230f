import type { z } from 'zod';
import { type FieldError, invalid } from './problem.ts';
import type { Operation } from './route.ts';

interface Raw {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** The parts of a request as the operation wants them, `undefined` where it has none. Throws a problem with every field that is wrong. */
export function partsOf(operation: Operation, raw: Raw): Raw {
  const errors: FieldError[] = [];
  const check = (schema: z.ZodType | undefined, value: unknown, whole: string) => {
    if (!schema) return undefined;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) {
      const path = [...issue.path.map(String), ...(issue.code === 'unrecognized_keys' ? issue.keys : [])];
      errors.push({
        field: path.join('.') || whole,
        message: issue.code === 'unrecognized_keys' ? 'is not known' : issue.message,
      });
    }
    return undefined;
  };
  const parts = {
    params: check(operation.params, raw.params, 'path'),
    query: check(operation.query, raw.query, 'query'),
    body: check(operation.body, raw.body, 'body'),
  };
  if (errors.length > 0) throw invalid(errors);
  return parts;
}
