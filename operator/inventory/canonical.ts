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
