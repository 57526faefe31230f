import type { ObjectMeta } from '../../api/common.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { ownershipTags, TAG } from '../../graph/ownership.ts';
import type {
  AliasEndpointsInputs,
  GeneratedSecretInputs,
  KubeInputs,
  SecretCopyInputs,
} from '../../local/inputs.ts';
import { ownerOf } from '../names.ts';
import type { LocalCompileInput } from './input.ts';

/** Kinds of Kubernetes objects, with what each needs. */
interface Things {
  ServiceAccount: KubeInputs;
  Deployment: KubeInputs;
  StatefulSet: KubeInputs;
  PersistentVolumeClaim: KubeInputs;
  Service: KubeInputs;
  HorizontalPodAutoscaler: KubeInputs;
  NetworkPolicy: KubeInputs;
  GeneratedSecret: GeneratedSecretInputs;
  SecretCopy: SecretCopyInputs;
  AliasEndpoints: AliasEndpointsInputs;
}

/** The type of a node that a compiler for the local target can make. */
export type LocalNodeType = keyof Things;

interface Options {
  readonly dependsOn?: readonly string[];
  readonly awaits?: readonly string[];
  /** Why it is not made yet. */
  readonly notYet?: string | undefined;
}

/** Makes nodes whose inputs are those that their kind declares. */
export type LocalNodeBuilder = <T extends LocalNodeType>(
  type: T,
  key: string,
  inputs: Things[T],
  options?: Options,
) => GraphNode;

/** A builder that gives every thing the ownership tags of its key. */
export function localNodeBuilder({
  object,
  installation,
  into,
}: Pick<
  LocalCompileInput<{
    readonly kind: string;
    readonly metadata: ObjectMeta;
  }>,
  'object' | 'installation' | 'into'
>): LocalNodeBuilder {
  const owner = ownerOf(object);
  const { uid } = object.metadata;
  return (type, key, inputs, { dependsOn = [], awaits = [], notYet } = {}) => ({
    key,
    type,
    inputs: into === undefined ? inputs : { ...inputs, namespace: into },
    tags: { ...ownershipTags(installation, owner, key), ...(uid !== undefined && { [TAG.uid]: uid }) },
    dependsOn,
    ...(awaits.length > 0 && { awaits }),
    ...(notYet !== undefined && { notYet }),
  });
}
