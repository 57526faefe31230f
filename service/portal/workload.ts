import type { Surroundings, Workload } from '../workload.ts';

/** The Company Registration Portal. */
export function portal({ redis }: Surroundings): Workload {
  return {
    title: 'Company Registration Portal',
    description: 'Companies register themselves; administrators see and decide.',
    names: ['mysql', 'redis'],
    stores: redis ? [redis] : [],
    routes: [],
  };
}
