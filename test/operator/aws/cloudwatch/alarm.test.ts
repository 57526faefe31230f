import { describe, expect, it } from 'vitest';
import { alarmKind, alarms } from '../../../../operator/aws/cloudwatch/alarm.ts';
import { interpret } from '../../../../operator/aws/errors.ts';
import { linesOf } from '../changes.ts';
import { contextOf, fakeSession, listed, nominating, OWN } from '../ecs/fake-session.ts';
import { alarm, describedAlarm } from '../scaling-cases.ts';

const ARN = describedAlarm.AlarmArn;

describe('an alarm', () => {
  it('is listed by the names that the tagging API has, without its state', async () => {
    const { session, sent } = fakeSession({
      GetResources: nominating([ARN, `${ARN}:gone`]),
      DescribeAlarms: () => ({
        MetricAlarms: [
          { ...describedAlarm, StateValue: 'ALARM', StateReason: 'hot', StateUpdatedTimestamp: new Date() },
        ],
      }),
    });
    const [found] = await listed(alarms.list(session, 'test'));
    expect(found).not.toHaveProperty('StateValue');
    expect(found).not.toHaveProperty('StateUpdatedTimestamp');
    expect(alarms.tags(found ?? expect.fail())).toEqual(OWN);
    expect(sent[1]).toEqual([
      'DescribeAlarms',
      { AlarmNames: ['web-dev-cpu', 'web-dev-cpu:gone'], AlarmTypes: ['MetricAlarm'], MaxRecords: 100 },
    ]);
  });

  it('is made with its tags, where there is none of its name', async () => {
    const { session, actions, sent } = fakeSession();
    const { context } = contextOf(session);
    const made = await alarmKind.create?.(context, alarm);
    expect(actions()).toEqual(['DescribeAlarms', 'PutMetricAlarm']);
    expect(sent[1]?.[1]).toMatchObject({
      AlarmName: 'web-dev-cpu',
      Threshold: 80,
      TreatMissingData: 'missing',
    });
    expect(alarms.tags(made ?? expect.fail())).toEqual(OWN);
    expect(alarmKind.diff(alarm, made)).toEqual([]);
  });

  it('overwrites nobody’s', async () => {
    const { session, actions } = fakeSession({ DescribeAlarms: () => ({ MetricAlarms: [describedAlarm] }) });
    const { context } = contextOf(session);
    const refused = await alarmKind.create?.(context, alarm).catch((error: unknown) => error);
    expect(interpret(refused).kind).toBe('exists');
    expect(actions()).toEqual(['DescribeAlarms']);
    expect(await alarmKind.conflicting?.(session, alarm)).toMatchObject({ AlarmName: 'web-dev-cpu' });
  });

  it.each([
    [{ ActionsEnabled: false }, 'actionsEnabled: false -> true'],
    [{ DatapointsToAlarm: 1 }, 'evaluationPeriods: 1 of 2 -> 2'],
    [{ TreatMissingData: 'breaching' }, 'treatMissingData: breaching -> missing'],
    [
      { ComparisonOperator: 'LessThanThreshold' as const },
      'comparison: LessThanThreshold -> GreaterThanThreshold',
    ],
  ])('that somebody changed, %j, is written whole', async (drift, line) => {
    const record = { ...describedAlarm, ...drift };
    const changes = alarmKind.diff(alarm, record);
    expect(linesOf(changes)).toEqual([line]);
    const { session, actions } = fakeSession();
    const { context, laidOver } = contextOf(session);
    await alarmKind.update(context, alarm, record, changes);
    expect(actions()).toEqual(['PutMetricAlarm']);
    expect(alarmKind.diff(alarm, laidOver(record))).toEqual([]);
  });
});
