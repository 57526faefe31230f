import type { SecurityGroupRulesInputs } from '../../aws/ec2/security-group-rules.ts';
import type { Graph } from '../../graph/graph.ts';
import { referencesIn } from '../../graph/ref.ts';
import { inputsBy } from './nodes.ts';
import { providedOf, usedOf } from './private-link.ts';

/** A thing of an object. */
export interface Place {
  readonly owner: string;
  readonly node: string;
}

/** A way from one object's thing to another's. */
export interface Link {
  readonly from: Place;
  readonly to: Place;
  /** Whether AWS carries it from network to network. */
  readonly isPrivateLink: boolean;
  /** `8080`, on which ports; empty where it says nothing. */
  readonly text: string;
}

/** Who is an endpoint service of nobody among the manifests. */
export const ELSEWHERE = 'elsewhere';

/**
 * The ways between objects: from tasks to their stores, to the endpoint that they may use, by it to the endpoint service, and to its
 * load balancer.
 */
export function linksOf(graphs: readonly Graph[]): Link[] {
  const drawn = new Set(graphs.map(({ owner }) => owner));
  return [...graphs.flatMap(toStores).filter(({ to }) => drawn.has(to.owner)), ...graphs.flatMap(byEndpoint)];
}

/** From the tasks of a service to each of its stores, by what they are told of them. */
function toStores(graph: Graph): Link[] {
  const { owner } = graph;
  const told = referencesIn(graph.nodes.get('task-definition')?.inputs);
  const stores = new Map(
    told.flatMap(({ owner: of, node }) =>
      of?.startsWith('DataStore/') === true ? [[of, node] as const] : [],
    ),
  );
  const rules = inputsBy(graph)<SecurityGroupRulesInputs>('SecurityGroupRules').flatMap(
    ({ inputs }) => inputs.egress,
  );
  return [...stores].map(([store, node]) => {
    const rule = rules.find(({ peer }) => referencesIn(peer)[0]?.owner === store);
    return {
      from: { owner, node: 'service' },
      to: { owner: store, node },
      isPrivateLink: false,
      text: rule === undefined ? '' : String(rule.fromPort),
    };
  });
}

function byEndpoint(graph: Graph): Link[] {
  const { owner } = graph;
  const [used, provided] = [usedOf(graph), providedOf(graph)];
  const balancer = provided?.service;
  return [
    ...(used?.clients ?? []).map((client) => ({
      from: { owner: client.owner, node: client.node },
      to: { owner, node: used?.node ?? '' },
      isPrivateLink: false,
      text: client.ports,
    })),
    ...(used
      ? [
          {
            from: { owner, node: used.node },
            to: placeOf(used.leadsTo),
            isPrivateLink: true,
            text: 'PrivateLink',
          },
        ]
      : []),
    ...(provided && balancer !== undefined
      ? [
          {
            from: { owner, node: provided.node },
            to: { owner: balancer, node: 'load-balancer' },
            isPrivateLink: false,
            text: '',
          },
        ]
      : []),
  ];
}

function placeOf(to: string | Partial<Place>): Place {
  return typeof to === 'string'
    ? { owner: ELSEWHERE, node: to }
    : { owner: to.owner ?? ELSEWHERE, node: to.node ?? '' };
}
