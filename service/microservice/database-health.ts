import { z } from 'zod';
import { allWell, healthOfAll } from '../http/probes.ts';
import { route, type Route } from '../http/route.ts';
import { type Store, StoreHealth } from '../stores/store.ts';

const DatabaseHealth = z
  .object({
    status: z.enum(['healthy', 'unhealthy']),
    databases: z.record(z.string(), StoreHealth),
  })
  .meta({ id: 'DatabaseHealth' });

/** How each store is; one that is not configured is `disabled`, and nothing is wrong with that. */
export function databaseHealth(names: readonly Store['name'][], stores: readonly Store[]): Route {
  return route(
    {
      method: 'get',
      path: '/database/health',
      id: 'databaseHealth',
      tag: 'Databases',
      summary: 'How each store is, with the time that it took to answer',
      answers: {
        200: { description: 'All that are configured work.', schema: DatabaseHealth },
        503: { description: 'One that is configured does not work.', schema: DatabaseHealth },
      },
    },
    async () => {
      const databases = await healthOfAll(names, stores);
      const well = allWell(databases);
      return { status: well ? 200 : 503, body: { status: well ? 'healthy' : 'unhealthy', databases } };
    },
  );
}
