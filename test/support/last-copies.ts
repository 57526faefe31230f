import { Copies } from '../../k8s-local/demo/copies.ts';
import type { World } from './world.ts';

/** What stores of any engine leave behind in AWS: final snapshots and backups. */
export class LastCopies {
  readonly #copies: Copies;

  constructor(world: World) {
    this.#copies = new Copies(world.clientOptions());
  }

  /** All that were made by hand or as a last copy, in any order: of what, and how far. */
  async list(): Promise<string[]> {
    const copies = (await this.#copies.list()).filter(({ sort }) => sort === 'LastCopy');
    return copies.map(({ of, state }) => `${of} ${state}`).sort();
  }

  /**
   * Deletes them but for those called `kept`, and the automatic backups of instances that are no more, which AWS keeps as long as
   * it would have. With them go the option groups that they need; one that is kept needs none.
   */
  async delete(kept?: string): Promise<void> {
    for (const { sort, name, forget } of await this.#copies.list())
      if (sort === 'AutomaticBackups' || sort === 'Options' || (sort === 'LastCopy' && name !== kept))
        await forget();
  }

  destroy(): void {
    this.#copies.destroy();
  }
}
