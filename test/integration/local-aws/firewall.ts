import {
  CreateLoadBalancerCommand,
  DeleteLoadBalancerCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import {
  AssociateWebACLCommand,
  CreateWebACLCommand,
  DeleteWebACLCommand,
  GetWebACLCommand,
  GetWebACLForResourceCommand,
  ListResourcesForWebACLCommand,
  ListWebACLsCommand,
  type Rule,
  UpdateWebACLCommand,
  WAFV2Client,
} from '@aws-sdk/client-wafv2';
import { beforeEach, expect, test } from 'vitest';
import { aws, clientOptions, given, refused } from './harness.ts';
import { eventually } from './held-clock.ts';
import { ownNetwork } from './own-network.ts';

/** Web ACLs: who has seen one last may write it, and what is used stays. */
export function firewall(): void {
  const options = () => ({ ...clientOptions(aws()), maxAttempts: 1 });
  const waf = () => new WAFV2Client(options());
  const Scope = 'REGIONAL' as const;
  const visible = (MetricName: string) => ({
    MetricName,
    CloudWatchMetricsEnabled: true,
    SampledRequestsEnabled: false,
  });
  const content = { DefaultAction: { Allow: {} }, VisibilityConfig: visible('web') };
  const rate = (Name: string, Priority: number, Limit = 100): Rule => ({
    Name,
    Priority,
    Action: { Block: {} },
    VisibilityConfig: visible(Name),
    Statement: { RateBasedStatement: { Limit, AggregateKeyType: 'IP' } },
  });
  const group = (Name: string, Priority: number): Rule => ({
    Name,
    Priority,
    OverrideAction: { None: {} },
    VisibilityConfig: visible(Name),
    Statement: { ManagedRuleGroupStatement: { VendorName: 'AWS', Name } },
  });
  const create = async (Name = 'web', Rules: Rule[] = []) => {
    const Tags = [{ Key: 'team', Value: 'a' }];
    const made = await waf().send(new CreateWebACLCommand({ ...content, Scope, Name, Rules, Tags }));
    return given(made.Summary);
  };

  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
  });

  test('a name is one web ACL’s, and content is written by whoever has seen it last, all of it', async () => {
    const made = await create('web', [rate('limit', 0)]);
    await refused(create(), 'WAFDuplicateItemException');
    const at = { ...content, Scope, Name: 'web', Id: made.Id };
    const update = (LockToken: string | undefined, Rules: Rule[]) =>
      waf().send(new UpdateWebACLCommand({ ...at, LockToken, Rules }));
    const { NextLockToken } = await update(made.LockToken, [group('AWSManagedRulesSQLiRuleSet', 1)]);
    await refused(update(made.LockToken, []), 'WAFOptimisticLockException');
    const listed = await waf().send(new ListWebACLsCommand({ Scope }));
    expect(listed.WebACLs?.map(({ LockToken }) => LockToken)).toEqual([NextLockToken]);
    await update(NextLockToken, []);
    const read = await waf().send(new GetWebACLCommand({ ARN: made.ARN }));
    expect(read.WebACL?.Rules).toEqual([]);
    const { LockToken } = read;
    await refused(
      waf().send(new DeleteWebACLCommand({ Scope, Name: 'web', Id: made.Id, LockToken: made.LockToken })),
      'WAFOptimisticLockException',
    );
    await waf().send(new DeleteWebACLCommand({ Scope, Name: 'web', Id: made.Id, LockToken }));
    await refused(waf().send(new GetWebACLCommand({ ARN: made.ARN })), 'WAFNonexistentItemException');
    // The tagging API lists it for longer.
    const tagged = await new ResourceGroupsTaggingAPIClient(options()).send(
      new GetResourcesCommand({ ResourceTypeFilters: ['wafv2'] }),
    );
    expect(tagged.ResourceTagMappingList?.map(({ ResourceARN }) => ResourceARN)).toEqual([made.ARN]);
  });

  test.each([
    ['two rules of one priority', [rate('a', 0), rate('b', 0)], 'WAFInvalidParameterException'],
    ['two rules of one name', [rate('a', 0), rate('a', 1)], 'WAFInvalidParameterException'],
    ['a limit below 10', [rate('a', 0, 9)], 'WAFInvalidParameterException'],
    ['a group that is none', [group('AWSManagedRulesAll', 0)], 'WAFNonexistentItemException'],
    [
      'a group with an action',
      [{ ...rate('a', 0), ...group('AWSManagedRulesSQLiRuleSet', 0), Action: { Block: {} } }],
      'WAFInvalidParameterException',
    ],
  ])('%s are refused', async (_what, Rules, code) => {
    await refused(create('web', Rules), code);
  });

  test('it is put on an Application load balancer that is set up, and stays for as long', async () => {
    const elb = new ElasticLoadBalancingV2Client(options());
    const { subnets, group: own } = await ownNetwork();
    const balancer = async (Name: string, Type: 'application' | 'network') => {
      const made = await elb.send(
        new CreateLoadBalancerCommand({
          Name,
          Type,
          Scheme: 'internal',
          Subnets: subnets,
          SecurityGroups: [own],
        }),
      );
      return given(made.LoadBalancers?.[0]?.LoadBalancerArn);
    };
    const [first, second] = [await create('first'), await create('second')];
    const web = await balancer('web', 'application');
    const put = (WebACLArn: string | undefined, ResourceArn: string) =>
      waf().send(new AssociateWebACLCommand({ WebACLArn, ResourceArn }));
    await refused(put(first.ARN, web), 'WAFUnavailableEntityException');
    await refused(put(first.ARN, await balancer('tcp', 'network')), 'WAFInvalidParameterException');
    await eventually(() =>
      put(first.ARN, web).then(
        () => true,
        () => undefined,
      ),
    );
    const used = async () => {
      const of = await waf().send(new ListResourcesForWebACLCommand({ WebACLArn: first.ARN }));
      return of.ResourceArns;
    };
    const remove = ({ Name, Id, LockToken }: typeof first) =>
      waf().send(new DeleteWebACLCommand({ Scope, Name, Id, LockToken }));
    expect(await used()).toEqual([web]);
    await refused(remove(first), 'WAFAssociatedItemException');
    // Another one takes its place, without being asked for.
    await put(second.ARN, web);
    expect(await used()).toEqual([]);
    const now = await waf().send(new GetWebACLForResourceCommand({ ResourceArn: web }));
    expect(now.WebACL?.Name).toBe('second');
    await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: web }));
    await remove(second);
    await refused(
      waf().send(new GetWebACLForResourceCommand({ ResourceArn: web })),
      'WAFNonexistentItemException',
    );
  });
}
