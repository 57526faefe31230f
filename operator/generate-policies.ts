import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { Document, isMap, isScalar, visit } from 'yaml';
import { bringUpToDate } from './api/generate.ts';
import { restoresOfTables } from './aws/dynamodb/restore.ts';
import {
  everyPermission,
  isReading,
  planPermissions,
  policiesFor,
  type PolicyDocument,
  type PolicyScope,
  type Statement,
} from './aws/least-privilege.ts';
import {
  DECRYPTING_READERS,
  DECRYPTING_TABLES,
  ENCRYPTING_BACKUPS,
  LENT_TO_AWS,
  ROLE_ACTIONS,
} from './compile/role-actions.ts';

const root = join(import.meta.dirname, '..');
const TEMPLATE = 'manifests/bootstrap/member-role.yaml';
const LOCAL_BOUNDARY = 'k8s-local/aws/landfall_aws/boundary.json';

/** For any account: IAM fills in whose policy it is. The installation is the operator's default. */
const ANYWHERE: PolicyScope = {
  partition: 'aws',
  accountId: '${aws:PrincipalAccount}',
  regions: ['*'],
  installation: 'default',
  boundaryArn: 'arn:aws:iam::${aws:PrincipalAccount}:policy/landfall-boundary',
};
/** For the template: CloudFormation fills in what is its parameter or resource. */
const IN_TEMPLATE: PolicyScope = {
  partition: '${AWS::Partition}',
  accountId: '${AWS::AccountId}',
  regions: ['*'],
  installation: '${Installation}',
  boundaryArn: '${Boundary}',
};

/** A statement of the boundary. */
function bounded(Sid: string, ...purposes: readonly (keyof typeof ROLE_ACTIONS)[]): Statement {
  const Action = purposes.flatMap((purpose) => ROLE_ACTIONS[purpose]).sort();
  return { Sid, Effect: 'Allow', Action, Resource: '*' };
}

/**
 * The most that a role made by Landfall can ever do, whatever its own policies say: what delivers flow logs, starts tasks
 * (images, secrets, logs), lets these use stores, backs stores up, has instances join a cluster, and opens a shell in either. What of it a role has, and on what,
 * its own policies say.
 */
const BOUNDARY: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [
    bounded('Images', 'pull', 'authorizePull'),
    bounded('Instances', 'joinCluster', 'serveCluster', 'findEcs'),
    bounded('Logs', 'writeLogs', 'findLogGroup', 'findLogStream'),
    bounded('Secrets', 'readSecrets', 'readParameters'),
    {
      ...bounded('Keys', 'decrypt'),
      Condition: { StringLike: { 'kms:ViaService': [...DECRYPTING_READERS, DECRYPTING_TABLES] } },
    },
    bounded('Stores', 'readTables', 'writeTables', 'connectToDatabases'),
    bounded('Backups', 'backUpTables', 'backUpDatabases', 'findDatabases', 'keepBackups', 'findBackups'),
    {
      ...bounded('BackupKeys', 'encryptBackups'),
      Condition: { StringLike: { 'kms:ViaService': ENCRYPTING_BACKUPS } },
    },
    { ...bounded('BackupGrants', 'lendBackupKeys'), Condition: LENT_TO_AWS },
    bounded('Shells', 'openShells', 'beManaged'),
  ],
};

/**
 * The policy in which the actions of a service stand; all that only reads stands in one of its own. Ten policies are the most
 * that a role may have, so that what is small shares one; a test says when there is no more room.
 */
const POLICY_OF: Readonly<Record<string, string>> = {
  acm: 'front',
  'application-autoscaling': 'services',
  autoscaling: 'services',
  backup: 'safekeeping',
  'backup-storage': 'safekeeping',
  cloudwatch: 'services',
  dynamodb: 'stores',
  ec2: 'network',
  ecs: 'services',
  elasticache: 'stores',
  elasticloadbalancing: 'front',
  iam: 'roles',
  kms: 'safekeeping',
  logs: 'logs',
  rds: 'databases',
  route53: 'network',
  secretsmanager: 'safekeeping',
  ssm: 'services',
  wafv2: 'front',
};

