import { z } from 'zod';
import { cursorOf, placeIn } from '../../http/cursor.ts';
import { type Company, Id } from './company.ts';

type Place = Pick<Company, 'id' | 'submittedDate'>;

const Place = z.tuple([z.iso.datetime(), Id]);

/** Where a page ended, as text that is handed back for the next one. */
export function cursorAfter({ id, submittedDate }: Place): string {
  return cursorOf([submittedDate, id]);
}

/** What {@link cursorAfter} made. */
export const Cursor = z
  .string('must be the nextCursor of a page')
  .max(200, 'must be the nextCursor of a page')
  .transform((text, context): Place => {
    const place = Place.safeParse(placeIn(text));
    if (place.success) return { submittedDate: place.data[0], id: place.data[1] };
    context.addIssue('must be the nextCursor of a page');
    return z.NEVER;
  });
