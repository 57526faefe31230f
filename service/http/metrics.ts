import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { z } from 'zod';
import { route, type Route } from './route.ts';

/** Answers so far, for people; `errors` are those of status 500 and above. */
export interface Tally {
  total: number;
  errors: number;
}

/** Metrics of one service: the process, and what it answered. */
export interface Metrics {
  readonly registry: Registry;
  readonly route: Route;
  observe(answer: { method: string; path: string; status: number; seconds: number }): void;
}

/** Labels are of routes, not of what was asked, so that nobody can make as many as he likes. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer, by route; 499 where nobody waited for it',
    labelNames: ['method', 'path', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  return {
    registry,
    observe: ({ method, path, status, seconds }) =>
      requests.observe({ method: METHODS.has(method) ? method : 'other', path, status }, seconds),
    route: route(
      {
        method: 'get',
        path: '/metrics',
        id: 'metrics',
        tag: 'Probes',
        summary: 'Metrics for Prometheus',
        answers: { 200: { description: 'The metrics.', schema: z.string(), type: 'text/plain' } },
        limited: false,
      },
      async () => ({ status: 200, type: registry.contentType, body: await registry.metrics() }),
    ),
  };
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
