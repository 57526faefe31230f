import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { LedgerEntry } from '../../k8s-local/aws/admin-client.ts';
import { conditionOf, type Manifest, type World } from './world.ts';

/**
 * Calls of one action in the next four seconds, in which a refused object is tried again twice, with a few calls
 * each, and up to three targets are listed every second. A loop makes hundreds.
 */
const CALM = { ms: 4000, calls: 40 };

/** What tests ask of objects that AWS refuses something, in a world that is started later. */
export function refusalsIn(world: () => World) {
  return {
    /** What the object says while it is refused; its Ready repeats it. */
    stalled: async (object: Manifest, reason: string, message: RegExp): Promise<void> => {
      const seen = await world().condition(object, 'Stalled', { reason, message });
      expect(conditionOf(seen, 'Ready')).toMatchObject({ status: 'False', reason });
      expect(conditionOf(seen, 'Reconciling')).toBeUndefined();
    },

    /** Fails where any action is called more often than that explains. */
    calm: async (): Promise<LedgerEntry[]> => {
      const mark = await world().mark();
      await sleep(CALM.ms);
      const calls = await world().aws.ledger(mark);
      const counts = new Map<string, number>();
      for (const { action } of calls) counts.set(action ?? '', (counts.get(action ?? '') ?? 0) + 1);
      expect([...counts].filter(([, count]) => count > CALM.calls)).toEqual([]);
      return calls;
    },
  };
}
