import type { Figures } from './figures.ts';
import type { ProcessStats } from './process-stats.ts';
import { timesPeer, type Compared } from './targets.ts';

/** Of its core; a service that had less waited for the load, for a store or for what else runs on the machine. */
const BUSY_PERCENT = 85;

/** Prints a line for each subject and service. */
export function showCompared(compared: readonly Compared[]): void {
  const row = (
    service: string,
    { requestsPerSecond, p50, p99, cpuPercent, cpuMicrosPerRequest, requests }: Figures,
  ) => ({
    service,
    'requests/s': requestsPerSecond,
    'p50 ms': p50,
    'p99 ms': p99,
    'CPU %': cpuPercent,
    'CPU µs/request': cpuMicrosPerRequest,
    requests,
  });
  console.table(
    compared.flatMap((one) => [
      { subject: one.subject, ...row('ours', one.ours), 'times the peer': timesPeer(one) },
      { subject: one.subject, ...row('peer', one.peer) },
    ]),
  );
  const idle = compared.filter(({ ours, peer }) => Math.min(ours.cpuPercent, peer.cpuPercent) < BUSY_PERCENT);
  if (idle.length > 0)
    console.log(
      `Not all had ${BUSY_PERCENT} % of their core (${idle.map(({ subject }) => subject).join(', ')}): on a machine that does nothing else the figures say more.`,
    );
}

/** Prints what each holds of the memory after all that, and held at most. */
export function showMemory(ours: ProcessStats, peer: ProcessStats): void {
  const row = (service: string, { residentMiB, peakResidentMiB }: ProcessStats) => ({
    service,
    'resident MiB': residentMiB,
    'at most': peakResidentMiB,
  });
  console.table([row('ours', ours), row('peer', peer)]);
}
