import type { PlanStatus } from '../api/common.ts';
import { planHash } from '../graph/approval.ts';
import { textOf, type Change } from '../graph/kind.ts';
import { plainVerb, type PlainVerb } from '../graph/plain-verb.ts';
import type { Plan } from '../graph/plan.ts';
import { printable } from '../graph/ref.ts';

/** How much of a plan status holds: enough to decide by, and far below what etcd takes. */
const [ACTIONS_MAX, CHANGES_MAX, CHANGE_MAX, TEXT_MAX] = [200, 20, 240, 48_000];

/** A plan as status shows it, within bounds: hash, since when it is this one, counts, and what each action does. */
export function planStatusOf(planned: Plan, former: PlanStatus | undefined, now: string): PlanStatus {
  const hash = planHash(planned);
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
    time: former?.hash === hash ? former.time : now,
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
