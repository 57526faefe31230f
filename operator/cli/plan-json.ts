import { accountIdOf } from '../api/account.ts';
import { planHash } from '../graph/approval.ts';
import { describePlan } from '../graph/plan.ts';
import type { ClaimedAccount, PlannedResource } from './live.ts';
import { summarize, type PlanSummary } from './plan-summary.ts';
import { summarizeAll } from './plan-text.ts';
import { neededFor, stepOf, type Step } from './step.ts';
import type { Failure } from './usage.ts';

/** What `landfall plan --json` prints; docs/cli.md describes it. New members may be added within a version. */
export interface PlanDocument {
  readonly version: 1;
  readonly installation: string;
  /** Where AWS was read; null for AWS itself. */
  readonly endpoint: string | null;
  readonly plans: readonly ResourceDocument[];
  readonly summary: PlanSummary;
  /** Accounts of the plans that a cluster has claimed for the installation. */
  readonly claims: readonly ClaimDocument[];
  readonly errors: readonly Failure[];
}

interface ClaimDocument {
  readonly account: { readonly name: string; readonly id: string };
  /** The uid of the cluster's namespace kube-system, and what people call it; null where nobody named it. */
  readonly cluster: string;
  readonly name: string | null;
  readonly since: string;
}

interface ResourceDocument {
  readonly owner: string;
  readonly account: { readonly name: string; readonly id: string };
  readonly region: string;
  readonly caller: string;
  readonly hash: string;
  readonly summary: PlanSummary;
  /** In the order of doing. */
  readonly actions: readonly (object & { readonly step: Step; readonly neededBy?: string })[];
}

/** The whole answer as plain data. */
export function planDocument(input: {
  readonly installation: string;
  readonly endpoint: string | undefined;
  readonly planned: readonly PlannedResource[];
  readonly claimed: readonly ClaimedAccount[];
  readonly failures: readonly Failure[];
}): PlanDocument {
  const { installation, endpoint, planned, claimed, failures } = input;
  return {
    version: 1,
    installation,
    endpoint: endpoint ?? null,
    plans: planned.map(resourceDocument),
    summary: summarizeAll(planned),
    claims: claimed.map(({ account, claim }) => ({
      account: { name: account.metadata.name, id: accountIdOf(account.spec) },
      cluster: claim.cluster,
      name: claim.name === '' ? null : claim.name,
      since: claim.since.toISOString(),
    })),
    errors: failures,
  };
}

function resourceDocument({
  object,
  account,
  caller,
  graph,
  plan,
  needed,
}: PlannedResource): ResourceDocument {
  const described = describePlan(plan).actions;
  return {
    owner: graph.owner,
    account: { name: account.metadata.name, id: accountIdOf(account.spec) },
    region: object.spec.region,
    caller,
    hash: planHash(plan),
    summary: summarize(plan.actions, needed),
    actions: plan.actions.map((action, index) => {
      const neededBy = neededFor(action, needed);
      return {
        step: stepOf(action, needed),
        ...described[index],
        ...(neededBy !== undefined && { neededBy }),
      };
    }),
  };
}
