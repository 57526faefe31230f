import { isThrottledCode } from './aws/errors.ts';
import type { CallGuard } from './aws/guard.ts';
import { bucketsOf, type Throttle } from './aws/throttle.ts';
import type { Metrics } from './metrics.ts';

export interface CallGuardOptions {
  readonly throttle: Throttle;
  readonly metrics: Metrics;
  /** Throws unless this process surely leads. */
  readonly assertLeading: () => void;
}

/** Every call to AWS waits for its buckets, every write for the lease, and all are counted. */
export function createCallGuard(options: CallGuardOptions): CallGuard {
  const { throttle, metrics, assertLeading } = options;
  return {
    async before(call) {
      for (const [key, rate] of bucketsOf(call)) await throttle.take(key, rate);
      if (call.write) assertLeading();
    },
    sending({ write }) {
      if (write) assertLeading();
    },
    after(call, result, durationMs) {
      const { service, action } = call;
      metrics.awsCalls.inc({ service, action, result });
      metrics.awsLatency.observe({ service }, durationMs / 1000);
      if (!isThrottledCode(result)) return;
      for (const [key] of bucketsOf(call)) throttle.empty(key);
      metrics.awsThrottles.inc({ service, action });
    },
  };
}
