import type { SecureVpc } from '../api/secure-vpc.ts';

/** Kinds that others may refer to. */
export interface Referable {
  SecureVpc: SecureVpc;
}

/** An object, by what it is called. */
export interface ObjectKey {
  readonly kind: keyof Referable;
  readonly namespace: string;
  readonly name: string;
}

/** The objects that others refer to, as far as they are known: those of the cluster, or those of the same manifests. */
export interface References {
  /** Checked, with every default, and with what its status says or would say; undefined where there is none. */
  find<K extends keyof Referable>(kind: K, namespace: string, name: string): Referable[K] | undefined;
  /** What to do about one that is not there, after "there is no …;". */
  readonly advice: string;
}

/** Where nothing can be referred to. */
export const NO_REFERENCES: References = { find: () => undefined, advice: 'make it' };

/** `Kind/namespace/name`, as in the owner tag. */
export function ownerOfKey({ kind, namespace, name }: ObjectKey): string {
  return `${kind}/${namespace}/${name}`;
}
