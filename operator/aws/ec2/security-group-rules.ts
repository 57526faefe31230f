import {
  UpdateSecurityGroupRuleDescriptionsEgressCommand,
  UpdateSecurityGroupRuleDescriptionsIngressCommand,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import { READY, type ActionContext, type Change } from '../../graph/kind.ts';
import { isUnresolved } from '../../graph/ref.ts';
import { unlessGone } from '../errors.ts';
import { must, type AwsKind } from '../kind.ts';
import { onOwn } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import {
  authorize,
  grouped,
  permissionOf,
  revoke,
  ruleKey,
  rulesOf,
  withoutDescription,
  type Direction,
  type Rule,
} from './security-group-permissions.ts';
import { securityGroups } from './security-group.ts';

export interface SecurityGroupRulesInputs {
  readonly groupId: string;
  readonly ingress: readonly Rule[];
  readonly egress: readonly Rule[];
  /**
   * How the descriptions begin of rules between groups that are taken away last of all: what they let through may be in use until
   * then. Default none. What carries no such description, or names addresses, was put there by somebody and goes at once.
   */
  readonly outlasting?: readonly string[];
  /**
   * Rules whose group is not there yet keep nobody waiting: each comes with its group. Whom they let in already stays let in, as
   * long as nobody knows that its group is another one.
   */
  readonly patient?: true;
}

/** What AWS gives a new group: nothing in, everything out. */
const NEW_GROUP: Readonly<Record<Direction, readonly Rule[]>> = {
  ingress: [],
  egress: [{ protocol: 'all', fromPort: 0, toPort: 0, peer: '0.0.0.0/0', description: '' }],
};
const DIRECTIONS = ['ingress', 'egress'] as const;

/**
 * The rules of a group as an exclusive set, compared rule by rule: what stays is never touched, what is new is
 * authorised before what is old is revoked, all of one direction in one call (aws-controllers-k8s/community#2951).
 */
export const securityGroupRulesKind: AwsKind<SecurityGroupRulesInputs, SecurityGroup> = {
  type: 'SecurityGroupRules',
  collection: securityGroups,
  idempotency: 'natural',
  iam: onOwn(
    'ec2:AuthorizeSecurityGroupIngress',
    'ec2:AuthorizeSecurityGroupEgress',
    'ec2:RevokeSecurityGroupIngress',
    'ec2:RevokeSecurityGroupEgress',
    'ec2:UpdateSecurityGroupRuleDescriptionsIngress',
    'ec2:UpdateSecurityGroupRuleDescriptionsEgress',
  ),
  after: [],
  memberwiseFor: ({ patient }) => patient === true,

  find: (view, inputs) => view.get(inputs.groupId),
  diff: (inputs, group) =>
    DIRECTIONS.flatMap((direction) => {
      const changes = compareRules(
        direction,
        inputs[direction],
        currentRules(group, direction),
        inputs.outlasting,
      );
      return inputs.patient === true ? known(changes) : changes;
    }),
  state: () => READY,
  outputs: (group) => ({ id: must(group.GroupId, 'GroupId'), leadsTo: leadsTo(group) }),
  gone: () => false,
  needs: () => [],

  async update(context, inputs, group, changes) {
    for (const direction of DIRECTIONS) {
      const wanted = new Map(inputs[direction].map((rule) => [pathOf(direction, rule), rule]));
      const actual = new Map(currentRules(group, direction).map((rule) => [pathOf(direction, rule), rule]));
      const pick = (from: ReadonlyMap<string, Rule>, chosen: (change: Change) => boolean) =>
        changes.filter(chosen).flatMap((change) => from.get(change.path.replace(/\.description$/, '')) ?? []);
      const added = pick(
        wanted,
        (change) => change.from === undefined && !change.path.endsWith('.description'),
      );
      const described = pick(wanted, (change) => change.path.endsWith('.description'));
      const removed = pick(
        actual,
        (change) => change.to === undefined && !change.path.endsWith('.description'),
      );
      await writeRules(context, inputs.groupId, direction, { added, described, removed });
    }
  },
};

async function writeRules(
  { session, wrote }: ActionContext<AwsSession>,
  groupId: string,
  direction: Direction,
  rules: {
    readonly added: readonly Rule[];
    readonly described: readonly Rule[];
    readonly removed: readonly Rule[];
  },
): Promise<void> {
  const lay = (change: (now: readonly Rule[]) => readonly Rule[]) =>
    wrote(securityGroups, groupId, (record) => {
      if (!record) return undefined;
      const now = rulesOf(record, direction);
      const next = change(now);
      // A listing that shows the write is left as AWS groups it: only so is it seen to show it.
      return compareRules(direction, next, now).length === 0 ? record : withRules(record, direction, next);
    });
  const without = (now: readonly Rule[], gone: readonly Rule[]) => {
    const keys = new Set(gone.map(ruleKey));
    return now.filter((rule) => !keys.has(ruleKey(rule)));
  };
  if (rules.added.length > 0) {
    await authorize(session, groupId, direction, rules.added.map(permissionOf));
    lay((now) => [...without(now, rules.added), ...rules.added]);
  }
  if (rules.described.length > 0) {
    const input = { GroupId: groupId, IpPermissions: rules.described.map(permissionOf) };
    if (direction === 'ingress')
      await session.ec2.send(new UpdateSecurityGroupRuleDescriptionsIngressCommand(input));
    else await session.ec2.send(new UpdateSecurityGroupRuleDescriptionsEgressCommand(input));
    lay((now) => [...without(now, rules.described), ...rules.described]);
  }
  if (rules.removed.length > 0) {
    await unlessGone(
      revoke(
        session,
        groupId,
        direction,
        rules.removed.map((rule) => withoutDescription(permissionOf(rule))),
      ),
    );
    lay((now) => without(now, rules.removed));
  }
}

function compareRules(
  direction: Direction,
  wanted: readonly Rule[],
  actual: readonly Rule[],
  outlasting: readonly string[] = [],
): Change[] {
  const there = new Map(actual.map((rule) => [pathOf(direction, rule), rule]));
  const asked = new Map(wanted.map((rule) => [pathOf(direction, rule), rule]));
  const changes: Change[] = [];
  for (const [path, rule] of asked) {
    const existing = there.get(path);
    if (!existing) changes.push({ path, to: rule.description });
    else if (existing.description !== rule.description) {
      changes.push({ path: `${path}.description`, from: existing.description, to: rule.description });
    }
  }
  for (const [path, rule] of there) {
    if (asked.has(path)) continue;
    const outlasts =
      rule.peer.startsWith('sg-') && outlasting.some((words) => rule.description.startsWith(words));
    changes.push({ path, from: rule.description, ...(outlasts && { late: true }) });
  }
  return changes;
}

/** What can be decided by now: of a rule whose group is not known, neither that it is to come nor that its former is to go. */
function known(changes: readonly Change[]): Change[] {
  const open = new Set(changes.filter(({ path }) => isUnresolved(path)).map(({ to }) => to));
  return changes.filter(({ path, from, to }) => !isUnresolved(path) && (to !== undefined || !open.has(from)));
}

/** The descriptions of the rules that let a group's members open something of another group, a line each. */
function leadsTo(group: SecurityGroup): string {
  const rules = rulesOf(group, 'egress').filter(({ peer }) => peer.startsWith('sg-'));
  return [...new Set(rules.map(({ description }) => description))].sort().join('\n');
}

function currentRules(group: SecurityGroup | undefined, direction: Direction): readonly Rule[] {
  return group?.GroupId === undefined ? NEW_GROUP[direction] : rulesOf(group, direction);
}

function pathOf(direction: Direction, rule: Rule): string {
  return `${direction}[${ruleKey(rule)}]`;
}

function withRules(group: SecurityGroup, direction: Direction, rules: readonly Rule[]): SecurityGroup {
  const permissions = grouped(rules);
  return direction === 'ingress'
    ? { ...group, IpPermissions: permissions }
    : { ...group, IpPermissionsEgress: permissions };
}
