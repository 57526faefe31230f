import { tagsOf } from '../../aws/tags.ts';

type Tagged = Parameters<typeof tagsOf>[0];

/** The name that people gave a thing; empty for none. */
export function nameOf(thing: Tagged): string {
  return tagsOf(thing)['Name'] ?? '';
}

/** An id with the name beside it, where there is one. */
export function titled(id: string | undefined, name: string | undefined): string {
  return name === undefined || name === '' ? (id ?? '') : `${id} (${name})`;
}
