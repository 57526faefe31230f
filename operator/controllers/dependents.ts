/** Who refers to whom, by keys as `SecureVpc/portal/portal`. */
export class Dependents {
  readonly #references = new Map<string, readonly string[]>();
  readonly #dependents = new Map<string, Set<string>>();

  /** What an object refers to, in place of what it did before. */
  set(key: string, references: readonly string[]): void {
    this.forget(key);
    if (references.length === 0) return;
    this.#references.set(key, references);
    for (const reference of references) {
      const dependents = this.#dependents.get(reference) ?? new Set();
      this.#dependents.set(reference, dependents.add(key));
    }
  }

  /** An object is no more, and refers to nothing. */
  forget(key: string): void {
    for (const reference of this.#references.get(key) ?? []) {
      const dependents = this.#dependents.get(reference);
      dependents?.delete(key);
      if (dependents?.size === 0) this.#dependents.delete(reference);
    }
    this.#references.delete(key);
  }

  /** Keys of what an object refers to. */
  referencesOf(key: string): readonly string[] {
    return this.#references.get(key) ?? [];
  }

  /** Keys of those that refer to an object, whether it is there or not. */
  of(key: string): readonly string[] {
    return [...(this.#dependents.get(key) ?? [])];
  }
}
