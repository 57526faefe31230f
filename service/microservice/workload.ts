import type { Store } from '../stores/store.ts';
import type { Surroundings, Workload } from '../workload.ts';
import { about } from './about.ts';
import { cacheRoutes } from './cache/routes.ts';
import { callRoutes } from './calls/routes.ts';

const NAMES: readonly Store['name'][] = ['postgresql', 'dynamodb', 'redis'];

/** The microservice: provider, consumer or both, by its environment. */
export function microservice({ config, tally, redis }: Surroundings): Workload {
  const stores: Store[] = redis ? [redis] : [];
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
    ],
  };
}
