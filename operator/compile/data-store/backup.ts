import type { DataStore } from '../../api/data-store.ts';
import { BACKUP_DAYS } from '../../api/presets.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { ref } from '../../graph/ref.ts';
import { requireGrant } from '../grants.ts';
import type { CompileInput, RegionFacts } from '../input.ts';
import { fit, namespaceOf, ownerOf } from '../names.ts';
import type { NodeBuilder, NodeType } from '../nodes.ts';
import { policyText, trustInBackups } from '../policies.ts';
import { ENCRYPTING_BACKUPS, LENT_TO_AWS, ROLE_ACTIONS } from '../role-actions.ts';
import { engineOf, nodeOf } from './connection.ts';
import { namesOfStore } from './names.ts';

/** The types of what backs up a store. */
export const STORE_BACKUP_NODES: readonly NodeType[] = [
  'BackupVault',
  'BackupPlan',
  'BackupSelection',
  'Role',
  'RolePolicies',
];

const ROLE_NAME_MAX = 64;

/** The vault, plan and role by which AWS Backup keeps a store; none where its spec has no `backup`. Throws Terminal (`NotGranted`). */
export function storeBackupNodes(build: NodeBuilder, input: CompileInput<DataStore>): GraphNode[] {
  const { object, account, facts, installation } = input;
  const { metadata, spec } = object;
  const { backup, environment = 'dev', region } = spec;
  if (!backup) return [];
  const { schedule, retentionDays = BACKUP_DAYS[environment], copyTo } = backup;
  if (copyTo) requireGrant(input, 'spec.backup.copyTo.vaultArn', copyTo.vaultArn);
  const name = namesOfStore(object).backup;
  const namespace = namespaceOf(metadata);
  return [
    build.thing('Role', 'role/backup', {
      // Role names are unique in an account, all regions together.
      name: fit(
        `landfall-${namespace}-${metadata.name}-backup`,
        ROLE_NAME_MAX,
        [installation, region, ownerOf(object)].join('\n'),
      ),
      path: `/landfall/${namespace}/`,
      trustPolicy: trustInBackups(),
      permissionsBoundaryArn: account.permissionsBoundaryArn ?? '',
    }),
    build.facet('RolePolicies', 'role-policies/backup', {
      roleName: ref('role/backup'),
      policies: { backup: policyOf(object, facts) },
    }),
    build.thing('BackupVault', 'backup-vault', { name }),
    build.thing('BackupPlan', 'backup-plan', {
      name,
      vaultName: ref('backup-vault', 'name'),
      schedule,
      retentionDays,
      ...(copyTo && {
        copyTo: { vaultArn: copyTo.vaultArn, retentionDays: copyTo.retentionDays ?? retentionDays },
      }),
    }),
    build.facet(
      'BackupSelection',
      'backup-selection',
      {
        planArn: ref('backup-plan'),
        name,
        roleArn: ref('role/backup', 'arn'),
        resourceArn: ref(nodeOf(object)),
      },
      { dependsOn: ['role-policies/backup'] },
    ),
  ];
}

/** What AWS Backup does with a store and its copies: of AWSBackupServiceRolePolicyForBackup what this engine needs. */
function policyOf(object: DataStore, facts: RegionFacts): string {
  const { partition, accountId } = facts;
  const copies = object.spec.backup?.copyTo?.vaultArn;
  return policyText(
    ...engineStatements(object, facts),
    {
      Effect: 'Allow',
      Action: ROLE_ACTIONS.keepBackups,
      Resource: [
        `arn:${partition}:backup:*:${accountId}:backup-vault:*`,
        ...(copies === undefined ? [] : [copies]),
      ],
    },
    { Effect: 'Allow', Action: ROLE_ACTIONS.findBackups, Resource: '*' },
    ...keyStatements(object),
  );
}

function engineStatements(object: DataStore, { partition, accountId }: RegionFacts): object[] {
  const at = (service: string, ...resources: readonly string[]) =>
    resources.map((resource) => `arn:${partition}:${service}:*:${accountId}:${resource}`);
  const names = namesOfStore(object);
  if (engineOf(object) === 'dynamodb') {
    const Resource = at('dynamodb', `table/${names.table}`, `table/${names.table}/backup/*`);
    return [{ Effect: 'Allow', Action: ROLE_ACTIONS.backUpTables, Resource }];
  }
  const store = object.spec.mysql ? `db:${names.instance()}` : `cluster:${names.cluster}`;
  const Resource = at('rds', store, 'snapshot:awsbackup:*', 'cluster-snapshot:awsbackup:*');
  return [
    { Effect: 'Allow', Action: ROLE_ACTIONS.backUpDatabases, Resource },
    { Effect: 'Allow', Action: ROLE_ACTIONS.findDatabases, Resource: '*' },
  ];
}

/** Leave to use the keys that are no key of AWS: the store's, where it has one, and whichever a vault of copies has. */
function keyStatements({ spec: { encryption, backup } }: DataStore): object[] {
  const own = encryption?.key === 'Given' ? encryption.keyArn : ref('key');
  const Resource = [
    ...(encryption && encryption.key !== 'Aws' ? [own] : []),
    ...(backup?.copyTo ? [keysBeside(backup.copyTo.vaultArn)] : []),
  ];
  if (Resource.length === 0) return [];
  const Condition = { StringLike: { 'kms:ViaService': ENCRYPTING_BACKUPS } };
  return [
    { Effect: 'Allow', Action: ROLE_ACTIONS.encryptBackups, Resource, Condition },
    { Effect: 'Allow', Action: ROLE_ACTIONS.lendBackupKeys, Resource, Condition: LENT_TO_AWS },
  ];
}

/** The keys of the account and region that a vault is of: which of them is the vault's, its ARN does not say. */
function keysBeside(vaultArn: string): string {
  const [, partition = '', , region = '', accountId = ''] = vaultArn.split(':');
  return `arn:${partition}:kms:${region}:${accountId}:key/*`;
}
