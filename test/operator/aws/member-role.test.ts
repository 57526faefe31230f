import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isInAws } from '../../../operator/api/account.ts';
import { POLICY_MAX } from '../../../operator/aws/least-privilege.ts';
import { defaultExternalId } from '../../../operator/aws/credentials.ts';
import { readManifests } from '../../../operator/cli/manifests.ts';
import { policyFiles } from '../../../operator/generate-policies.ts';

interface Statement {
  Sid?: string;
  Action: string | string[];
  Condition?: Record<string, Record<string, string>>;
}
interface ManagedPolicy {
  Type: 'AWS::IAM::ManagedPolicy';
  Condition?: string;
  Properties: {
    ManagedPolicyName: string;
    Roles?: string[];
    PolicyDocument: { Version: string; Statement: Statement[] };
  };
}
interface Role {
  Type: 'AWS::IAM::Role';
  Properties: { AssumeRolePolicyDocument: { Statement: Statement[] }; ManagedPolicyArns: string[] };
}
interface Template {
  Parameters: Record<string, { Default?: string; AllowedPattern?: string }>;
  Resources: Record<string, ManagedPolicy> & { Role: Role };
}

/** Managed policies of a role, unless a quota is raised: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const ATTACHED_MAX = 10;
/** Bytes of a template that is not uploaded first: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const TEMPLATE_MAX = 51_200;

const root = join(import.meta.dirname, '../../..');
const files = await policyFiles();
// CloudFormation's short forms are tags that no parser knows; their text is enough here.
const scalar = (tag: string) => ({ tag, resolve: (text: string) => `${tag} ${text}` });
const text = readFileSync(join(root, 'manifests/bootstrap/member-role.yaml'), 'utf8');
const { Parameters, Resources } = parse(text, {
  customTags: ['!Ref', '!Sub', '!GetAtt'].map(scalar),
}) as Template;
const { AssumeRolePolicyDocument, ManagedPolicyArns } = Resources.Role.Properties;
const attached = ManagedPolicyArns.map((arn) => Resources[arn.replace('!Ref ', '')]?.Properties);
const statements = attached.flatMap((policy) => policy?.PolicyDocument.Statement ?? []);
/** What is attached only where a parameter says so. */
const chosen = Object.values<ManagedPolicy | Role>(Resources).filter(
  (one): one is ManagedPolicy => 'Condition' in one,
);
const actionsOf = (statements: readonly Statement[]) =>
  [...new Set(statements.flatMap(({ Action }) => Action))].sort();

describe('generated policies', () => {
  it('are current, and there are no others', () => {
    for (const [path, text] of files) expect(readFileSync(join(root, path), 'utf8'), path).toBe(text);
    const named = readdirSync(join(root, 'manifests/iam')).filter((name) => name.endsWith('.json'));
    const written = [...files.keys()].filter((path) => path.startsWith('manifests/iam/'));
    expect(named.map((name) => `manifests/iam/${name}`).sort()).toEqual(written.sort());
  });

  it('grant in the template what they grant elsewhere', () => {
    const operator = [...files].flatMap(([path, text]) =>
      path.includes('/operator') ? (JSON.parse(text) as { Statement: Statement[] }).Statement : [],
    );
    expect(actionsOf(statements)).toEqual(actionsOf(operator));
    const restores = JSON.parse(files.get('manifests/iam/table-restores.json') ?? '') as {
      Statement: Statement[];
    };
    expect(chosen.map(({ Properties }) => actionsOf(Properties.PolicyDocument.Statement))).toEqual([
      actionsOf(restores.Statement),
    ]);
  });
});

