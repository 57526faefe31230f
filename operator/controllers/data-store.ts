import type { DataStore } from '../api/data-store.ts';
import { awsKindsOf } from '../aws/kinds.ts';
import {
  compileDataStore,
  DATA_STORE_NODES,
  referencesOfDataStore,
} from '../compile/data-store/data-store.ts';
import { protectionOf } from '../compile/data-store/protection.ts';
import { outputsOfDataStore } from '../compile/data-store/status.ts';
import { keepConnectionSecret } from './connection-secret.ts';
import { dismissingServices } from './dismissing-services.ts';
import { parsed, type GraphKind } from './pass.ts';
import { recallStore } from './recall-store.ts';

/** What is particular to DataStore. */
export const dataStoreKind: GraphKind<DataStore> = {
  kind: 'DataStore',
  plural: 'datastores',
  nodeKinds: awsKindsOf(DATA_STORE_NODES),
  parse: (object) => parsed('DataStore', object),
  references: referencesOfDataStore,
  admits: 'EcsService',
  recall: recallStore,
  compile: compileDataStore,
  outputs: outputsOfDataStore,
  dismissing: dismissingServices,
  protectedBy: protectionOf,
  publish: keepConnectionSecret,
};
