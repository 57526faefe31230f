import { z } from 'zod';
import type { Consumer } from '../../config.ts';
import { Problem } from '../../http/problem.ts';
import { ok, route, type Route } from '../../http/route.ts';
import { clientOf } from './client.ts';

const ServiceList = z
  .object({
    services: z.array(
      z.object({
        name: z.string(),
        url: z.string(),
        circuit: z.enum(['closed', 'open', 'half-open']).meta({
          description:
            'closed: it is called; open: it has failed and is left alone; half-open: the next call shows.',
        }),
      }),
    ),
  })
  .meta({ id: 'ServiceList' });

const CallResult = z
  .object({
    service: z.string(),
    status: z.int().meta({ description: 'What it answered with.' }),
    attempts: z.int(),
    durationMs: z.number(),
    response: z.unknown().meta({ description: 'The JSON that it answered.' }),
  })
  .meta({ id: 'CallResult' });

/** The services that this one may call, and how they are called. */
export function callRoutes(consumers: readonly Consumer[]): Route[] {
  const clients = new Map(consumers.map((consumer) => [consumer.name, clientOf(consumer)]));
  return [
    route(
      {
        method: 'get',
        path: '/services',
        id: 'services',
        tag: 'Services',
        summary: 'The services that this one may call: CONSUMER_SERVICES',
        answers: { 200: { description: 'The services.', schema: ServiceList } },
      },
      () =>
        ok({
          services: [...clients.values()].map((client) => ({
            ...client.consumer,
            circuit: client.circuit(),
          })),
        }),
    ),
    route(
      {
        method: 'post',
        path: '/call/{service}',
        id: 'callService',
        tag: 'Services',
        summary:
          'Calls another service: what is sent goes to its POST /hello, with the request id of this one',
        params: z.object({
          service: z.string().meta({ description: 'Its name in CONSUMER_SERVICES.', example: 'api-service' }),
        }),
        body: z.unknown().meta({ description: 'Any JSON.', example: { action: 'get_data' } }),
        waits: true,
        answers: { 200: { description: 'What it answered.', schema: CallResult } },
        problems: [404, 502],
      },
      async ({ params: { service }, body, request: { id: requestId, signal } }) => {
        const client = clients.get(service);
        if (!client) throw new Problem(404, `No service ${JSON.stringify(service)} is in CONSUMER_SERVICES.`);
        const started = performance.now();
        const called = await client.call({ body, requestId, signal });
        return ok({
          service,
          ...called,
          durationMs: Math.round((performance.now() - started) * 1000) / 1000,
        });
      },
    ),
  ];
}
