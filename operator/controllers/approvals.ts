import { GROUP, VERSION, type ApprovalStatus, type PlanStatus } from '../api/common.ts';
import type { PlanApproval } from '../api/plan-approval.ts';
import { askedFor, isCovered, planHash } from '../graph/approval.ts';
import { textOf, type Change } from '../graph/kind.ts';
import { plainVerb, type PlainVerb } from '../graph/plain-verb.ts';
import type { Plan } from '../graph/plan.ts';
import { printable } from '../graph/ref.ts';
import { timestamp } from '../kube/conditions.ts';
import { isNotFound } from '../kube/errors.ts';
import { resourcePath } from '../kube/path.ts';
import { patchStatus } from '../kube/status.ts';
import type { KubeObject } from '../kube/types.ts';
import { writeStatus, type Pass, type ResourceDeps } from './pass.ts';
import { reasonFor, summaryOf } from './planning.ts';
import type { GraphObject, GraphStatus } from './resource-status.ts';
import type { Target } from './targets.ts';
import { tell } from './tell.ts';
import type { Verdict } from './verdict.ts';

/** How much of a plan status holds: enough to decide by, and far below what etcd takes. */
const [ACTIONS_MAX, CHANGES_MAX, CHANGE_MAX, TEXT_MAX] = [200, 20, 240, 48_000];

/** A plan, and where it is to be carried out. */
interface Asking {
  readonly planned: Plan;
  readonly target: Target;
}

/** Why a plan is not carried out, and what status then says of it. */
export interface Held {
  readonly verdict: Verdict;
  readonly fields: Pick<GraphStatus, 'plan' | 'approval'>;
}

/**
 * Whether a plan has to wait for a person; undefined lets it go on, because nothing asks for approval, or because there
 * is one. An approval is written to status before anything is done, and what is left of its plan after a crash, or after a
 * call that was throttled, goes on under it. Anything else that turns up needs an approval of its own.
 */
export async function awaitApproval<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  { planned, target }: Asking,
): Promise<Held | undefined> {
  const { object } = pass;
  if (object.spec.approval !== 'Manual' || askedFor(planned).length === 0) return undefined;
  const active = activeIn(object.status);
  if (active && isCovered(new Set(active.pieces), planned)) {
    await markUsed(deps, object, active);
    return undefined;
  }
  const hash = planHash(planned);
  const unused = approvalsOf(deps, object).filter(({ status }) => status.usedTime === undefined);
  for (const approval of unused.filter(({ spec }) => spec.planHash === hash)) {
    const used = await use(deps, pass, approval, { planned, target });
    if (!used) continue;
    await markUsed(deps, pass.object, used);
    return undefined;
  }
  return hold(deps, pass, { planned, hash, stale: unused.at(-1), ended: active });
}

/** The approval as status keeps it after a pass: it is done when nothing is left that asks for one. */
export function approvalAfter(status: GraphStatus, left: Plan): ApprovalStatus | undefined {
  const active = activeIn(status);
  return active && askedFor(left).length === 0 ? closed(active, 'Done') : status.approval;
}

function activeIn({ approval }: GraphStatus): ApprovalStatus | undefined {
  return approval?.state === 'Active' ? approval : undefined;
}

function closed({ pieces: _, ...approval }: ApprovalStatus, state: 'Done' | 'Ended'): ApprovalStatus {
  return { ...approval, state };
}

/** The approvals of an object's plans, oldest first. */
function approvalsOf(deps: ResourceDeps, object: GraphObject): PlanApproval[] {
  const created = ({ metadata }: PlanApproval) => metadata.creationTimestamp ?? '';
  return deps.approvals
    .list()
    .filter(
      ({ metadata, spec }) =>
        metadata.namespace === object.metadata.namespace &&
        metadata.deletionTimestamp === undefined &&
        spec.resourceRef.kind === object.kind &&
        spec.resourceRef.name === object.metadata.name,
    )
    .sort((a, b) => (created(a) < created(b) ? -1 : 1));
}

/** Writes down what is approved, and by what. Undefined where the approval was taken back or used meanwhile. */
async function use<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  { metadata: { namespace, name, uid } }: PlanApproval,
  { planned, target }: Asking,
): Promise<ApprovalStatus | undefined> {
  const newest = await readApproval(deps, namespace, name);
  if (!newest || newest.metadata.uid !== uid || newest.status?.usedTime !== undefined) return undefined;
  const manager = newest.metadata.managedFields?.find(
    ({ subresource }) => subresource === undefined,
  )?.manager;
  const approval: ApprovalStatus = {
    name,
    uid: uid ?? '',
    planHash: newest.spec.planHash,
    createdTime: newest.metadata.creationTimestamp ?? timestamp(deps.clock.date()),
    ...(manager !== undefined && { manager }),
    state: 'Active',
    pieces: askedFor(planned),
  };
  await writeStatus(deps, pass, {
    verdict: {
      kind: 'reconciling',
      reason: reasonFor(planned, pass.object, target),
      message: summaryOf(planned),
    },
    fields: { approval, plan: undefined },
  });
  const by = manager === undefined ? '' : ` (made with ${manager})`;
  tell(deps.events, pass.object, {
    reason: 'PlanApproved',
    action: 'Approve',
    message: `plan ${approval.planHash} is approved by PlanApproval ${name}${by}`,
  });
  pass.log.info({ approval: { name, uid, manager, planHash: approval.planHash } }, 'plan approved');
  return approval;
}

