import type { DataStore } from '../../../../../operator/api/data-store.ts';
import { LocalAccountSchema } from '../../../../../operator/api/local-account.ts';
import type { SecureVpc } from '../../../../../operator/api/secure-vpc.ts';
import { compileLocalDataStore } from '../../../../../operator/compile/local/data-store/data-store.ts';
import type { LocalCompileInput } from '../../../../../operator/compile/local/input.ts';
import type { Graph } from '../../../../../operator/graph/graph.ts';
import type { GeneratedSecretInputs, KubeInputs } from '../../../../../operator/local/inputs.ts';
import { inputFor, network } from '../../data-store/fixtures.ts';

/** What a store is compiled with in the cluster, where there is but one network. */
export function localInput(
  object: DataStore,
  account: object = {},
  only: SecureVpc = network(),
): LocalCompileInput<DataStore> {
  const { installation, references } = inputFor(object, only);
  return {
    object,
    installation,
    references,
    account: LocalAccountSchema.parse(account),
    facts: { podCidrs: [] },
  };
}

export function compileLocal(object: DataStore, account: object = {}, only?: SecureVpc): Graph {
  return compileLocalDataStore(localInput(object, account, only));
}

/** The inputs of a node. Throws where there is none. */
export function inputsAt<I = KubeInputs>(graph: Graph, key: string): I {
  const node = graph.nodes.get(key);
  if (!node) throw new Error(`${graph.owner} has no node ${key}`);
  return node.inputs as I;
}

export const secretAt = (graph: Graph) => inputsAt<GeneratedSecretInputs>(graph, 'secret');

/** As much of a container as tests look at. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: {
      readonly secretKeyRef?: { readonly name: string; readonly key: string };
      readonly fieldRef?: { readonly fieldPath: string };
    };
  }[];
  readonly ports: readonly { readonly containerPort: number }[];
  readonly resources: {
    readonly requests: { readonly cpu: string; readonly memory: string };
    readonly limits: { readonly cpu: string; readonly memory: string };
  };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly startupProbe: {
    readonly exec?: { readonly command: readonly string[] };
    readonly httpGet?: { readonly path: string };
    readonly tcpSocket?: object;
  };
  readonly lifecycle?: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } };
}

/** As much of the pod of a store as tests look at. */
export interface Pod {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly securityContext: { readonly runAsUser: number; readonly fsGroup: number };
    readonly containers: readonly Container[];
    readonly volumes: readonly {
      readonly name: string;
      readonly emptyDir?: { readonly medium?: string };
      readonly persistentVolumeClaim?: { readonly claimName: string };
    }[];
  };
}

/** The template of the pod of a store. */
export function podOf(graph: Graph): Pod {
  const { spec } = inputsAt(graph, 'stateful-set').body as { spec: { template: Pod } };
  return spec.template;
}

/** The engine's container. */
export function engineOf(graph: Graph): Container {
  const [first] = podOf(graph).spec.containers;
  if (!first) throw new Error(`${graph.owner} has no container`);
  return first;
}
