/** A policy's JSON in one spelling, so that equal policies compare equal: IAM answers URL-encoded and reordered. */
export function canonicalPolicy(document: string): string {
  if (document === '') return '';
  const text = document.startsWith('%') ? decodeURIComponent(document) : document;
  return JSON.stringify(sorted(JSON.parse(text)));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 1 ? sorted(value[0]) : value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, item]) => [key, sorted(item)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
