import { describe, expect, it } from 'vitest';
import { type Account, accountIdOf } from '../../../operator/api/account.ts';
import type { SecureVpc } from '../../../operator/api/secure-vpc.ts';
import type { PlannedResource } from '../../../operator/cli/live.ts';
import { planDocument } from '../../../operator/cli/plan-json.ts';
import { summarize } from '../../../operator/cli/plan-summary.ts';
import { claimText, planText, summaryText } from '../../../operator/cli/plan-text.ts';
import { PLAIN } from '../../../operator/cli/terminal.ts';
import { ref } from '../../../operator/graph/ref.ts';
import type { Action } from '../../../operator/graph/plan.ts';

const node = (key: string, type: string) =>
  [key, { key, type, inputs: {}, tags: {}, dependsOn: [] }] as const;

const actions: Action[] = [
  {
    verb: 'adopt',
    node: 'log-group/flow-logs',
    type: 'LogGroup',
    id: '/shop/flow',
    inputs: {},
    changes: [
      { path: 'tags.landfall.dev/owner', to: 'SecureVpc/a/b' },
      { path: 'retentionDays', from: 30, to: 14 },
    ],
  },
  {
    verb: 'create',
    node: 'subnet/private-a',
    type: 'Subnet',
    inputs: {},
    changes: [
      { path: 'vpcId', to: ref('vpc') },
      { path: 'cidr', to: '10.0.32.0/22' },
      { path: 'ids', to: [] },
    ],
  },
  {
    verb: 'update',
    node: 'security-group-rules/ecs',
    type: 'SecurityGroupRules',
    id: 'sg-1',
    inputs: {},
    changes: [
      { path: `ingress[tcp 22 ${ref('security-group/bastion')}]`, to: 'ssh from bastion' },
      { path: 'ingress[tcp 80 0.0.0.0/0]', from: '' },
      { path: 'egress[tcp 443 pl-1].description', from: 'old', to: 'https to s3' },
    ],
  },
  {
    verb: 'update',
    node: 'routes/public',
    type: 'Routes',
    id: 'rtb-1',
    inputs: {},
    changes: [{ path: 'routes[0.0.0.0/0]', from: 'igw-old', to: ref('internet-gateway') }],
  },
  {
    verb: 'create',
    node: 'endpoint/kms',
    type: 'VpcEndpoint',
    inputs: {},
    revision: 'abc',
    changes: [
      {
        path: 'serviceName',
        from: 'com.amazonaws.us-east-1.ssm',
        to: 'com.amazonaws.us-east-1.kms',
        replace: true,
      },
    ],
  },
  {
    verb: 'delete',
    node: 'endpoint/kms',
    type: 'VpcEndpoint',
    id: 'vpce-1',
    changes: [],
    record: {},
    waitsFor: [],
    superseded: true,
  },
  {
    verb: 'delete',
    node: 'endpoint/s3',
    type: 'VpcEndpoint',
    id: 'vpce-2',
    changes: [],
    record: {},
    waitsFor: [],
    superseded: false,
  },
  {
    verb: 'delete',
    node: 'key',
    type: 'KmsKey',
    id: 'key-1',
    changes: [],
    record: {},
    waitsFor: [],
    superseded: false,
  },
  {
    verb: 'refuse',
    node: 'vpc',
    type: 'Vpc',
    id: 'vpc-1',
    changes: [],
    reason: 'OwnershipTagsMissing',
    message: 'put the tags back',
  },
  {
    verb: 'wait',
    node: 'flow-log',
    type: 'FlowLog',
    id: 'fl-1',
    changes: [],
    reason: 'WaitingForAws',
    message: 'is being deleted',
  },
];

const needed = new Map([['key-1', 'snapshot shop-final-1 cannot be read without it']]);

function planned(of: Action[]): PlannedResource {
  return {
    object: { spec: { region: 'us-east-1' } } as SecureVpc,
    account: { metadata: { name: 'portal' }, spec: { aws: { accountId: '123456789012' } } } as Account,
    caller: 'arn:aws:iam::123456789012:user/me',
    graph: {
      owner: 'SecureVpc/a/b',
      nodes: new Map([
        node('vpc', 'Vpc'),
        node('routes/public', 'Routes'),
        node('subnet/private-a', 'Subnet'),
        node('security-group-rules/ecs', 'SecurityGroupRules'),
        node('endpoint/kms', 'VpcEndpoint'),
        node('log-group/flow-logs', 'LogGroup'),
        node('flow-log', 'FlowLog'),
      ]),
    },
    plan: { owner: 'SecureVpc/a/b', actions: of, standing: [], facets: [] },
    needed,
  };
}

