import { setTimeout as sleep } from 'node:timers/promises';

/** A step that takes something down. */
interface Ending {
  readonly what: string;
  readonly seconds: number;
  readonly step: () => Promise<unknown>;
}

/** What has to be taken down: the last thing started goes first, each within its time and at most once. */
export class Endings {
  readonly #steps: Ending[] = [];
  #running: Promise<string[]> | undefined;

  /** `what` is the subject of a sentence for people: what is left where the step fails or takes too long. */
  add(what: string, seconds: number, step: () => Promise<unknown>): void {
    this.#steps.push({ what, seconds, step });
  }

  /** Takes everything down, once however often it is called. Resolves with a sentence for each thing that is left. */
  run(): Promise<string[]> {
    this.#running ??= this.#takeDown();
    return this.#running;
  }

  async #takeDown(): Promise<string[]> {
    const left: string[] = [];
    for (let next = this.#steps.pop(); next; next = this.#steps.pop()) {
      const { what, seconds, step } = next;
      const late = Symbol('late');
      const patience = new AbortController();
      const limit = sleep(seconds * 1000, late, { signal: patience.signal }).catch(() => late);
      try {
        if ((await Promise.race([step(), limit])) === late)
          left.push(`${what} (not gone after ${seconds} s).`);
      } catch (error) {
        left.push(`${what} (${error instanceof Error ? error.message.trim() : String(error)}).`);
      } finally {
        patience.abort();
      }
    }
    return left;
  }
}
