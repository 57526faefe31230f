import type { Action } from '../../graph/plan.ts';

/** How a thing stands; undefined where nobody looked. */
export type Mark = 'exists' | 'create' | 'change' | 'replace' | 'delete' | 'wait';

/** A node with the id of what stands for it: what a plan found standing, or what a status lists. */
export interface Placed {
  readonly node: string;
  readonly id: string;
}

/** What is known of each node beside the graph. */
export interface Marks {
  id(node: string): string | undefined;
  of(node: string): Mark | undefined;
  /** What stands and is to go: no node of the graph wants it any more. */
  readonly leaving: readonly Placed[];
}

/** Facets are drawn with the thing that they belong to. */
const HOMES: readonly (readonly [facet: RegExp, home: string])[] = [
  [/^vpc-(attributes|cidrs)$/, 'vpc'],
  [/^internet-gateway-attachment$/, 'internet-gateway'],
  [/^routes\//, 'route-table/'],
  [/^network-acl-entries\//, 'network-acl/'],
  [/^(route-table|network-acl)-association\//, 'subnet/'],
  [/^security-group-rules\//, 'security-group/'],
  [/^role-policies\//, 'role/'],
  [/^(load-balancer-attributes|web-acl-association)$/, 'load-balancer'],
  [/^web-acl-rules$/, 'web-acl'],
  [/^target-(group-attributes|health)$/, 'target-group'],
  [/^cluster-capacity-providers$/, 'cluster'],
  [/^endpoint-(service-permissions|connections)$/, 'endpoint-service'],
  [/^table-(settings|ttl|recovery)$/, 'table'],
  [/^(db|db-cluster|cache)-parameters$/, '$1-parameter-group'],
  [/^secret-(rotation|value)$/, 'secret'],
  [/^auth-token$/, 'replication-group'],
  [/^backup-selection$/, 'backup-plan'],
];

/** Marks from what stands and what a plan would do; without `standing` nothing is marked. */
export function marksOf(standing: readonly Placed[] | undefined, actions: readonly Action[]): Marks {
  const ids = new Map((standing ?? []).map(({ node, id }) => [node, id]));
  const marks = new Map<string, Mark>([...ids.keys()].map((node) => [node, 'exists']));
  for (const action of actions) {
    const home = homeOf(action.node);
    if (home !== action.node) {
      if (marks.get(home) === 'exists') marks.set(home, markOf(action) === 'wait' ? 'wait' : 'change');
    } else if (action.verb !== 'delete') marks.set(home, markOf(action));
  }
  const leaving = actions.flatMap(({ verb, node, id }) =>
    verb === 'delete' && id !== undefined ? [{ node, id }] : [],
  );
  return { id: (node) => ids.get(node), of: (node) => marks.get(node), leaving };
}

/** The mark of a box that stands for several things: that of the first, unless it is there and something is up with another. */
export function markOfAll(
  marks: Marks,
  [first, ...others]: readonly [string, ...string[]],
): Mark | undefined {
  const mark = marks.of(first);
  if (mark !== 'exists') return mark;
  const open = others.map((node) => marks.of(node)).filter((one) => one !== undefined && one !== 'exists');
  if (open.length === 0) return mark;
  return open.every((one) => one === 'wait') ? 'wait' : 'change';
}

/** The node with which another one is drawn; itself where it stands alone. */
export function homeOf(node: string): string {
  const [facet, home] = HOMES.find(([pattern]) => pattern.test(node)) ?? [];
  return facet === undefined || home === undefined ? node : node.replace(facet, home);
}

const OF_VERB = {
  adopt: 'change',
  update: 'change',
  delete: 'delete',
  wait: 'wait',
  refuse: 'wait',
} as const;

function markOf(action: Action): Mark {
  if (action.verb !== 'create') return OF_VERB[action.verb];
  return action.revision === undefined ? 'create' : 'replace';
}
