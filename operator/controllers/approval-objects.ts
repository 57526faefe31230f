import { GROUP, VERSION, type ApprovalStatus } from '../api/common.ts';
import type { PlanApproval } from '../api/plan-approval.ts';
import { askedFor } from '../graph/approval.ts';
import type { Plan } from '../graph/plan.ts';
import { timestamp } from '../kube/conditions.ts';
import { isNotFound } from '../kube/errors.ts';
import { resourcePath } from '../kube/path.ts';
import { patchStatus } from '../kube/status.ts';
import type { KubeObject } from '../kube/types.ts';
import { writeStatus, type Pass, type ResourceDeps } from './pass.ts';
import { reasonFor, summaryOf } from './planning.ts';
import type { GraphObject, GraphStatus } from './resource-status.ts';
import type { Target } from './target.ts';
import { tell } from './tell.ts';

/** A plan, and where it is to be carried out. */
export interface Asking {
  readonly planned: Plan;
  readonly target: Target;
}

/** The approval under which work goes on. */
export function activeIn({ approval }: GraphStatus): ApprovalStatus | undefined {
  return approval?.state === 'Active' ? approval : undefined;
}

/** The approvals of an object's plans, oldest first. */
export function approvalsOf(deps: ResourceDeps, object: GraphObject): PlanApproval[] {
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
export async function use<T extends GraphObject>(
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
export async function markUsed(
  deps: ResourceDeps,
  object: GraphObject,
  approval: ApprovalStatus,
): Promise<void> {
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
