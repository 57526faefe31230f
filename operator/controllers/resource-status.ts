import {
  API_VERSION,
  type AdoptedNode,
  type ApprovalStatus,
  type Condition,
  type FormerThing,
  type PendingCreate,
  type PlanStatus,
  type ResourceStatus,
  type TargetStatus,
} from '../api/common.ts';
import type { Outcome } from '../graph/outcome.ts';
import type { Intent, Memory, Standing } from '../graph/plan.ts';
import type { KubeObject } from '../kube/types.ts';

/** What every resource that compiles to a graph has in its status. */
export interface GraphStatus {
  readonly observedGeneration: number;
  readonly conditions?: Condition[] | undefined;
  readonly target?: TargetStatus | undefined;
  readonly resources?: ResourceStatus[] | undefined;
  readonly pending?: PendingCreate[] | undefined;
  readonly former?: FormerThing[] | undefined;
  readonly zones?: string[] | undefined;
  readonly plan?: PlanStatus | undefined;
  readonly approval?: ApprovalStatus | undefined;
}

/** A resource that compiles to a graph. */
export interface GraphObject extends KubeObject {
  readonly kind: string;
  readonly spec: {
    readonly accountRef: { readonly name: string };
    readonly region: string;
    readonly adopt?: readonly AdoptedNode[] | undefined;
    readonly management?: string | undefined;
    readonly approval?: string | undefined;
    readonly deletionPolicy?: string | undefined;
  };
  readonly status: GraphStatus;
}

/** What status remembers of earlier passes. */
export function memoryOf(status: GraphStatus): Memory {
  return {
    intents: new Map(
      (status.pending ?? []).map(({ node, time }) => [node, { node, time: Date.parse(time) }]),
    ),
    ids: new Map([...(status.former ?? []), ...(status.resources ?? [])].map(({ node, id }) => [node, id])),
    copies: new Map(
      (status.resources ?? []).flatMap(({ node, copy }) => (copy === undefined ? [] : [[node, copy]])),
    ),
  };
}

/**
 * The memory after a pass: a create that AWS clearly refused, or that was never sent, made nothing, and nothing is
 * waited for on its account. One that succeeded stays in mind until the thing is seen.
 */
export function settle(memory: Memory, outcomes: readonly Outcome[]): Memory {
  const settled = new Set(
    outcomes
      .filter(({ action, result, clear }) => action.verb === 'create' && result !== 'done' && clear)
      .map(({ action }) => action.node),
  );
  return { ...memory, intents: new Map([...memory.intents].filter(([node]) => !settled.has(node))) };
}

/** Intents as status keeps them; undefined for none. */
export function pendingOf(intents: Iterable<Intent>): PendingCreate[] | undefined {
  const pending = [...intents].map(({ node, time }) => ({ node, time: new Date(time).toISOString() }));
  return pending.length === 0 ? undefined : pending;
}

const STATE = { ready: 'Ready', pending: 'Pending', failed: 'Failed', deleting: 'Deleting' } as const;

/**
 * What exists, for status: what was observed, then what status remembers of nodes that are still wanted and were
 * not seen (a listing may lag, or the thing may have lost its tags).
 */
export function resourcesOf(
  standing: readonly Standing[],
  former: readonly ResourceStatus[],
  wanted: (node: string) => boolean,
): ResourceStatus[] {
  const seen = standing.map(({ node, type, id, state, outputs: { restoredFrom: copy } }) => ({
    node,
    kind: type,
    id,
    state: STATE[state.phase],
    ...(copy !== undefined && { copy }),
  }));
  const nodes = new Set(seen.map(({ node }) => node));
  return [...seen, ...former.filter(({ node }) => !nodes.has(node) && wanted(node))];
}

/** How many things that are no more are remembered; AWS forgets client tokens after a day or so. */
const FORMER_MAX = 200;

/** The last ids of nodes that are no more among `resources`, newest last; undefined for none. */
export function formerOf(
  status: GraphStatus,
  resources: readonly ResourceStatus[],
): FormerThing[] | undefined {
  const present = new Set(resources.map(({ node }) => node));
  const gone = [...memoryOf(status).ids].filter(([node]) => !present.has(node));
  return gone.length === 0 ? undefined : gone.slice(-FORMER_MAX).map(([node, id]) => ({ node, id }));
}

/** `Kind/namespace/name`, as in the owner tag. */
export function ownerOf(object: GraphObject): string {
  return `${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

/** How events point at the object. */
export function refOf(object: KubeObject & { readonly kind: string }) {
  const { namespace, name, uid, resourceVersion } = object.metadata;
  return {
    apiVersion: API_VERSION,
    kind: object.kind,
    name,
    ...(namespace !== undefined && { namespace }),
    ...(uid !== undefined && { uid }),
    ...(resourceVersion !== undefined && { resourceVersion }),
  };
}
