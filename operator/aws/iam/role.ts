import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetAccountAuthorizationDetailsCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePermissionsBoundaryCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  type RoleDetail,
} from '@aws-sdk/client-iam';
import { READY, type ActionContext, type Change, type Permission } from '../../graph/kind.ts';
import { TAG } from '../../graph/ownership.ts';
import { tagWrites } from '../../graph/tags.ts';
import { endsPoints } from '../backup/points.ts';
import { isNotFound, unlessGone } from '../errors.ts';
import { must, pages, type AwsCollection, type AwsKind } from '../kind.ts';
import { onOwn, reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { retagged, tagList, tagsOf } from '../tags.ts';
import { canonicalPolicy } from '../policy-document.ts';

export interface RoleInputs {
  /** At most 64 characters, unique in the account. */
  readonly name: string;
  /** `/landfall/<namespace>/`. */
  readonly path: string;
  /** JSON text. */
  readonly trustPolicy: string;
  /** Empty for none. */
  readonly permissionsBoundaryArn: string;
}

/** The only roles that Landfall makes, changes or passes on. */
export const ROLES = 'iam::{account}:role/landfall/*';
/** Giving one of them to instances. EC2 has a name of its own in China. */
export const PASSES_TO_INSTANCES: Permission = {
  action: 'iam:PassRole',
  on: 'anything',
  resource: ROLES,
  when: { 'iam:PassedToService': ['ec2.amazonaws.com', 'ec2.amazonaws.com.cn'] },
};

/** Actions on roles of ours. */
export function onOwnRoles(...actions: readonly string[]): Permission[] {
  return onOwn(...actions).map((permission) => ({ ...permission, resource: ROLES }));
}

/** Roles with their inline policies; IAM is one for all regions and reads nothing by tag, so it is read slowly. */
export const roles: AwsCollection<RoleDetail> = {
  name: 'iam/roles',
  lane: 'slow',
  scope: 'global',
  iam: reads('iam:GetAccountAuthorizationDetails'),
  async *list(session, installation) {
    const all = pages<RoleDetail>(async (Marker) => {
      const answer = await session.iam.send(
        new GetAccountAuthorizationDetailsCommand({
          Filter: ['Role'],
          MaxItems: 1000,
          ...(Marker !== undefined && { Marker }),
        }),
      );
      return { items: answer.RoleDetailList, next: answer.IsTruncated ? answer.Marker : undefined };
    });
    for await (const page of all)
      yield page.filter((role) => tagsOf(role)[TAG.installation] === installation).map(legible);
  },
  async get(session, names) {
    const found = await Promise.all(names.map((name) => getRole(session, name)));
    return found.flatMap((role) => role ?? []);
  },
  id: (role) => must(role.RoleName, 'RoleName'),
  tags: tagsOf,
};

/** A role that a service of AWS assumes. */
export const roleKind: AwsKind<RoleInputs, RoleDetail> = {
  type: 'Role',
  collection: roles,
  idempotency: 'name',
  iam: [
    { action: 'iam:CreateRole', on: 'new', resource: ROLES, boundary: 'kept' },
    // With tags, CreateRole asks for it too: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags_roles.html
    { action: 'iam:TagRole', on: 'untagged', resource: ROLES },
    ...onOwnRoles(
      'iam:DeleteRole',
      'iam:DeleteRolePolicy',
      'iam:DetachRolePolicy',
      'iam:TagRole',
      'iam:UntagRole',
      'iam:UpdateAssumeRolePolicy',
    ),
    { action: 'iam:PutRolePermissionsBoundary', on: 'own', resource: ROLES, boundary: 'kept' },
    // With it a role could be freed of the boundary.
    { action: 'iam:DeleteRolePermissionsBoundary', on: 'own', resource: ROLES, boundary: 'taken' },
    ...reads('iam:GetRole', 'iam:GetRolePolicy', 'iam:ListRolePolicies', 'iam:ListAttachedRolePolicies'),
  ],
  after: ['FlowLog', 'EcsService', 'TaskDefinition', 'BackupPlan'],

  diff(inputs, role) {
    if (!role) return [];
    const changes: Change[] = [];
    const trust = canonicalPolicy(role.AssumeRolePolicyDocument ?? '');
    if (trust !== canonicalPolicy(inputs.trustPolicy))
      changes.push({ path: 'trustPolicy', from: trust, to: inputs.trustPolicy });
    const boundary = role.PermissionsBoundary?.PermissionsBoundaryArn ?? '';
    if (boundary !== inputs.permissionsBoundaryArn)
      changes.push({ path: 'permissionsBoundaryArn', from: boundary, to: inputs.permissionsBoundaryArn });
    return changes;
  },
  state: () => READY,
  outputs: (role) => ({ id: must(role.RoleName, 'RoleName'), arn: must(role.Arn, 'Arn') }),
  gone: () => false,
  implicit: (role) =>
    role.Path?.startsWith('/aws-service-role/')
      ? 'it is linked to a service of AWS, which alone may change it'
      : undefined,
  needs: () => [],

  async create({ session, tags }, inputs) {
    const answer = await session.iam.send(
      new CreateRoleCommand({
        RoleName: inputs.name,
        Path: inputs.path,
        AssumeRolePolicyDocument: inputs.trustPolicy,
        Tags: tagList(tags),
        ...(inputs.permissionsBoundaryArn !== '' && { PermissionsBoundary: inputs.permissionsBoundaryArn }),
      }),
    );
    const role = must(answer.Role, 'Role');
    const boundary = inputs.permissionsBoundaryArn;
    return {
      RoleName: must(role.RoleName, 'RoleName'),
      Arn: must(role.Arn, 'Arn'),
      Path: inputs.path,
      AssumeRolePolicyDocument: canonicalPolicy(inputs.trustPolicy),
      Tags: tagList(tags),
      RolePolicyList: [],
      ...(boundary !== '' && { PermissionsBoundary: { PermissionsBoundaryArn: boundary } }),
    };
  },
  conflicting: (session, { name }) => getRole(session, name),
  neededStill: endsPoints,
  async update(context, inputs, role, changes) {
    const RoleName = must(role.RoleName, 'RoleName');
    const { session, wrote } = context;
    if (changes.some((change) => change.path === 'trustPolicy')) {
      await session.iam.send(
        new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: inputs.trustPolicy }),
      );
      wrote(
        roles,
        RoleName,
        (record) => record && { ...record, AssumeRolePolicyDocument: canonicalPolicy(inputs.trustPolicy) },
      );
    }
    if (changes.some((change) => change.path === 'permissionsBoundaryArn')) {
      const PermissionsBoundary = inputs.permissionsBoundaryArn;
      if (PermissionsBoundary === '')
        await session.iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName }));
      else await session.iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary }));
      wrote(
        roles,
        RoleName,
        (record) =>
          record && {
            ...record,
            PermissionsBoundary:
              PermissionsBoundary === '' ? undefined : { PermissionsBoundaryArn: PermissionsBoundary },
          },
      );
    }
    await updateTags(context, RoleName, changes);
  },
  async delete({ session }, role) {
    const RoleName = must(role.RoleName, 'RoleName');
    for (const policy of role.RolePolicyList ?? []) {
      await unlessGone(
        session.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: policy.PolicyName })),
      );
    }
    for (const policy of role.AttachedManagedPolicies ?? []) {
      await unlessGone(
        session.iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: policy.PolicyArn })),
      );
    }
    await unlessGone(session.iam.send(new DeleteRoleCommand({ RoleName })));
    return undefined;
  },
};

