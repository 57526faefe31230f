import { round } from './round.ts';
import { onStage } from './stage.ts';
import { PLATFORMS } from './subjects.ts';

/** A third of what AWS takes, in seconds; of a task each of its two steps. */
const LOAD_BALANCER = 50;
const ENDPOINT = 20;
const TASK_STEP = 7;
const TARGET = 10;
/** A third of how often the operator looks whether AWS is done. */
const POLL = 1.7;

/** What takes AWS longest of a platform, one after the other; all the rest goes on beside it. */
export const WAITS = [
  { what: 'the load balancer is active; no endpoint service is made on it before', seconds: LOAD_BALANCER },
  { what: 'the endpoint that the provider accepted is available', seconds: ENDPOINT },
] as const;

/** How long one platform takes where AWS takes its time. */
export interface InTime {
  readonly wallSeconds: number;
  /** What AWS alone takes: nobody is faster. */
  readonly leastSeconds: number;
  /** The wall time beside it. */
  readonly overLeast: number;
}

/** Makes a platform while AWS takes its time as it does, a third of it: what it takes is waited for at once, and once. */
export async function measureInTime(): Promise<InTime> {
  const seconds = { LOAD_BALANCER, ENDPOINT, TASK: TASK_STEP, TARGET };
  const aws = Object.entries(seconds).map(([name, value]) => [`LANDFALL_AWS_${name}_SECONDS`, String(value)]);
  const env = { LANDFALL_AWS_RATE_SCALE: '0', LANDFALL_POLL_SECONDS: String(POLL) };
  return onStage(
    PLATFORMS,
    env,
    async ({ make }) => {
      const wallSeconds = await make(1);
      const leastSeconds = WAITS.reduce((sum, wait) => sum + wait.seconds, 0);
      return {
        wallSeconds: round(wallSeconds),
        leastSeconds,
        overLeast: round(wallSeconds / leastSeconds),
      };
    },
    Object.fromEntries(aws),
  );
}
