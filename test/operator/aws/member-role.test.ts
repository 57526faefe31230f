import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { policyFiles } from '../../../operator/generate-policies.ts';

interface Statement {
  Sid?: string;
  Action: string | string[];
  Condition?: Record<string, Record<string, string>>;
}
interface Template {
  Resources: {
    Role: {
      Properties: {
        AssumeRolePolicyDocument: { Statement: Statement[] };
        Policies: { PolicyDocument: { Statement: Statement[] } }[];
      };
    };
  };
}

/** Characters of all inline policies of a role: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const INLINE_MAX = 10_240;

const root = join(import.meta.dirname, '../../..');
const files = await policyFiles();
// CloudFormation's short forms are tags that no parser knows; their text is enough here.
const scalar = (tag: string) => ({ tag, resolve: (text: string) => `${tag} ${text}` });
const { Resources } = parse(readFileSync(join(root, 'manifests/bootstrap/member-role.yaml'), 'utf8'), {
  customTags: ['!Ref', '!Sub', '!GetAtt'].map(scalar),
}) as Template;
const { AssumeRolePolicyDocument, Policies } = Resources.Role.Properties;
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
    expect(actionsOf(Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement))).toEqual(
      actionsOf(operator),
    );
  });
});

describe('manifests/bootstrap/member-role.yaml', () => {
  it('demands the external id', () => {
    const assume = AssumeRolePolicyDocument.Statement.filter(({ Action }) =>
      [Action].flat().includes('sts:AssumeRole'),
    );
    expect(assume).toHaveLength(1);
    expect(assume[0]?.Condition).toEqual({ StringEquals: { 'sts:ExternalId': '!Ref ExternalId' } });
  });

  it('has the parameters and resources of the template for what differs', () => {
    const own = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).find(({ Action }) =>
      Action.includes('iam:PutRolePolicy'),
    );
    expect(own?.Condition).toEqual({
      StringEquals: {
        'aws:ResourceTag/landfall.dev/installation': '!Ref Installation',
        'iam:PermissionsBoundary': '!Ref Boundary',
      },
    });
  });

  it('has an inline policy that is not too long', () => {
    expect(JSON.stringify(Policies).length).toBeLessThan(INLINE_MAX);
  });
});
