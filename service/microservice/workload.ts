import { postgresStore } from '../stores/postgres.ts';
import type { Store } from '../stores/store.ts';
import type { Surroundings, Workload } from '../workload.ts';
import { about } from './about.ts';
import { activityRoute } from './activity/routes.ts';
import { cacheRoutes } from './cache/routes.ts';
import { callRoutes } from './calls/routes.ts';
import { databaseHealth } from './database-health.ts';
import { sessionRoutes } from './sessions/routes.ts';
import { userRoutes } from './users/routes.ts';
import { MIGRATIONS } from './users/schema.ts';
import { usersOf } from './users/store.ts';

const NAMES: readonly Store['name'][] = ['postgresql', 'dynamodb', 'redis'];

/** The microservice: provider, consumer or both, by its environment. */
export async function microservice({ config, log, tally, redis }: Surroundings): Promise<Workload> {
  const { database, requestTimeoutMs } = config;
  const postgres =
    database && postgresStore({ config: database, log, requestTimeoutMs, migrations: MIGRATIONS });
  // Without a table nobody pays for the client of DynamoDB: a fifth of the memory.
  const table = config.dynamo && (await import('./table.ts')).tableOf(config.dynamo, log);
  const stores: Store[] = [postgres, table?.store, redis].filter((store) => store !== undefined);
  return {
    title: 'Microservice',
    description:
      'Provider or consumer of the platform, with users, sessions and a cache where it has their stores.',
    names: NAMES,
    stores,
    routes: [
      ...about({ config, names: NAMES, stores, tally }),
      ...callRoutes(config.consumers),
      ...cacheRoutes(redis, config.name),
      databaseHealth(NAMES, stores),
      ...userRoutes(postgres && usersOf(postgres), table?.activity),
      activityRoute(table?.activity),
      ...sessionRoutes(table?.sessions, table?.activity),
    ],
  };
}
