/** A bucket of AWS: `burst` calls at once, then `perSecond`. */
interface Bucket {
  readonly burst: number;
  readonly perSecond: number;
}

/**
 * What AWS lets through, per account, region and action. Source: Amazon EC2 Developer Guide, "Request throttling for
 * the Amazon EC2 API", table "Request token bucket sizes and refill rates". Written down here once more: nothing in
 * this file may be derived from the operator, which is measured against it.
 */
const OWN_BUCKETS: Readonly<Record<string, Bucket>> = {
  CreateTags: { burst: 100, perSecond: 10 },
  CreateVpcEndpoint: { burst: 4, perSecond: 0.3 },
};
const WRITES: Bucket = { burst: 50, perSecond: 5 };

/** The least time that calls take, in seconds, and the action whose bucket decides it. */
export interface Floor {
  readonly action: string;
  readonly calls: number;
  readonly seconds: number;
}

/** The arithmetic floor of the slowest bucket for so many writes of EC2 by action; `scale` multiplies AWS's figures. */
export function floorOf(writes: ReadonlyMap<string, number>, scale: number): Floor {
  const floors = [...writes].map(([action, calls]): Floor => {
    const { burst, perSecond } = OWN_BUCKETS[action] ?? WRITES;
    return { action, calls, seconds: Math.max(0, calls - burst * scale) / (perSecond * scale) };
  });
  const [slowest] = floors.sort((a, b) => b.seconds - a.seconds);
  if (!slowest) throw new Error('no writes');
  return slowest;
}
