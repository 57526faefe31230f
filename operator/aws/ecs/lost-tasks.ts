import type { Deployment } from '@aws-sdk/client-ecs';
import type { AwsSession } from '../session.ts';
import { isComplete, isShort } from './deployments.ts';

/** What a deployment has lost of the tasks that it should have. */
export interface Losses {
  /** How often, ever. */
  readonly count: number;
  /** Whether it has lost any since it last had them all. */
  readonly isLosing: boolean;
}

/** How many tasks of a deployment ran when it was last looked at, and what it had lost. */
interface Seen extends Losses {
  readonly running: number;
}

const seen = new WeakMap<AwsSession, ReadonlyMap<string, Seen>>();

/**
 * What deployments were seen to lose of the tasks that they should have, by their ids. AWS counts as failed (`failedTasks`)
 * only what never came to run: what ends soon after is started anew for ever, and not counted.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html
 */
export function lossesOf(
  session: AwsSession,
  deployments: readonly Deployment[],
  { all }: { readonly all: boolean },
): ReadonlyMap<string, Losses> {
  const before = seen.get(session) ?? new Map<string, Seen>();
  const now = new Map(deployments.map((one) => [one.id ?? '', seenAfter(before.get(one.id ?? ''), one)]));
  seen.set(session, all ? now : new Map([...before, ...now]));
  return now;
}

function seenAfter(before: Seen = { running: 0, count: 0, isLosing: false }, deployment: Deployment): Seen {
  const { runningCount: running = 0, failedTasks = 0 } = deployment;
  if (isComplete(deployment)) return { ...before, running, isLosing: false };
  // Those that count as failed are told of by their number.
  const isLoss = running < before.running && isShort(deployment) && failedTasks === 0;
  return { running, count: before.count + (isLoss ? 1 : 0), isLosing: before.isLosing || isLoss };
}
