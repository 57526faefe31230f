import type { PrivateLinkEndpointStatus } from '../../../api/private-link-endpoint.ts';
import type { Graph } from '../../../graph/graph.ts';
import type { State } from '../../../graph/kind.ts';
import type { Standing } from '../../../graph/plan.ts';
import type { KubeInputs } from '../../../local/inputs.ts';

/** The fields of the status that mean something in a cluster. */
export type LocalPrivateLinkOutputs = Pick<PrivateLinkEndpointStatus, 'endpointState' | 'dnsNames'>;

/** How far a connection is, in AWS’s words. */
const STATES: Readonly<Record<State['phase'], string>> = {
  ready: 'available',
  pending: 'pending',
  failed: 'failed',
  deleting: 'deleting',
};

/** The name by which an endpoint is reached, and whether it leads anywhere. What is provided has neither id nor name here. */
export function localOutputsOfPrivateLink(
  standing: readonly Standing[],
  graph: Graph,
): LocalPrivateLinkOutputs {
  const at = (key: string) => standing.find(({ node }) => node === key)?.state.phase;
  const endpoints = at('alias-endpoints');
  const service = graph.nodes.get('service')?.inputs as KubeInputs | undefined;
  const isNamed = service !== undefined && !['deleting', undefined].includes(at('service'));
  return {
    endpointState: endpoints && STATES[endpoints],
    dnsNames: isNamed ? [`${service.name}.${service.namespace}.svc`] : undefined,
  };
}
