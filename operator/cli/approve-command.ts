import { createInterface } from 'node:readline/promises';
import { API_VERSION, GROUP, VERSION, type PlanStatus } from '../api/common.ts';
import type { PlanApproval } from '../api/plan-approval.ts';
import type { GraphObject } from '../controllers/resource-status.ts';
import type { KubeClient } from '../kube/client.ts';
import { isAlreadyExists, isNotFound, KubeError } from '../kube/errors.ts';
import { resourcePath } from '../kube/path.ts';
import { connect, type ClusterOptions } from './cluster.ts';
import { DONE, NOT_DONE } from './exit-codes.ts';
import { EXAMPLE, namedOf, pathOf, titleOf, type Named } from './named.ts';
import type { Terminal } from './terminal.ts';
import { Failures, UsageError } from './usage.ts';

export interface ApproveOptions extends ClusterOptions {
  readonly hash?: string;
  readonly yes?: boolean;
}

/** Shows the plan that waits and, after a yes, makes the PlanApproval of it. Exit code 2 where nobody said yes. */
export async function approveCommand(
  names: readonly string[],
  options: ApproveOptions,
  terminal: Terminal,
): Promise<number> {
  const [name, ...more] = names;
  if (name === undefined || more.length > 0) {
    throw new UsageError('one object has to be named, as KIND/NAMESPACE/NAME', {
      instead: (command) => `${command} ${EXAMPLE}`,
    });
  }
  const named = namedOf(name);
  const { client } = connect(options);
  try {
    const plan = await waitingPlan(client, named);
    terminal.out(planText(named, plan, terminal));
    if (options.hash !== undefined && options.hash !== plan.hash) {
      throw failure(
        named,
        'ApprovalStale',
        `the plan that waits is ${plan.hash} and not ${options.hash}; read it, and approve that`,
      );
    }
    const agreed = options.yes === true || options.hash !== undefined || (await ask(plan));
    if (!agreed) {
      terminal.out(`Nothing is approved. Say --hash ${plan.hash} to approve this plan.`);
      return NOT_DONE;
    }
    const approval = await create(client, named, plan);
    terminal.out(`Approved by PlanApproval ${named.namespace}/${approval}.`);
    return DONE;
  } finally {
    client.close();
  }
}

async function waitingPlan(client: KubeClient, named: Named): Promise<PlanStatus> {
  const object = await client.get<GraphObject>(pathOf(named)).catch((error: unknown) => {
    if (isNotFound(error)) throw failure(named, 'NotFound', 'is not in this cluster');
    throw error;
  });
  if (object.status.plan) return object.status.plan;
  const why =
    object.spec.approval === 'Manual' ? 'no plan of it waits' : 'it needs none: spec.approval is Auto';
  throw failure(named, 'NothingToApprove', `there is nothing to approve: ${why}`);
}

function failure(named: Named, reason: string, message: string): Failures {
  return new Failures([{ object: titleOf(named), reason, message }]);
}

function planText(named: Named, plan: PlanStatus, { paint }: Terminal): string {
  const actions = plan.actions.map(({ verb, node, kind, id, changes = [] }) =>
    [
      `  ${verb.padEnd(8)} ${kind} ${paint.bold(node)}${id === undefined ? '' : paint.dim(`  ${id}`)}`,
      ...changes.map((change) => `           ${change}`),
    ].join('\n'),
  );
  const more = plan.omitted === undefined ? [] : [`  and ${plan.omitted} more`];
  return [
    `${paint.bold(titleOf(named))}  plan ${plan.hash}  since ${plan.time}\n`,
    ...actions,
    ...more,
    `\n${paint.bold('Plan:')} ${plan.summary}`,
  ].join('\n');
}

/** On a terminal a person is asked; a pipe says yes with `--yes` or `--hash`. */
async function ask({ hash }: PlanStatus): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(`Approve plan ${hash}? Only "yes" does: `)).trim() === 'yes';
  } finally {
    terminal.close();
  }
}

/** A plan that is approved twice has one approval: a second would serve when the same plan turns up again. */
async function create(client: KubeClient, named: Named, { hash }: PlanStatus): Promise<string> {
  const { namespace, name, kind } = named;
  const path = resourcePath({ group: GROUP, version: VERSION, plural: 'planapprovals', namespace });
  const usual = `${name.slice(0, 38)}-${hash}`;
  const approval = (metadata: object) => ({
    apiVersion: API_VERSION,
    kind: 'PlanApproval',
    metadata,
    spec: { resourceRef: { kind: kind.kind, name }, planHash: hash },
  });
  try {
    await client.create(path, approval({ name: usual }));
    return usual;
  } catch (error) {
    if (error instanceof KubeError && error.status === 403)
      throw failure(named, 'Forbidden', `${error.message}; the ClusterRole landfall-approver allows it`);
    if (!isAlreadyExists(error)) throw error;
    const known = await client.get<PlanApproval>(`${path}/${usual}`);
    if (known.status.usedTime === undefined) return usual;
    const made = await client.create<PlanApproval>(path, approval({ generateName: `${usual}-` }));
    return made.metadata.name;
  }
}
