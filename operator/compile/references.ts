import type { EcsService } from '../api/ecs-service.ts';
import type { SecureVpc } from '../api/secure-vpc.ts';
import { Terminal, Waiting } from '../errors.ts';
import type { CompileInput } from './input.ts';
import { namespaceOf } from './names.ts';

/** Kinds that others may refer to. */
export interface Referable {
  SecureVpc: SecureVpc;
  EcsService: EcsService;
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

interface Wanted<K> {
  readonly kind: K;
  /** The field that refers to it, as `spec.networkRef`. */
  readonly field: string;
  readonly reference: { readonly name: string; readonly namespace?: string | undefined };
}

/**
 * An object that another one refers to. Throws Waiting (`DependencyNotReady`) where there is none, and Terminal
 * (`ReferenceNotAllowed`) where it lets nobody in from that namespace.
 */
export function referredBy<K extends keyof Referable>(
  {
    object,
    references,
  }: Pick<CompileInput<{ readonly metadata: SecureVpc['metadata'] }>, 'object' | 'references'>,
  { kind, field, reference }: Wanted<K>,
): Referable[K] {
  const own = namespaceOf(object.metadata);
  const { name, namespace = own } = reference;
  const found = references.find(kind, namespace, name);
  if (!found)
    throw new Waiting(
      'DependencyNotReady',
      `${field} names ${kind} ${namespace}/${name}, but there is none; ${references.advice}`,
    );
  if (namespace !== own && !found.spec.allowReferencesFrom.includes(own))
    throw new Terminal(
      'ReferenceNotAllowed',
      `${field}: ${kind} ${namespace}/${name} lets no object of namespace ${own} refer to it; whoever owns it can add ${own} to its spec.allowReferencesFrom`,
    );
  return found;
}
