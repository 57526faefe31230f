import { callsOf } from './fewest-calls.ts';
import { floorOf } from './floor.ts';
import { measure, type Result } from './measure.ts';
import { round } from './round.ts';
import { NETWORKS } from './subjects.ts';

/** A run against AWS's own token buckets, beside the least time that these let it take. */
export interface WithBuckets extends Result {
  readonly scale: number;
  readonly slowestBucket: string;
  readonly callsToIt: number;
  readonly floorSeconds: number;
  readonly overFloor: number;
}

/** Makes so many networks against AWS's buckets times `scale`: how near to what these let through at all? */
export async function measureWithBuckets(networks: number, scale: number): Promise<WithBuckets> {
  const result = await measure(NETWORKS, networks, { scale, watch: false });
  const fewest = callsOf(NETWORKS.fewest);
  const needed = new Map([...fewest].map(([action, calls]) => [action, calls * networks]));
  const floor = floorOf(needed, scale);
  return {
    ...result,
    scale,
    slowestBucket: floor.action,
    callsToIt: floor.calls,
    floorSeconds: round(floor.seconds),
    overFloor: round(result.wallSeconds / floor.seconds),
  };
}
