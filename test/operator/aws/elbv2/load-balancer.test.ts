import { describe, expect, it } from 'vitest';
import {
  loadBalancerKind,
  loadBalancers,
  type LoadBalancerInputs,
} from '../../../../operator/aws/elbv2/load-balancer.ts';
import { tagList } from '../../../../operator/aws/tags.ts';
import { linesOf } from '../changes.ts';
import { BALANCER, ELB_CASES } from './cases.ts';
import { contextOf, OWN, refusal, sessionOf } from './elb.ts';

const inputs = ELB_CASES['LoadBalancer']?.inputs as LoadBalancerInputs;
const record = ELB_CASES['LoadBalancer']?.record as { Type: 'application' | 'network' };
const ofNetwork = { ...record, Type: 'network' as const };
const SERVED = { 'landfall.dev/served-name': 'Z1 web.example.com' };
const revised = { ...record, Tags: tagList({ ...OWN, ...SERVED, 'landfall.dev/rev': 'deadbeef' }) };
const state = (Code: string, Reason?: string) =>
  loadBalancerKind.state({ ...record, State: { Code: Code as 'active', Reason } });

describe('a load balancer', () => {
  it('is usable when it is active, impaired or not', () => {
    expect([state('active').phase, state('active_impaired').phase]).toEqual(['ready', 'ready']);
    expect(state('provisioning')).toEqual({
      phase: 'pending',
      reason: 'WaitingForAws',
      message: 'load balancer web is provisioning',
    });
    expect(state('failed', 'no addresses')).toMatchObject({
      phase: 'failed',
      message: 'load balancer web could not be set up: no addresses; delete it and Landfall makes a new one',
    });
  });

  it('gives what others need of it', () => {
    const made = { ...record, CanonicalHostedZoneId: 'Z1' };
    expect(loadBalancerKind.outputs(made)).toEqual({
      id: BALANCER,
      activeArn: BALANCER,
      name: 'web',
      dnsName: 'web-1.eu-central-1.elb.amazonaws.com',
      hostedZoneId: 'Z1',
      metricName: 'app/web/50dc6c495c0c9188',
    });
    const provisioning = { ...made, State: { Code: 'provisioning' as const } };
    expect(loadBalancerKind.outputs(provisioning)).not.toHaveProperty('activeArn');
  });

  it('for networks, without groups, is replaced where it is to have some; with groups it changes them', () => {
    const wanted = { ...inputs, type: 'network' as const };
    expect(linesOf(loadBalancerKind.diff(wanted, { ...ofNetwork, SecurityGroups: [] }))).toEqual([
      'securityGroupIds[sg-1]: (nothing) -> sg-1 (replace)',
    ]);
    expect(linesOf(loadBalancerKind.diff(wanted, { ...ofNetwork, SecurityGroups: ['sg-2'] }))).toEqual([
      'securityGroupIds[sg-1]: (nothing) -> sg-1',
      'securityGroupIds[sg-2]: sg-2 -> (nothing)',
    ]);
  });

  it('of a later generation has another name, and keeps it', async () => {
    const made = { ...record, LoadBalancerName: 'web-deadbeef', State: { Code: 'provisioning' } };
    const { session, calls } = sessionOf(() => ({ LoadBalancers: [made] }));
    await loadBalancerKind.create?.(contextOf(session, record, 'deadbeef'), inputs);
    expect(calls).toEqual([expect.stringContaining('"Name":"web-deadbeef"')]);
    expect(loadBalancerKind.diff(inputs, { ...revised, LoadBalancerName: 'web-deadbeef' })).toEqual([]);
    expect(linesOf(loadBalancerKind.diff(inputs, revised))).toEqual(['name: web -> web-deadbeef (replace)']);
  });

  it('that AWS answers a create with although it was there keeps the tags that it has', async () => {
    const { session, calls } = sessionOf((action) =>
      action === 'DescribeTags'
        ? { TagDescriptions: [{ ResourceArn: BALANCER, Tags: [{ Key: 'whose', Value: 'theirs' }] }] }
        : { LoadBalancers: [{ ...record, State: { Code: 'active' } }] },
    );
    const made = await loadBalancerKind.create?.(contextOf(session, record), inputs);
    expect(loadBalancers.tags(made ?? {})).toEqual({ whose: 'theirs' });
    expect(calls.map((call) => call.split(' ')[0])).toEqual(['CreateLoadBalancer', 'DescribeTags']);
  });

  it('that has the name is looked up by the name of the generation that is made', async () => {
    const { session, calls } = sessionOf((action) =>
      action === 'DescribeTags'
        ? { TagDescriptions: [{ ResourceArn: BALANCER, Tags: [] }] }
        : { LoadBalancers: [record] },
    );
    const found = await loadBalancerKind.conflicting?.(session, inputs, 'deadbeef');
    expect(found && loadBalancers.id(found)).toBe(BALANCER);
    expect(calls[0]).toBe('DescribeLoadBalancers {"Names":["web-deadbeef"]}');
    const none = sessionOf(() => {
      throw refusal('LoadBalancerNotFound');
    });
    expect(await loadBalancerKind.conflicting?.(none.session, inputs)).toBeUndefined();
  });

  it.each([
    ['takes the whole set of subnets at once', record, '["subnet-2","subnet-3"]'],
    ['for networks, lets go of a subnet first', ofNetwork, '["subnet-2"]'],
  ])('%s', async (_, from, sent) => {
    const { session, calls } = sessionOf(() => ({}));
    const context = contextOf(session, from);
    const wanted = { ...inputs, type: from.Type, subnetIds: ['subnet-2', 'subnet-3'] };
    await loadBalancerKind.update(context, wanted, from, loadBalancerKind.diff(wanted, from));
    expect(calls).toEqual([`SetSubnets {"LoadBalancerArn":"${BALANCER}","Subnets":${sent}}`]);
    const left = loadBalancerKind.diff(wanted, context.laid());
    expect(linesOf(left)).toEqual(from === record ? [] : ['subnetIds[subnet-3]: (nothing) -> subnet-3']);
  });

  it('changes groups and addresses each by a call of its own, which is laid over the inventory', async () => {
    const { session, calls } = sessionOf(() => ({}));
    const context = contextOf(session, record);
    const wanted = { ...inputs, securityGroupIds: ['sg-2'], ipAddressType: 'dualstack' as const };
    await loadBalancerKind.update(context, wanted, record, loadBalancerKind.diff(wanted, record));
    expect(calls).toEqual([
      `SetSecurityGroups {"LoadBalancerArn":"${BALANCER}","SecurityGroups":["sg-2"]}`,
      `SetIpAddressType {"LoadBalancerArn":"${BALANCER}","IpAddressType":"dualstack"}`,
    ]);
    expect(loadBalancerKind.diff(wanted, context.laid())).toEqual([]);
  });

  it('for networks says by the call for its groups whether these are asked about PrivateLink', async () => {
    const { session, calls } = sessionOf(() => ({}));
    const standing = { ...ofNetwork, SecurityGroups: ['sg-1'] };
    const context = contextOf(session, standing);
    const network = { ...inputs, type: 'network' as const };
    // Where it was never set, AWS enforces them.
    expect(loadBalancerKind.diff({ ...network, privateLinkInboundRules: 'on' }, standing)).toEqual([]);
    const wanted = { ...network, privateLinkInboundRules: 'off' as const };
    const changes = loadBalancerKind.diff(wanted, standing);
    expect(linesOf(changes)).toEqual(['privateLinkInboundRules: on -> off']);
    await loadBalancerKind.update(context, wanted, standing, changes);
    expect(calls).toEqual([
      `SetSecurityGroups {"LoadBalancerArn":"${BALANCER}","SecurityGroups":["sg-1"],"EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic":"off"}`,
    ]);
    expect(loadBalancerKind.diff(wanted, context.laid())).toEqual([]);
  });
});
