import type { DataStore } from '../api/data-store.ts';
import { tableDescriptions } from '../aws/dynamodb/table-descriptions.ts';
import { tables } from '../aws/dynamodb/tables.ts';
import { dbInstances } from '../aws/rds/db-instances.ts';
import type { AwsSession } from '../aws/session.ts';
import type { StoreAtWork } from '../compile/data-store/connection.ts';
import { ownerOf } from '../compile/names.ts';
import type { World } from '../graph/kind.ts';
import { ownerTag } from '../graph/ownership.ts';

/** A store with whether it is still being made where that does not show in what others refer to. */
export function recallStore(store: DataStore, world: World<AwsSession>): StoreAtWork {
  return isComing(store, world) ? { ...store, isComing: true } : store;
}

/** A cluster has its address long before a member listens there, and a table its name before it can be read. */
function isComing(store: DataStore, world: World<AwsSession>): boolean {
  const owner = ownerTag(ownerOf(store));
  const { auroraPostgresql, dynamodb } = store.spec;
  if (auroraPostgresql)
    return !world
      .view(dbInstances)
      .ownedBy(owner)
      .some(({ Endpoint }) => Endpoint?.Address !== undefined);
  if (!dynamodb) return false;
  const descriptions = world.view(tableDescriptions);
  return world
    .view(tables)
    .ownedBy(owner)
    .some(({ TableArn }) => descriptions.get(TableArn)?.table.TableStatus === 'CREATING');
}
