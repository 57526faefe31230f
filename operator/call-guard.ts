import { isThrottledCode } from './aws/errors.ts';
import type { CallGuard } from './aws/guard.ts';
import { awsRate, type Throttle } from './aws/throttle.ts';
import type { Metrics } from './metrics.ts';

export interface CallGuardOptions {
  readonly throttle: Throttle;
  readonly metrics: Metrics;
  /** Throws unless this process surely leads. */
  readonly assertLeading: () => void;
}

/** Every call to AWS waits for its bucket, every write for the lease, and all are counted. */
export function createCallGuard(options: CallGuardOptions): CallGuard {
  const { throttle, metrics, assertLeading } = options;
  return {
    async before({ accountId, region, service, action, write }) {
      await throttle.take([accountId, region, service, action].join('/'), awsRate(service, action, write));
      if (write) assertLeading();
    },
    sending({ write }) {
      if (write) assertLeading();
    },
    after({ service, action }, result, durationMs) {
      metrics.awsCalls.inc({ service, action, result });
      metrics.awsLatency.observe({ service }, durationMs / 1000);
      if (isThrottledCode(result)) metrics.awsThrottles.inc({ service, action });
    },
  };
}
