import { BackupClient, CreateBackupVaultCommand } from '@aws-sdk/client-backup';
import { DeleteBackupCommand, DynamoDBClient, ListBackupsCommand } from '@aws-sdk/client-dynamodb';
import type { Subject } from './crash-subjects.ts';
import { eventually } from './eventually.ts';
import { portal } from './manifests.ts';
import { orders, store, storeNetwork } from './store-manifests.ts';
import type { Manifest, World } from './world.ts';

/** Last copies of tables are left on purpose. */
export async function forgetBackups(world: World): Promise<void> {
  const dynamodb = new DynamoDBClient(world.clientOptions());
  const backups = async () => (await dynamodb.send(new ListBackupsCommand({}))).BackupSummaries ?? [];
  try {
    for (const { BackupArn } of await backups()) await dynamodb.send(new DeleteBackupCommand({ BackupArn }));
    await eventually('no backup', async () => (await backups()).length === 0);
  } finally {
    dynamodb.destroy();
  }
}

/**
 * A table, of which a copy is made before it goes; edited, it is paid for and indexed in another way, its items end by another
 * attribute, and most else of it changes.
 */
export const aTable: Subject = {
  name: 'table',
  // Refreshes are counted by what a network is listed by.
  setting: [portal.namespace, portal.account, storeNetwork],
  made: store('orders', { dynamodb: orders, tags: { stage: 'first', gone: 'soon' } }),
  edited: store('orders', {
    dynamodb: {
      ...orders,
      billing: { mode: 'Provisioned', readUnits: 5, writeUnits: 3 },
      globalIndexes: [
        { name: 'by-day', partitionKey: { name: 'day', type: 'String' }, projection: 'KeysOnly' },
      ],
      timeToLive: { attribute: 'until' },
      recoveryPeriodDays: 7,
      stream: 'KeysOnly',
      tableClass: 'StandardInfrequentAccess',
    },
    tags: { stage: 'second' },
  }),
  forget: forgetBackups,
};

/** Another region's vault, which is somebody else's. */
const COPIES = 'arn:aws:backup:us-west-2:123456789012:backup-vault:copies';
const copyingAccount: Manifest = {
  ...portal.account,
  spec: {
    aws: {
      ...(portal.account.spec as { readonly aws: object }).aws,
      grants: [{ name: 'copies', namespaces: ['portal'], arns: [COPIES] }],
    },
  },
};

async function makeCopies(world: World): Promise<void> {
  const elsewhere = new BackupClient({ ...world.clientOptions(), region: 'us-west-2' });
  try {
    await elsewhere.send(new CreateBackupVaultCommand({ BackupVaultName: 'copies' }));
  } finally {
    elsewhere.destroy();
  }
}

const kept = (backup: object, tags: object) =>
  store('kept', {
    deletionPolicy: 'Delete',
    dynamodb: { partitionKey: { name: 'id', type: 'String' } },
    backup,
    tags,
  });

/** A table that AWS Backup keeps; edited, it is kept for another time, and copied. No recovery point is made, so that nothing stays. */
export const aKeptTable: Subject = {
  name: 'kept',
  setting: [portal.namespace, copyingAccount, storeNetwork],
  prepare: makeCopies,
  made: kept({ retentionDays: 14 }, { stage: 'first', gone: 'soon' }),
  edited: kept(
    { retentionDays: 7, schedule: 'cron(0 2 * * ? *)', copyTo: { vaultArn: COPIES } },
    { stage: 'second' },
  ),
};
