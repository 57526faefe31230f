import type { SecureVpc } from '../../../api/secure-vpc.ts';
import { buildGraph, type Graph } from '../../../graph/graph.ts';
import { namespaceOf, ownerOf } from '../../names.ts';
import { networkKeyOf } from '../../references.ts';
import type { LocalCompileInput } from '../input.ts';
import { commonLabels, placeLabels } from '../labels.ts';
import { type Openings, policyBody } from '../network-policy.ts';
import { localNodeBuilder, type LocalNodeType } from '../nodes.ts';
import { networkOpenings } from './openings.ts';

/** The types of all nodes that a network may have here. */
export const LOCAL_SECURE_VPC_NODES: readonly LocalNodeType[] = ['NetworkPolicy'];

/** What a network's things say that they do. */
const COMPONENT = 'network';
/** Nothing but names: a store lets in the services that use it by a policy of its own, as in AWS by a group of its own. */
const NOTHING: Openings = { ingress: [], egress: [] };

/**
 * The graph of a network in the cluster: a policy for each tier in which pods stand, in the network's namespace, which lets through what
 * the security groups do and nothing else. Services of other namespaces bring one of their own. Pure. Throws Terminal (`InvalidSpec`).
 */
export function compileLocalSecureVpc(input: LocalCompileInput<SecureVpc>): Graph {
  const { object, facts } = input;
  const { name } = object.metadata;
  const build = localNodeBuilder(input);
  const policy = (tier: string, openings: Openings) =>
    build('NetworkPolicy', `network-policy/${tier}`, {
      namespace: namespaceOf(object.metadata),
      name: `${name}-network-${tier}`,
      labels: commonLabels(object, name, COMPONENT),
      body: policyBody(placeLabels(networkKeyOf(object, { name }), tier), openings),
    });
  return buildGraph(ownerOf(object), [
    policy('ecs', networkOpenings(object, facts)),
    policy('data', NOTHING),
  ]);
}
