import type { Clock } from '../clock.ts';

/** A token bucket: `burst` calls at once, then `perSecond`. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/**
 * AWS's published rates per account, region and action, for the actions that Landfall calls and that have rates
 * of their own. Source: Amazon EC2 Developer Guide, "Request throttling for the Amazon EC2 API", table "Request
 * token bucket sizes and refill rates".
 */
const EC2_RATES: Readonly<Record<string, Rate>> = {
  CreateTags: { burst: 100, perSecond: 10 },
  DeleteTags: { burst: 100, perSecond: 10 },
  CreateVpcEndpoint: { burst: 4, perSecond: 0.3 },
  ModifyVpcEndpoint: { burst: 4, perSecond: 0.3 },
  DeleteVpcEndpoints: { burst: 4, perSecond: 0.3 },
  AcceptVpcEndpointConnections: { burst: 10, perSecond: 1 },
  RejectVpcEndpointConnections: { burst: 10, perSecond: 1 },
  CreateVpcEndpointServiceConfiguration: { burst: 10, perSecond: 1 },
  ModifyVpcEndpointServiceConfiguration: { burst: 10, perSecond: 1 },
  DeleteVpcEndpointServiceConfigurations: { burst: 10, perSecond: 1 },
  CreateNatGateway: { burst: 10, perSecond: 1 },
  DeleteNatGateway: { burst: 10, perSecond: 1 },
};
/** Same table: non-mutating actions. Every read of ours is filtered or paginated, so none is in the smaller class. */
const EC2_READ: Rate = { burst: 100, perSecond: 20 };
/** Same table: mutating actions, and equally the resource-intensive ones such as AuthorizeSecurityGroupIngress. */
const EC2_WRITE: Rate = { burst: 50, perSecond: 5 };
/** For services whose rates AWS does not publish (IAM), or publishes per action: a careful guess. */
const OTHER: Rate = { burst: 20, perSecond: 5 };

/** The rate that holds for an action when AWS's own limits are in force. */
export function awsRate(service: string, action: string, write: boolean): Rate {
  if (service !== 'ec2') return OTHER;
  return EC2_RATES[action] ?? (write ? EC2_WRITE : EC2_READ);
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** Token buckets by key. A caller waits for its turn; the order of asking is the order of going. */
export interface Throttle {
  take(key: string, rate: Rate): Promise<void>;
}

/** Makes the buckets of a process. `scale` multiplies every rate; 0 turns them off. */
export function createThrottle(clock: Clock, scale = 1): Throttle {
  const buckets = new Map<string, Bucket>();
  return {
    async take(key, rate) {
      if (scale === 0) return;
      const burst = Math.max(1, rate.burst * scale);
      const perMs = (rate.perSecond * scale) / 1000;
      const now = clock.now();
      const bucket = buckets.get(key) ?? { tokens: burst, filledAt: now };
      bucket.tokens = Math.min(burst, bucket.tokens + (now - bucket.filledAt) * perMs) - 1;
      bucket.filledAt = now;
      buckets.set(key, bucket);
      if (bucket.tokens >= 0) return;
      const waitMs = -bucket.tokens / perMs;
      await new Promise<void>((resolve) => clock.setTimeout(resolve, waitMs));
    },
  };
}
