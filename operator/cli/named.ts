import { GROUP, VERSION } from '../api/common.ts';
import { KINDS, type KindDefinition } from '../api/kinds.ts';
import type { GraphObject } from '../controllers/resource-status.ts';
import { resourcePath } from '../kube/path.ts';
import { UsageError } from './usage.ts';

/** Kinds that make things in AWS. */
export const RESOURCE_KINDS: readonly KindDefinition[] = Object.values(KINDS).filter(
  ({ kind, scope }) => scope === 'Namespaced' && kind !== 'PlanApproval',
);

/** An object as it is named on the command line. */
export interface Named {
  readonly kind: KindDefinition;
  readonly namespace: string;
  readonly name: string;
}

/** An object as examples name it. */
export const EXAMPLE = 'securevpc/portal/portal';

/**
 * Reads `KIND/NAMESPACE/NAME`, where the kind may be given as kubectl takes it. Objects of several kinds often share their name, so
 * none is taken for granted. Throws UsageError with an example.
 */
export function namedOf(text: string): Named {
  const [kindWord = '', namespace, name, ...more] = text.split('/');
  const kind = kindBy(kindWord);
  if (more.length > 0 || !kind || !namespace || !name) {
    const kinds = RESOURCE_KINDS.map((known) => known.kind).join(', ');
    throw new UsageError(`${text} names no object: write KIND/NAMESPACE/NAME, where KIND is ${kinds}`, {
      instead: (command) => `${command} ${EXAMPLE}`,
    });
  }
  return { kind, namespace, name };
}

function kindBy(word: string): KindDefinition | undefined {
  const lower = word.toLowerCase().replace(new RegExp(`\\.${GROUP.replace('.', '\\.')}$`), '');
  return RESOURCE_KINDS.find(({ kind, plural, singular, shortNames }) =>
    [kind.toLowerCase(), plural, singular, ...shortNames].includes(lower),
  );
}

/** Where an object is in the API. */
export function pathOf({ kind, namespace, name }: Named): string {
  return resourcePath({ group: GROUP, version: VERSION, plural: kind.plural, namespace, name });
}

/** The key by which the operator knows it. */
export function keyOf({ kind, namespace, name }: Named): string {
  return `${kind.kind}/${namespace}/${name}`;
}

/** `SecureVpc portal/portal`. */
export function titleOf({ kind, namespace, name }: Named): string {
  return `${kind.kind} ${namespace}/${name}`;
}

/** What an object of a list is called. */
export function nameOf(kind: KindDefinition, { metadata }: Pick<GraphObject, 'metadata'>): Named {
  return { kind, namespace: metadata.namespace ?? '', name: metadata.name };
}

/** Which program makes the object again if it is only taken out of the cluster; undefined where none is seen. */
export function gitopsOf({ metadata }: Pick<GraphObject, 'metadata'>): string | undefined {
  const { annotations = {}, labels = {} } = metadata;
  // https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/ , https://fluxcd.io/flux/components/kustomize/kustomizations/
  const argo = annotations['argocd.argoproj.io/tracking-id']?.split(':')[0];
  if (argo !== undefined) return `the Argo CD application ${argo}`;
  const flux = labels['kustomize.toolkit.fluxcd.io/name'];
  if (flux !== undefined)
    return `the Flux Kustomization ${labels['kustomize.toolkit.fluxcd.io/namespace'] ?? ''}/${flux}`;
  return undefined;
}
