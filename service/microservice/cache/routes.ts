import { z } from 'zod';
import { Problem } from '../../http/problem.ts';
import { ok, route, type Route } from '../../http/route.ts';
import { wholeNumber } from '../../http/whole.ts';
import type { RedisStore } from '../../stores/redis.ts';
import { configured } from '../../stores/schema.ts';

const YEAR = 31_536_000;

const params = z.object({
  key: z
    .string()
    .regex(/^[A-Za-z0-9._:-]{1,200}$/, 'must have 1 to 200 letters, digits and . _ : -')
    .meta({ example: 'greeting' }),
});

const Entry = z
  .object({
    key: z.string(),
    value: z.unknown().meta({ description: 'Any JSON.' }),
    ttl: z.int().meta({ description: 'Seconds that are left.' }),
  })
  .meta({ id: 'CacheEntry' });

const shared = { path: '/database/cache/{key}', tag: 'Cache', params, waits: true } as const;

/** A cache of JSON by key. `service` keeps apart what several services have in one Redis. */
export function cacheRoutes(store: RedisStore | undefined, service: string): Route[] {
  const redis = () => configured(store, 'redis');
  const named = (key: string) => `${service}:cache:${key}`;
  const none = (key: string) => new Problem(404, `The cache has no ${key}.`);
  return [
    route(
      {
        ...shared,
        method: 'post',
        id: 'setCacheEntry',
        summary: 'Keeps a value, in place of the one before',
        query: z.object({
          ttl: wholeNumber({ least: 1, most: YEAR, fallback: 3600, of: 'seconds' }).meta({
            description: 'Seconds until it goes.',
          }),
        }),
        body: z.unknown().meta({ description: 'The value: any JSON.', example: { message: 'Hello Cache' } }),
        answers: { 201: { description: 'It is kept.', schema: Entry } },
      },
      async ({ params: { key }, query: { ttl }, body: value }) => {
        await redis().use((client) => client.set(named(key), JSON.stringify(value), 'EX', ttl));
        return { status: 201, body: { key, value, ttl } };
      },
    ),
    route(
      {
        ...shared,
        method: 'get',
        id: 'cacheEntry',
        summary: 'The value of a key',
        answers: { 200: { description: 'The value.', schema: Entry } },
        problems: [404],
      },
      async ({ params: { key } }) => {
        const [text, ttl] = await redis().use((client) =>
          Promise.all([client.get(named(key)), client.ttl(named(key))]),
        );
        // It may go between the two.
        if (text === null || ttl < 0) throw none(key);
        return ok({ key, value: JSON.parse(text) as unknown, ttl });
      },
    ),
    route(
      {
        ...shared,
        method: 'delete',
        id: 'deleteCacheEntry',
        summary: 'Forgets a value',
        answers: { 204: { description: 'It is gone.' } },
        problems: [404],
      },
      async ({ params: { key } }) => {
        const gone = await redis().use((client) => client.del(named(key)));
        if (gone === 0) throw none(key);
        return { status: 204 };
      },
    ),
  ];
}