/** Who may write Landfall's tags: its role under any name that an account's administrators give such roles. */
const BUT_LANDFALL = { ArnNotLike: { 'aws:PrincipalArn': 'arn:*:iam::*:role/landfall' } };
/**
 * For an organisation: whoever could put on the ownership tags could have Landfall delete a thing, and whoever could
 * take them off could have it make a second one. DeleteTags without keys takes all, and is known by what it is done to.
 */
const SCP: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'LandfallTags',
      Effect: 'Deny',
      Action: [
        'acm:AddTagsToCertificate',
        'acm:RemoveTagsFromCertificate',
        'application-autoscaling:TagResource',
        'application-autoscaling:UntagResource',
        'autoscaling:CreateOrUpdateTags',
        'autoscaling:DeleteTags',
        'backup:TagResource',
        'backup:UntagResource',
        'cloudwatch:TagResource',
        'cloudwatch:UntagResource',
        'dynamodb:TagResource',
        'dynamodb:UntagResource',
        'ec2:CreateTags',
        'ec2:DeleteTags',
        'ecs:TagResource',
        'ecs:UntagResource',
        'elasticache:AddTagsToResource',
        'elasticache:RemoveTagsFromResource',
        'iam:TagInstanceProfile',
        'elasticloadbalancing:AddTags',
        'elasticloadbalancing:RemoveTags',
        'iam:TagRole',
        'iam:UntagInstanceProfile',
        'iam:UntagRole',
        'kms:TagResource',
        'kms:UntagResource',
        'logs:TagResource',
        'logs:UntagResource',
        'rds:AddTagsToResource',
        'rds:RemoveTagsFromResource',
        'secretsmanager:TagResource',
        'secretsmanager:UntagResource',
        'tag:TagResources',
        'tag:UntagResources',
        'wafv2:TagResource',
        'wafv2:UntagResource',
      ],
      Resource: '*',
      Condition: { 'ForAnyValue:StringLike': { 'aws:TagKeys': 'landfall.dev/*' }, ...BUT_LANDFALL },
    },
    {
      Sid: 'AllTagsAtOnce',
      Effect: 'Deny',
      Action: ['ec2:DeleteTags'],
      Resource: '*',
      Condition: {
        Null: { 'aws:TagKeys': 'true', 'aws:ResourceTag/landfall.dev/installation': 'false' },
        ...BUT_LANDFALL,
      },
    },
  ],
};

/** A policy of the operator, by its name in files and template. */
interface NamedPolicy {
  readonly name: string;
  readonly document: PolicyDocument;
}

/**
 * The operator's policies, by what they are about: an action that is new moves no other into another policy, so that
 * nothing is missing while a stack is updated. Throws where nobody said in which one a service stands.
 */
function operatorPolicies(scope: PolicyScope): NamedPolicy[] {
  const permissions = Map.groupBy(everyPermission(), (permission) => {
    if (isReading(permission)) return 'read';
    const [service = ''] = permission.action.split(':');
    const policy = POLICY_OF[service];
    if (policy === undefined) throw new Error(`POLICY_OF does not say in which policy ${service} stands`);
    return policy;
  });
  return [...permissions]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, members]) =>
      policiesFor(members, scope).map((document, index) => ({
        name: index === 0 ? name : `${name}-${index + 1}`,
        document,
      })),
    );
}

/**
 * Policies that are attached only where somebody wants what they are for. Tables are called so by namesOfStore; who restores one
 * has to be allowed to read and write its items.
 */
function chosenPolicies(scope: PolicyScope): NamedPolicy[] {
  return policiesFor(restoresOfTables('*-data'), scope).map((document) => ({
    name: 'table-restores',
    document,
  }));
}

/** Every generated policy with its text, by path from the root of the repository. */
export async function policyFiles(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const json = async (name: string, document: PolicyDocument) =>
    files.set(`manifests/iam/${name}.json`, await formatted(`${name}.json`, JSON.stringify(document)));
  for (const { name, document } of operatorPolicies(ANYWHERE)) await json(`operator-${name}`, document);
  for (const { name, document } of chosenPolicies(ANYWHERE)) await json(name, document);
  for (const document of policiesFor(planPermissions(), ANYWHERE)) await json('reader', document);
  await json('boundary', BOUNDARY);
  // The local AWS has it in every account, and its image nothing else of the repository.
  files.set(LOCAL_BOUNDARY, files.get('manifests/iam/boundary.json') ?? '');
  await json('reserved-tags-scp', SCP);
  const template = await readFile(join(root, TEMPLATE), 'utf8');
  files.set(TEMPLATE, await formatted(TEMPLATE, filled(template)));
  return files;
}

