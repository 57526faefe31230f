import { awsKinds } from '../aws/kinds.ts';
import { kindOf } from '../graph/kind.ts';
import type { Action } from '../graph/plan.ts';
import { stepOf, type Needed, type Step } from './step.ts';

/** How many actions of each sort a plan has, and about how many calls to AWS write. */
export interface PlanSummary extends Readonly<Record<Step, number>> {
  readonly writes: number;
}

/** Counts what plans would do. What a replacement leaves behind counts with the replacement, not as a delete. */
export function summarize(actions: readonly Action[], needed: Needed): PlanSummary {
  const count = (step: Step) =>
    actions.filter(
      (action) => stepOf(action, needed) === step && !(step === 'delete' && isSuperseded(action)),
    ).length;
  return {
    adopt: count('adopt'),
    create: count('create'),
    update: count('update'),
    replace: count('replace'),
    delete: count('delete'),
    keep: count('keep'),
    wait: count('wait'),
    refuse: count('refuse'),
    writes: actions.reduce((sum, action) => sum + writesOf(action), 0),
  };
}

/** Whether a delete only clears away what a replacement stands in for. */
export function isSuperseded(action: Action): boolean {
  return action.verb === 'delete' && action.superseded;
}

/** About how many calls an action takes: how AWS groups what it takes in one call differs from kind to kind. */
function writesOf(action: Action): number {
  if (action.verb === 'wait' || action.verb === 'refuse') return 0;
  if (action.verb === 'delete') return 1;
  // A retention is set by a call of its own, after the create.
  if (action.verb === 'create') return action.type === 'LogGroup' ? 2 : 1;
  const paths = action.changes.map(({ path }) => path);
  const tags = paths.filter((path) => path.startsWith('tags.'));
  const others = action.changes.filter(({ path }) => !path.startsWith('tags.'));
  return groupsOfTags(action, tags) + callsFor(action, others);
}

function groupsOfTags(action: Action, paths: readonly string[]): number {
  const changes = action.changes.filter(({ path }) => paths.includes(path));
  return (
    Number(changes.some(({ to }) => to !== undefined)) + Number(changes.some(({ to }) => to === undefined))
  );
}

function callsFor({ type }: Action, changes: Action['changes']): number {
  if (changes.length === 0) return 0;
  // All rules of a direction are added, described or taken away in one call each.
  if (type === 'SecurityGroupRules') {
    return new Set(
      changes.map(({ path, from, to }) => {
        const verb = path.endsWith('.description')
          ? 'describe'
          : to === undefined
            ? 'revoke'
            : `authorize${String(from)}`;
        return `${path.split('[')[0] ?? ''} ${verb}`;
      }),
    ).size;
  }
  const isEach = [
    'Routes',
    'VpcCidrs',
    'NetworkAclEntries',
    'RolePolicies',
    'VpcAttributes',
    'Role',
  ].includes(type);
  return isEach ? changes.length : Math.min(1, kindOf(awsKinds, type).iam.length);
}