describe('manifests/bootstrap/member-role.yaml', () => {
  it('demands the external id and the tags of the operator’s session', () => {
    const tags = {
      StringEquals: { 'aws:RequestTag/landfall.dev/installation': '!Ref Installation' },
      StringLike: { 'aws:RequestTag/landfall.dev/account': '*' },
    };
    const known = { 'sts:ExternalId': '!Ref ExternalId', ...tags.StringEquals };
    expect(AssumeRolePolicyDocument.Statement).toEqual([
      expect.objectContaining({
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Condition: { ...tags, StringEquals: known },
      }),
      expect.objectContaining({ Effect: 'Allow', Action: 'sts:TagSession', Condition: tags }),
    ]);
  });

  it('demands what docs/credentials.md says', () => {
    const page = readFileSync(join(root, 'docs/credentials.md'), 'utf8');
    const blocks = [...page.matchAll(/```json\n([^]*?)```/g)].map(([, json = '']) => json);
    const shown = blocks.find((json) => json.includes('sts:ExternalId')) ?? '';
    const given: Record<string, string> = {
      OperatorRoleArn: 'arn:aws:iam::111111111111:role/landfall-operator',
      ExternalId: 'landfall:platform:portal',
      Installation: 'platform',
    };
    const filled = JSON.stringify(AssumeRolePolicyDocument).replaceAll(
      /!Ref (\w+)/g,
      (_, name: string) => given[name] ?? name,
    );
    expect(JSON.parse(shown)).toEqual(JSON.parse(filled));
  });

  it('makes what the Accounts of the examples name, with the parameters that their page gives it', async () => {
    const accounts = join(root, 'manifests/examples/accounts');
    const [command = ''] = /aws cloudformation deploy[^]*?\n *done/.exec(
      readFileSync(join(accounts, 'README.md'), 'utf8'),
    ) ?? [''];
    const given = [...command.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]);
    const needed = Object.entries(Parameters).filter(([, { Default }]) => Default === undefined);
    expect(given.map(([name]) => name)).toEqual([...needed.map(([name]) => name), 'Installation']);
    const { OperatorRoleArn, ExternalId, Installation } = Object.fromEntries(given) as Record<string, string>;
    expect(OperatorRoleArn).toMatch(new RegExp(Parameters['OperatorRoleArn']?.AllowedPattern ?? '^$'));
    const found = await readManifests([accounts]);
    expect(found.accounts).toHaveLength(5);
    for (const value of found.accounts.map((one) => one.value).filter(isInAws)) {
      const { accountId, roleArn, permissionsBoundaryArn, externalId, profile } = value.spec.aws;
      const { name } = value.metadata;
      const role = Parameters['RoleName']?.Default;
      const boundary = Resources['Boundary']?.Properties.ManagedPolicyName;
      expect({ roleArn, permissionsBoundaryArn, externalId, profile }).toEqual({
        roleArn: `arn:aws:iam::${accountId}:role/${role}`,
        permissionsBoundaryArn: `arn:aws:iam::${accountId}:policy/${boundary}`,
      });
      expect(ExternalId?.replace('$account', name)).toBe(defaultExternalId(Installation ?? '', name));
      expect(command, name).toContain('--profile $account');
    }
  });

  it('has the parameters and resources of the template for what differs', () => {
    const own = statements.find(({ Action }) => Action.includes('iam:PutRolePolicy'));
    expect(own?.Condition).toEqual({
      StringEquals: {
        'aws:ResourceTag/landfall.dev/installation': '!Ref Installation',
        'iam:PermissionsBoundary': '!Ref Boundary',
      },
    });
  });

  it('attaches every policy but the boundary, none too long for AWS', () => {
    const made = Object.entries(Resources).filter(
      ([, one]) => one.Type === 'AWS::IAM::ManagedPolicy' && !('Condition' in one),
    );
    expect(ManagedPolicyArns).toEqual(
      made.map(([id]) => `!Ref ${id}`).filter((arn) => arn !== '!Ref Boundary'),
    );
    const others = 'have services share a policy in POLICY_OF of operator/generate-policies.ts';
    expect(
      ManagedPolicyArns.length + chosen.length,
      `a role takes ${ATTACHED_MAX} policies: ${others}`,
    ).toBeLessThanOrEqual(ATTACHED_MAX);
    for (const policy of [...attached, ...chosen.map(({ Properties }) => Properties)]) {
      expect(policy?.PolicyDocument.Version).toBe('2012-10-17');
      expect(
        JSON.stringify(policy?.PolicyDocument).length,
        `a policy takes ${POLICY_MAX} characters: ${policy?.ManagedPolicyName}`,
      ).toBeLessThanOrEqual(POLICY_MAX);
    }
    expect(
      Buffer.byteLength(text),
      `CloudFormation takes ${TEMPLATE_MAX} bytes: write more on a line in inTemplate of operator/generate-policies.ts`,
    ).toBeLessThan(TEMPLATE_MAX);
  });

  it('lets the operator at the items of tables only where a parameter says so, and then of no others than it makes', () => {
    expect(actionsOf(statements).filter((action) => /^dynamodb:.*(Item|Query|Scan)/.test(action))).toEqual(
      [],
    );
    expect(Parameters['RestoreTables']?.Default).toBe('false');
    expect(chosen).toMatchObject([{ Condition: 'RestoresTables', Properties: { Roles: ['!Ref Role'] } }]);
    const [items] = chosen.flatMap(({ Properties }) =>
      Properties.PolicyDocument.Statement.filter(({ Action }) => Action.includes('dynamodb:GetItem')),
    );
    expect(items).toMatchObject({
      Resource: expect.stringMatching(/:table\/\*-data$/),
      Condition: { Null: { 'aws:ResourceTag/landfall.dev/installation': 'true' } },
    });
  });

  it('bounds tasks by no less than what starts them and opens shells in them', () => {
    const bound = Resources['Boundary']?.Properties.PolicyDocument.Statement ?? [];
    expect(actionsOf(bound)).toEqual(
      expect.arrayContaining(['ecr:BatchGetImage', 'logs:PutLogEvents', 'ssmmessages:OpenDataChannel']),
    );
    expect(actionsOf(bound).filter((action) => /^(iam|sts|ec2):/.test(action))).toEqual([]);
    // Of ECS what the agent of an instance does, and nothing with services or tasks of others.
    const ofEcs = actionsOf(bound).filter((action) => action.startsWith('ecs:'));
    const agent = /:(Discover|Poll|Start|Submit|.*ContainerInstance)/;
    expect(ofEcs.filter((action) => !agent.test(action))).toEqual([]);
  });
});
