import type { TargetStatus } from '../api/common.ts';
import type { ObjectMeta } from '../kube/types.ts';

/** As much of a watched object as tells who changed it. */
interface Watched {
  readonly metadata: ObjectMeta;
  readonly status: { readonly observedGeneration: number; readonly target?: TargetStatus | undefined };
}

interface Seen {
  /** All that others decide. */
  readonly outside: string;
  /** Of status only what shows that it was taken away, since passes build on it. */
  readonly observed: boolean;
  readonly target: string | undefined;
}

/**
 * Tells a change that somebody made from the echo of our own writes. The watch often delivers what we wrote before
 * the write is answered; an object that is refused, and says so anew at each pass, would wake itself without end.
 */
export class Wakes {
  readonly #seen = new Map<string, Seen>();

  /** Whether anything but what passes write differs from when this was last asked for the key. */
  changed(key: string, object: Watched): boolean {
    const before = this.#seen.get(key);
    const now = seenOf(object);
    this.#seen.set(key, now);
    if (before === undefined || before.outside !== now.outside) return true;
    const taken = before.observed && !now.observed;
    return taken || (before.target !== undefined && before.target !== now.target);
  }

  forget(key: string): void {
    this.#seen.delete(key);
  }
}

function seenOf({ metadata, status }: Watched): Seen {
  const { resourceVersion: _, ...outside } = metadata;
  return {
    outside: JSON.stringify(outside),
    observed: status.observedGeneration === metadata.generation,
    target: status.target && JSON.stringify(status.target),
  };
}
