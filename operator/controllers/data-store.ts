import type { DataStore } from '../api/data-store.ts';
import { tables } from '../aws/dynamodb/tables.ts';
import { awsKindsOf } from '../aws/kinds.ts';
import {
  compileDataStore,
  DATA_STORE_NODES,
  referencesOfDataStore,
} from '../compile/data-store/data-store.ts';
import { isProtected } from '../compile/data-store/protection.ts';
import { outputsOfDataStore } from '../compile/data-store/status.ts';
import { ownerOf } from '../compile/names.ts';
import { nodeBuilder } from '../compile/nodes.ts';
import { ownerTag } from '../graph/ownership.ts';
import { parsed, type GraphKind } from './pass.ts';

/** What is particular to DataStore. */
export const dataStoreKind: GraphKind<DataStore> = {
  kind: 'DataStore',
  plural: 'datastores',
  nodeKinds: awsKindsOf(DATA_STORE_NODES),
  parse: (object) => parsed('DataStore', object),
  references: referencesOfDataStore,
  // Nothing of a store is chosen once.
  recall: (object) => object,
  compile: compileDataStore,
  outputs: outputsOfDataStore,
  lettingGo(object, world) {
    if (isProtected(object, engineOf(object))) return [];
    const owner = ownerTag(ownerOf(object));
    const build = nodeBuilder(() => ({}));
    return world
      .view(tables)
      .ownedBy(owner)
      .map(({ TableArn: tableArn }) =>
        build.facet('TableProtection', 'table-protection', { tableArn, enabled: false }),
      );
  },
  protectedBy: ({ spec }) =>
    ENGINES.filter((engine) => spec[engine]).map((engine) => `spec.${engine}.deletionProtection`)[0],
};

const ENGINES = ['dynamodb', 'mysql'] as const;

/** The fields of its engine. */
function engineOf({ spec }: DataStore) {
  return ENGINES.map((engine) => spec[engine]).find((fields) => fields !== undefined) ?? {};
}
