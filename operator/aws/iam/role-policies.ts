import {
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  PutRolePolicyCommand,
  type RoleDetail,
} from '@aws-sdk/client-iam';
import { READY, textOf, type Change } from '../../graph/kind.ts';
import { shortHash } from '../../graph/ownership.ts';
import { unlessGone } from '../errors.ts';
import { must, type AwsKind } from '../kind.ts';
import { canonicalPolicy } from '../policy-document.ts';
import { onOwnRoles, ROLES, roles } from './role.ts';

/** Of all inline policies of a role together, in characters: IAM User Guide, "IAM and AWS STS quotas". */
const LENGTH_MAX = 10_240;

export interface RolePoliciesInputs {
  readonly roleName: string;
  /** All inline policies of the role: JSON text by name. */
  readonly policies: Readonly<Record<string, string>>;
  /**
   * Those of them whose names end in AWS with a hash of their content: another content is another policy beside the former
   * one, which goes late, since tasks that are run or gone back to until then live on it.
   */
  readonly versioned?: readonly string[];
}

/**
 * The policies of a role, as an exclusive set: one that somebody adds, or a managed one that somebody attaches,
 * would widen what the role may do.
 */
export const rolePoliciesKind: AwsKind<RolePoliciesInputs, RoleDetail> = {
  type: 'RolePolicies',
  collection: roles,
  idempotency: 'natural',
  iam: [
    { action: 'iam:PutRolePolicy', on: 'own', resource: ROLES, boundary: 'kept' },
    ...onOwnRoles('iam:DeleteRolePolicy', 'iam:DetachRolePolicy'),
  ],
  after: [],

  find: (view, inputs) => view.get(inputs.roleName),
  diff(inputs, role) {
    const actual = new Map(
      (role?.RolePolicyList ?? []).map((policy) => [
        policy.PolicyName ?? '',
        canonicalPolicy(policy.PolicyDocument ?? ''),
      ]),
    );
    const { versioned = [] } = inputs;
    const wanted = wantedPolicies(inputs);
    const fits = lengthOf(new Map([...actual, ...wanted])) <= LENGTH_MAX;
    const changes: Change[] = [];
    for (const [name, from] of actual) {
      if (wanted.has(name)) continue;
      // Whatever else is there was put there by somebody, and goes at once.
      const isFormer = versioned.some((base) => name === versionOf(base, from));
      changes.push({ path: `policies[${name}]`, from, ...(isFormer && fits && { late: true }) });
    }
    for (const [name, to] of wanted) {
      const from = actual.get(name);
      if (from !== to) changes.push({ path: `policies[${name}]`, ...(from !== undefined && { from }), to });
    }
    for (const { PolicyArn } of role?.AttachedManagedPolicies ?? [])
      changes.push({ path: `attached[${PolicyArn}]`, from: PolicyArn });
    return changes;
  },
  state: () => READY,
  outputs: (role) => ({ id: must(role.RoleName, 'RoleName') }),
  gone: () => false,
  needs: () => [],

  async update({ session, wrote }, { roleName }, _role, changes) {
    for (const { path, from, to } of changes) {
      if (path.startsWith('attached[')) {
        const PolicyArn = textOf(from);
        await unlessGone(session.iam.send(new DetachRolePolicyCommand({ RoleName: roleName, PolicyArn })));
        wrote(
          roles,
          roleName,
          (record) =>
            record && {
              ...record,
              AttachedManagedPolicies: (record.AttachedManagedPolicies ?? []).filter(
                (policy) => policy.PolicyArn !== PolicyArn,
              ),
            },
        );
        continue;
      }
      const PolicyName = path.slice('policies['.length, -1);
      const at = { RoleName: roleName, PolicyName };
      if (to === undefined) await unlessGone(session.iam.send(new DeleteRolePolicyCommand(at)));
      else await session.iam.send(new PutRolePolicyCommand({ ...at, PolicyDocument: textOf(to) }));
      wrote(roles, roleName, (record) => {
        if (!record) return undefined;
        const others = (record.RolePolicyList ?? []).filter((policy) => policy.PolicyName !== PolicyName);
        return {
          ...record,
          RolePolicyList: to === undefined ? others : [...others, { PolicyName, PolicyDocument: textOf(to) }],
        };
      });
    }
  },
};

/** The policies that a role is to have, by the names that they have in AWS. */
export function wantedPolicies({ policies, versioned = [] }: RolePoliciesInputs): Map<string, string> {
  return new Map(
    Object.entries(policies).map(([name, document]) => {
      const content = canonicalPolicy(document);
      return [versioned.includes(name) ? versionOf(name, content) : name, content];
    }),
  );
}

function lengthOf(policies: ReadonlyMap<string, string>): number {
  return [...policies.values()].reduce((sum, { length }) => sum + length, 0);
}

function versionOf(name: string, content: string): string {
  return `${name}-${shortHash(content)}`;
}
