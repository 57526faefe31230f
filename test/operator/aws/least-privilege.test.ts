import { describe, expect, it } from 'vitest';
import { awsKinds } from '../../../operator/aws/kinds.ts';
import {
  permissionsFor,
  policiesFor,
  POLICY_MAX,
  planPermissions,
  sizeOf,
  type PolicyDocument,
  type PolicyScope,
} from '../../../operator/aws/least-privilege.ts';
import { kindOf, type Permission } from '../../../operator/graph/kind.ts';

const BOUNDARY = 'arn:aws:iam::123456789012:policy/landfall-boundary';
const scope: PolicyScope = {
  partition: 'aws',
  accountId: '123456789012',
  regions: ['us-east-1'],
  installation: 'local',
  boundaryArn: BOUNDARY,
};
const actionsOf = (documents: readonly PolicyDocument[]) => [
  ...new Set(documents.flatMap(({ Statement }) => Statement.flatMap(({ Action }) => Action))),
];
/** The statements that allow an action. */
const granting = (action: string, permissions = permissionsFor(awsKinds.values()), where = scope) =>
  policiesFor(permissions, where).flatMap(({ Statement }) =>
    Statement.filter(({ Action }) => Action.includes(action)),
  );

const OWN = { StringEquals: { 'aws:ResourceTag/landfall.dev/installation': 'local' } };
const NEW = { StringEquals: { 'aws:RequestTag/landfall.dev/installation': 'local' } };

/**
 * What has no tags: alarms that AWS names so, which it makes and deletes itself if our policies let it, groups of rules that
 * it writes, which are named in passing, and the snapshots that clusters and caches leave, which are not there yet.
 */
const UNTAGGED = [
  ':alarm:TargetTracking-service/*',
  ':alarm:TargetTracking-table/*',
  ':regional/managedruleset/*',
  ':cluster-snapshot:*-final-*',
  ':elasticache:us-east-1:123456789012:snapshot:*',
];
/** Of what has no tags and is no resource to IAM: docs/permissions.md says so. */
const UNBOUND = 'ec2:DeleteVpcEndpointConnectionNotifications';

describe('the policy of all kinds', () => {
  it('deletes and changes nothing that lacks the tag of the installation', () => {
    const writes = permissionsFor(awsKinds.values())
      .map(({ action }) => action)
      .filter((action) => /:(Delete|Revoke|Put|Untag|Update|Release)/.test(action));
    expect(writes).toContain('ec2:DeleteVpc');
    for (const action of new Set(writes.filter((write) => write !== UNBOUND))) {
      const ours = granting(action).filter(
        ({ Resource }) => ![Resource].flat().every((one) => UNTAGGED.some((end) => one.endsWith(end))),
      );
      // One action makes an alarm and changes it.
      const makes = action === 'cloudwatch:PutMetricAlarm' && ours.pop();
      if (makes !== false) expect(makes).toMatchObject({ Condition: NEW });
      for (const { Condition } of ours)
        expect(Condition?.['StringEquals'], action).toMatchObject(OWN.StringEquals);
    }
  });

  it('has names that AWS takes, whatever its services are called', () => {
    const sids = policiesFor(permissionsFor(awsKinds.values()), scope).flatMap(({ Statement }) =>
      Statement.map(({ Sid }) => Sid),
    );
    expect(sids).toContain('ChangeApplicationAutoscaling');
    expect(sids.filter((sid) => !/^[A-Za-z0-9]+$/.test(sid))).toEqual([]);
  });

  it('makes nothing without that tag, and only in what has it', () => {
    const { Condition: made } = granting('ec2:CreateVpc')[0] ?? {};
    expect(made).toEqual(NEW);
    expect(granting('ec2:CreateSubnet').map(({ Condition }) => Condition)).toEqual([OWN, NEW]);
  });

  it('tags what one of its creates makes, and what is its own', () => {
    expect(granting('ec2:CreateTags').map(({ Condition }) => Condition)).toEqual([
      OWN,
      {
        StringEquals: expect.objectContaining({
          'aws:RequestTag/landfall.dev/installation': 'local',
          'ec2:CreateAction': expect.arrayContaining(['CreateVpc', 'CreateSubnet']) as unknown,
        }) as unknown,
      },
    ]);
    // IAM has no key that names the create: what another installation has tagged is left alone.
    expect(granting('iam:TagRole').at(-1)?.Condition).toEqual({
      ...NEW,
      Null: { 'aws:ResourceTag/landfall.dev/installation': 'true' },
    });
  });

  it('makes and widens roles only with the boundary, and never takes it off', () => {
    for (const action of ['iam:CreateRole', 'iam:PutRolePolicy', 'iam:PutRolePermissionsBoundary']) {
      const [statement, ...others] = granting(action);
      expect(others).toEqual([]);
      expect(statement?.Condition?.['StringEquals']).toMatchObject({ 'iam:PermissionsBoundary': BOUNDARY });
      expect(statement?.Resource).toBe('arn:aws:iam::123456789012:role/landfall/*');
    }
    expect(granting('iam:DeleteRolePermissionsBoundary')).toEqual([]);
    const unbounded = { ...scope, boundaryArn: undefined };
    expect(
      granting('iam:DeleteRolePermissionsBoundary', permissionsFor(awsKinds.values()), unbounded),
    ).toHaveLength(1);
  });

  it('changes records of the types that it makes, and no others', () => {
    expect(granting('route53:ChangeResourceRecordSets')).toEqual([
      {
        Sid: 'ChangeResourceRecordSets',
        Effect: 'Allow',
        Action: ['route53:ChangeResourceRecordSets'],
        Resource: 'arn:aws:route53:::hostedzone/*',
        Condition: {
          'ForAllValues:StringEquals': {
            'route53:ChangeResourceRecordSetsRecordTypes': ['A', 'CNAME', 'TXT'],
          },
        },
      },
    ]);
  });

  it('passes roles of Landfall to flow logs, tasks, instances and backups alone', () => {
    expect(granting('iam:PassRole')).toEqual([
      {
        Sid: 'PassRole',
        Effect: 'Allow',
        Action: ['iam:PassRole'],
        Resource: 'arn:aws:iam::123456789012:role/landfall/*',
        Condition: {
          StringEquals: {
            'iam:PassedToService': [
              'backup.amazonaws.com',
              'ec2.amazonaws.com',
              'ec2.amazonaws.com.cn',
              'ecs-tasks.amazonaws.com',
              'vpc-flow-logs.amazonaws.com',
            ],
          },
        },
      },
    ]);
  });
});

