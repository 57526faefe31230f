import { errorCode, interpret } from '../aws/errors.ts';
import { Terminal, Waiting } from '../errors.ts';
import { titleOf, type Found } from './manifests.ts';
import type { Failure } from './usage.ts';

/** An error of reading or compiling as a failure at the object's place. Bugs of the program are thrown on. */
export function failureOf({ place, value }: Found<Parameters<typeof titleOf>[0]>, error: unknown): Failure {
  const at = { ...place, object: titleOf(value) };
  if (error instanceof Terminal || error instanceof Waiting)
    return { ...at, reason: error.reason, message: error.message };
  if (errorCode(error) === undefined) throw error;
  const { reason, message } = interpret(error);
  return { ...at, reason, message };
}
