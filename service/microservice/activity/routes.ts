import { z } from 'zod';
import { cursorOf } from '../../http/cursor.ts';
import { ok, route, type Route } from '../../http/route.ts';
import { configured } from '../../stores/schema.ts';
import { UserPath } from '../users/schema.ts';
import { placeOf } from './cursor.ts';
import type { Activity } from './store.ts';

const LIMIT = 'must be a whole number from 1 to 100';
const CURSOR = 'must be the next_cursor of an answer';

const Query = z.strictObject({
  limit: z.coerce.number(LIMIT).int(LIMIT).min(1, LIMIT).max(100, LIMIT).default(20),
  cursor: z
    .string(CURSOR)
    .max(500, CURSOR)
    .transform((text, context) => {
      const place = placeOf(text);
      if (place) return place;
      context.addIssue(CURSOR);
      return z.NEVER;
    })
    .optional()
    .meta({ description: 'The next_cursor of the page before.' }),
});

const UserActivity = z
  .object({
    user_id: z.guid(),
    activities: z.array(
      z.object({
        action: z.string(),
        timestamp: z.iso.datetime(),
        details: z.record(z.string(), z.unknown()),
      }),
    ),
    next_cursor: z.string().optional().meta({ description: 'Only where there is more.' }),
  })
  .meta({ id: 'UserActivity' });

/** What users did; `activity` is undefined where no table is configured. */
export function activityRoute(activity: Activity | undefined): Route {
  return route(
    {
      method: 'get',
      path: '/database/users/{id}/activity',
      id: 'listActivity',
      tag: 'Users',
      summary: 'What a user did in the last thirty days, the latest first',
      description:
        'A user whom nobody knows has done nothing. What was done a moment ago may be missing still.',
      params: UserPath,
      query: Query,
      answers: { 200: { description: 'A page of it.', schema: UserActivity } },
      waits: true,
    },
    async ({ params: { id }, query: { limit, cursor }, request }) => {
      const { acts, next } = await configured(activity, 'dynamodb').list(id, limit, cursor, request.signal);
      return ok({ user_id: id, activities: acts, ...(next && { next_cursor: cursorOf(next) }) });
    },
  );
}
