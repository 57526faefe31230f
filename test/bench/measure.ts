import { readFileSync } from 'node:fs';
import { callsOf } from './fewest-calls.ts';
import { beyondFewest, callsAtFirst, callsByAction, throttledIn } from './ledger.ts';
import { round } from './round.ts';
import { onStage } from './stage.ts';
import { type Standing, watchStanding } from './standing.ts';
import type { Subject } from './subjects.ts';

export interface Result {
  readonly count: number;
  readonly wallSeconds: number;
  readonly changes: number;
  readonly calls: number;
  readonly writes: number;
  readonly writesEach: number;
  readonly callsPerChange: number;
  /** What each account costs once, however many objects there are. */
  readonly callsAtFirst: number;
  /** Without these. */
  readonly callsPerChangeThen: number;
  readonly callsByAction: Readonly<Record<string, number>>;
  /** Without those at first. */
  readonly beyondFewest: Readonly<Record<string, number>>;
  readonly residentMiB: number;
  readonly peakResidentMiB: number;
  readonly cpuSeconds: number;
  readonly throttled: number;
  readonly standing?: Standing;
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
    const atFirst = new Set(callsAtFirst(ledger, subject, count));
    const then = ledger.filter((call) => !atFirst.has(call));
    const standing = watch ? await watchStanding(aws, subject, count) : undefined;
    return {
      count,
      wallSeconds: round(wallSeconds),
      changes,
      calls: ledger.length,
      writes,
      writesEach: round(writes / count),
      callsPerChange: round(ledger.length / changes),
      callsAtFirst: atFirst.size,
      callsPerChangeThen: round(then.length / changes),
      callsByAction: callsByAction(ledger),
      beyondFewest: beyondFewest(then, subject, count),
      throttled: throttledIn(ledger),
      ...usage,
      ...(standing && { standing }),
    };
  });
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
