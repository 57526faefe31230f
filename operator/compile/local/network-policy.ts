import { ipv4Contains, parseIpv4Cidr } from '../../api/cidr.ts';
import type { ClusterFacts } from './input.ts';
import type { LocalPort } from './ecs-service/ports.ts';

type Labels = Readonly<Record<string, string>>;

/** One end of a connection that is let through, as Kubernetes writes it. */
export interface PolicyPeer {
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
  readonly namespaceSelector?: LabelSelector;
  readonly podSelector?: LabelSelector;
}

export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: 'In';
    readonly values: readonly string[];
  }[];
}

export interface PolicyPort {
  readonly protocol: LocalPort['protocol'];
  readonly port: number;
  readonly endPort?: number;
}

/** Who, and on which ports; without ports on all. */
export interface Opening {
  readonly peers: readonly PolicyPeer[];
  readonly ports?: readonly PolicyPort[];
}

/** What is let through to and from some pods; nothing else is. */
export interface Openings {
  readonly ingress: readonly Opening[];
  readonly egress: readonly Opening[];
}

export const EVERYWHERE = '0.0.0.0/0';
/** The API server puts it on every namespace. */
const NAMESPACE_LABEL = 'kubernetes.io/metadata.name';
/** Where a cluster answers for names: in AWS no security group keeps anybody from that either. */
const DNS_NAMESPACE = 'kube-system';
const DNS_PORT = 53;

/** Pods of some namespaces. Whoever may make pods there says what labels they have. */
export function podsIn(namespaces: readonly string[], labels: Labels): PolicyPeer {
  const [only, ...others] = namespaces;
  return {
    namespaceSelector:
      only !== undefined && others.length === 0
        ? { matchLabels: { [NAMESPACE_LABEL]: only } }
        : { matchExpressions: [{ key: NAMESPACE_LABEL, operator: 'In', values: namespaces }] },
    podSelector: { matchLabels: labels },
  };
}

/**
 * Addresses outside of the cluster. Those of pods are never meant, whatever block they happen to be in: a manifest for AWS knows no
 * pods. Undefined where none is left.
 */
export function addresses(cidr: string, { podCidrs }: ClusterFacts): PolicyPeer | undefined {
  const block = parseIpv4Cidr(cidr);
  const pods = podCidrs.flatMap((text) => {
    const parsed = parseIpv4Cidr(text);
    return parsed ? [{ text, parsed }] : [];
  });
  if (!block || pods.some(({ parsed }) => ipv4Contains(parsed, block))) return undefined;
  const except = pods.filter(({ parsed }) => ipv4Contains(block, parsed)).map(({ text }) => text);
  return { ipBlock: { cidr, ...(except.length > 0 && { except: except.sort() }) } };
}

/** A TCP port. */
export function tcp(port: number): PolicyPort {
  return { protocol: 'TCP', port };
}

/** The body of the policy for some pods. All may ask for names. */
export function policyBody(podLabels: Labels, { ingress, egress }: Openings): Record<string, unknown> {
  return {
    spec: {
      podSelector: { matchLabels: podLabels },
      policyTypes: ['Ingress', 'Egress'],
      ingress: real(ingress).map(({ peers: from, ports }) => ({ from, ...(ports && { ports }) })),
      egress: real([DNS, ...egress]).map(({ peers: to, ports }) => ({ to, ...(ports && { ports }) })),
    },
  };
}

const DNS: Opening = {
  peers: [{ namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: DNS_NAMESPACE } } }],
  ports: [
    { protocol: 'UDP', port: DNS_PORT },
    { protocol: 'TCP', port: DNS_PORT },
  ],
};

/** To Kubernetes an empty list of peers or ports is all of them. */
function real(openings: readonly Opening[]): Opening[] {
  return openings.filter(({ peers, ports }) => peers.length > 0 && ports?.length !== 0);
}
