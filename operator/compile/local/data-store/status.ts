import type { DataStoreStatus } from '../../../api/data-store.ts';
import type { Graph } from '../../../graph/graph.ts';
import type { State } from '../../../graph/kind.ts';
import type { Standing } from '../../../graph/plan.ts';
import type { KubeInputs } from '../../../local/inputs.ts';
import { hostOf } from '../store-connection.ts';

/** The fields of the status that mean something in a cluster. */
export type LocalStoreOutputs = Pick<
  DataStoreStatus,
  'engine' | 'engineVersion' | 'state' | 'endpoint' | 'readerEndpoint' | 'tableName'
>;

/** On what serves a table: its name, which may be longer than a label. */
export const TABLE_ANNOTATION = 'landfall.dev/table';

/** What the phases are called: in the words of AWS. */
const STATES: Readonly<Record<State['phase'], string>> = {
  ready: 'available',
  pending: 'creating',
  failed: 'failed',
  deleting: 'deleting',
};

/** What was made, from where the nodes stand and what the graph says of them. Nothing here has an ARN or is in a security group. */
export function localStoreOutputs(standing: readonly Standing[], graph: Graph): LocalStoreOutputs {
  const phaseOf = (key: string) => standing.find(({ node }) => node === key)?.state.phase;
  /** What a node that stands is. */
  const made = (key: string) =>
    [undefined, 'deleting'].includes(phaseOf(key))
      ? undefined
      : (graph.nodes.get(key)?.inputs as KubeInputs | undefined);
  const workload = made('stateful-set');
  const { 'app.kubernetes.io/component': engine, 'app.kubernetes.io/version': engineVersion } =
    workload?.labels ?? {};
  const phase = phaseOf('stateful-set');
  const service = made('service');
  const endpoint = service && addressOf(service);
  return {
    engine,
    engineVersion,
    state: phase && STATES[phase],
    endpoint,
    readerEndpoint: engine === 'postgresql' ? endpoint : undefined,
    tableName: workload?.annotations?.[TABLE_ANNOTATION],
  };
}

function addressOf({ namespace, name, body }: KubeInputs): DataStoreStatus['endpoint'] {
  const { ports } = body['spec'] as { readonly ports: readonly { readonly port: number }[] };
  const [first] = ports;
  return first && { address: hostOf(namespace, name), port: first.port };
}
