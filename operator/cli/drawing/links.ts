import type { Graph } from '../../graph/graph.ts';
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

/** The ways between objects: from tasks to the endpoint that they may use, by it to the endpoint service, and to its load balancer. */
export function linksOf(graphs: readonly Graph[]): Link[] {
  return graphs.flatMap((graph): Link[] => {
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
  });
}

function placeOf(to: string | Partial<Place>): Place {
  return typeof to === 'string'
    ? { owner: ELSEWHERE, node: to }
    : { owner: to.owner ?? ELSEWHERE, node: to.node ?? '' };
}
