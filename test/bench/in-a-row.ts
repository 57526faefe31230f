import type { LedgerEntry } from '../../k8s-local/aws/admin-client.ts';
import { longestPath, type Step } from './longest-path.ts';
import { round } from './round.ts';
import { onStage } from './stage.ts';
import type { Subject } from './subjects.ts';

/** How long AWS takes for each call: long beside what the operator itself takes. */
export const LATENCY_SECONDS = 1;

/** How many calls wait for one another, of how many. */
export interface InARow {
  readonly calls: number;
  readonly wallSeconds: number;
  /** The wall time, in calls. */
  readonly callsInARow: number;
  readonly shareInARow: number;
  /** The length of the longest path. */
  readonly fewestInARow: number;
  readonly longestPath: readonly StepInTime[];
}

interface StepInTime {
  readonly node: string;
  /** Calls that had come one after the other when it was made; undefined of a read, and where its thing has no tags. */
  readonly callsBefore: number | undefined;
}

/** Makes one of a subject while each call takes the same time: the wall time counts the calls that come one after the other. */
export async function measureInARow(subject: Subject): Promise<InARow> {
  // What is waited for is read again at once, so that no pause counts as a call.
  const env = { LANDFALL_AWS_RATE_SCALE: '0', LANDFALL_POLL_SECONDS: '0.05' };
  return onStage(subject, env, async ({ aws, make }) => {
    const latencyMs = LATENCY_SECONDS * 1000;
    await aws.setDifficulty({ faults: [{ effect: 'slow', when: 'after', latencyMs, times: 0 }] });
    const began = Date.now();
    const wallSeconds = await make(1);
    const ledger = await aws.ledger();
    const path = await longestPath(subject);
    return {
      calls: ledger.length,
      wallSeconds: round(wallSeconds),
      callsInARow: round(wallSeconds / LATENCY_SECONDS),
      shareInARow: round(wallSeconds / LATENCY_SECONDS / ledger.length),
      fewestInARow: path.length,
      longestPath: path.map((step) => {
        const made =
          step.call === 'write' ? ledger.find((call) => call.write && isTagged(call, step)) : undefined;
        const seconds = made && (Date.parse(made.time) - began) / 1000;
        return {
          node: `${step.owner}: ${step.node}${step.call === 'read' ? ' is seen to be ready' : ''}`,
          callsBefore: seconds && round(seconds / LATENCY_SECONDS),
        };
      }),
    };
  });
}

/** Services spell tags in several ways, and in all of them the values are strings of their own. */
function isTagged({ params }: LedgerEntry, { owner, node }: Step): boolean {
  const text = JSON.stringify(params);
  return [owner, node].every((value) => text.includes(JSON.stringify(value)));
}
