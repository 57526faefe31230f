import { DeleteBackupCommand, DynamoDBClient, ListBackupsCommand } from '@aws-sdk/client-dynamodb';
import type { Subject } from './crash-subjects.ts';
import { eventually } from './eventually.ts';
import { portal } from './manifests.ts';
import { orders, store } from './store-manifests.ts';
import type { World } from './world.ts';

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
  setting: [portal.namespace, portal.account],
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
