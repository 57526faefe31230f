import type { Deployment } from '@aws-sdk/client-ecs';
import type { AwsSession } from '../session.ts';
import { isComplete, isShort } from './deployments.ts';

/** How many tasks of a deployment ran when it was last looked at, and how often they had become fewer. */
interface Seen {
  readonly running: number;
  readonly losses: number;
}

const seen = new WeakMap<AwsSession, ReadonlyMap<string, Seen>>();

/**
 * How often deployments were seen to lose tasks that they should have, by their ids, until they have all of them. AWS counts
 * as failed (`failedTasks`) only what never came to run: what ends soon after is started anew for ever, and not counted.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html
 */
export function lossesOf(
  session: AwsSession,
  deployments: readonly Deployment[],
  { all }: { readonly all: boolean },
): ReadonlyMap<string, number> {
  const before = seen.get(session) ?? new Map<string, Seen>();
  const now = new Map(deployments.map((one) => [one.id ?? '', seenAfter(before.get(one.id ?? ''), one)]));
  seen.set(session, all ? now : new Map([...before, ...now]));
  return new Map([...now].map(([id, { losses }]) => [id, losses]));
}

function seenAfter(before: Seen = { running: 0, losses: 0 }, deployment: Deployment): Seen {
  const { runningCount: running = 0, failedTasks = 0 } = deployment;
  if (isComplete(deployment)) return { running, losses: 0 };
  // Those that count as failed are told of by their number.
  const isLoss = running < before.running && isShort(deployment) && failedTasks === 0;
  return { running, losses: before.losses + (isLoss ? 1 : 0) };
}
