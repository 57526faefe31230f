import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Everything that /metrics shows. */
export interface Metrics {
  readonly registry: Registry;
  readonly awsCalls: Counter<'service' | 'action' | 'result'>;
  readonly awsThrottles: Counter<'service' | 'action'>;
  readonly awsLatency: Histogram<'service'>;
  readonly clusterCalls: Counter<'verb' | 'resource' | 'result'>;
  readonly reconciles: Histogram<'kind' | 'result'>;
  readonly driftRepairs: Counter<'kind' | 'type'>;
  readonly queueDepth: Gauge;
  readonly resources: Gauge<'kind' | 'ready'>;
  readonly leader: Gauge;
}

/** Makes the metrics of a process. Durations are in seconds. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    awsCalls: new Counter({
      name: 'landfall_aws_calls_total',
      help: 'Calls to AWS, retries included.',
      labelNames: ['service', 'action', 'result'],
      registers,
    }),
    awsThrottles: new Counter({
      name: 'landfall_aws_throttles_total',
      help: 'Calls that AWS refused because they came too fast.',
      labelNames: ['service', 'action'],
      registers,
    }),
    awsLatency: new Histogram({
      name: 'landfall_aws_call_seconds',
      help: 'Time until AWS answered.',
      labelNames: ['service'],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    clusterCalls: new Counter({
      name: 'landfall_cluster_calls_total',
      help: 'Calls to the API server for what is made in the cluster itself.',
      labelNames: ['verb', 'resource', 'result'],
      registers,
    }),
    reconciles: new Histogram({
      name: 'landfall_reconcile_seconds',
      help: 'Time of one pass over a resource.',
      labelNames: ['kind', 'result'],
      buckets: [0.01, 0.05, 0.25, 1, 5, 15, 60],
      registers,
    }),
    driftRepairs: new Counter({
      name: 'landfall_drift_repairs_total',
      help: 'Things put back that somebody changed outside Git.',
      labelNames: ['kind', 'type'],
      registers,
    }),
    queueDepth: new Gauge({
      name: 'landfall_queue_depth',
      help: 'Resources that are due and wait for a worker.',
      registers,
    }),
    resources: new Gauge({
      name: 'landfall_resources',
      help: 'Resources by kind and readiness.',
      labelNames: ['kind', 'ready'],
      registers,
    }),
    leader: new Gauge({ name: 'landfall_leader', help: '1 while this process leads.', registers }),
  };
}
