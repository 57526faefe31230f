import { z } from 'zod';
import { placeIn } from '../../http/cursor.ts';

/** After which activity a page begins: its key, and its time in milliseconds since 1970, as the index has it. */
export const Place = z.tuple([z.string().regex(/^activity#[0-9a-f-]{36}$/), z.string().regex(/^\d{1,15}$/)]);

export type Place = z.infer<typeof Place>;

/** The place that a cursor means; undefined where it is none that was given. */
export function placeOf(cursor: string): Place | undefined {
  return Place.safeParse(placeIn(cursor)).data;
}
