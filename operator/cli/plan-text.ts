import { type Account, accountIdOf, isInAws } from '../api/account.ts';
import type { Change } from '../graph/kind.ts';
import { planHash } from '../graph/approval.ts';
import type { Action } from '../graph/plan.ts';
import { printable } from '../graph/ref.ts';
import { clusterText } from '../controllers/claims.ts';
import type { ClaimedAccount, PlannedResource } from './live.ts';
import { isSuperseded, summarize, type PlanSummary } from './plan-summary.ts';
import { neededFor, stepOf, type Needed, type Step } from './step.ts';
import type { Paint } from './terminal.ts';
import { counted } from './words.ts';

const MARK: Readonly<Record<Step, string>> = {
  adopt: '←',
  create: '+',
  update: '~',
  replace: '-/+',
  delete: '-',
  keep: '=',
  wait: '…',
  refuse: '!',
};

/** An object's plan for people: who acts where, then each thing with what changes, line by line. */
export function planText(planned: PlannedResource, paint: Paint): string {
  const { object, account, caller, graph, plan, needed } = planned;
  const head = [
    paint.bold(graph.owner),
    accountText(account),
    ...(isInAws(account) ? [object.spec.region] : []),
    paint.dim(caller),
  ].join('  ');
  if (plan.actions.length === 0) {
    const things = plan.standing.length;
    return `${head}\n\n  ${paint.green('✓')} ${counted(things, 'thing')} ${things === 1 ? 'is' : 'are'} as the manifests say\n`;
  }
  const blocks = inOrder(plan.actions, [...graph.nodes.keys()]).map((action) =>
    actionText(action, paint, needed),
  );
  return `${head}\n\n${blocks.join('\n')}\n\n  ${paint.dim(`plan ${planHash(plan)}`)}\n`;
}

function accountText(account: Account): string {
  const { name } = account.metadata;
  return isInAws(account) ? `account ${account.spec.aws.accountId} (${name})` : `this cluster (${name})`;
}

/** Which cluster has an account, and so will carry out what is planned there. */
export function claimText({ account, claim }: ClaimedAccount, paint: Paint): string {
  const { metadata, spec } = account;
  const who = `account ${accountIdOf(spec)} (${metadata.name}) is claimed by ${clusterText(claim)}`;
  return paint.dim(`${who} since ${claim.since.toISOString()}: no other cluster carries this out`);
}

/** The last line: what would be done in all. */
export function summaryText(summary: PlanSummary, paint: Paint): string {
  const parts = [
    ...(summary.adopt > 0 ? [paint.cyan(`${summary.adopt} to adopt`)] : []),
    paint.green(`${summary.create} to create`),
    paint.yellow(`${summary.update} to update`),
    paint.magenta(`${summary.replace} to replace`),
    paint.red(`${summary.delete} to delete`),
    ...(summary.keep > 0 ? [`${summary.keep} kept`] : []),
    ...(summary.wait > 0 ? [`${summary.wait} waiting`] : []),
    ...(summary.refuse > 0 ? [paint.red(`${summary.refuse} refused`)] : []),
  ];
  const writes = summary.writes > 0 ? ` (about ${counted(summary.writes, 'AWS write')})` : '';
  return `${paint.bold('Plan:')} ${parts.join(', ')}${writes}`;
}

/** The sum over several plans. */
export function summarizeAll(planned: readonly PlannedResource[]): PlanSummary {
  return summarize(
    planned.flatMap(({ plan }) => plan.actions),
    new Map(planned.flatMap(({ needed }) => [...needed])),
  );
}

/** As the compiler lays the object out, which reads better than the order of doing; what goes comes last. */
function inOrder(actions: readonly Action[], keys: readonly string[]): Action[] {
  const rank = (action: Action) => {
    const at = keys.indexOf(action.node);
    return action.verb === 'delete' || at < 0 ? keys.length : at;
  };
  return [...actions].sort((a, b) => rank(a) - rank(b));
}

/** One action with all that it changes; `needed` tells of what is left that would be deleted. */
export function actionText(action: Action, paint: Paint, needed: Needed = new Map()): string {
  const step = stepOf(action, needed);
  const color = colorOf(step, paint);
  const id = action.id === undefined || action.id === action.node ? '' : paint.dim(`  ${action.id}`);
  const note = isSuperseded(action) ? paint.dim('  after its replacement stands') : '';
  const head = `  ${color(MARK[step].padEnd(3))} ${color(step.padEnd(7))} ${action.type} ${paint.bold(action.node)}${id}${note}`;
  const reason = 'reason' in action ? [`        ${action.reason}: ${action.message}`] : [];
  const use = neededFor(action, needed);
  const left = use === undefined ? [] : [`        left, and listed by landfall retained: ${use}`];
  const changes = printable(action.changes).flatMap((change) => changeLines(change, step, paint));
  return [head, ...reason, ...left, ...changes.map((line) => `        ${line}`)].join('\n');
}

/** One line per change; of a new thing only what it is given. */
function changeLines({ path, from, to, replace }: Change, step: Step, paint: Paint): string[] {
  const item = /^(.+?)\[(.+)\](?:\.(\w+))?$/.exec(path);
  if (item) {
    const [, set = '', key = '', field] = item;
    return [itemLine(set, field === undefined ? key : `${key} ${field}`, from, to, paint)];
  }
  if (step === 'create' && from === undefined) {
    if (Array.isArray(to) && to.length === 0) return [];
    if (to === '') return [];
    return [`${paint.dim(path.padEnd(18))} ${show(to)}`];
  }
  const forced = replace === true ? paint.magenta('  cannot change in place') : '';
  return [`${path}: ${changeOf(from, to, paint)}${forced}`];
}

/** A member of a set (a rule, a route, an entry, a policy) is added, taken away, or changed. */
function itemLine(set: string, key: string, from: unknown, to: unknown, paint: Paint): string {
  const label = `${paint.dim(set)} ${key}`;
  if (from === undefined) return `${paint.green('+')} ${label}${describe(key, to)}`;
  if (to === undefined) return `${paint.red('-')} ${label}${describe(key, from)}`;
  return `${paint.yellow('~')} ${label}: ${changeOf(from, to, paint)}`;
}

/** Some sets have nothing to say of a member but its key. */
function describe(key: string, value: unknown): string {
  return value === '' || value === undefined || value === key ? '' : `  ${show(value)}`;
}

function changeOf(from: unknown, to: unknown, paint: Paint): string {
  return `${from === undefined ? paint.dim('nothing') : show(from)} → ${to === undefined ? paint.dim('nothing') : show(to)}`;
}

/** Policies are long; `--json` has them in full. */
const SHOWN_MAX = 96;

function show(value: unknown): string {
  if (typeof value === 'string') {
    if (value === '') return '""';
    return value.length > SHOWN_MAX ? `${value.slice(0, SHOWN_MAX - 1)}…` : value;
  }
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(', ');
  return JSON.stringify(value);
}

function colorOf(step: Step, paint: Paint): (text: string) => string {
  const colors: Record<Step, (text: string) => string> = {
    adopt: paint.cyan,
    create: paint.green,
    update: paint.yellow,
    replace: paint.magenta,
    delete: paint.red,
    keep: paint.cyan,
    wait: paint.cyan,
    refuse: paint.red,
  };
  return colors[step];
}
