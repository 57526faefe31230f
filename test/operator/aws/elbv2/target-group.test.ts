import { describe, expect, it } from 'vitest';
import { targetGroupAttributesKind } from '../../../../operator/aws/elbv2/target-group-attributes.ts';
import {
  targetGroupKind,
  targetGroups,
  type TargetGroupInputs,
} from '../../../../operator/aws/elbv2/target-group.ts';
import { summaryOf, targetHealth, targetHealthKind } from '../../../../operator/aws/elbv2/target-health.ts';
import { linesOf } from '../changes.ts';
import { BALANCER, ELB_CASES, GROUP } from './cases.ts';
import { contextOf, OWN, refusal, sessionOf } from './elb.ts';

const inputs = ELB_CASES['TargetGroup']?.inputs as TargetGroupInputs;
const record = ELB_CASES['TargetGroup']?.record as Parameters<typeof targetGroupKind.needs>[0];

describe('a target group', () => {
  it('that nothing uses yet may be used by any load balancer', () => {
    expect(targetGroupKind.diff(inputs, { ...record, LoadBalancerArns: [] })).toEqual([]);
  });

  it('sends of its health check what changed', async () => {
    const { session, calls } = sessionOf(() => ({}));
    const context = contextOf(session, record);
    const healthCheck = { ...inputs.healthCheck, path: '/', matcher: '200-399' };
    const wanted = { ...inputs, healthCheck };
    await targetGroupKind.update(context, wanted, record, targetGroupKind.diff(wanted, record));
    expect(calls).toEqual([
      `ModifyTargetGroup {"TargetGroupArn":"${GROUP}","HealthCheckPath":"/","Matcher":{"HttpCode":"200-399"}}`,
    ]);
    expect(targetGroupKind.diff(wanted, context.laid())).toEqual([]);
    expect(context.laid()).toMatchObject({ isOld: true });
  });

  it('is made whole, and without what a check over TCP cannot have', async () => {
    const { session, calls } = sessionOf((action) =>
      action === 'DescribeTags' ? { TagDescriptions: [] } : { TargetGroups: [record] },
    );
    const healthCheck = { ...inputs.healthCheck, protocol: 'TCP' as const, path: '', matcher: '' };
    const made = await targetGroupKind.create?.(contextOf(session, record, 'deadbeef'), {
      ...inputs,
      protocol: 'TCP',
      healthCheck,
    });
    expect(targetGroups.tags(made ?? {})).toEqual(OWN);
    expect(calls[0]).toMatch(
      /^CreateTargetGroup \{"Name":"web-deadbeef","VpcId":"vpc-1","Port":8080,"Protocol":"TCP"/,
    );
    expect(calls[0]).not.toMatch(/HealthCheckPath|Matcher/);
  });

  it('that is in use says by what', async () => {
    const { session } = sessionOf(() => ({}));
    expect(await targetGroupKind.blockers?.(session, record)).toEqual([
      `a listener of load balancer ${BALANCER}`,
    ]);
  });
});

describe('attributes', () => {
  it('of a new group are those that AWS gives it; all that differ go in one call', async () => {
    const { session, calls } = sessionOf(() => ({}));
    const wanted = {
      arn: GROUP,
      attributes: {
        'stickiness.enabled': 'false',
        'deregistration_delay.timeout_seconds': '30',
        'preserve_client_ip.enabled': 'false',
      },
    };
    const changes = targetGroupAttributesKind.diff(wanted, undefined);
    expect(linesOf(changes)).toEqual([
      'attributes[deregistration_delay.timeout_seconds]: 300 -> 30',
      'attributes[preserve_client_ip.enabled]:  -> false',
    ]);
    const context = contextOf(session, { arn: GROUP, attributes: {} });
    await targetGroupAttributesKind.update(context, wanted, { arn: GROUP, attributes: {} }, changes);
    expect(calls).toEqual([
      `ModifyTargetGroupAttributes {"TargetGroupArn":"${GROUP}","Attributes":[{"Key":"deregistration_delay.timeout_seconds","Value":"30"},{"Key":"preserve_client_ip.enabled","Value":"false"}]}`,
    ]);
    expect(context.laid()?.attributes).toMatchObject({ 'deregistration_delay.timeout_seconds': '30' });
  });

  it('of a group that is gone differ in nothing, though an older listing may still show the group', async () => {
    const { session } = sessionOf((_, input) => {
      if (input['TargetGroupArn'] === 'arn:gone') throw refusal('TargetGroupNotFound');
      return { Attributes: [{ Key: 'stickiness.enabled', Value: 'true' }] };
    });
    const found = await targetGroupAttributesKind.collection.get(session, ['arn:gone', GROUP]);
    const wanted = { 'stickiness.enabled': 'false' };
    const differs = found.map((record) =>
      linesOf(targetGroupAttributesKind.diff({ arn: record.arn, attributes: wanted }, record)),
    );
    expect(differs).toEqual([[], ['attributes[stickiness.enabled]: true -> false']]);
  });
});

describe('the health of targets', () => {
  const target = (State: string, Reason?: string, Description?: string) => ({
    Target: { Id: '10.0.0.4' },
    TargetHealth: { State: State as 'healthy', Reason: Reason as 'Target.Timeout', Description },
  });
  const failing = target(
    'unhealthy',
    'Target.ResponseCodeMismatch',
    'Health checks failed with these codes: [500]',
  );
  const health = { arn: GROUP, targets: [target('healthy'), failing, failing, target('draining')] };

  it('counts those that are to serve, and says of the others why', () => {
    expect(summaryOf(health)).toEqual({
      total: 3,
      healthy: 1,
      reasons: ['2 unhealthy: Target.ResponseCodeMismatch, Health checks failed with these codes: [500]'],
    });
    expect(targetHealthKind.outputs(health)).toEqual({ id: GROUP, healthy: '1', unhealthy: '2' });
  });

  it('is read again soon until all of them serve', () => {
    expect(targetHealthKind.state(health)).toEqual({
      phase: 'pending',
      reason: 'WaitingForAws',
      message:
        '1 of 3 targets of target group web are healthy: 2 unhealthy: Target.ResponseCodeMismatch, Health checks failed with these codes: [500]',
    });
    expect(targetHealthKind.state({ arn: GROUP, targets: [] })).toMatchObject({
      phase: 'pending',
      message: 'target group web has no targets',
    });
    expect(targetHealth.settled?.(health)).toBe(false);
    const serving = { arn: GROUP, targets: [target('healthy')] };
    expect(targetHealth.settled?.(serving)).toBe(true);
    // What is asked of targets has changed: until they were asked, they count as they did.
    expect(targetHealth.settled?.({ ...serving, isOld: true })).toBe(false);
    // Nobody looks at a new group before a service has tasks; what is read then is looked at until it is well.
    expect(targetHealth.settled?.({ arn: GROUP, targets: [], isNew: true })).toBe(true);
    expect(targetHealth.settled?.({ arn: GROUP, targets: [] })).toBe(false);
    expect(targetHealthKind.state({ ...serving, isOld: true })).toEqual({ phase: 'ready' });
  });
});