describe('the plan as text', () => {
  it('shows each step in the order of the network, line by line, what goes last', async () => {
    await expect(
      `${planText(planned(actions), PLAIN)}\n${summaryText(summarize(actions, needed), PLAIN)}\n`,
    ).toMatchFileSnapshot('__snapshots__/every-step.txt');
  });

  it('says that nothing is to be done', () => {
    expect(planText(planned([]), PLAIN)).toContain('✓ 0 things are as the manifests say');
    expect(summaryText(summarize([], needed), PLAIN)).toBe(
      'Plan: 0 to create, 0 to update, 0 to replace, 0 to delete',
    );
  });

  it('counts one thing and one write as one', () => {
    const one = planned([]);
    const standing = [
      { node: 'vpc', type: 'Vpc', id: 'vpc-1', state: { phase: 'ready' }, outputs: {} },
    ] as const;
    expect(planText({ ...one, plan: { ...one.plan, standing } }, PLAIN)).toContain(
      '✓ 1 thing is as the manifests say',
    );
    expect(summaryText({ ...summarize([], needed), delete: 1, writes: 1 }, PLAIN)).toContain(
      '(about 1 AWS write)',
    );
  });
});

describe('the plan as JSON', () => {
  it('names the step of each action and keeps references readable', () => {
    const document = planDocument({
      installation: 'default',
      endpoint: undefined,
      planned: [planned(actions)],
      claimed: [],
      failures: [],
    });
    expect(document).toMatchObject({
      version: 1,
      endpoint: null,
      summary: { adopt: 1, create: 1, replace: 1, refuse: 1, wait: 1 },
    });
    expect(document.plans[0]?.actions.map(({ step }) => step)).toEqual([
      'adopt',
      'create',
      'update',
      'update',
      'replace',
      'delete',
      'delete',
      'keep',
      'refuse',
      'wait',
    ]);
    expect(document.plans[0]?.actions[7]).toMatchObject({ id: 'key-1', neededBy: needed.get('key-1') });
    expect(document.plans[0]?.actions[1]).toMatchObject({ changes: [{ to: '${vpc.id}' }, {}, {}] });
  });
});

describe('whose the account is', () => {
  const { account } = planned([]);
  const since = new Date('2026-01-02T03:04:05Z');
  const claim = { cluster: 'uid-1', name: 'prod-eu', since, from: since };

  it('names the cluster that carries a plan out', () => {
    expect(claimText({ account, claim }, PLAIN)).toBe(
      `account ${accountIdOf(account.spec)} (${account.metadata.name}) is claimed by cluster prod-eu (kube-system uid uid-1) since 2026-01-02T03:04:05.000Z: no other cluster carries this out`,
    );
    expect(claimText({ account, claim: { ...claim, name: '' } }, PLAIN)).toContain(
      'the cluster whose kube-system has uid uid-1',
    );
  });

  it('stands in the document, without a name where nobody gave one', () => {
    const claimed = [{ account, claim: { ...claim, name: '' } }];
    const document = planDocument({
      installation: 'default',
      endpoint: undefined,
      planned: [],
      claimed,
      failures: [],
    });
    expect(document.claims).toMatchObject([
      { account: { name: account.metadata.name }, cluster: 'uid-1', name: null },
    ]);
  });
});

describe('the summary', () => {
  it('counts a replacement once, and the calls that AWS takes together as one', () => {
    expect(summarize(actions, needed)).toEqual({
      adopt: 1,
      create: 1,
      update: 2,
      replace: 1,
      delete: 1,
      keep: 1,
      wait: 1,
      refuse: 1,
      // log group 2; subnet 1; rules: authorise, revoke, describe 3; route 1; replacement 1 and its delete 1; delete 1; what is kept is tagged 1
      writes: 11,
    });
  });
});
