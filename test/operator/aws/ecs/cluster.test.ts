import { describe, expect, it } from 'vitest';
import { clusters, ecsClusterKind as kind } from '../../../../operator/aws/ecs/cluster.ts';
import { isAlreadyThere } from '../../../../operator/aws/errors.ts';
import { contextOf, fakeSession, listed, nominating, OWN, OWN_TAGS, refusal } from './fake-session.ts';

const ARN = 'arn:aws:ecs:eu-central-1:111111111111:cluster';
const inputs = { name: 'web', containerInsights: 'enabled' } as const;
const settings = [{ name: 'containerInsights' as const, value: 'enabled' }];
const made = { clusterArn: `${ARN}/web`, clusterName: 'web', status: 'ACTIVE', settings, tags: OWN_TAGS };
const missing = { failures: [{ arn: `${ARN}/web`, reason: 'MISSING' }] };

describe('a new cluster', () => {
  it('is made with its tags and settings when there is none of its name', async () => {
    const { session, sent } = fakeSession({
      DescribeClusters: () => missing,
      CreateCluster: () => ({ cluster: made }),
    });
    const cluster = await kind.create?.(contextOf(session).context, inputs);
    expect(sent).toEqual([
      ['DescribeClusters', { clusters: ['web'], include: ['ATTACHMENTS', 'SETTINGS', 'TAGS'] }],
      ['CreateCluster', { clusterName: 'web', settings, tags: OWN_TAGS }],
    ]);
    expect(kind.diff(inputs, cluster)).toEqual([]);
  });

  // CreateCluster would answer with somebody's cluster, without an error.
  it('is not asked for where there is one of its name, whoever owns it', async () => {
    const { session, actions } = fakeSession({
      DescribeClusters: () => ({ clusters: [{ ...made, tags: [] }] }),
    });
    const error = await kind.create?.(contextOf(session).context, inputs).catch((thrown: unknown) => thrown);
    expect(isAlreadyThere(error)).toBe(true);
    expect(actions()).toEqual(['DescribeClusters']);
    expect(await kind.conflicting?.(session, inputs)).toMatchObject({ clusterName: 'web', tags: [] });
  });

  it('is asked for where AWS remembers one that was deleted', async () => {
    const { session, actions } = fakeSession({
      DescribeClusters: () => ({ clusters: [{ ...made, status: 'INACTIVE' }] }),
      CreateCluster: () => ({ cluster: made }),
    });
    await kind.create?.(contextOf(session).context, inputs);
    expect(actions()).toEqual(['DescribeClusters', 'CreateCluster']);
    expect(await kind.conflicting?.(session, inputs)).toBeUndefined();
  });

  it('is not taken for ours where somebody was faster and AWS answers with his', async () => {
    for (const tags of [[], [{ key: 'landfall.dev/owner', value: 'EcsService/team/other' }]]) {
      const { session } = fakeSession({
        DescribeClusters: () => missing,
        CreateCluster: () => ({ cluster: { ...made, tags } }),
      });
      const error = await kind
        .create?.(contextOf(session).context, inputs)
        .catch((thrown: unknown) => thrown);
      expect(isAlreadyThere(error)).toBe(true);
    }
  });
});

describe('listing', () => {
  it('takes a call for each hundred, whoever owns them', async () => {
    const arns = Array.from({ length: 250 }, (_, n) => `${ARN}/c${n}`);
    const { session, actions } = fakeSession({
      GetResources: nominating(arns),
      DescribeClusters: ({ clusters: of }) => ({
        clusters: (of as string[]).map((clusterArn) => ({ clusterArn, tags: OWN_TAGS })),
      }),
    });
    expect(await listed(clusters.list(session, 'test'))).toHaveLength(250);
    expect(actions()).toEqual(['GetResources', 'DescribeClusters', 'DescribeClusters', 'DescribeClusters']);
  });

  it('leaves out what the tagging API still names, and nothing for any other reason', async () => {
    const failures = [{ arn: `${ARN}/gone`, reason: 'MISSING' }];
    const answers = { GetResources: nominating([`${ARN}/web`, `${ARN}/gone`]) };
    const { session } = fakeSession({
      ...answers,
      DescribeClusters: () => ({ clusters: [made], failures }),
    });
    expect(await listed(clusters.list(session, 'test'))).toEqual([made]);
    const broken = fakeSession({
      ...answers,
      DescribeClusters: () => ({ failures: [{ arn: `${ARN}/web`, reason: 'ACCESS_DENIED' }] }),
    });
    await expect(listed(clusters.list(broken.session, 'test'))).rejects.toThrow(
      /cluster\/web: ACCESS_DENIED/,
    );
  });

  it('asks nothing of ECS where nothing carries the tag', async () => {
    const { session, actions } = fakeSession();
    expect(await listed(clusters.list(session, 'test'))).toEqual([]);
    expect(actions()).toEqual(['GetResources']);
  });
});

it.each([
  ['ACTIVE', 'ready', false],
  ['PROVISIONING', 'pending', false],
  ['DEPROVISIONING', 'deleting', false],
  ['FAILED', 'failed', false],
  ['INACTIVE', 'deleting', true],
])('%s is %s; gone is %s', (status, phase, gone) => {
  expect(kind.state({ ...made, status }).phase).toBe(phase);
  expect(kind.gone({ ...made, status })).toBe(gone);
});

it('settings are changed in place', async () => {
  const { session, sent } = fakeSession();
  const { context, laidOver } = contextOf(session);
  const wanted = { name: 'web', containerInsights: 'disabled' } as const;
  await kind.update(context, wanted, made, kind.diff(wanted, made));
  const now = [{ name: 'containerInsights', value: 'disabled' }];
  expect(sent).toEqual([['UpdateCluster', { cluster: `${ARN}/web`, settings: now }]]);
  expect(kind.diff(wanted, laidOver(made))).toEqual([]);
});

it('goes, is gone already, or says what is in it', async () => {
  const { session } = fakeSession({
    DeleteCluster: () => ({ cluster: { status: 'INACTIVE' } }),
    ListServices: () => ({ serviceArns: ['arn:aws:ecs:x:1:service/web/backend'] }),
    ListTasks: () => ({ taskArns: ['arn:aws:ecs:x:1:task/web/0123'] }),
  });
  const left = await kind.delete?.(contextOf(session).context, made);
  expect(left && kind.gone(left)).toBe(true);
  expect(await kind.blockers?.(session, made)).toEqual(['service backend', 'task 0123']);
  const gone = fakeSession({
    DeleteCluster: () => refusal('ClusterNotFoundException', 'Cluster not found.'),
  });
  expect(await kind.delete?.(contextOf(gone.session).context, made)).toBeUndefined();
});

it('its tags are those of the node', () => {
  expect(clusters.tags(made)).toEqual(OWN);
});
