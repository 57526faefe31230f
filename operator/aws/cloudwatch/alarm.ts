import {
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  ListTagsForResourceCommand,
  PutMetricAlarmCommand,
  TagResourceCommand,
  UntagResourceCommand,
  type MetricAlarm,
} from '@aws-sdk/client-cloudwatch';
import { READY, type ActionContext, type Change } from '../../graph/kind.ts';
import { tagWrites } from '../../graph/tags.ts';
import { isNotFound, PartialFailure, unlessGone } from '../errors.ts';
import { must, type AwsCollection, type AwsKind } from '../kind.ts';
import { NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import { onOwn, reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { retagged, tagList, tagsOf } from '../tags.ts';
import { asAws, settingChanges, type AlarmInputs, type TaggedAlarm } from './alarm-settings.ts';

/** Alarms that one DescribeAlarms call may name, or answer. */
const DESCRIBED_MAX = 100;

/** Every alarm: names are such as others may have as well, so that tags bound what may be done. */
const ALARMS = 'cloudwatch:{region}:{account}:alarm:*';

/** Alarms. DescribeAlarms knows no tags and would read the whole account, so the tagging API nominates. */
export const alarms: AwsCollection<TaggedAlarm> = {
  name: 'cloudwatch/alarms',
  lane: 'fast',
  scope: 'region',
  iam: [...reads('cloudwatch:DescribeAlarms'), ...NOMINATION_ACTIONS],
  async *list(session, installation) {
    for await (const page of nominated(session, 'cloudwatch:alarm', installation)) {
      const tags = new Map([...page].map(([arn, given]) => [nameOf(arn), given]));
      yield (await describe(session, [...tags.keys()])).map((alarm) =>
        brief(alarm, tags.get(alarm.AlarmName ?? '') ?? {}),
      );
    }
  },
  async get(session, names) {
    const found = await describe(session, names);
    return Promise.all(found.map(async (alarm) => brief(alarm, await readTags(session, alarm))));
  },
  id: (alarm) => must(alarm.AlarmName, 'AlarmName'),
  tags: tagsOf,
};

/** Tells somebody when a metric is too high, or too low, for too long. */
export const alarmKind: AwsKind<AlarmInputs, TaggedAlarm> = {
  type: 'Alarm',
  collection: alarms,
  idempotency: 'name',
  iam: [
    { action: 'cloudwatch:PutMetricAlarm', on: 'new', resource: ALARMS },
    // With tags, PutMetricAlarm asks for it too: API reference, PutMetricAlarm, Tags.
    { action: 'cloudwatch:TagResource', on: 'untagged', resource: ALARMS },
    ...onOwn(
      'cloudwatch:DeleteAlarms',
      'cloudwatch:PutMetricAlarm',
      'cloudwatch:TagResource',
      'cloudwatch:UntagResource',
    ).map((permission) => ({ ...permission, resource: ALARMS })),
    ...reads('cloudwatch:ListTagsForResource'),
  ],
  after: [],

  diff(inputs, alarm) {
    if (!alarm) return [];
    const changes = settingChanges(inputs, alarm);
    const { AlarmName: from } = alarm;
    return from === inputs.name
      ? changes
      : [{ path: 'name', from, to: inputs.name, replace: true }, ...changes];
  },
  state: () => READY,
  outputs: (alarm) => ({ id: must(alarm.AlarmName, 'AlarmName'), arn: alarm.AlarmArn ?? '' }),
  gone: () => false,
  needs: () => [],

  // PutMetricAlarm overwrites one of the name, whosever it is, and leaves its tags: so it is looked for before.
  async create({ session, tags }, inputs) {
    const [there] = await describe(session, [inputs.name]);
    if (there)
      throw new PartialFailure(
        'PutMetricAlarm',
        'ResourceAlreadyExistsException',
        `there is an alarm ${inputs.name}, which would be overwritten`,
      );
    const settings = asAws(inputs);
    await session.cloudwatch.send(new PutMetricAlarmCommand({ ...settings, Tags: tagList(tags) }));
    return { ...settings, AlarmArn: arnOf(session, inputs.name), Tags: tagList(tags) };
  },
  async conflicting(session, { name }) {
    const [alarm] = await alarms.get(session, [name]);
    return alarm;
  },
  async update(context, inputs, alarm, changes) {
    const name = must(alarm.AlarmName, 'AlarmName');
    await updateTags(context, name, changes);
    if (changes.every(({ path }) => path.startsWith('tags.'))) return;
    const settings = asAws(inputs);
    await context.session.cloudwatch.send(new PutMetricAlarmCommand(settings));
    context.wrote(alarms, name, (record) => record && { ...record, ...settings });
  },
  async delete({ session }, { AlarmName }) {
    await unlessGone(session.cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [AlarmName ?? ''] })));
    return undefined;
  },
};

function brief(alarm: MetricAlarm, tags: Readonly<Record<string, string>>): TaggedAlarm {
  const {
    StateReason: _reason,
    StateReasonData: _data,
    StateUpdatedTimestamp: _updated,
    StateTransitionedTimestamp: _since,
    StateValue: _state,
    EvaluationState: _evaluation,
    AlarmConfigurationUpdatedTimestamp: _configured,
    ...kept
  } = alarm;
  return { ...kept, Tags: tagList(tags) };
}

/** Alarms by name; those that do not exist are left out. */
async function describe(session: AwsSession, names: readonly string[]): Promise<MetricAlarm[]> {
  const found: MetricAlarm[] = [];
  for (let start = 0; start < names.length; start += DESCRIBED_MAX) {
    const answer = await session.cloudwatch.send(
      new DescribeAlarmsCommand({
        AlarmNames: names.slice(start, start + DESCRIBED_MAX),
        AlarmTypes: ['MetricAlarm'],
        MaxRecords: DESCRIBED_MAX,
      }),
    );
    found.push(...(answer.MetricAlarms ?? []));
  }
  return found;
}

async function readTags(session: AwsSession, alarm: MetricAlarm): Promise<Record<string, string>> {
  try {
    const ResourceARN = must(alarm.AlarmArn, 'AlarmArn');
    return tagsOf(await session.cloudwatch.send(new ListTagsForResourceCommand({ ResourceARN })));
  } catch (error) {
    if (isNotFound(error)) return {};
    throw error;
  }
}

async function updateTags(
  { session, wrote }: ActionContext<AwsSession>,
  name: string,
  changes: readonly Change[],
): Promise<void> {
  const writes = tagWrites(changes);
  const Tags = tagList(writes.set);
  const ResourceARN = arnOf(session, name);
  if (Tags.length > 0) await session.cloudwatch.send(new TagResourceCommand({ ResourceARN, Tags }));
  if (writes.unset.length > 0)
    await session.cloudwatch.send(new UntagResourceCommand({ ResourceARN, TagKeys: writes.unset }));
  if (Tags.length + writes.unset.length > 0)
    wrote(alarms, name, (record) => record && retagged(record, writes));
}

function arnOf({ partition, region, accountId }: AwsSession, name: string): string {
  return `arn:${partition}:cloudwatch:${region}:${accountId}:alarm:${name}`;
}

/** A name may hold colons. */
function nameOf(arn: string): string {
  return arn.split(':').slice(6).join(':');
}
