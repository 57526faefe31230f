import { isFields } from './field-set.ts';
import { pick } from './conditions.ts';
import { objectKind } from './object-kind.ts';
import type { Fields, KubeRecord } from './record.ts';

/** Usable at once: a cluster may have nothing that gives a Service of type LoadBalancer an address. */
export const serviceKind = objectKind({
  resource: { group: '', version: 'v1', plural: 'services', kind: 'Service' },
  after: [],
  status: pick('loadBalancer'),
  outputs: (record) => ({ address: addressOf(record), ...clusterIp(record), ...loadBalancer(record) }),
  isFixed: ({ path }) => /^spec\.(clusterIP|clusterIPs|ipFamilies)/.test(path),
});

function addressOf({ metadata }: KubeRecord): string {
  return `${metadata.name}.${metadata.namespace}.svc`;
}

/** A Service without one of its own leads straight to its pods. */
function clusterIp({ body }: KubeRecord): Fields & Readonly<Record<string, string>> {
  const { clusterIP } = (body['spec'] ?? {}) as { readonly clusterIP?: string };
  return clusterIP === undefined || clusterIP === 'None' ? {} : { clusterIP };
}

function loadBalancer({ status }: KubeRecord): Readonly<Record<string, string>> {
  const { ingress = [] } = (status['loadBalancer'] ?? {}) as { readonly ingress?: readonly unknown[] };
  const first = ingress.find(isFields) as { readonly hostname?: string; readonly ip?: string } | undefined;
  return {
    ...(first?.hostname !== undefined && { loadBalancerHost: first.hostname }),
    ...(first?.ip !== undefined && { loadBalancerIp: first.ip }),
  };
}
