import { editedAs, forgetStores, tagged } from './crash-subjects-databases.ts';
import { forgetBackups } from './crash-subjects-stores.ts';
import type { Subject } from './crash-subjects.ts';
import {
  BY_HAND,
  leaveCacheSnapshot,
  leaveClusterSnapshot,
  leaveInstanceSnapshot,
  makeFormerTable,
} from './former-stores.ts';
import { portal } from './manifests.ts';
import { fullAurora, fullMysql, fullRedis, orders, store, storeNetwork } from './store-manifests.ts';
import type { Manifest } from './world.ts';

const setting = [portal.namespace, portal.account, storeNetwork];
const from = (made: Manifest, restoreFrom: object): Manifest => ({
  ...made,
  spec: { ...(made.spec as object), restoreFrom },
});
const ofSnapshot = (made: Manifest) => from(made, { snapshot: BY_HAND });

/** A table of a moment of another: AWS takes no tags with the call, so that it is known by its source until it has them. */
export const aRestoredTable: Subject = {
  name: 'restored-table',
  setting: [portal.namespace, portal.account],
  prepare: makeFormerTable,
  made: from(store('orders', { dynamodb: orders, tags: { stage: 'first', gone: 'soon' } }), {
    pointInTime: { source: 'former', latest: true },
  }),
  edited: from(
    store('orders', {
      dynamodb: { ...orders, timeToLive: { attribute: 'until' } },
      tags: { stage: 'second' },
    }),
    { pointInTime: { source: 'former', latest: true } },
  ),
  forget: forgetBackups,
};

/** A database of a snapshot: most of what its spec says follows as changes, the password among them. */
export const aRestoredMysql: Subject = {
  name: 'restored-mysql',
  setting,
  prepare: leaveInstanceSnapshot,
  made: tagged(ofSnapshot(fullMysql)),
  edited: editedAs(ofSnapshot(fullMysql), 'mysql', {
    multiAz: 'Disabled',
    backup: { retentionDays: 6, window: '02:00-02:30' },
  }),
  forget: forgetStores,
};

/** A cluster of a snapshot: its members, its capacity and its password follow. */
export const aRestoredAurora: Subject = {
  name: 'restored-aurora',
  setting,
  prepare: leaveClusterSnapshot,
  made: tagged(ofSnapshot(fullAurora)),
  edited: editedAs(ofSnapshot(fullAurora), 'auroraPostgresql', {
    instances: 1,
    backup: { retentionDays: 6, window: '02:00-02:30' },
  }),
  forget: forgetStores,
};

/** A cache of a snapshot, which is made with its token as any other. */
export const aRestoredRedis: Subject = {
  name: 'restored-redis',
  setting,
  prepare: leaveCacheSnapshot,
  made: tagged(ofSnapshot(fullRedis)),
  edited: editedAs(ofSnapshot(fullRedis), 'redis', { nodes: 2, snapshotRetentionDays: 4 }),
  forget: forgetStores,
};
