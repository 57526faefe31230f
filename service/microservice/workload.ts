import { documentPages } from '../http/docs.ts';
import { limiter } from '../http/limit.ts';
import { createMetrics } from '../http/metrics.ts';
import { probes } from '../http/probes.ts';
import { redisStore } from '../stores/redis.ts';
import type { Store } from '../stores/store.ts';
import type { Surroundings, Workload } from '../workload.ts';
import { about, type Tally } from './about.ts';
import { cacheRoutes } from './cache/routes.ts';
import { callRoutes } from './calls/routes.ts';

/** The stores that a microservice may have. */
const NAMES: readonly Store['name'][] = ['postgresql', 'dynamodb', 'redis'];

/** The microservice: provider, consumer or both, by its environment. */
export function microservice({ config, log, isDraining }: Surroundings): Workload {
  const redis = config.redis && redisStore(config.redis, log);
  const stores: Store[] = redis ? [redis] : [];
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
