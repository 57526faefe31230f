import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CreateVpcCommand, type EC2Client, type Tag } from '@aws-sdk/client-ec2';
import { IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { parse } from 'yaml';

import {
  memberBoundaryArn,
  memberExternalId,
  memberRoleArn,
  memberTags,
} from '../../../k8s-local/aws/identity-files.ts';
import { aws, clientOptions, given } from './harness.ts';

export const ACCOUNT = '222222222222';
export const ROLE = memberRoleArn(ACCOUNT);
export const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/landfall/test`;
export const BOUNDARY = memberBoundaryArn(ACCOUNT);
export const OWN = { Key: 'landfall.dev/installation', Value: 'default' };

export interface Statement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Action: string | string[];
  Resource: string | string[];
  Condition?: object;
}

/** What manifests/bootstrap/member-role.yaml lets the role do, and whom in, for the provider account and the home account's user. */
export async function bootstrap(): Promise<{ policy: Statement[]; trust: string }> {
  const text = await readFile(
    resolve(import.meta.dirname, '../../../manifests/bootstrap/member-role.yaml'),
    'utf8',
  );
  const names: Record<string, string> = {
    Installation: OWN.Value,
    Boundary: BOUNDARY,
    OperatorRoleArn: 'arn:aws:iam::123456789012:user/landfall',
    ExternalId: memberExternalId(ACCOUNT),
  };
  const value = (name: string): string => names[name] ?? name;
  const filled = (template: string): string =>
    template.replace('${AWS::Partition}', 'aws').replace('${AWS::AccountId}', ACCOUNT);
  const template = parse(text, {
    customTags: [
      { tag: '!Ref', resolve: value },
      { tag: '!Sub', resolve: filled },
      { tag: '!GetAtt', resolve: value },
    ],
  }) as {
    Resources: Record<string, { Properties: { PolicyDocument: { Statement: Statement[] } } }> & {
      Role: { Properties: { ManagedPolicyArns: string[]; AssumeRolePolicyDocument: object } };
    };
  };
  const { ManagedPolicyArns, AssumeRolePolicyDocument } = template.Resources.Role.Properties;
  const statementsOf = (id: string) => template.Resources[id]?.Properties.PolicyDocument.Statement ?? [];
  const all = ManagedPolicyArns.flatMap(statementsOf);
  return {
    // Sids are unique in each of the policies, and here all of them are one.
    policy: all.map((statement, index) => ({ ...statement, Sid: `${statement.Sid}${index}` })),
    trust: JSON.stringify(AssumeRolePolicyDocument),
  };
}

export const document = (Statement: Statement[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement });

/** Of the member role. */
export const RoleName = 'landfall';

/** The provider account's administrator. */
export function admin(): IAMClient {
  return new IAMClient(clientOptions(aws(), ACCOUNT));
}

/** Starts anew, with the bootstrap's policy in place and permissions enforced; returns its statements. */
export async function enforced(): Promise<Statement[]> {
  await aws().reset();
  const { policy } = await bootstrap();
  await grant(policy);
  await aws().setDifficulty({ permissions: { enforced: true } });
  return policy;
}

/** Makes `statements` all that the member role may do, of whichever of its policies: only in one is a Sid its own. */
export async function grant(statements: Statement[]): Promise<void> {
  const PolicyDocument = document(statements.map(({ Sid: _, ...statement }) => statement));
  await admin().send(new PutRolePolicyCommand({ RoleName, PolicyName: 'landfall', PolicyDocument }));
}

/** Client options of a session of the member role, or of another of the account, limited by `policy` where one is given. */
export async function member(policy?: Statement[], RoleArn = ROLE) {
  const { Credentials: made } = await new STSClient(clientOptions(aws())).send(
    new AssumeRoleCommand({
      RoleArn,
      RoleSessionName: 'test',
      ExternalId: memberExternalId(ACCOUNT),
      Tags: memberTags(ACCOUNT),
      ...(policy && { Policy: document(policy) }),
    }),
  );
  const credentials = {
    accessKeyId: given(made?.AccessKeyId),
    secretAccessKey: given(made?.SecretAccessKey),
    sessionToken: given(made?.SessionToken),
  };
  return { ...clientOptions(aws()), credentials, maxAttempts: 1 };
}

/** Makes a VPC, tagged as the installation's own unless told otherwise; its id. */
export async function makeVpc(client: EC2Client, tags: Tag[] = [OWN], cidr = '10.0.0.0/16'): Promise<string> {
  const TagSpecifications = tags.length > 0 ? [{ ResourceType: 'vpc' as const, Tags: tags }] : [];
  const made = await client.send(new CreateVpcCommand({ CidrBlock: cidr, TagSpecifications }));
  return given(made.Vpc?.VpcId);
}

/** AWS's words for something that no policy of a kind allows. */
export function words(action: string, resource = '', kind = 'identity-based policy'): RegExp {
  const on = resource === '' ? '( on resource: \\S+)?' : ` on resource: ${resource}`;
  return new RegExp(
    `User: ${SESSION} is not authorized to perform: ${action}${on} because no ${kind} allows the ${action} action$`,
  );
}

/** A pattern of an EC2 resource's ARN; of one that is being made unless an id is given. */
export const arn = (kind: string, id = '\\*') => `arn:aws:ec2:us-east-1:${ACCOUNT}:${kind}/${id}`;

/** The statements without these actions, and without those of which nothing is left. */
export const without = (statements: Statement[], ...actions: string[]): Statement[] =>
  statements
    .map((statement) => ({
      ...statement,
      Action: [statement.Action].flat().filter((action) => !actions.includes(action)),
    }))
    .filter((statement) => statement.Action.length > 0);

export const allowAll: Statement = { Effect: 'Allow', Action: '*', Resource: '*' };

/** A trust policy for an AWS service. */
export function trust(service: string): string {
  const Statement = [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }];
  return JSON.stringify({ Version: '2012-10-17', Statement });
}
