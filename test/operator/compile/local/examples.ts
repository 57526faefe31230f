import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { KindTypes } from '../../../../operator/api/kinds.ts';
import { LocalAccountSchema, type LocalAccount } from '../../../../operator/api/local-account.ts';
import { formatIssue, parseManifest } from '../../../../operator/api/parse.ts';
import type { LocalCompileInput } from '../../../../operator/compile/local/input.ts';
import { namespaceOf, ownerOf } from '../../../../operator/compile/names.ts';
import { ownerOfKey, type Consumer, type References } from '../../../../operator/compile/references.ts';

/** Objects that others may refer to. */
type LocalKind = 'SecureVpc' | 'EcsService' | 'PrivateLinkEndpoint' | 'DataStore';
export type LocalObject = KindTypes[LocalKind];

const MANIFESTS = new URL('../../../../manifests/examples/', import.meta.url);

/** The objects in a manifest of the examples, checked and with every default. */
export function exampleObjects(file: string): LocalObject[] {
  return parseAllDocuments(readFileSync(new URL(file, MANIFESTS), 'utf8')).map((document) =>
    localObject(document.toJS() as { kind: string }),
  );
}

/** A manifest, checked and with every default. */
export function localObject<K extends LocalKind>(manifest: { readonly kind: string }): KindTypes[K] {
  const parsed = parseManifest(manifest.kind as K, manifest);
  if (!parsed.ok) throw new Error(parsed.issues.map(formatIssue).join('\n'));
  return parsed.value;
}

/** An Account for the cluster, with every default. */
export function localAccount(spec: object = {}): LocalAccount {
  return LocalAccountSchema.parse(spec);
}

export const NAMED_BY_EXAMPLES = {
  platform: [
    'provider-network',
    'provider-database',
    'provider-cache',
    'provider-table',
    'provider-service',
    'provider-endpoint',
    'consumer-network',
    'consumer-service',
    'consumer-endpoint',
  ].map((name) => `platform/base/${name}.yaml`),
  portal: ['network', 'database', 'backend-service'].map((name) => `portal/base/${name}.yaml`),
} as const;

/** Those of one of the two examples. */
export function objectsOf(example: keyof typeof NAMED_BY_EXAMPLES): LocalObject[] {
  return NAMED_BY_EXAMPLES[example].flatMap(exampleObjects);
}

/** The objects as references. */
export function referencesTo(objects: readonly LocalObject[]): References {
  return {
    find: (kind, namespace, name) =>
      objects.find((one) => ownerOf(one) === ownerOfKey({ kind, namespace, name })) as never,
    advice: 'make it',
  };
}

/** What an object of a set is compiled from. */
export function localInput<T extends LocalObject>(
  object: T,
  objects: readonly LocalObject[] = [object],
  more: Partial<Omit<LocalCompileInput<T>, 'object'>> = {},
): LocalCompileInput<T> {
  return {
    object,
    installation: 'test',
    account: localAccount(),
    facts: { podCidrs: ['10.244.0.0/16'] },
    references: referencesTo(objects),
    surroundings: {
      consumers: (owner) => consumersAmong(objects, owner),
      accountId: () => undefined,
    },
    ...more,
  };
}

function consumersAmong(objects: readonly LocalObject[], owner: string): Consumer[] {
  return objects.flatMap((object) => {
    if (object.kind !== 'PrivateLinkEndpoint' && object.kind !== 'EcsService') return [];
    return providersOf(object).includes(owner) ? [{ object, accountId: '' }] : [];
  });
}

/** What an object names that has to let it in. */
function providersOf(object: KindTypes['PrivateLinkEndpoint' | 'EcsService']): string[] {
  const keyOf = ({
    name,
    namespace = namespaceOf(object.metadata),
  }: {
    name: string;
    namespace?: string | undefined;
  }) => `${namespace}/${name}`;
  if (object.kind === 'EcsService') return object.spec.dataStores.map((store) => `DataStore/${keyOf(store)}`);
  const { from } = object.spec.consume ?? {};
  return from ? [`PrivateLinkEndpoint/${keyOf(from)}`] : [];
}
