import type { Graph } from '../../../../operator/graph/graph.ts';
import type { KubeInputs } from '../../../../operator/local/inputs.ts';
import { type End, lets, type NetworkPolicy } from '../../../support/network-policies.ts';
import { nodesOf } from './compiled.ts';

interface Container {
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
}
interface Workload {
  readonly template: {
    readonly metadata: { readonly labels: Readonly<Record<string, string>> };
    readonly spec: { readonly containers: readonly Container[] };
  };
}

/** A pod of each Deployment and StatefulSet, with an address of its own. */
export function podsOf(graphs: readonly Graph[]): End[] {
  return [...nodesOf(graphs, 'Deployment'), ...nodesOf(graphs, 'StatefulSet')].map((node, index) => {
    const { namespace, name, body } = node.inputs as KubeInputs;
    const { template } = body['spec'] as Workload;
    const ports = template.spec.containers.flatMap((container) => container.ports ?? []);
    return {
      name,
      address: `10.244.0.${index + 10}`,
      pod: {
        namespace,
        labels: template.metadata.labels,
        ports: Object.fromEntries(
          ports.flatMap((port) => (port.name === undefined ? [] : [[port.name, port.containerPort]])),
        ),
      },
    };
  });
}

/** A pod that nobody knows. */
export function stranger(
  namespace: string,
  labels: Readonly<Record<string, string>> = {},
  name = `stranger in ${namespace}`,
): End {
  return { name, address: '10.244.7.7', pod: { namespace, labels, ports: {} } };
}

/** Somebody outside of the cluster. */
export const OUTSIDE: End = { name: 'outside', address: '203.0.113.7' };

/** What answers for names in a cluster. */
export const DNS: End = {
  name: 'dns',
  address: '10.244.0.2',
  pod: { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' }, ports: {} },
};

/** Every connection among some ends that policies let through, one a line: `from > to port`. */
export function trafficOf(
  policies: readonly NetworkPolicy[],
  ends: readonly End[],
  ports: readonly number[],
): string[] {
  return ends.flatMap((from) =>
    ends
      .filter((to) => to !== from)
      .flatMap((to) =>
        ports
          .filter((port) => lets(policies, from, to, { port }))
          .map((port) => `${from.name} > ${to.name} ${port}`),
      ),
  );
}
