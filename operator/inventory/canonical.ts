import { createHash } from 'node:crypto';

/** A value as text in which neither the order of keys nor that of lists counts: AWS keeps neither. */
export function canonical(value: unknown): string {
  if (value instanceof Date) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`);
    return `{${entries.sort().join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** A short fingerprint of a record; two that differ mean that something changed. */
export function fingerprint(record: unknown): string {
  return createHash('sha1').update(canonical(record)).digest('base64');
}

/**
 * Whether everything that `expected` says holds in `shown`. What only `shown` has (AWS adds fields that no write
 * names) and the order of lists do not count; nothing, an empty text and an empty list are the same.
 */
export function bearsOut(shown: unknown, expected: unknown): boolean {
  if (isNothing(expected)) return isNothing(shown);
  if (Array.isArray(expected)) {
    if (!Array.isArray(shown) || shown.length !== expected.length) return false;
    const left: unknown[] = [...shown];
    return expected.every((item) => {
      const at = left.findIndex((candidate) => bearsOut(candidate, item));
      if (at >= 0) left.splice(at, 1);
      return at >= 0;
    });
  }
  if (expected instanceof Date || typeof expected !== 'object' || expected === null)
    return canonical(shown) === canonical(expected);
  if (typeof shown !== 'object' || shown === null) return false;
  const fields = shown as Readonly<Record<string, unknown>>;
  return Object.entries(expected).every(([key, value]) => bearsOut(fields[key], value));
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}
