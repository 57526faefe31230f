import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { parseAllDocuments } from 'yaml';
import type { LedgerEntry } from '../../k8s-local/aws/admin-client.ts';
import { memberBoundaryArn, memberRoleArn } from '../../k8s-local/aws/identity-files.ts';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { type AwsSession, openSession } from '../../operator/aws/session.ts';
import type { PolicyDocument, Statement } from '../../operator/aws/least-privilege.ts';
import { policyCommand } from '../../operator/cli/policy-command.ts';
import { PLAIN } from '../../operator/cli/terminal.ts';
import type { Manifest, World } from './world.ts';

const ACCOUNT = '123456789012';
const NAME = 'landfall-least';
export const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/${NAME}`;
const BOUNDARY_ARN = memberBoundaryArn(ACCOUNT);

/** An Account of the home account that is reached by the role that {@link leastPrivilege} makes, roles bounded. */
export function bounded(account: Manifest): Manifest {
  const { aws } = account.spec as { aws: object };
  return {
    ...account,
    spec: { aws: { ...aws, roleArn: ROLE_ARN, permissionsBoundaryArn: BOUNDARY_ARN } },
  };
}

/** What `landfall policy` prints for objects, as one policy although it may have cut it. */
export async function policyFor(objects: readonly Manifest[]): Promise<PolicyDocument> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-least-'));
  try {
    const list = { apiVersion: 'v1', kind: 'List', items: objects };
    await writeFile(join(folder, 'objects.json'), JSON.stringify(list));
    const out: string[] = [];
    const terminal = { out: (text: string) => out.push(text), note: () => {}, paint: PLAIN };
    await policyCommand({ filename: [folder], installation: 'local', output: 'yaml' }, terminal);
    const documents = parseAllDocuments(out.join('\n')).map((one) => one.toJS() as PolicyDocument);
    return { Version: '2012-10-17', Statement: documents.flatMap(({ Statement }) => Statement) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Lets the member roles of accounts do what `landfall policy` prints for these objects, and nothing else; whatever they want
 * of `besides`, as `ecs:*`. From then on permissions are enforced.
 */
export async function bindMembers(
  world: World,
  ids: readonly string[],
  objects: readonly Manifest[],
  besides: readonly string[],
): Promise<void> {
  const policy = await policyFor(objects);
  // It has those of all accounts, in which statements have the same names.
  const Statement: object[] = policy.Statement.map(({ Sid: _, ...statement }) => statement);
  Statement.push({ Effect: 'Allow', Action: besides, Resource: '*' });
  const PolicyDocument = JSON.stringify({ ...policy, Statement });
  for (const id of ids) {
    const iam = new IAMClient(world.clientOptions(id));
    const RoleName = memberRoleArn(id).split('/').at(-1);
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'landfall', PolicyDocument }));
    iam.destroy();
  }
  await world.aws.setDifficulty({ permissions: { enforced: true } });
}

/** A role in the home account that may do what a policy says and nothing else. */
export interface LeastPrivilege {
  readonly policy: PolicyDocument;
  /** Gives the role another policy. */
  grant(policy: PolicyDocument): Promise<void>;
  /** A session of the role, as the operator has it. */
  session(): AwsSession;
  /** From now on the role may do all of the policy but these actions. */
  withhold(...actions: readonly string[]): Promise<void>;
  /** Calls of the role after a mark that were refused. */
  refusals(after?: number): Promise<LedgerEntry[]>;
  /** Writes after a mark that somebody else made. */
  writesOfOthers(after: number): Promise<LedgerEntry[]>;
  /** Actions that the role called and was allowed. */
  called(): Promise<Set<string>>;
  close(): void;
}

/** Makes the role with what `landfall policy` prints for these objects and has permissions enforced. */
export async function leastPrivilege(world: World, objects: readonly Manifest[]): Promise<LeastPrivilege> {
  const iam = new IAMClient(world.clientOptions());
  const policy = await policyFor(objects);
  const grant = (Statement: readonly Statement[]) =>
    iam.send(
      new PutRolePolicyCommand({
        RoleName: NAME,
        PolicyName: 'landfall',
        PolicyDocument: JSON.stringify({ ...policy, Statement }),
      }),
    );
  const trust = [
    {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
    },
  ];
  await iam.send(
    new CreateRoleCommand({
      RoleName: NAME,
      AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: trust }),
    }),
  );
  await grant(policy.Statement);
  await world.aws.setDifficulty({ permissions: { enforced: true } });
  const isOfRole = ({ caller }: LedgerEntry) => caller?.includes(`:assumed-role/${NAME}/`) ?? false;
  // Of a ledger of tens of thousands of calls only what is new is read: some ask twenty times a second.
  const called = new Set<string>();
  const refused: LedgerEntry[] = [];
  let read = 0;
  const follow = async () => {
    for (const call of await world.aws.ledger(read)) {
      // Two may read the same at once.
      if (call.seq <= read) continue;
      read = call.seq;
      if (!isOfRole(call)) continue;
      if (isRefused(call)) refused.push(call);
      else called.add(`${IAM_PREFIX[call.service ?? ''] ?? call.service}:${call.action}`);
    }
  };
  return {
    policy,
    grant: async ({ Statement }) => void (await grant(Statement)),
    session: () =>
      openSession({
        accountId: ACCOUNT,
        region: 'us-east-1',
        as: `role ${ROLE_ARN}`,
        credentials: fromTemporaryCredentials({
          masterCredentials: world.aws.credentials(ACCOUNT),
          clientConfig: { endpoint: world.aws.url, region: 'us-east-1' },
          params: { RoleArn: ROLE_ARN, RoleSessionName: 'test' },
        }),
        endpoint: world.aws.url,
        callGuard: { before: () => Promise.resolve(), after: () => {} },
      }),
    async withhold(...actions) {
      const left = policy.Statement.map((statement) => ({
        ...statement,
        Action: statement.Action.filter((action) => !actions.includes(action)),
      }));
      await grant(left.filter(({ Action }) => Action.length > 0));
    },
    async refusals(after = 0) {
      await follow();
      return refused.filter(({ seq }) => seq > after);
    },
    async writesOfOthers(after) {
      return (await world.writes(after)).filter((call) => !isOfRole(call));
    },
    async called() {
      await follow();
      return new Set(called);
    },
    close: () => iam.destroy(),
  };
}

/** Whether a call was refused for want of a permission. */
export function isRefused({ error }: LedgerEntry): boolean {
  return /Unauthorized|AccessDenied/.test(error ?? '');
}

/** Services that IAM calls otherwise than the ledger. */
const IAM_PREFIX: Readonly<Record<string, string>> = {
  elbv2: 'elasticloadbalancing',
  resourcegroupstaggingapi: 'tag',
  tagging: 'tag',
};
