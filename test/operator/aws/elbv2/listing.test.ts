import { describe, expect, it } from 'vitest';
import { listeners } from '../../../../operator/aws/elbv2/listener.ts';
import { loadBalancers } from '../../../../operator/aws/elbv2/load-balancer.ts';
import { existing } from '../../../../operator/aws/elbv2/shared.ts';
import { targetGroups } from '../../../../operator/aws/elbv2/target-group.ts';
import type { AwsCollection } from '../../../../operator/aws/kind.ts';
import type { AwsSession } from '../../../../operator/aws/session.ts';
import { refusal, sessionOf } from './elb.ts';

const of = (sort: string) => `arn:aws:elasticloadbalancing:eu-central-1:111111111111:${sort}`;
const Tags = [{ Key: 'landfall.dev/installation', Value: 'here' }];

async function listed<R>(session: AwsSession, collection: AwsCollection<R>): Promise<string[]> {
  const found: R[] = [];
  for await (const page of collection.list(session, 'here')) found.push(...page);
  return found.map((record) => collection.id(record));
}

/** An account with so many load balancers and listeners of ours among others', as both APIs know them. */
function account({ ours, deleted = 0 }: { ours: number; deleted?: number }) {
  const names = Array.from({ length: ours }, (_, n) => `w${n}`);
  const balancers = [...names, 'theirs'].map((name) => ({
    LoadBalancerArn: of(`loadbalancer/app/${name}/1`),
  }));
  const groups = [...names, 'theirs'].map((name) => ({ TargetGroupArn: of(`targetgroup/${name}/1`) }));
  const gone = Array.from({ length: deleted }, (_, n) => `gone${n}`);
  const nominated = [...names, ...gone].flatMap((name) => [
    of(`loadbalancer/app/${name}/1`),
    of(`targetgroup/${name}/1`),
    of(`listener/app/${name}/1/2`),
  ]);
  return sessionOf((action, input) => {
    if (action === 'DescribeLoadBalancers') return { LoadBalancers: balancers };
    if (action === 'DescribeTargetGroups') return { TargetGroups: groups };
    if (action === 'DescribeListeners') {
      const arns = input['ListenerArns'] as string[];
      return { Listeners: arns.map((ListenerArn) => ({ ListenerArn })) };
    }
    const start = Number(input['PaginationToken'] ?? 0);
    const page = nominated.slice(start, start + 100);
    const next = start + 100 < nominated.length ? String(start + 100) : '';
    const ResourceTagMappingList = page.map((ResourceARN) => ({ ResourceARN, Tags }));
    return { ResourceTagMappingList, PaginationToken: next };
  });
}

const everything = (session: AwsSession) =>
  Promise.all([listed(session, loadBalancers), listed(session, targetGroups), listed(session, listeners)]);
const count = (calls: readonly string[]) =>
  Object.fromEntries(
    [...Map.groupBy(calls, (call) => call.split(' ')[0] ?? '')].map(([action, all]) => [action, all.length]),
  );

describe('a listing', () => {
  it('of an installation without any asks one question', async () => {
    const { session, calls } = account({ ours: 0 });
    expect(await everything(session)).toEqual([[], [], []]);
    expect(count(calls)).toEqual({ GetResources: 1 });
  });

  it('asks by pages, whatever is listed at the same time, and leaves out what is not ours', async () => {
    const { session, calls } = account({ ours: 60 });
    const [balancers, groups, ports] = await everything(session);
    expect([balancers.length, groups.length, ports.length]).toEqual([60, 60, 60]);
    expect(balancers).not.toContain(of('loadbalancer/app/theirs/1'));
    expect(count(calls)).toEqual({
      GetResources: 2,
      DescribeLoadBalancers: 1,
      DescribeTargetGroups: 1,
      DescribeListeners: 3,
    });
  });

  it('leaves out what the tagging API still names, and asks for no listener of a load balancer that is gone', async () => {
    const { session, calls } = account({ ours: 2, deleted: 30 });
    expect((await everything(session)).map((found) => found.length)).toEqual([2, 2, 2]);
    expect(count(calls)['DescribeListeners']).toBe(1);
  });
});

describe('existing', () => {
  const asked: number[] = [];
  const describeSome = (missing: ReadonlySet<string>) => async (arns: string[]) => {
    asked.push(arns.length);
    if (arns.some((arn) => missing.has(arn))) throw refusal('ListenerNotFound');
    return arns;
  };
  const arns = Array.from({ length: 45 }, (_, n) => `arn-${n}`);

  it('asks for 20 at once', async () => {
    asked.length = 0;
    expect(await existing(arns, describeSome(new Set()))).toEqual(arns);
    expect(asked).toEqual([20, 20, 5]);
  });

  it('finds the others of a call that one missing spoils', async () => {
    asked.length = 0;
    const found = await existing(arns.slice(0, 20), describeSome(new Set(['arn-7'])));
    expect(found).toEqual(arns.slice(0, 20).filter((arn) => arn !== 'arn-7'));
    expect(asked.length).toBeLessThanOrEqual(11);
  });

  it('any other refusal rises', async () => {
    const refused = existing(['a', 'b'], async () => {
      throw refusal('AccessDenied');
    });
    await expect(refused).rejects.toThrow('AWS says why');
  });
});
