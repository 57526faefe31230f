import type { DataStore } from '../api/data-store.ts';
import { awsKindsOf } from '../aws/kinds.ts';
import type { AwsSession } from '../aws/session.ts';
import {
  compileDataStore,
  DATA_STORE_NODES,
  referencesOfDataStore,
} from '../compile/data-store/data-store.ts';
import { protectionOf } from '../compile/data-store/protection.ts';
import { outputsOfDataStore } from '../compile/data-store/status.ts';
import { compileLocalDataStore, LOCAL_DATA_STORE_NODES } from '../compile/local/data-store/data-store.ts';
import { localStoreOutputs } from '../compile/local/data-store/status.ts';
import { localKindsOf } from '../local/kinds.ts';
import { keepConnectionSecret, keepLocalConnectionSecret } from './connection-secret.ts';
import { dismissingServices } from './dismissing-services.ts';
import { parsed, type GraphKind } from './pass.ts';
import { recallLocalStore } from './recall-local-store.ts';
import { recallStore } from './recall-store.ts';

/** What is particular to DataStore. */
export const dataStoreKind: GraphKind<DataStore> = {
  kind: 'DataStore',
  plural: 'datastores',
  parse: (object) => parsed('DataStore', object),
  references: referencesOfDataStore,
  admits: 'EcsService',
  protectedBy: protectionOf,
  on: {
    aws: {
      nodeKinds: awsKindsOf(DATA_STORE_NODES),
      recall: recallStore,
      compile: compileDataStore,
      outputs: outputsOfDataStore,
      dismissing: dismissingServices,
      publish: (at) => keepConnectionSecret({ ...at, session: at.session as AwsSession }),
    },
    local: {
      nodeKinds: localKindsOf(LOCAL_DATA_STORE_NODES),
      recall: recallLocalStore,
      compile: compileLocalDataStore,
      outputs: localStoreOutputs,
      publish: keepLocalConnectionSecret,
    },
  },
};
