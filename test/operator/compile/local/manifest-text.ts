import { stringify } from 'yaml';
import type { Graph, GraphNode } from '../../../../operator/graph/graph.ts';
import type { KubeInputs } from '../../../../operator/local/inputs.ts';
import type { LocalNodeType } from '../../../../operator/compile/local/nodes.ts';

/** Kinds whose objects stand in the inputs of their nodes as they are. */
type Plain = Exclude<LocalNodeType, 'GeneratedSecret' | 'SecretCopy' | 'AliasEndpoints'>;

const API_VERSIONS: Readonly<Record<Plain, string>> = {
  ServiceAccount: 'v1',
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  PersistentVolumeClaim: 'v1',
  Service: 'v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  NetworkPolicy: 'networking.k8s.io/v1',
};

/** An object of Kubernetes, less what its kind adds when it makes it. */
export interface PlainObject extends Record<string, unknown> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly namespace: string; readonly name: string };
}

/** The object that a node is; undefined where its kind puts it together when it makes it. */
export function objectOf({ type, inputs }: GraphNode): PlainObject | undefined {
  if (!isPlain(type)) return undefined;
  const { body, ...metadata } = inputs as KubeInputs;
  return { apiVersion: API_VERSIONS[type], kind: type, metadata, ...body };
}

/** The manifests of graphs as a person reviews them; what is no manifest yet is told as a comment. */
export function manifestText(graphs: readonly Graph[]): string {
  const nodes = graphs.flatMap((graph) => [...graph.nodes.values()]);
  return nodes
    .map((node) => {
      const object = objectOf(node);
      if (object) return stringify(object, { aliasDuplicateObjects: false, lineWidth: 0 });
      return `# ${node.type}: ${JSON.stringify(node.inputs)}\n`;
    })
    .join('---\n');
}

function isPlain(type: string): type is Plain {
  return type in API_VERSIONS;
}
