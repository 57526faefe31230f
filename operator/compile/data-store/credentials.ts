import { ROTATE_ANNOTATION } from '../../api/annotations.ts';
import type { DataStore } from '../../api/data-store.ts';
import type { AuroraPostgreSql } from '../../api/data-store/aurora-postgresql.ts';
import type { MySql } from '../../api/data-store/mysql.ts';
import type { StoredPassword } from '../../aws/secretsmanager/value.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { ref } from '../../graph/ref.ts';
import { ownerOf } from '../names.ts';
import type { NodeBuilder, NodeType } from '../nodes.ts';
import { namesOfStore } from './names.ts';

/** The types of the nodes that a store with generated credentials has. */
export const CREDENTIAL_NODES: readonly NodeType[] = ['Secret', 'SecretRotation', 'SecretValue', 'AuthToken'];

/** Whose credentials are kept, and in which words. */
interface Kept {
  /** The node of the store. */
  readonly store: string;
  /** As RDS's own secrets have it: `mysql`, `postgres`. */
  readonly engine: string;
  readonly username: string;
  readonly databaseName: string;
  readonly keyArn: string | undefined;
}

/** What keeps the credentials of a store. */
interface StoreCredentials {
  /** The password that it is to have. */
  readonly password: StoredPassword;
  /** What it depends on: no password is given to it that is not kept. */
  readonly first: readonly string[];
  readonly nodes: readonly GraphNode[];
}

/** Those of a database; undefined where AWS makes and keeps them. */
export function databaseCredentials(
  build: NodeBuilder,
  object: DataStore,
  spec: MySql | AuroraPostgreSql,
  of: Pick<Kept, 'store' | 'engine' | 'keyArn'>,
): StoreCredentials | undefined {
  if (spec.credentials.mode !== 'Generated') return undefined;
  return credentialsOf(build, object, {
    ...of,
    username: spec.masterUsername,
    databaseName: spec.databaseName ?? '',
  });
}

/** A secret, a new password in it where somebody asks for one, and what whoever reads it gets. */
export function credentialsOf(build: NodeBuilder, object: DataStore, kept: Kept): StoreCredentials {
  const { store, keyArn, ...content } = kept;
  const rotation = object.metadata.annotations?.[ROTATE_ANNOTATION];
  const secretArn = ref('secret');
  return {
    password: { secretArn, versionId: ref('secret', 'versionId'), mark: ref('secret', 'mark') },
    first: ['secret-rotation'],
    nodes: [
      build.thing('Secret', 'secret', {
        name: namesOfStore(object).secret,
        description: `Store ${ownerOf(object)}`,
        ...content,
        rotation: rotation ?? '',
        ...(keyArn !== undefined && { kmsKeyArn: keyArn }),
      }),
      build.facet('SecretRotation', 'secret-rotation', {
        secretArn,
        ...(rotation !== undefined && { rotation }),
      }),
      build.facet('SecretValue', 'secret-value', {
        secretArn,
        applied: ref(store, 'password'),
        host: ref(store, 'address'),
        port: ref(store, 'port'),
      }),
    ],
  };
}
