/** How long callers are gathered, in milliseconds: long enough for one plan's parallel steps, short beside a call. */
const WINDOW_MS = 40;

interface Batch<V> {
  readonly keys: Set<string>;
  readonly answer: Promise<ReadonlyMap<string, V>>;
}

/** Joins equal questions asked within a few milliseconds into one call. One per session. */
export class Batches {
  readonly #open = new Map<string, Batch<unknown>>();

  /** Answers for `key` what `run` answers for all keys that were asked under `name` at the same time. */
  async ask<V>(
    name: string,
    key: string,
    run: (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>,
  ): Promise<V | undefined> {
    const open = this.#open.get(name) as Batch<V> | undefined;
    const batch = open ?? this.#start(name, run);
    batch.keys.add(key);
    return (await batch.answer).get(key);
  }

  #start<V>(name: string, run: (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>): Batch<V> {
    const keys = new Set<string>();
    const answer = new Promise<void>((resolve) => {
      setTimeout(resolve, WINDOW_MS);
    }).then(() => {
      this.#open.delete(name);
      return run([...keys]);
    });
    const batch: Batch<V> = { keys, answer };
    this.#open.set(name, batch);
    return batch;
  }
}
