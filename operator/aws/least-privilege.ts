import type { AnyKind, Kinds, Permission } from '../graph/kind.ts';
import { TAG } from '../graph/ownership.ts';
import { isRead } from './guard.ts';
import { CLAIM_READS, CLAIM_WRITES } from './iam/claim.ts';
import { awsKinds } from './kinds.ts';
import { RESTORES_OF_CACHES } from './elasticache/copies.ts';
import { RESTORES_OF_CLUSTERS } from './rds/restore-cluster.ts';
import { RESTORES_OF_INSTANCES } from './rds/restore-instance.ts';
import { REGION_FACTS_ACTIONS } from './region-facts.ts';
import type { AwsSession } from './session.ts';

/** Characters of a managed policy, white space not counted: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const POLICY_MAX = 6144;

/** Where a policy is to hold. Each value may be a variable that whoever attaches the policy fills in. */
export interface PolicyScope {
  readonly partition: string;
  readonly accountId: string;
  /** `*` for all. */
  readonly regions: readonly string[];
  readonly installation: string;
  /** The boundary of the roles that are made; undefined for none. */
  readonly boundaryArn: string | undefined;
}

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: readonly string[] | string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[] | string>>>>;
}

/** An IAM policy. */
export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

/**
 * What reading needs: the listings of these kinds, what AWS fixes for a region, and who has claimed the
 * account. Who the caller is AWS says to anybody.
 */
export function readPermissions(listed: Kinds<AwsSession>): Permission[] {
  return [
    ...[...listed.values()].flatMap((kind) => kind.collection.iam),
    ...REGION_FACTS_ACTIONS,
    ...CLAIM_READS,
  ];
}

/** What planning things of all kinds needs: what stands, and whether what would be deleted is needed still. */
export function planPermissions(): Permission[] {
  return [...readPermissions(awsKinds), ...[...awsKinds.values()].flatMap(({ neededIam = [] }) => neededIam)];
}

/**
 * What the operator needs for things of these kinds, the claim on the account included. `listed` are the kinds that it
 * looks for: all those that the objects in use may have, whether these have them or not.
 */
export function permissionsFor(
  kinds: Iterable<AnyKind<AwsSession>>,
  listed: Kinds<AwsSession> = awsKinds,
): Permission[] {
  const own = [...kinds].flatMap(({ iam, neededIam = [] }) => [...iam, ...neededIam]);
  return [...readPermissions(listed), ...CLAIM_WRITES, ...own];
}

/** What the operator needs for things of all kinds, made of copies as well; tables alone have a policy of their own for that. */
export function everyPermission(): Permission[] {
  return [
    ...permissionsFor(awsKinds.values()),
    ...RESTORES_OF_INSTANCES,
    ...RESTORES_OF_CLUSTERS,
    ...RESTORES_OF_CACHES,
  ];
}

/**
 * The smallest policies that allow all this: one, or more where it would be too long for AWS. What is made has to get
 * the installation's tag by the call that makes it, what is changed or deleted has to carry it.
 */
export function policiesFor(permissions: readonly Permission[], scope: PolicyScope): PolicyDocument[] {
  const granted = merged(
    permissions.filter(({ boundary }) => boundary !== 'taken' || scope.boundaryArn === undefined),
  );
  const groups = Map.groupBy(granted, (permission) =>
    JSON.stringify([boundsOf(permission, scope), isReading(permission)]),
  );
  const statements = [...groups.values()].map((members) => {
    const [first] = members as [Permission];
    const Action = [...new Set(members.map(({ action }) => action))].sort();
    return { Sid: sidOf(first, Action), Effect: 'Allow' as const, Action, ...boundsOf(first, scope) };
  });
  return packed(numbered(joined(statements).sort((a, b) => (a.Sid < b.Sid ? -1 : 1))));
}

/** How long AWS takes a policy to be. */
export function sizeOf(document: PolicyDocument): number {
  return JSON.stringify(document).length;
}

/** Of one action with several values of one key, a single permission with all of them. */
function merged(permissions: readonly Permission[]): Permission[] {
  const alike = Map.groupBy(permissions, ({ when, ...rest }) =>
    JSON.stringify([rest.action, rest.on, rest.resource, rest.boundary, Object.keys(when ?? {})]),
  );
  return [...alike.values()].flatMap((members) => {
    const [first] = members as [Permission];
    const keys = Object.keys(first.when ?? {});
    const [key] = keys;
    if (key === undefined) return [first];
    // With several keys, each pair of values would be allowed and not only those that were asked for.
    if (keys.length > 1) return members;
    const values = [...new Set(members.flatMap(({ when }) => when?.[key] ?? []))].sort();
    return [{ ...first, when: { [key]: values } }];
  });
}

