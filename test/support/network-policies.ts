import { ipv4Contains, parseIpv4Cidr } from '../../operator/api/cidr.ts';

type Labels = Readonly<Record<string, string>>;

interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

interface Peer {
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
  readonly namespaceSelector?: Selector;
  readonly podSelector?: Selector;
}

interface Port {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

/** A NetworkPolicy, as the API server has it. */
export interface NetworkPolicy {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: {
    readonly podSelector: Selector;
    readonly policyTypes: readonly string[];
    readonly ingress?: readonly { readonly from?: readonly Peer[]; readonly ports?: readonly Port[] }[];
    readonly egress?: readonly { readonly to?: readonly Peer[]; readonly ports?: readonly Port[] }[];
  };
}

/** A pod, or whatever has an address and is none. */
export interface End {
  readonly name: string;
  readonly address: string;
  readonly pod?: {
    readonly namespace: string;
    readonly labels: Labels;
    /** Ports by name. */
    readonly ports: Readonly<Record<string, number>>;
  };
}

/** What is sent to a port. */
export interface Sent {
  readonly port: number;
  readonly protocol?: 'TCP' | 'UDP';
}

/**
 * Whether policies let a connection through, by what Kubernetes says of them
 * (https://kubernetes.io/docs/concepts/services-networking/network-policies/): a pod that no policy of a direction chooses is open in it,
 * one that some choose is open to what any of them lists. Both ends have to agree.
 */
export function lets(policies: readonly NetworkPolicy[], from: End, to: End, sent: Sent): boolean {
  return (
    opens(policies, 'Egress', from, ({ spec, metadata }) =>
      (spec.egress ?? []).some(
        (rule) => isAmong(metadata.namespace, rule.to, to) && isOn(rule.ports, to, sent),
      ),
    ) &&
    opens(policies, 'Ingress', to, ({ spec, metadata }) =>
      (spec.ingress ?? []).some(
        (rule) => isAmong(metadata.namespace, rule.from, from) && isOn(rule.ports, to, sent),
      ),
    )
  );
}

function opens(
  policies: readonly NetworkPolicy[],
  direction: 'Ingress' | 'Egress',
  { pod }: End,
  lists: (policy: NetworkPolicy) => boolean,
): boolean {
  if (!pod) return true;
  const about = policies.filter(
    ({ metadata, spec }) =>
      metadata.namespace === pod.namespace &&
      spec.policyTypes.includes(direction) &&
      selects(spec.podSelector, pod.labels),
  );
  return about.length === 0 || about.some(lists);
}

/** No peers at all are everybody. */
function isAmong(namespace: string, peers: readonly Peer[] | undefined, end: End): boolean {
  return peers === undefined || peers.length === 0 || peers.some((peer) => isPeer(namespace, peer, end));
}

function isPeer(namespace: string, { ipBlock, namespaceSelector, podSelector }: Peer, end: End): boolean {
  if (ipBlock) {
    const inside = (cidr: string) => within(cidr, end.address);
    return inside(ipBlock.cidr) && !(ipBlock.except ?? []).some(inside);
  }
  const { pod } = end;
  if (!pod) return false;
  const isNamespace = namespaceSelector
    ? selects(namespaceSelector, { 'kubernetes.io/metadata.name': pod.namespace })
    : pod.namespace === namespace;
  return isNamespace && (podSelector === undefined || selects(podSelector, pod.labels));
}

/** No ports at all are every port. */
function isOn(ports: readonly Port[] | undefined, to: End, sent: Sent): boolean {
  if (ports === undefined || ports.length === 0) return true;
  return ports.some(({ protocol = 'TCP', port, endPort }) => {
    if (protocol !== (sent.protocol ?? 'TCP')) return false;
    if (port === undefined) return true;
    const first = typeof port === 'number' ? port : to.pod?.ports[port];
    return first !== undefined && first <= sent.port && sent.port <= (endPort ?? first);
  });
}

function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      if (operator !== 'In') throw new Error(`nobody here writes ${operator}`);
      return values.includes(labels[key] ?? '');
    })
  );
}

function within(cidr: string, address: string): boolean {
  const [block, one] = [parseIpv4Cidr(cidr), parseIpv4Cidr(`${address}/32`)];
  if (!block || !one) throw new Error(`${cidr} or ${address} is none of IPv4`);
  return ipv4Contains(block, one);
}
