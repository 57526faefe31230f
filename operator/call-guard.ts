import { isThrottledCode } from './aws/errors.ts';
import type { AwsCall, CallGuard } from './aws/guard.ts';
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
  const bucketOf = ({ accountId, region, service, action }: AwsCall) =>
    [accountId, region, service, action].join('/');
  return {
    async before(call) {
      const { service, action, write } = call;
      await throttle.take(bucketOf(call), awsRate(service, action, write));
      if (write) assertLeading();
    },
    sending({ write }) {
      if (write) assertLeading();
    },
    after(call, result, durationMs) {
      const { service, action } = call;
      metrics.awsCalls.inc({ service, action, result });
      metrics.awsLatency.observe({ service }, durationMs / 1000);
      if (!isThrottledCode(result)) return;
      throttle.empty(bucketOf(call));
      metrics.awsThrottles.inc({ service, action });
    },
  };
}
