import { documentPages } from '../http/docs.ts';
import { limiter } from '../http/limit.ts';
import { createMetrics } from '../http/metrics.ts';
import { probes } from '../http/probes.ts';
import { dynamoStore } from '../stores/dynamo.ts';
import { postgresStore } from '../stores/postgres.ts';
import { redisStore } from '../stores/redis.ts';
import type { Store } from '../stores/store.ts';
import type { Surroundings, Workload } from '../workload.ts';
import { about, type Tally } from './about.ts';
import { activityRoute } from './activity/routes.ts';
import { activityOf } from './activity/store.ts';
import { cacheRoutes } from './cache/routes.ts';
import { callRoutes } from './calls/routes.ts';
import { databaseHealth } from './database-health.ts';
import { sessionRoutes } from './sessions/routes.ts';
import { sessionsOf } from './sessions/store.ts';
import { userRoutes } from './users/routes.ts';
import { MIGRATIONS } from './users/schema.ts';
import { usersOf } from './users/store.ts';

/** The stores that a microservice may have. */
const NAMES: readonly Store['name'][] = ['postgresql', 'dynamodb', 'redis'];

/** The microservice: provider, consumer or both, by its environment. */
export function microservice({ config, log, isDraining }: Surroundings): Workload {
  const redis = config.redis && redisStore(config.redis, log);
  const { requestTimeoutMs } = config;
  const postgres =
    config.database &&
    postgresStore({ config: config.database, log, requestTimeoutMs, migrations: MIGRATIONS });
  const dynamo = config.dynamo && dynamoStore(config.dynamo);
  const activity = dynamo && activityOf(dynamo, log);
  const stores: Store[] = [postgres, dynamo, redis].filter((store) => store !== undefined);
  const metrics = config.metrics ? createMetrics() : undefined;
  const limit =
    config.rateLimit > 0
      ? limiter(
          { keyPrefix: `${config.name}:requests`, points: config.rateLimit, durationSeconds: 60 },
          redis,
        )
      : undefined;
  const tally: Tally = { total: 0, errors: 0 };
  return {
    title: 'Microservice',
    description:
      'Provider or consumer of the platform, with users, sessions and a cache where it has their stores.',
    stores,
    routes: [
      ...probes({ names: NAMES, stores, isDraining }),
      ...about({ config, names: NAMES, stores, tally }),
      ...callRoutes(config.consumers),
      ...cacheRoutes(redis, config.name),
      ...(metrics ? [metrics.route] : []),
      databaseHealth(NAMES, stores),
      ...userRoutes(postgres && usersOf(postgres), activity),
      activityRoute(activity),
      ...sessionRoutes(dynamo && sessionsOf(dynamo), activity),
    ],
    pages: documentPages,
    ...(limit ? { limit: (ip) => limit.consume(ip) } : {}),
    observe: (answer) => {
      metrics?.observe(answer);
      tally.total += 1;
      if (answer.status >= 500) tally.errors += 1;
    },
  };
}
