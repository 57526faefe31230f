import { z } from 'zod';

/** After which activity a page begins: its key, and its time in milliseconds since 1970, as the index has it. */
export const Place = z.tuple([z.string().regex(/^activity#[0-9a-f-]{36}$/), z.string().regex(/^\d{1,15}$/)]);

export type Place = z.infer<typeof Place>;

/** A place as a text that whoever asks hands back as it is. */
export function cursorOf(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** The place that a cursor means; undefined where it is none that `cursorOf` gave. */
export function placeOf(cursor: string): Place | undefined {
  try {
    return Place.safeParse(JSON.parse(Buffer.from(cursor, 'base64url').toString())).data;
  } catch {
    return undefined;
  }
}