/** Statements that differ only in their resources, as one. */
function joined(statements: readonly Statement[]): Statement[] {
  const alike = Map.groupBy(statements, ({ Resource: _, ...rest }) => JSON.stringify(rest));
  return [...alike.values()].map((members) => {
    const [first] = members as [Statement];
    if (members.length === 1) return first;
    const Resource = [...new Set(members.flatMap((member) => member.Resource))].sort();
    return { ...first, Resource };
  });
}

function boundsOf(permission: Permission, scope: PolicyScope): Pick<Statement, 'Resource' | 'Condition'> {
  const { on, when = {}, boundary } = permission;
  const { installation } = scope;
  const isOfEach = ([key]: [string, unknown]) => key.startsWith(OF_EACH);
  const wanted = Object.entries(when).map(([key, values]): [string, string | readonly string[]] => [
    key,
    values.length === 1 ? (values[0] ?? '') : values,
  ]);
  const equals = {
    ...((on === 'new' || on === 'untagged') && { [`aws:RequestTag/${TAG.installation}`]: installation }),
    ...(on === 'own' && { [RESOURCE_TAG]: installation }),
    ...(boundary === 'kept' &&
      scope.boundaryArn !== undefined && { 'iam:PermissionsBoundary': scope.boundaryArn }),
    ...Object.fromEntries(wanted.filter((entry) => !isOfEach(entry))),
  };
  const each = Object.fromEntries(
    wanted.filter(isOfEach).map(([key, values]) => [key.slice(OF_EACH.length), values]),
  );
  const Condition = {
    ...(Object.keys(equals).length > 0 && { StringEquals: equals }),
    ...((on === 'untagged' || on === 'bare') && { Null: { [RESOURCE_TAG]: 'true' } }),
    ...(Object.keys(each).length > 0 && { [`${OF_EACH}StringEquals`]: each }),
  };
  return {
    Resource: resourceOf(permission, scope),
    ...(Object.keys(Condition).length > 0 && { Condition }),
  };
}

/** Before a key of which a request may have several values, each of which has to be one of those allowed. */
const OF_EACH = 'ForAllValues:';

/** Ids of EC2 say nothing of whose a thing is: there the tags bound it, and the name only account and region. */
function resourceOf({ on, resource }: Permission, scope: PolicyScope): string | string[] {
  if (resource === '*' || (resource === undefined && on === 'anything')) return '*';
  const pattern = `arn:${scope.partition}:${resource ?? 'ec2:{region}:{account}:*'}`;
  const arns = scope.regions.map((region) =>
    pattern.replace('{region}', region).replace('{account}', scope.accountId),
  );
  const different = [...new Set(arns)].sort();
  return different.length === 1 ? (different[0] ?? '') : different;
}

const RESOURCE_TAG = `aws:ResourceTag/${TAG.installation}`;
const VERBS = { new: 'Make', untagged: 'Tag', bare: 'Fill', own: 'Change', anything: 'Use' } as const;

/** A statement of one action has its name; others say what they do in which service. AWS takes letters and digits. */
function sidOf({ on, resource, action, boundary }: Permission, actions: readonly string[]): string {
  if (isReading({ on, action, ...(resource !== undefined && { resource }) })) return 'Read';
  const [service = '', name = ''] = action.split(':');
  if (actions.length === 1) return name;
  const words = service.split('-').map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  const what = [VERBS[on], ...words].join('');
  return boundary === 'kept' ? `${what}WithinBoundary` : what;
}

/** What reads anything. A write that AWS can bound by nothing is told apart from it. */
export function isReading({ on, resource, action }: Permission): boolean {
  return on === 'anything' && resource === undefined && isRead(action.split(':')[1] ?? '');
}

/** Sids are unique in a policy. */
function numbered(statements: readonly Statement[]): Statement[] {
  const seen = new Map<string, number>();
  return statements.map((statement) => {
    const count = (seen.get(statement.Sid) ?? 0) + 1;
    seen.set(statement.Sid, count);
    return count === 1 ? statement : { ...statement, Sid: `${statement.Sid}${count}` };
  });
}

/** The statements in as few documents as they fill one after the other; one that is too long by itself is cut in two. */
function packed(statements: readonly Statement[]): PolicyDocument[] {
  const documents: PolicyDocument[] = [];
  let open: Statement[] = [];
  for (const statement of statements.flatMap(cut)) {
    if (open.length > 0 && sizeOf(documentOf([...open, statement])) > POLICY_MAX) {
      documents.push(documentOf(open));
      open = [];
    }
    open.push(statement);
  }
  return open.length > 0 ? [...documents, documentOf(open)] : documents;
}

function cut(statement: Statement): Statement[] {
  const { Sid, Action } = statement;
  if (Action.length < 2 || sizeOf(documentOf([statement])) <= POLICY_MAX) return [statement];
  const half = Math.ceil(Action.length / 2);
  return [
    { ...statement, Sid: `${Sid}A`, Action: Action.slice(0, half) },
    { ...statement, Sid: `${Sid}B`, Action: Action.slice(half) },
  ].flatMap(cut);
}

function documentOf(Statement: readonly Statement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement };
}
