import type { Figures } from './figures.ts';

/** Requests per second beside the peer's. */
const TIMES_PEER_LEAST = 2;
/** The most that was ever resident. */
const RESIDENT_MIB_MOST = 120;

/** A subject, measured with both. */
export interface Compared {
  readonly subject: string;
  readonly ours: Figures;
  readonly peer: Figures;
}

/** How many times the peer's requests per second, to hundredths. */
export function timesPeer({ ours, peer }: Compared): number {
  return Math.round((ours.requestsPerSecond / peer.requestsPerSecond) * 100) / 100;
}

/** What misses its target, each in a line. */
export function missesOf(compared: readonly Compared[], peakResidentMiB: number): string[] {
  const misses = compared.flatMap((one) => {
    const { subject, ours, peer } = one;
    return [
      ...(timesPeer(one) >= TIMES_PEER_LEAST
        ? []
        : [
            `${subject}: ${timesPeer(one)} times the requests per second of the peer, at least ${TIMES_PEER_LEAST}`,
          ]),
      ...(ours.p99 < peer.p99
        ? []
        : [`${subject}: p99 of ${ours.p99} ms, less than the peer's ${peer.p99} ms`]),
    ];
  });
  if (peakResidentMiB > RESIDENT_MIB_MOST)
    misses.push(`${peakResidentMiB} MiB resident, at most ${RESIDENT_MIB_MOST}`);
  return misses;
}
