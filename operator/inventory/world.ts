import type { Collection, Kinds, World, Wrote } from '../graph/kind.ts';
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

  /** Reads what was never read of the collections of some kinds, and keeps them fresh from now on; default of all kinds. */
  async load(kinds?: Kinds<S>): Promise<void> {
    const names = kinds && namesByScope(kinds);
    await Promise.all([this.regional.load(names?.region), this.global.load(names?.global)]);
  }

  /** Reads all of some kinds that lists in pages, unless it was listed at or after `notBefore`. */
  async refreshAll(kinds: Kinds<S>, notBefore: number): Promise<void> {
    const { region, global } = namesByScope(kinds);
    const paged = (inventory: Inventory<S>, names: ReadonlySet<string>) =>
      inventory.names().filter((name) => names.has(name));
    await Promise.all([
      this.regional.refresh(paged(this.regional, region), notBefore),
      this.global.refresh(paged(this.global, global), notBefore),
    ]);
  }
}

function namesByScope<S>(kinds: Kinds<S>): { region: Set<string>; global: Set<string> } {
  const names = { region: new Set<string>(), global: new Set<string>() };
  for (const { collection } of kinds.values()) names[collection.scope].add(collection.name);
  return names;
}
