import type { EcsServiceStatus } from '../../../api/ecs-service.ts';
import type { Graph } from '../../../graph/graph.ts';
import type { State } from '../../../graph/kind.ts';
import type { Standing } from '../../../graph/plan.ts';
import type { KubeInputs } from '../../../local/inputs.ts';

/** The fields of the status that mean something in a cluster. */
export type LocalEcsServiceOutputs = Pick<
  EcsServiceStatus,
  | 'dataStores'
  | 'loadBalancerDnsName'
  | 'healthyTargets'
  | 'unhealthyTargets'
  | 'desiredCount'
  | 'runningCount'
  | 'rollout'
>;

/** On the policy that opens them: the stores that the pods may open, as `namespace/name`. */
export const STORES_ANNOTATION = 'landfall.dev/data-stores';

/** How far a rollout is, in ECS’s words. */
const ROLLOUTS: Readonly<Record<State['phase'], string | undefined>> = {
  ready: 'COMPLETED',
  pending: 'IN_PROGRESS',
  failed: 'FAILED',
  deleting: undefined,
};

/** What was made, from where the nodes stand and what the graph says of them. Nothing here has an ARN. */
export function localOutputsOfEcsService(
  standing: readonly Standing[],
  graph: Graph,
): LocalEcsServiceOutputs {
  const at = (key: string) => standing.find(({ node, state }) => node === key && state.phase !== 'deleting');
  const deployment = at('deployment');
  const running = count(deployment?.outputs['availableReplicas']);
  const desired = count(
    at('autoscaler')?.outputs['desiredReplicas'] ?? deployment?.outputs['desiredReplicas'],
  );
  const service = at('service')?.outputs;
  const isBalanced = service !== undefined && typeOf(graph) === 'LoadBalancer';
  return {
    dataStores: at('network-policy/own') && storesIn(graph),
    loadBalancerDnsName: isBalanced
      ? (service['loadBalancerHost'] ?? service['loadBalancerIp'] ?? service['address'])
      : undefined,
    healthyTargets: isBalanced ? running : undefined,
    unhealthyTargets:
      isBalanced && running !== undefined && desired !== undefined
        ? Math.max(0, desired - running)
        : undefined,
    desiredCount: desired,
    runningCount: running,
    rollout: deployment && ROLLOUTS[deployment.state.phase],
  };
}

function count(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function typeOf(graph: Graph): unknown {
  const { spec } = (inputsAt(graph, 'service')?.body ?? {}) as { readonly spec?: { readonly type?: string } };
  return spec?.type;
}

function storesIn(graph: Graph): LocalEcsServiceOutputs['dataStores'] {
  const stores = inputsAt(graph, 'network-policy/own')?.annotations?.[STORES_ANNOTATION];
  return stores === undefined ? undefined : stores.split(',');
}

function inputsAt(graph: Graph, key: string): KubeInputs | undefined {
  return graph.nodes.get(key)?.inputs as KubeInputs | undefined;
}
