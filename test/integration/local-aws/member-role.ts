import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CreateVpcCommand, type EC2Client, type Tag } from '@aws-sdk/client-ec2';
import { CreatePolicyCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { parse } from 'yaml';

import { memberExternalId, memberRoleArn } from '../../../k8s-local/aws/identity-files.ts';
import { aws, clientOptions, given } from './harness.ts';

export const ACCOUNT = '222222222222';
export const ROLE = memberRoleArn(ACCOUNT);
export const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/landfall-operator/test`;
export const BOUNDARY = `arn:aws:iam::${ACCOUNT}:policy/landfall-boundary`;
export const OWN = { Key: 'landfall.dev/installation', Value: 'local' };

export interface Statement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Action: string | string[];
  Resource: string | string[];
  Condition?: object;
}

/** The policy documents of manifests/bootstrap/member-role.yaml, for the provider account. */
async function bootstrap(): Promise<{ policy: Statement[]; boundary: Statement[] }> {
  const text = await readFile(
    resolve(import.meta.dirname, '../../../manifests/bootstrap/member-role.yaml'),
    'utf8',
  );
  const names: Record<string, string> = { Installation: 'local', Boundary: BOUNDARY };
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
      Role: { Properties: { ManagedPolicyArns: string[] } };
    };
  };
  const statementsOf = (id: string) => template.Resources[id]?.Properties.PolicyDocument.Statement ?? [];
  return {
    policy: template.Resources.Role.Properties.ManagedPolicyArns.flatMap(statementsOf),
    boundary: statementsOf('Boundary'),
  };
}

export const document = (Statement: Statement[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement });

/** Of the member role. */
export const RoleName = 'landfall-operator';

/** The provider account's administrator. */
export function admin(): IAMClient {
  return new IAMClient(clientOptions(aws(), ACCOUNT));
}

/** Starts anew, with the bootstrap's policy and boundary in place and permissions enforced; returns its statements. */
export async function enforced(): Promise<Statement[]> {
  await aws().reset();
  const { policy, boundary } = await bootstrap();
  await admin().send(
    new CreatePolicyCommand({ PolicyName: 'landfall-boundary', PolicyDocument: document(boundary) }),
  );
  await grant(policy);
  await aws().setDifficulty({ permissions: { enforced: true } });
  return policy;
}

/** Makes `statements` all that the member role may do. */
export async function grant(statements: Statement[]): Promise<void> {
  await admin().send(
    new PutRolePolicyCommand({ RoleName, PolicyName: 'landfall', PolicyDocument: document(statements) }),
  );
}

/** Client options of a session of the member role, limited by `policy` where one is given. */
export async function member(policy?: Statement[]) {
  const { Credentials: made } = await new STSClient(clientOptions(aws())).send(
    new AssumeRoleCommand({
      RoleArn: ROLE,
      RoleSessionName: 'test',
      ExternalId: memberExternalId(ACCOUNT),
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
