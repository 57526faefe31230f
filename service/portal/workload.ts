import { probes } from '../http/probes.ts';
import type { Store } from '../stores/store.ts';
import type { Surroundings, Workload } from '../workload.ts';

/** The stores that the portal may have. */
const NAMES: readonly Store['name'][] = ['mysql', 'redis'];

/** The Company Registration Portal. */
export function portal({ isDraining }: Surroundings): Workload {
  const stores: Store[] = [];
  return {
    title: 'Company Registration Portal',
    description: 'Companies register themselves; administrators see and decide.',
    stores,
    routes: [...probes({ names: NAMES, stores, isDraining })],
  };
}
