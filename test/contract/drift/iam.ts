import * as iam from '@aws-sdk/client-iam';
import { type Cases, type Deletions, type DriftCase, type DriftContext, id, one, refused } from './case.ts';

const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
});
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
});
const EVERYTHING = 'arn:aws:iam::aws:policy/AdministratorAccess';
const ROLE = 'role/flow-logs';

async function dropPolicies(at: DriftContext, role: string): Promise<void> {
  const RoleName = id(at, role);
  const { PolicyNames } = await at.iam.send(new iam.ListRolePoliciesCommand({ RoleName }));
  one(PolicyNames, `policy of ${role}`);
  for (const PolicyName of PolicyNames ?? [])
    await at.iam.send(new iam.DeleteRolePolicyCommand({ RoleName, PolicyName }));
}

const roleDeleted = (node: string): DriftCase => ({
  node,
  drift: async (at) => {
    await dropPolicies(at, node);
    await at.iam.send(new iam.DeleteRoleCommand({ RoleName: id(at, node) }));
  },
});

const policiesDeleted = (node: string): DriftCase => ({
  node,
  drift: (at) => dropPolicies(at, node.replace('role-policies/', 'role/')),
});

export const iamCases: Cases = {
  Role: {
    'tags missing': {
      node: ROLE,
      drift: async (at) =>
        void (await at.iam.send(new iam.UntagRoleCommand({ RoleName: id(at, ROLE), TagKeys: ['project'] }))),
    },
    'tags extra': {
      node: ROLE,
      drift: async (at) =>
        void (await at.iam.send(
          new iam.TagRoleCommand({ RoleName: id(at, ROLE), Tags: [{ Key: 'stray', Value: 'yes' }] }),
        )),
    },
    'tags changed': {
      node: ROLE,
      drift: async (at) =>
        void (await at.iam.send(
          new iam.TagRoleCommand({ RoleName: id(at, ROLE), Tags: [{ Key: 'project', Value: 'x' }] }),
        )),
    },
    'trustPolicy changed': {
      node: ROLE,
      drift: async (at) =>
        void (await at.iam.send(
          new iam.UpdateAssumeRolePolicyCommand({ RoleName: id(at, ROLE), PolicyDocument: TRUST }),
        )),
    },
    'permissionsBoundaryArn changed': {
      node: ROLE,
      drift: async (at) =>
        void (await at.iam.send(
          new iam.PutRolePermissionsBoundaryCommand({
            RoleName: id(at, ROLE),
            PermissionsBoundary: EVERYTHING,
          }),
        )),
    },
    deleted: roleDeleted(ROLE),
  },
  RolePolicies: {
    'policies[*] missing': policiesDeleted('role-policies/flow-logs'),
    'policies[*] extra': {
      node: 'role-policies/flow-logs',
      drift: async (at) =>
        void (await at.iam.send(
          new iam.PutRolePolicyCommand({
            RoleName: id(at, ROLE),
            PolicyName: 'more',
            PolicyDocument: POLICY,
          }),
        )),
    },
    'policies[*] changed': {
      node: 'role-policies/flow-logs',
      drift: async (at) =>
        void (await at.iam.send(
          new iam.PutRolePolicyCommand({
            RoleName: id(at, ROLE),
            PolicyName: 'flow-logs',
            PolicyDocument: POLICY,
          }),
        )),
    },
    'attached[*] extra (a managed policy)': {
      node: 'role-policies/flow-logs',
      drift: async (at) => {
        const made = await at.iam.send(
          new iam.CreatePolicyCommand({ PolicyName: 'everything', PolicyDocument: POLICY }),
        );
        const PolicyArn = made.Policy?.Arn;
        await at.iam.send(new iam.AttachRolePolicyCommand({ RoleName: id(at, ROLE), PolicyArn }));
        return () => at.iam.send(new iam.DeletePolicyCommand({ PolicyArn }));
      },
    },
  },
};

export const iamDeletions: Deletions = {
  Role: (node) => ({
    'deleted while it has policies': refused('DeleteConflictException', (at) =>
      at.iam.send(new iam.DeleteRoleCommand({ RoleName: id(at, node) })),
    ),
    deleted: roleDeleted(node),
  }),
  RolePolicies: (node) => ({ deleted: policiesDeleted(node) }),
};
