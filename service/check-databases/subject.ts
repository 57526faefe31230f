import type { Store } from '../stores/store.ts';

/** Who answers, and how it is reached. */
export interface Facts {
  readonly version: string;
  /** As `TLSv1.3`; `without TLS`. */
  readonly tls: string;
}

/** Of a schema: what was found, and what is wrong with it. */
export interface Schema {
  readonly found: string;
  readonly faults: readonly string[];
}

/** A store under check. Each call rejects where the store does not do it. */
export interface Subject {
  readonly name: Store['name'];
  connect(): Promise<Facts>;
  /** Of stores that have one. Reads only. */
  schema?(): Promise<Schema>;
  /** Writes something that is marked as of a check, and gives its id. Two of one slot may be the same one. */
  write(slot: number): Promise<string>;
  /** Whether there is something of this id. */
  read(id: string): Promise<boolean>;
  remove(ids: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** How many are at it at once. */
export const CONNECTIONS = 10;

/** What is written is gone by itself soon after a check that was killed, where a store can do that. */
export const KEPT_SECONDS = 300;
