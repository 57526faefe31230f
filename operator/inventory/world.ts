import type { Collection, World, Wrote } from '../graph/kind.ts';
import type { Inventory } from './inventory.ts';

/** A region's inventory and the account's global one (IAM) as one world: a collection's scope says which. */
export class TargetWorld<S> implements World<S> {
  readonly regional: Inventory<S>;
  readonly global: Inventory<S>;

  constructor(regional: Inventory<S>, global: Inventory<S>) {
    this.regional = regional;
    this.global = global;
  }

  view<R>(collection: Collection<R, S>) {
    return this.of(collection).view(collection);
  }

  readonly wrote: Wrote<S> = (collection, id, patch) => {
    this.of(collection).wrote(collection, id, patch);
  };

  /** The inventory that holds a collection. */
  of<R>(collection: Collection<R, S>): Inventory<S> {
    return collection.scope === 'global' ? this.global : this.regional;
  }

  /** Reads whatever was never read. */
  async load(): Promise<void> {
    await Promise.all([this.regional.load(), this.global.load()]);
  }

  /** Reads everything that lists in pages, unless it was listed at or after `notBefore`. */
  async refreshAll(notBefore: number): Promise<void> {
    await Promise.all([
      this.regional.refresh(this.regional.names(), notBefore),
      this.global.refresh(this.global.names(), notBefore),
    ]);
  }
}
