import type { ObjectMeta } from '../../api/common.ts';
import type { EcsService } from '../../api/ecs-service.ts';
import { fit, namespaceOf } from '../names.ts';

/** Labels of Kubernetes objects. */
export type Labels = Readonly<Record<string, string>>;

/** By these a pod is known: they are Kubernetes' own, but for the two that say where in a network it stands. */
export const LABEL = {
  name: 'app.kubernetes.io/name',
  instance: 'app.kubernetes.io/instance',
  managedBy: 'app.kubernetes.io/managed-by',
  network: 'landfall.dev/network',
  tier: 'landfall.dev/tier',
} as const;

/** Kubernetes takes no longer value of a label. */
const VALUE_MAX = 63;

/** Tiers of a network in which pods stand: those of services, and those of stores. */
export type PodTier = 'ecs' | 'data';

/** Labels of whatever is made for an object; `name` is what it is called here. */
export function labelsOf({ metadata }: { readonly metadata: ObjectMeta }, name: string): Labels {
  return { [LABEL.name]: name, [LABEL.instance]: metadata.name, [LABEL.managedBy]: 'landfall' };
}

/** By which the pods of an object are found wherever it is known, whatever they are called in its account. */
export function podsOf({ metadata }: { readonly metadata: ObjectMeta }): Labels {
  return { [LABEL.instance]: metadata.name, [LABEL.managedBy]: 'landfall' };
}

/** By which the pods of a tier of a network are found, whatever their namespace. */
export function placeLabels(network: ObjectMeta, tier: PodTier): Labels {
  return placeLabelsAt({ namespace: namespaceOf(network), name: network.name }, tier);
}

/** The same of a network that an object refers to. */
export function placeOf({ metadata, spec }: EcsService): Labels {
  const { name, namespace = namespaceOf(metadata) } = spec.networkRef;
  return placeLabelsAt({ namespace, name }, 'ecs');
}

/** The same by the name of the network. */
export function placeLabelsAt(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  tier: PodTier,
): Labels {
  return { [LABEL.network]: fit(`${namespace}.${name}`, VALUE_MAX), [LABEL.tier]: tier };
}
