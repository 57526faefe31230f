import { z } from 'zod';
import { cursorLike, cursorOf } from '../../http/cursor.ts';
import { ok, route, type Route } from '../../http/route.ts';
import { wholeNumber } from '../../http/whole.ts';
import { configured } from '../../stores/schema.ts';
import { UserPath } from '../users/schema.ts';
import type { Activity } from './store.ts';

const Query = z.strictObject({
  limit: wholeNumber({ least: 1, most: 100, fallback: 20 }),
  cursor: cursorLike('[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'must be the next_cursor of an answer')
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
