import { type Counts, idOf, type Verb } from './crash-points.ts';
import type { Share } from './crash-suite.ts';
import { anEdgeService } from './crash-subjects-edge.ts';
import { aConsumer, aProvider } from './crash-subjects-links.ts';
import {
  aLocalConsumer,
  aLocalNetwork,
  aLocalProvider,
  aLocalService,
  aLocalStore,
} from './crash-subjects-local.ts';
import { aMysql, anAurora, aRedis } from './crash-subjects-databases.ts';
import {
  aRestoredAurora,
  aRestoredMysql,
  aRestoredRedis,
  aRestoredTable,
} from './crash-subjects-restored.ts';
import { aKeptTable, aTable } from './crash-subjects-stores.ts';
import { anAccount, aScaledService, aService, small, wholePortal } from './crash-subjects.ts';

const each = (aws: number, objects: number, events: number): Readonly<Record<Verb, Counts>> => {
  const counts = { aws, objects, events };
  return { create: counts, update: counts, delete: counts };
};

/** The first 60 writes of the portal's create are in every run: the comparison with others stands on them. */
const FIRST_60 = Array.from({ length: 60 }, (_, index) =>
  idOf({ subject: wholePortal.name, verb: 'create', channel: 'aws', n: index + 1, phase: 'committed' }),
);

/** Of services: their networks stand before them. */
export const SERVICE_SHARES: readonly Share[] = [{ subject: aService, chance: each(2, 0, 0) }];
export const SCALED_SHARES: readonly Share[] = [{ subject: aScaledService, chance: each(2, 0, 0) }];

export const EDGE_SHARES: readonly Share[] = [{ subject: anEdgeService, chance: each(2, 0, 0) }];

export const LINK_SHARES: readonly Share[] = [
  { subject: aProvider, chance: each(1, 0, 0) },
  { subject: aConsumer, chance: each(2, 0, 0) },
];

/** Of stores: each engine by itself, since what AWS takes for it is long. */
export const TABLE_SHARES: readonly Share[] = [{ subject: aTable, chance: each(2, 1, 0) }];
export const BACKUP_SHARES: readonly Share[] = [{ subject: aKeptTable, chance: each(2, 1, 0) }];
export const MYSQL_SHARES: readonly Share[] = [{ subject: aMysql, chance: each(2, 1, 0) }];
export const AURORA_SHARES: readonly Share[] = [{ subject: anAurora, chance: each(2, 1, 0) }];
export const REDIS_SHARES: readonly Share[] = [{ subject: aRedis, chance: each(2, 1, 0) }];

export const RESTORED_SHARES: readonly Share[] = [
  { subject: aRestoredTable, chance: each(2, 1, 0) },
  { subject: aRestoredMysql, chance: each(2, 0, 0) },
  { subject: aRestoredAurora, chance: each(1, 0, 0) },
  { subject: aRestoredRedis, chance: each(1, 0, 0) },
];

/** What `make test` shows of networks: 46 points by chance in two parts, and 60 always. */
export const SHARES: readonly Share[] = [
  { subject: small, chance: each(2, 1, 1) },
  {
    subject: anAccount,
    chance: {
      create: { aws: 0, objects: 1, events: 0 },
      update: { aws: 0, objects: 1, events: 0 },
      delete: { aws: 0, objects: 0, events: 0 },
    },
  },
  {
    subject: wholePortal,
    chance: {
      create: { aws: 1, objects: 1, events: 0 },
      update: { aws: 2, objects: 1, events: 1 },
      delete: { aws: 2, objects: 1, events: 1 },
    },
    always: FIRST_60,
  },
];

const some = (objects: number, events: number) => each(0, objects, events);

/** Of the local target: all writes go to the API server. */
export const LOCAL_SHARES: readonly Share[] = [
  { subject: aLocalNetwork, chance: some(1, 0) },
  { subject: aLocalService, chance: some(2, 0) },
  { subject: aLocalStore, chance: some(1, 0) },
  // What it opens to a consumer is killed with the consumer.
  { subject: aLocalProvider, chance: some(0, 0) },
  { subject: aLocalConsumer, chance: some(1, 0) },
];
