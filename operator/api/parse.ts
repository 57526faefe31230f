import type { z } from 'zod';
import { type Kind, KINDS, type KindTypes } from './kinds.ts';

/** One thing that is wrong with a manifest. */
export interface ManifestIssue {
  /** The field, as `spec.tiers[0].name`; empty for the whole object. */
  readonly path: string;
  /** What the manifest has there; undefined where it has nothing. */
  readonly value: unknown;
  /** What is wrong and what to do, in the words of the API server. */
  readonly message: string;
}

export type ParseResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly ManifestIssue[] };

/**
 * Checks an object against its kind and fills in every default: those that the API server fills in too, and
 * those inside of list items, which it does not (see `crd.ts`). So the operator parses what it reads. Rules
 * about a change of an existing object are the only ones that need the API server.
 */
export function parseManifest<K extends Kind>(kind: K, object: unknown): ParseResult<KindTypes[K]> {
  const parsed = KINDS[kind].schema.safeParse(object);
  if (parsed.success) return { ok: true, value: parsed.data as KindTypes[K] };
  return { ok: false, issues: parsed.error.issues.flatMap((issue) => describe(issue, object)) };
}

/** One issue as a line: field, value and what to do. */
export function formatIssue(issue: ManifestIssue): string {
  const shown =
    issue.value === null || typeof issue.value !== 'object' ? JSON.stringify(issue.value) : undefined;
  const value = shown === undefined || issue.message.includes(shown.replaceAll('"', '')) ? '' : ` ${shown}:`;
  return `${issue.path === '' ? 'manifest' : issue.path}:${value} ${issue.message}`;
}

function describe(issue: z.core.$ZodIssue, object: unknown): ManifestIssue[] {
  const value = valueAt(object, issue.path);
  const path = fieldPath(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const field = fieldPath([...issue.path, key]);
      return {
        path: field,
        value: valueAt(value, [key]),
        message: `unknown field "${field}": remove it, or correct its name`,
      };
    });
  }
  return [{ path, value, message: messageOf(issue, value) }];
}

// The words are those of apiextensions-apiserver, so that a search for one finds the other.
function messageOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === 'invalid_type') {
    return value === undefined
      ? 'Required value'
      : `must be of type ${typeNames[issue.expected] ?? issue.expected}`;
  }
  if (issue.code === 'invalid_value') {
    if (value === undefined) return 'Required value';
    const supported = issue.values.map((one) => JSON.stringify(String(one))).join(', ');
    return `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported}`;
  }
  if (issue.code === 'too_big') {
    if (issue.origin === 'string') return `Too long: may not be more than ${issue.maximum} bytes`;
    if (issue.origin === 'array')
      return `Too many: ${sizeOf(value)}: must have at most ${issue.maximum} items`;
    return `should be less than or equal to ${issue.maximum}`;
  }
  if (issue.code === 'too_small') {
    if (issue.origin === 'string') return `should be at least ${issue.minimum} chars long`;
    if (issue.origin === 'array') return `should have at least ${issue.minimum} items`;
    return `should be greater than or equal to ${issue.minimum}`;
  }
  return issue.message;
}

const typeNames: Readonly<Record<string, string>> = { number: 'integer', int: 'integer', record: 'object' };

function sizeOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

function fieldPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}

function valueAt(object: unknown, path: readonly PropertyKey[]): unknown {
  let value = object;
  for (const key of path) {
    if (value === null || typeof value !== 'object') return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}
