import type { ObjectMeta } from '../../api/common.ts';
import { fit, namespaceOf } from '../names.ts';

/** Network and tier that a pod stands in: what the policies of a SecureVpc choose by. A pod without them stands in none. */
export const NETWORK_LABEL = 'landfall.dev/network';
export const TIER_LABEL = 'landfall.dev/tier';
/** On pods: whose they are. Selectors choose by it alone, so that the other labels may change. */
export const SERVICE_LABEL = 'landfall.dev/service';
export const STORE_LABEL = 'landfall.dev/store';

type Labels = Readonly<Record<string, string>>;

/** Kubernetes takes no longer value of a label. */
const VALUE_MAX = 63;

/** What stands for an object in the value of a label: `<namespace>.<name>`, its end replaced by a hash where it is too long. */
export function labelValue({
  namespace,
  name,
}: {
  readonly namespace: string;
  readonly name: string;
}): string {
  return fit(`${namespace}.${name}`, VALUE_MAX);
}

/** The labels of whatever stands in a tier of a network, given as `namespace/name`. */
export function placeLabels(network: string, tier: string): Labels {
  const [namespace = '', name = ''] = network.split('/');
  return { [NETWORK_LABEL]: labelValue({ namespace, name }), [TIER_LABEL]: tier };
}

/** The label by which the pods of an object are chosen, from any namespace. */
export function podSelector(
  label: typeof SERVICE_LABEL | typeof STORE_LABEL,
  { metadata }: { readonly metadata: ObjectMeta },
): Labels {
  return { [label]: labelValue({ namespace: namespaceOf(metadata), name: metadata.name }) };
}

/** Kubernetes' recommended labels: what it is called, what it is a part of, and what it does there, as `mysql`. */
export function commonLabels(
  { metadata }: { readonly metadata: ObjectMeta },
  name: string,
  component: string,
): Labels {
  return {
    'app.kubernetes.io/name': fit(name, VALUE_MAX),
    'app.kubernetes.io/instance': fit(metadata.name, VALUE_MAX),
    'app.kubernetes.io/component': component,
    'app.kubernetes.io/managed-by': 'landfall',
  };
}
