import { setTimeout as sleep } from 'node:timers/promises';

/** How long a CRD may have no conditions at all. Milliseconds. */
const BLANK_MS = 30_000;
/** What kubectl says of a CRD that the API server has not looked at yet: it does not wait then. */
const BLANK = /\.status\.conditions accessor error/;

/**
 * Resolves when the API server serves these CRDs (`crd/accounts.landfall.dev`), default all. `kubectl` rejects with its own words, and so
 * does this.
 */
export async function established(
  kubectl: (...args: string[]) => Promise<unknown>,
  crds: readonly string[] = ['crd', '--all'],
): Promise<void> {
  const until = performance.now() + BLANK_MS;
  const wait = () => kubectl('wait', '--for=condition=Established', '--timeout=30s', ...crds);
  for (;;) {
    try {
      await wait();
      return;
    } catch (error) {
      if (!BLANK.test(String(error)) || performance.now() > until) throw error;
      await sleep(100);
    }
  }
}
