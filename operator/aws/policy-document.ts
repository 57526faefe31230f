/**
 * A policy's JSON in one spelling, so that equal policies compare equal: IAM answers URL-encoded, and neither the
 * order of keys nor that of statements, actions, resources or principals means anything.
 */
export function canonicalPolicy(document: string): string {
  if (document === '') return '';
  const text = document.startsWith('%') ? decodeURIComponent(document) : document;
  return JSON.stringify(sorted(JSON.parse(text)));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    const [first, ...rest] = value.map(sorted);
    if (rest.length === 0) return first ?? [];
    return [first, ...rest].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, item]) => [key, sorted(item)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether a policy allows everybody everything, which is what AWS gives an endpoint that was made without one. */
export function isEverything(document: string): boolean {
  if (document === '') return true;
  const { Statement } = JSON.parse(canonicalPolicy(document)) as { Statement?: Record<string, unknown> };
  const { Effect, Principal, Action, Resource, ...more } = Statement ?? {};
  const open = Effect === 'Allow' && Principal === '*' && Action === '*' && Resource === '*';
  return open && Object.keys(more).every((key) => key === 'Sid');
}
