import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerEntry } from '../../k8s-local/aws/admin-client.ts';
import type { LocalAws } from '../../k8s-local/aws/local-aws.ts';
import { callsOf } from './fewest-calls.ts';
import { onStage } from './stage.ts';
import type { Subject } from './subjects.ts';

/** The default fast lane: how long to watch a standing fleet to see at least one refresh. */
const FAST_LANE_MS = 60_000;

export interface Result {
  readonly count: number;
  readonly wallSeconds: number;
  readonly changes: number;
  readonly calls: number;
  readonly writes: number;
  readonly writesEach: number;
  readonly callsPerChange: number;
  /** Calls before the first VPC of an account: what is read and claimed once, however many objects there are. */
  readonly callsAtFirst: number;
  /** Without these. */
  readonly callsPerChangeThen: number;
  readonly callsByAction: Readonly<Record<string, number>>;
  readonly residentMiB: number;
  readonly peakResidentMiB: number;
  readonly cpuSeconds: number;
  readonly throttled: number;
  readonly standing?: Standing;
}

/** What a standing fleet costs. */
interface Standing {
  readonly callsPerFastRefresh: number;
  /** Of those, what AWS answers ten services a call. */
  readonly describeServicesPerFastRefresh: number;
  readonly slowCallsPerMinute: number;
  readonly writes: number;
}

/** Makes so many of a subject. `scale` is that of AWS's buckets and of the operator's own; 0 is without. */
export async function measure(
  subject: Subject,
  count: number,
  { scale, watch }: { readonly scale: number; readonly watch: boolean },
): Promise<Result> {
  return onStage(subject, { LANDFALL_AWS_RATE_SCALE: String(scale) }, async ({ aws, operator, make }) => {
    await aws.setDifficulty({ throttling: { scale } });
    const wallSeconds = await make(count);
    const ledger = await aws.ledger();
    const failed = ledger.filter((call) => call.error !== null);
    if (failed.length > 0)
      console.error(`${failed.length} calls failed, first: ${failed[0]?.action} ${failed[0]?.error}`);
    const changes = count * [...callsOf(subject.fewest).values()].reduce((sum, calls) => sum + calls, 0);
    const writes = ledger.filter((call) => call.write).length;
    const usage = resources(operator.process.pid ?? 0);
    const atFirst = callsAtFirst(ledger);
    const standing = watch ? await watchStanding(aws, subject) : undefined;
    return {
      count,
      wallSeconds: round(wallSeconds),
      changes,
      calls: ledger.length,
      writes,
      writesEach: round(writes / count),
      callsPerChange: round(ledger.length / changes),
      callsAtFirst: atFirst,
      callsPerChangeThen: round((ledger.length - atFirst) / changes),
      callsByAction: countBy(ledger.map((call) => call.action ?? 'unknown')),
      throttled: ledger.filter((call) => THROTTLED.has(call.error ?? '')).length,
      ...usage,
      ...(standing && { standing }),
    };
  });
}

function callsAtFirst(ledger: readonly LedgerEntry[]): number {
  const accounts = Map.groupBy(ledger, ({ account }) => account);
  const before = (calls: readonly LedgerEntry[]) => calls.findIndex(({ action }) => action === 'CreateVpc');
  return [...accounts.values()].reduce((sum, calls) => sum + Math.max(0, before(calls)), 0);
}

/** How AWS's services say that a bucket is empty. */
const THROTTLED = new Set([
  'RequestLimitExceeded',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
]);

/** The calls between two refreshes of the fast lane, and those of the slow lane. */
async function watchStanding(aws: LocalAws, { slow }: Subject): Promise<Standing> {
  await sleep(FAST_LANE_MS);
  await aws.clearLedger();
  await sleep(FAST_LANE_MS * 2);
  const calls = await aws.ledger();
  const isSlow = ({ service, action }: LedgerEntry) => service === 'iam' || slow.includes(action ?? '');
  const fast = calls.filter((call) => !isSlow(call) && !call.write && call.service !== 'sts');
  const of = (action: string) => fast.filter((call) => call.action === action).length;
  // Each account is refreshed by itself; a refresh is one of all.
  const accounts = new Set(calls.map(({ account }) => account)).size;
  const refreshes = Math.max(1, of('DescribeVpcs') / accounts);
  return {
    callsPerFastRefresh: round((fast.length - of('DescribeServices')) / refreshes),
    describeServicesPerFastRefresh: round(of('DescribeServices') / refreshes),
    slowCallsPerMinute: round(calls.filter(isSlow).length / 2),
    writes: calls.filter((call) => call.write).length,
  };
}

/** Memory from /proc/PID/status, CPU time (user and system, in ticks of 10 ms) from /proc/PID/stat. */
function resources(pid: number) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kiB = (field: string) => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return {
    residentMiB: round(kiB('VmRSS') / 1024),
    peakResidentMiB: round(kiB('VmHWM') / 1024),
    cpuSeconds: round((Number(stat[11]) + Number(stat[12])) / 100),
  };
}

function countBy(values: readonly string[]): Record<string, number> {
  const counts = Map.groupBy(values, (value) => value);
  return Object.fromEntries(
    [...counts].map(([value, all]) => [value, all.length] as const).sort((a, b) => b[1] - a[1]),
  );
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
