import { z } from 'zod';
import { type Store, StoreHealth } from '../stores/store.ts';
import { ok, route, type Route } from './route.ts';

const Health = z.object({ status: z.literal('healthy') }).meta({ id: 'Health' });

const Readiness = z
  .object({
    status: z.enum(['ready', 'not ready']),
    draining: z.boolean().meta({ description: 'Whether the process was told to end.' }),
    dependencies: z.record(z.string(), StoreHealth),
  })
  .meta({ id: 'Readiness' });

/** The health of each store by its name; `names` are those that the service could have. */
export async function healthOfAll(
  names: readonly Store['name'][],
  stores: readonly Store[],
): Promise<Record<string, StoreHealth>> {
  const all = names.map(async (name): Promise<[string, StoreHealth]> => [
    name,
    (await stores.find((store) => store.name === name)?.health()) ?? { status: 'disabled' },
  ]);
  return Object.fromEntries(await Promise.all(all));
}

/** Whether nothing that is configured is broken. */
export function allWell(health: Readonly<Record<string, StoreHealth>>): boolean {
  return Object.values(health).every(({ status }) => status !== 'unhealthy');
}

interface Probes {
  readonly names: readonly Store['name'][];
  readonly stores: readonly Store[];
  readonly isDraining: () => boolean;
}

/** What load balancers and kubelets ask: `/health`, whether the process lives, and `/ready`, whether it should be sent requests. */
export function probes({ names, stores, isDraining }: Probes): Route[] {
  return [
    route(
      {
        method: 'get',
        path: '/health',
        id: 'health',
        tag: 'Probes',
        summary: 'Whether the process lives, whatever its stores do',
        answers: { 200: { description: 'It lives.', schema: Health } },
        limited: false,
      },
      () => ok({ status: 'healthy' }),
    ),
    route(
      {
        method: 'get',
        path: '/ready',
        id: 'ready',
        tag: 'Probes',
        summary:
          'Whether requests should be sent here: no store that is configured is broken, and the process is not ending',
        answers: {
          200: { description: 'It is ready.', schema: Readiness },
          503: { description: 'It is not ready.', schema: Readiness },
        },
        limited: false,
      },
      async () => {
        const dependencies = await healthOfAll(names, stores);
        const draining = isDraining();
        const ready = allWell(dependencies) && !draining;
        return {
          status: ready ? 200 : 503,
          body: { status: ready ? 'ready' : 'not ready', draining, dependencies },
        };
      },
    ),
  ];
}
