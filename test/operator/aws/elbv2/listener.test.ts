import { describe, expect, it } from 'vitest';
import { listenerKind, listeners, type ListenerInputs } from '../../../../operator/aws/elbv2/listener.ts';
import { linesOf } from '../changes.ts';
import { BALANCER, CERTIFICATE, ELB_CASES, GROUP, LISTENER } from './cases.ts';
import { contextOf, OWN, sessionOf } from './elb.ts';

const inputs = ELB_CASES['Listener']?.inputs as ListenerInputs;
const record = ELB_CASES['Listener']?.record as Parameters<typeof listenerKind.needs>[0];
const plain: ListenerInputs = { ...inputs, port: 80, protocol: 'HTTP', certificateArn: '', sslPolicy: '' };

describe('a listener', () => {
  it('that redirects does not differ from what AWS makes of it', () => {
    const wanted: ListenerInputs = { ...plain, action: { type: 'redirect', port: 443 } };
    const RedirectConfig = { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' as const };
    const shown = {
      ...record,
      Port: 80,
      Protocol: 'HTTP' as const,
      Certificates: [],
      SslPolicy: undefined,
      DefaultActions: [
        {
          Type: 'redirect' as const,
          RedirectConfig: { ...RedirectConfig, Host: '#{host}', Path: '/#{path}', Query: '#{query}' },
        },
      ],
    };
    expect(listenerKind.diff(wanted, shown)).toEqual([]);
    expect(listenerKind.needs(shown)).toEqual([BALANCER]);
    const elsewhere = { ...RedirectConfig, Host: 'example.org' };
    const [change] = listenerKind.diff(wanted, {
      ...shown,
      DefaultActions: [{ Type: 'redirect', RedirectConfig: elsewhere }],
    });
    expect(change?.from).toMatch(/example\.org/);
  });

  it('that somebody made sticky, or gave a second group, differs', () => {
    const TargetGroups = [{ TargetGroupArn: GROUP, Weight: 1 }];
    const forward = (ForwardConfig: object) => ({
      ...record,
      DefaultActions: [{ Type: 'forward' as const, TargetGroupArn: GROUP, ForwardConfig }],
    });
    const sticky = forward({ TargetGroups, TargetGroupStickinessConfig: { Enabled: true } });
    const shared = forward({ TargetGroups: [...TargetGroups, { TargetGroupArn: 'arn:theirs', Weight: 9 }] });
    for (const seen of [sticky, shared]) expect(listenerKind.diff(inputs, seen)).toHaveLength(1);
    expect(listenerKind.needs(shared)).toEqual([BALANCER, GROUP, 'arn:theirs', CERTIFICATE]);
  });

  it.each([
    [
      'a certificate goes alone',
      { certificateArn: 'arn:new' },
      '"Certificates":[{"CertificateArn":"arn:new"}]',
    ],
    ['a port goes alone', { port: 8443 }, '"Port":8443'],
    [
      'an action goes alone',
      { action: { type: 'forward', targetGroupId: 'arn:new' } },
      '"DefaultActions":[{"Type":"forward","TargetGroupArn":"arn:new"}]',
    ],
  ])('%s', async (_, change, sent) => {
    const { session, calls } = sessionOf(() => ({}));
    const context = contextOf(session, record);
    const wanted = { ...inputs, ...change } as ListenerInputs;
    await listenerKind.update(context, wanted, record, listenerKind.diff(wanted, record));
    expect(calls).toEqual([`ModifyListener {"ListenerArn":"${LISTENER}",${sent}}`]);
    expect(listenerKind.diff(wanted, context.laid())).toEqual([]);
  });

  it('a protocol goes with certificate and policy, and takes them along when it goes', async () => {
    const { session, calls } = sessionOf(() => ({}));
    const closing = contextOf(session, record);
    const open = { ...plain, port: 443 };
    await listenerKind.update(closing, open, record, listenerKind.diff(open, record));
    expect(listenerKind.diff(open, closing.laid())).toEqual([]);
    const opened = closing.laid() ?? {};
    const opening = contextOf(session, opened);
    await listenerKind.update(opening, inputs, opened, listenerKind.diff(inputs, opened));
    expect(listenerKind.diff(inputs, opening.laid())).toEqual([]);
    expect(calls).toEqual([
      `ModifyListener {"ListenerArn":"${LISTENER}","Protocol":"HTTP"}`,
      `ModifyListener {"ListenerArn":"${LISTENER}","Protocol":"HTTPS","Certificates":[{"CertificateArn":"${CERTIFICATE}"}],"SslPolicy":"ELBSecurityPolicy-TLS13-1-2-2021-06"}`,
    ]);
  });

  it('is made with its tags, and found by its port where that is taken', async () => {
    const { session, calls } = sessionOf((action) => {
      if (action === 'DescribeTags')
        return { TagDescriptions: [{ ResourceArn: LISTENER, Tags: [{ Key: 'whose', Value: 'theirs' }] }] };
      return { Listeners: [record, { ...record, ListenerArn: 'arn:other', Port: 80 }] };
    });
    const found = await listenerKind.conflicting?.(session, inputs);
    expect(found && [listeners.id(found), listeners.tags(found)]).toEqual([LISTENER, { whose: 'theirs' }]);
    calls.length = 0;
    const mine = sessionOf((action) =>
      action === 'DescribeTags' ? { TagDescriptions: [] } : { Listeners: [record] },
    );
    const made = await listenerKind.create?.(contextOf(mine.session, record), inputs);
    expect(listeners.tags(made ?? {})).toEqual(OWN);
    expect(mine.calls[0]).toMatch(/^CreateListener .*"Tags":\[\{"Key":"landfall\.dev\/installation"/);
  });

  it('leads away from a group that it stands for', () => {
    expect(linesOf(listenerKind.diff({ ...inputs, loadBalancerId: 'arn:new' }, record))).toEqual([
      `loadBalancerId: ${BALANCER} -> arn:new (replace)`,
    ]);
  });
});
