import { probes } from '../http/probes.ts';
import type { Store } from '../stores/store.ts';
import type { Surroundings, Workload } from '../workload.ts';
import { about, type Tally } from './about.ts';

/** The stores that a microservice may have. */
const NAMES: readonly Store['name'][] = ['postgresql', 'dynamodb', 'redis'];

/** The microservice: provider, consumer or both, by its environment. */
export function microservice({ config, isDraining }: Surroundings): Workload {
  const stores: Store[] = [];
  const tally: Tally = { total: 0, errors: 0 };
  return {
    title: 'Microservice',
    description:
      'Provider or consumer of the platform, with users, sessions and a cache where it has their stores.',
    stores,
    routes: [
      ...probes({ names: NAMES, stores, isDraining }),
      ...about({ config, names: NAMES, stores, tally }),
    ],
    observe: ({ status }) => {
      tally.total += 1;
      if (status >= 500) tally.errors += 1;
    },
  };
}