/** The template with its generated blocks as they are to be. */
function filled(template: string): string {
  const policies = operatorPolicies(IN_TEMPLATE);
  const resourcesOf = (
    named: readonly NamedPolicy[],
    more: { Condition: string; Roles: string[] } | undefined,
  ) =>
    Object.fromEntries(
      named.map(({ name, document }) => {
        const Properties = {
          ManagedPolicyName: `\${RoleName}-${name}`,
          ...(more && { Roles: more.Roles }),
          PolicyDocument: document,
        };
        return [
          idOf(name),
          { Type: 'AWS::IAM::ManagedPolicy', ...(more && { Condition: more.Condition }), Properties },
        ];
      }),
    );
  const blocks = {
    boundary: { Statement: BOUNDARY.Statement },
    policies: resourcesOf(policies, undefined),
    attached: { ManagedPolicyArns: policies.map(({ name }) => `\${${idOf(name)}}`) },
    chosen: resourcesOf(chosenPolicies(IN_TEMPLATE), { Condition: 'RestoresTables', Roles: ['${Role}'] }),
  };
  return Object.entries(blocks).reduce(withBlock, template);
}

/** What the template calls a policy. */
function idOf(name: string): string {
  return `${name.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}Policy`;
}

/** The template with this between the two comments that name the block. */
function withBlock(template: string, [name, value]: [string, object]): string {
  const block = new RegExp(`^( *)(# ${name}: generated[^\\n]*\\n)[^]*?^ *# end of ${name}\\n`, 'm');
  if (!block.test(template)) throw new Error(`${TEMPLATE} has no block for ${name}`);
  return template.replace(block, (_all, indent: string, head: string) => {
    const lines = inTemplate(value).trimEnd().split('\n');
    const written = lines.map((line) =>
      /^\S/.test(line) ? `${indent}${UNFORMATTED}\n${indent}${line}\n` : `${indent}${line}\n`,
    );
    return `${indent}${head}${written.join('')}${indent}# end of ${name}\n`;
  });
}

/** Prettier leaves what follows it as it is. */
const UNFORMATTED = '# prettier-ignore';

/** YAML in which CloudFormation's variables are its functions. */
function inTemplate(value: object): string {
  // CloudFormation reads YAML 1.1, to which a version of a policy is a date.
  const document = new Document(value, { aliasDuplicateObjects: false, schema: 'yaml-1.1' });
  visit(document, {
    // One a line, with what they are indented by, they are a tenth of all bytes.
    Pair(_key, { key, value: condition }) {
      if (isScalar(key) && key.value === 'Condition' && isMap(condition)) condition.flow = true;
    },
    Scalar(key, node) {
      if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('${')) return;
      const [, name] = /^\$\{(\w+)\}$/.exec(node.value) ?? [];
      node.tag = name === undefined ? '!Sub' : '!Ref';
      if (name !== undefined && isScalar(node)) node.value = name;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false }).replaceAll(ACTIONS, inLines);
}

/** The actions of a statement, one a line. */
const ACTIONS = /^( *)Action:\n((?: *- [\w:*-]+\n)+)/gm;
const WIDTH = 110;

/** In as few lines as they fill: one a line they are a fifth of all bytes, which CloudFormation counts. */
function inLines(_all: string, indent: string, items: string): string {
  const [first = '', ...others] = items.trim().split(/\n *- /);
  const lines = others.reduce(
    ([line = '', ...done], action) =>
      line.length + action.length > WIDTH ? [action, `${line},`, ...done] : [`${line}, ${action}`, ...done],
    [first.replace(/^- /, '')],
  );
  const start = lines.length > 1 ? `\n${indent}  ` : ' ';
  return `${indent}Action:${start}[${lines.reverse().join(`\n${indent}   `)}]\n`;
}

async function formatted(path: string, text: string): Promise<string> {
  const filepath = join(root, path);
  return format(text, { ...(await resolveConfig(filepath)), filepath });
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  return bringUpToDate(await policyFiles(), { check: values.check, source: 'operator/aws' });
}

if (import.meta.main) process.exitCode = await main();