it('names only what the kinds need, and the claim on the account', () => {
  const small = policiesFor(permissionsFor([kindOf(awsKinds, 'Vpc')]), scope);
  const writes = actionsOf(small).filter((action) => !/:(Describe|Get|List)/.test(action));
  expect(writes.sort()).toEqual([
    'ec2:CreateTags',
    'ec2:CreateVpc',
    'ec2:DeleteTags',
    'ec2:DeleteVpc',
    'iam:CreateInstanceProfile',
    'iam:DeleteInstanceProfile',
    'iam:TagInstanceProfile',
  ]);
});

it('holds in each region', () => {
  const [own] = policiesFor(permissionsFor([kindOf(awsKinds, 'Vpc')]), {
    ...scope,
    regions: ['us-east-1', 'eu-central-1'],
  }).flatMap(({ Statement }) => Statement.filter(({ Sid }) => Sid === 'ChangeEc2'));
  expect(own?.Resource).toEqual([
    'arn:aws:ec2:eu-central-1:123456789012:*',
    'arn:aws:ec2:us-east-1:123456789012:*',
  ]);
});

it('reads, for a reader, and nothing else', () => {
  expect(policiesFor(planPermissions(), scope).flatMap(({ Statement }) => Statement)).toEqual([
    expect.objectContaining({ Sid: 'Read', Resource: '*' }),
  ]);
  expect(
    actionsOf(policiesFor(planPermissions(), scope)).filter((a) => !/:(Describe|Get|List)/.test(a)),
  ).toEqual([]);
});

it('tells a write that AWS can bound by nothing apart from what reads', () => {
  const permissions: Permission[] = [
    { action: 'ecs:ListTaskDefinitions', on: 'anything' },
    { action: 'ecs:DeregisterTaskDefinition', on: 'anything' },
  ];
  const statements = policiesFor(permissions, scope).flatMap(({ Statement }) => Statement);
  expect(statements.map(({ Sid, Action, Resource }) => [Sid, Action, Resource])).toEqual([
    ['DeregisterTaskDefinition', ['ecs:DeregisterTaskDefinition'], '*'],
    ['Read', ['ecs:ListTaskDefinitions'], '*'],
  ]);
});

it('is cut where it is too long for AWS, and says the same', () => {
  const many: Permission[] = Array.from({ length: 600 }, (_, n) => ({
    action: `ec2:Describe${String(n).padStart(20, '0')}`,
    on: n % 3 === 0 ? 'own' : 'anything',
  }));
  const documents = policiesFor(many, scope);
  expect(documents.length).toBeGreaterThan(3);
  for (const document of documents) {
    expect(sizeOf(document)).toBeLessThanOrEqual(POLICY_MAX);
    const sids = document.Statement.map(({ Sid }) => Sid);
    expect(new Set(sids).size).toBe(sids.length);
    for (const sid of sids) expect(sid).toMatch(/^[A-Za-z0-9]+$/);
  }
  expect(actionsOf(documents).sort()).toEqual(many.map(({ action }) => action).sort());
});
