import type { DataStore } from '../api/data-store.ts';
import type { EcsService } from '../api/ecs-service.ts';
import type { PrivateLinkEndpoint } from '../api/private-link-endpoint.ts';
import type { SecureVpc } from '../api/secure-vpc.ts';
import { Terminal, Waiting } from '../errors.ts';
import type { CompileInput } from './input.ts';
import { namespaceOf, ownerOf } from './names.ts';

/** Kinds that others may refer to. */
export interface Referable {
  SecureVpc: SecureVpc;
  EcsService: EcsService;
  PrivateLinkEndpoint: PrivateLinkEndpoint;
  DataStore: DataStore;
}

/** An object, by what it is called. */
export interface ObjectKey {
  readonly kind: keyof Referable;
  readonly namespace: string;
  readonly name: string;
}

/** An object that another one refers to. */
export interface Reference extends ObjectKey {
  /** It may go although it is referred to: what is made of it here is taken away as soon as it is to go. */
  readonly mayGo?: true;
}

/** The objects that others refer to, as far as they are known: those of the cluster, or those of the same manifests. */
export interface References {
  /** Checked, with every default, and with what its status says or would say; undefined where there is none. */
  find<K extends keyof Referable>(kind: K, namespace: string, name: string): Referable[K] | undefined;
  /** What to do about one that is not there, after "there is no …;". */
  readonly advice: string;
}

/** An object that another one, which it names, has to let in, and the account that it is in. */
export interface Consumer {
  readonly object: PrivateLinkEndpoint | EcsService;
  readonly accountId: string;
}

/** What is known beside an object and what it refers to: of the cluster, or of the same manifests. */
export interface Surroundings {
  /** Those that name an object which has to let them in, whether it does or not; without those whose Account refuses them. */
  consumers(owner: string): readonly Consumer[];
  /** Id of the account that an Account leads to; undefined where there is no Account of the name. */
  accountId(account: string): string | undefined;
}

/** Where nothing is known. */
export const NO_SURROUNDINGS: Surroundings = { consumers: () => [], accountId: () => undefined };

/** Where nothing can be referred to. */
export const NO_REFERENCES: References = { find: () => undefined, advice: 'make it' };

/** `Kind/namespace/name`, as in the owner tag. */
export function ownerOfKey({ kind, namespace, name }: ObjectKey): string {
  return `${kind}/${namespace}/${name}`;
}

/** Which network something stands in, as `namespace/name`; a reference without a namespace is to that of its object. */
export function networkKeyOf(
  { metadata }: Pick<Placed, 'metadata'>,
  { name, namespace = namespaceOf(metadata) }: Wanted<'SecureVpc'>['reference'],
): string {
  return `${namespace}/${name}`;
}

/** What is looked at of a compiler's input to find what its object refers to, whatever the target. */
export type Referring<T> = Pick<CompileInput<T>, 'object' | 'references'>;

/** An object with its place. */
interface Placed {
  readonly metadata: SecureVpc['metadata'];
  readonly spec: { readonly accountRef: { readonly name: string }; readonly region: string };
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
  { object, references }: Referring<{ readonly metadata: SecureVpc['metadata'] }>,
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
  if (!letsIn(found, own))
    throw new Terminal(
      'ReferenceNotAllowed',
      `${field}: ${kind} ${namespace}/${name} lets no object of namespace ${own} refer to it; whoever owns it can add ${own} to its spec.allowReferencesFrom`,
    );
  return found;
}

/** Whether an object may be referred to from a namespace: its own, or one that it lists. */
export function letsIn({ metadata, spec }: Referable[keyof Referable], namespace: string): boolean {
  return namespaceOf(metadata) === namespace || spec.allowReferencesFrom.includes(namespace);
}

/** The same, of an object that has to be in the same account and region. Throws Terminal (`InvalidSpec`) where it is not. */
export function referredBeside<K extends keyof Referable>(
  input: Referring<Placed>,
  wanted: Wanted<K>,
): Referable[K] {
  const found = referredBy(input, wanted);
  const [own, its] = [input.object.spec, found.spec];
  if (own.accountRef.name === its.accountRef.name && own.region === its.region) return found;
  throw new Terminal(
    'InvalidSpec',
    `${wanted.field}: ${ownerOf(found)} is in Account ${its.accountRef.name}, region ${its.region}, but this object in Account ${own.accountRef.name}, region ${own.region}: say the same in both`,
  );
}
