import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { awsKinds } from '../../../operator/aws/kinds.ts';
import { REGION_FACTS_ACTIONS } from '../../../operator/aws/region-facts.ts';

interface Statement {
  Sid?: string;
  Action: string | string[];
  Resource: string;
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

const file = join(import.meta.dirname, '../../../manifests/bootstrap/member-role.yaml');
// CloudFormation's short forms are tags that no parser knows; their text is enough here.
const scalar = (tag: string) => ({ tag, resolve: (text: string) => `${tag} ${text}` });
const { Resources } = parse(readFileSync(file, 'utf8'), {
  customTags: ['!Ref', '!Sub', '!GetAtt'].map(scalar),
}) as Template;
const { AssumeRolePolicyDocument, Policies } = Resources.Role.Properties;
const statements = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
const actionsOf = ({ Action }: Pick<Statement, 'Action'>) => [Action].flat();
const granting = (action: string) => statements.filter((statement) => actionsOf(statement).includes(action));

/** With it a role that Landfall made could be freed of its boundary. */
const WITHHELD = new Set(['iam:DeleteRolePermissionsBoundary']);

describe('manifests/bootstrap/member-role.yaml', () => {
  it('grants what the kinds say they need, and nothing else', () => {
    const needed = [...awsKinds.values()].flatMap((kind) => [...kind.iam, ...kind.collection.iam]);
    const actions = [...needed, ...REGION_FACTS_ACTIONS].map(({ action }) => action);
    const expected = new Set(actions.filter((action) => !WITHHELD.has(action)));
    expect([...new Set(statements.flatMap(actionsOf))].sort()).toEqual([...expected].sort());
  });

  it('demands the external id', () => {
    const assume = AssumeRolePolicyDocument.Statement.filter((statement) =>
      actionsOf(statement).includes('sts:AssumeRole'),
    );
    expect(assume).toHaveLength(1);
    expect(assume[0]?.Condition).toEqual({ StringEquals: { 'sts:ExternalId': '!Ref ExternalId' } });
  });

  it.each(['iam:CreateRole', 'iam:PutRolePolicy', 'iam:PutRolePermissionsBoundary'])(
    'grants %s only with the boundary',
    (action) => {
      expect(granting(action).map(({ Condition }) => Condition)).toEqual([
        { StringEquals: { 'iam:PermissionsBoundary': '!Ref Boundary' } },
      ]);
    },
  );

  it('changes roles below /landfall/ alone', () => {
    const writes = statements.filter(
      (statement) =>
        statement.Sid !== 'Read' && actionsOf(statement).some((action) => action.startsWith('iam:')),
    );
    expect(writes).not.toHaveLength(0);
    for (const { Resource } of writes) expect(Resource).toMatch(/:role\/landfall\/\*$/u);
  });

  it('deletes and re-tags only what carries the installation id', () => {
    for (const action of ['ec2:DeleteVpc', 'ec2:DeleteSubnet', 'ec2:DeleteSecurityGroup', 'ec2:DeleteTags'])
      expect(granting(action).map(({ Condition }) => Condition)).toEqual([
        { StringEquals: { 'aws:ResourceTag/landfall.dev/installation': '!Ref Installation' } },
      ]);
  });
});
