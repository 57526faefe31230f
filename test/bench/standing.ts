import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerEntry } from '../../k8s-local/aws/admin-client.ts';
import type { LocalAws } from '../../k8s-local/aws/local-aws.ts';
import { callsByAction } from './ledger.ts';
import { round } from './round.ts';
import type { Subject } from './subjects.ts';

/** The default fast lane, a minute. */
const FAST_LANE_MS = 60_000;
/** How long a standing fleet is watched: in three minutes ten things of a sort have one read in the slow lane. */
const MINUTES = 3;
/** The default slow lane: within so long each single thing is read. */
const SLOW_LANE_MINUTES = 30;

/** What a standing fleet costs. */
export interface Standing {
  readonly callsPerFastRefresh: number;
  /** Beside those, what AWS answers ten services a call. */
  readonly describeServicesPerFastRefresh: number;
  /** Of one refresh of the fast lane, by action, and of one minute of the slow lane. */
  readonly fastByAction: Readonly<Record<string, number>>;
  readonly slowByAction: Readonly<Record<string, number>>;
  readonly slowCallsPerMinute: number;
  /** As many as each single thing read once in the slow lane's time takes. */
  readonly slowCallsPerMinuteMost: number;
  readonly writes: number;
}

/** Watches so many of a subject that nothing happens to. */
export async function watchStanding(aws: LocalAws, { slow }: Subject, count: number): Promise<Standing> {
  await sleep(FAST_LANE_MS);
  await aws.clearLedger();
  await sleep(MINUTES * 60_000);
  const calls = await aws.ledger();
  const alone = new Set(slow.map(({ action }) => action));
  const isSlow = ({ service, action }: LedgerEntry) => service === 'iam' || alone.has(action ?? '');
  const fast = calls.filter((call) => !isSlow(call) && !call.write && call.service !== 'sts');
  const of = (action: string) => fast.filter((call) => call.action === action).length;
  // Each account is refreshed by itself; a refresh is one of all.
  const accounts = new Set(calls.map(({ account }) => account)).size;
  const refreshes = Math.max(1, of('DescribeVpcs') / accounts);
  // Nothing is read in part: each account has whole things of each sort.
  const due = Math.ceil((count * MINUTES) / SLOW_LANE_MINUTES);
  const most = slow.reduce((sum, { calls = 1, accounts = 1 }) => sum + due * calls * accounts, 0);
  return {
    callsPerFastRefresh: round((fast.length - of('DescribeServices')) / refreshes),
    describeServicesPerFastRefresh: round(of('DescribeServices') / refreshes),
    fastByAction: eachOf(callsByAction(fast), refreshes),
    slowByAction: eachOf(callsByAction(calls.filter(isSlow)), MINUTES),
    slowCallsPerMinute: round(calls.filter(isSlow).length / MINUTES),
    slowCallsPerMinuteMost: round(most / MINUTES),
    writes: calls.filter((call) => call.write).length,
  };
}

function eachOf(calls: Readonly<Record<string, number>>, times: number): Record<string, number> {
  return Object.fromEntries(Object.entries(calls).map(([action, count]) => [action, round(count / times)]));
}
