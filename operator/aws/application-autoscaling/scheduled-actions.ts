import {
  DeleteScheduledActionCommand,
  DescribeScheduledActionsCommand,
  PutScheduledActionCommand,
  type ScheduledAction,
} from '@aws-sdk/client-application-auto-scaling';
import { READY, type Change } from '../../graph/kind.ts';
import { unlessGone } from '../errors.ts';
import { must, pages, type AwsCollection, type AwsKind } from '../kind.ts';
import { reads } from '../permissions.ts';
import { memberOf, namedBy, onOwnTargets } from './shared.ts';

/** Sets the bounds of a scalable target again and again. */
interface Schedule {
  /** `cron(…)` of six fields. */
  readonly schedule: string;
  readonly timeZone: string;
  readonly minCapacity?: number;
  readonly maxCapacity?: number;
}

export interface ScheduledActionsInputs {
  /** The id of the scalable target. */
  readonly scalableTargetId: string;
  /** All scheduled actions of the target, by name. */
  readonly actions: Readonly<Record<string, Schedule>>;
}

/** A scheduled action as it is; of ours none begins or ends. */
type AnySchedule = Schedule & { readonly startTime?: string; readonly endTime?: string };

/** The scheduled actions of one scalable target. */
export interface TargetActions {
  /** Id of the target. */
  readonly resourceId: string;
  readonly actions: Readonly<Record<string, AnySchedule>>;
}

/** Scheduled actions, which AWS lists for one target a call, unless those of others are read as well. */
export const scheduledActions: AwsCollection<TargetActions> = {
  name: 'application-autoscaling/scheduled-actions',
  lane: 'slow',
  scope: 'region',
  iam: reads('application-autoscaling:DescribeScheduledActions'),
  parent: 'application-autoscaling/scalable-targets',
  async *list() {},
  get: (session, ids) =>
    Promise.all(
      ids.map(async (id) => {
        const actions: Record<string, AnySchedule> = {};
        const all = pages<ScheduledAction>(async (NextToken) => {
          const answer = await session.applicationAutoscaling.send(
            new DescribeScheduledActionsCommand({
              ...namedBy(id),
              ...(NextToken !== undefined && { NextToken }),
            }),
          );
          return { items: answer.ScheduledActions, next: answer.NextToken };
        });
        for await (const page of all)
          for (const action of page)
            actions[must(action.ScheduledActionName, 'ScheduledActionName')] = asInputs(action);
        return { resourceId: id, actions };
      }),
    ),
  id: (record) => record.resourceId,
  tags: () => ({}),
};

/** When a service's bounds change, as an exclusive set. They have no tags. */
export const scheduledActionsKind: AwsKind<ScheduledActionsInputs, TargetActions> = {
  type: 'ScheduledActions',
  collection: scheduledActions,
  idempotency: 'natural',
  iam: onOwnTargets('DeleteScheduledAction', 'PutScheduledAction'),
  after: [],

  find: (view, inputs) => view.get(inputs.scalableTargetId),
  diff(inputs, record) {
    const changes: Change[] = [];
    const now = record?.actions ?? {};
    for (const [name, to] of Object.entries(inputs.actions)) {
      const from = now[name];
      if (from === undefined) changes.push({ path: `actions[${name}]`, to: textOf(to) });
      else if (textOf(from) !== textOf(to))
        changes.push({ path: `actions[${name}]`, from: textOf(from), to: textOf(to) });
    }
    for (const [name, from] of Object.entries(now))
      if (!(name in inputs.actions)) changes.push({ path: `actions[${name}]`, from: textOf(from) });
    return changes;
  },
  state: () => READY,
  outputs: (record) => ({ id: record.resourceId }),
  gone: () => false,
  needs: () => [],

  async update({ session, wrote }, { scalableTargetId: id, actions }, record, changes) {
    for (const { path, to } of changes) {
      const ScheduledActionName = memberOf(path);
      const at = { ...namedBy(id), ScheduledActionName };
      const wanted = to === undefined ? undefined : actions[ScheduledActionName];
      const { startTime, endTime } = (record as Partial<TargetActions>).actions?.[ScheduledActionName] ?? {};
      // An update leaves what it does not name, and so cannot take a beginning or an end away.
      if (!wanted || startTime !== undefined || endTime !== undefined)
        await unlessGone(session.applicationAutoscaling.send(new DeleteScheduledActionCommand(at)));
      if (wanted)
        await session.applicationAutoscaling.send(new PutScheduledActionCommand({ ...at, ...asAws(wanted) }));
      wrote(scheduledActions, id, (known) => {
        const { [ScheduledActionName]: _, ...others } = known?.actions ?? {};
        return {
          resourceId: id,
          actions: { ...others, ...(wanted && { [ScheduledActionName]: wanted }) },
        };
      });
    }
  },
};

function asAws({ schedule, timeZone, minCapacity, maxCapacity }: Schedule) {
  return {
    Schedule: schedule,
    Timezone: timeZone,
    ScalableTargetAction: {
      ...(minCapacity !== undefined && { MinCapacity: minCapacity }),
      ...(maxCapacity !== undefined && { MaxCapacity: maxCapacity }),
    },
  };
}

function asInputs(action: ScheduledAction): AnySchedule {
  const { MinCapacity: minCapacity, MaxCapacity: maxCapacity } = action.ScalableTargetAction ?? {};
  const { StartTime: start, EndTime: end } = action;
  return {
    schedule: action.Schedule ?? '',
    timeZone: action.Timezone ?? 'Etc/UTC',
    ...(minCapacity !== undefined && { minCapacity }),
    ...(maxCapacity !== undefined && { maxCapacity }),
    ...(start && { startTime: new Date(start).toISOString() }),
    ...(end && { endTime: new Date(end).toISOString() }),
  };
}

/** As a person reads it: `cron(0 20 * * ? *) Europe/Berlin: min 1, max 2`. */
function textOf({ schedule, timeZone, minCapacity, maxCapacity, startTime, endTime }: AnySchedule): string {
  const parts = [
    ['min', minCapacity],
    ['max', maxCapacity],
    ['from', startTime],
    ['until', endTime],
  ].flatMap(([word, value]) => (value === undefined ? [] : [`${word} ${value}`]));
  return `${schedule} ${timeZone}: ${parts.join(', ')}`;
}