/** IAM answers policies URL-encoded; they are kept in one spelling, as our own writes are, so that a listing shows these. */
function legible(role: RoleDetail): RoleDetail {
  return {
    ...role,
    AssumeRolePolicyDocument: canonicalPolicy(role.AssumeRolePolicyDocument ?? ''),
    RolePolicyList: (role.RolePolicyList ?? []).map(({ PolicyName, PolicyDocument }) => ({
      PolicyName,
      PolicyDocument: canonicalPolicy(PolicyDocument ?? ''),
    })),
  };
}

async function getRole(session: AwsSession, RoleName: string): Promise<RoleDetail | undefined> {
  try {
    const [{ Role: role }, inline, attached] = await Promise.all([
      session.iam.send(new GetRoleCommand({ RoleName })),
      session.iam.send(new ListRolePoliciesCommand({ RoleName })),
      session.iam.send(new ListAttachedRolePoliciesCommand({ RoleName })),
    ]);
    const RolePolicyList = await Promise.all(
      (inline.PolicyNames ?? []).map((PolicyName) =>
        session.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName })),
      ),
    );
    return role && legible({ ...role, RolePolicyList, AttachedManagedPolicies: attached.AttachedPolicies });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function updateTags(
  context: ActionContext<AwsSession>,
  RoleName: string,
  changes: readonly Change[],
): Promise<void> {
  const writes = tagWrites(changes);
  const { unset } = writes;
  const Tags = tagList(writes.set);
  if (Tags.length > 0) await context.session.iam.send(new TagRoleCommand({ RoleName, Tags }));
  if (unset.length > 0) await context.session.iam.send(new UntagRoleCommand({ RoleName, TagKeys: unset }));
  context.wrote(roles, RoleName, (record) => record && retagged(record, writes));
}