/** An approval serves once, also if the operator dies before this is written: status of the object knows its uid. */
async function markUsed(deps: ResourceDeps, object: GraphObject, approval: ApprovalStatus): Promise<void> {
  const { namespace } = object.metadata;
  const known = deps.approvals.get(namespace === undefined ? approval.name : `${namespace}/${approval.name}`);
  if (known === undefined || known.metadata.uid !== approval.uid || known.status.usedTime !== undefined)
    return;
  deps.assertLeading();
  const after = { ...known.status, usedTime: timestamp(deps.clock.date()) };
  const path = pathOf(namespace, approval.name);
  const written = await patchStatus<PlanApproval>(deps.client, path, known.status, after).catch(
    (error: unknown) => {
      // Taken back after it was used: what it began goes on.
      if (isNotFound(error)) return undefined;
      throw error;
    },
  );
  if (written) deps.approvals.observe(written, known.metadata.resourceVersion);
}

/** The plan is published, and what has to happen next is said: once as an event, and as long as it is so in Stalled. */
function hold<T extends GraphObject>(
  deps: ResourceDeps,
  { object }: Pass<T>,
  held: {
    readonly planned: Plan;
    readonly hash: string;
    readonly stale: PlanApproval | undefined;
    readonly ended: ApprovalStatus | undefined;
  },
): Held {
  const { planned, hash, stale, ended } = held;
  const { kind, metadata, status } = object;
  const isNew = status.plan?.hash !== hash;
  const plan = planStatusOf(planned, {
    hash,
    time: isNew ? timestamp(deps.clock.date()) : (status.plan?.time ?? ''),
  });
  const how = `status.plan tells what it does; to approve it: landfall approve ${kind}/${metadata.namespace}/${metadata.name}, or a PlanApproval with resourceRef ${kind} ${metadata.name} and planHash ${hash}`;
  const going = metadata.deletionTimestamp === undefined ? '' : ' the object is to go:';
  const approved = stale
    ? `PlanApproval ${stale.metadata.name} is of plan ${stale.spec.planHash}`
    : ended
      ? `PlanApproval ${ended.name}, of plan ${ended.planHash}, does not cover what is left to do`
      : undefined;
  const reason = approved === undefined ? 'ApprovalRequired' : 'ApprovalStale';
  const message =
    approved === undefined
      ? `${going} plan ${hash} (${plan.summary}) waits for approval; ${how}`.trim()
      : `${going} ${approved}, but AWS or the spec moved since, and the plan is now ${hash} (${plan.summary}); nothing was done; ${how}`.trim();
  if (isNew || !status.conditions?.some((condition) => condition.reason === reason))
    tell(deps.events, object, { reason, action: 'Approve', message });
  return {
    verdict: { kind: 'stalled', reason, message },
    fields: { plan, approval: ended ? closed(ended, 'Ended') : status.approval },
  };
}

/** A plan as status shows it, within bounds: hash, counts, and what each action does. */
function planStatusOf(
  planned: Plan,
  { hash, time }: { readonly hash: string; readonly time: string },
): PlanStatus {
  const asked = planned.actions.filter(({ verb }) => verb !== 'wait' && verb !== 'refuse');
  const count = (verb: PlainVerb) => asked.filter((action) => plainVerb(action) === verb).length;
  const adopted = count('adopt') === 0 ? '' : `, ${count('adopt')} to adopt`;
  let left = TEXT_MAX;
  const actions = asked.slice(0, ACTIONS_MAX).map((action) => {
    const { node, type, id } = action;
    const verb = plainVerb(action);
    const lines = verb === 'delete' ? [] : [...new Set(printable(action.changes).map(lineOf))];
    const changes = lines.slice(0, CHANGES_MAX).filter((line) => (left -= line.length) > 0);
    const rest = lines.length - changes.length;
    if (rest > 0 && changes.length === CHANGES_MAX) changes.splice(-1, 1, `and ${rest + 1} more`);
    return {
      step: [verb, node, ...(verb === 'delete' && id !== undefined ? [id] : [])].join(' '),
      verb,
      node,
      kind: type,
      ...(id !== undefined && { id }),
      ...(changes.length > 0 && { changes }),
    };
  });
  const omitted = asked.length - actions.length;
  return {
    hash,
    time,
    summary: `${count('create')} to create, ${count('update')} to update, ${count('replace')} to replace, ${count('delete')} to delete${adopted}`,
    actions,
    ...(omitted > 0 && { omitted }),
  };
}

function lineOf({ path, from, to }: Change): string {
  const side = (value: unknown) => (value === undefined ? 'nothing' : textOf(value));
  const line = from === undefined ? `${path}: ${side(to)}` : `${path}: ${side(from)} → ${side(to)}`;
  return line.length > CHANGE_MAX ? `${line.slice(0, CHANGE_MAX - 1)}…` : line;
}

interface ApprovalAsRead extends KubeObject {
  readonly metadata: KubeObject['metadata'] & {
    readonly managedFields?: readonly { readonly manager?: string; readonly subresource?: string }[];
  };
  readonly spec: PlanApproval['spec'];
  readonly status?: PlanApproval['status'];
}

async function readApproval(
  deps: ResourceDeps,
  namespace: string | undefined,
  name: string,
): Promise<ApprovalAsRead | undefined> {
  return deps.client.get<ApprovalAsRead>(pathOf(namespace, name)).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
}

function pathOf(namespace: string | undefined, name: string): string {
  return resourcePath({ group: GROUP, version: VERSION, plural: 'planapprovals', namespace, name });
}
