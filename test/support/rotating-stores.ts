import { createHash } from 'node:crypto';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  CURRENT,
  isOfRotation,
  labelled,
  PENDING,
  type Versions,
} from '../../operator/aws/secretsmanager/versions.ts';
import { forgetStores } from './crash-subjects-databases.ts';
import type { Subject } from './crash-subjects.ts';
import { portal } from './manifests.ts';
import { storeInNetwork, storeNetwork } from './store-manifests.ts';
import type { World } from './world.ts';

/** A store whose password becomes another. */
export interface RotatingStore {
  readonly subject: Subject;
  /** The calls of a rotation, one after the other. */
  readonly steps: readonly string[];
  /** Those of them that may be made a second time, since nothing but the next one shows that they were made. */
  readonly mayRepeat: readonly string[];
  /** Whether it takes two at once, so that whoever reads the secret is let in at every moment. */
  readonly takesTwo: boolean;
  /** What it takes, as the local AWS keeps it. */
  readonly taken: (dump: string) => readonly string[];
  /** A password as it is kept there. */
  readonly kept: (password: string) => string;
}

type State = Readonly<Record<string, unknown>>;

/** The one thing of the local AWS whose field has this value, and which has another field besides. */
function thingIn(dump: string, field: string, value: string, besides: string): State {
  const visit = (one: unknown): State | undefined => {
    if (one === null || typeof one !== 'object') return undefined;
    const found = one as State;
    if (found[field] === value && besides in found) return found;
    for (const [key, inner] of Object.entries(one)) {
      // A snapshot holds a copy of its database, as it was.
      const hit = key.endsWith('snapshots') ? undefined : visit(inner);
      if (hit) return hit;
    }
    return undefined;
  };
  const hit = visit(JSON.parse(dump));
  if (!hit) throw new Error(`there is no ${value}`);
  return hit;
}

const setting = [portal.namespace, portal.account, storeNetwork];
const generated = { credentials: { mode: 'Generated' } };

function subjectOf(name: string, store: string, spec: object): Subject {
  const made = storeInNetwork(store, { deletionPolicy: 'Delete', ...spec });
  return { name, setting, made, edited: made, forget: forgetStores };
}

function database(at: {
  readonly subject: Subject;
  readonly modify: string;
  readonly field: string;
  readonly id: string;
}): RotatingStore {
  const password = '_master_user_password';
  return {
    subject: at.subject,
    steps: ['PutSecretValue', at.modify, 'AddTagsToResource', 'UpdateSecretVersionStage'],
    mayRepeat: [at.modify, 'AddTagsToResource'],
    takesTwo: false,
    taken: (dump) => [String(thingIn(dump, at.field, at.id, password)[password])],
    kept: (one) => one,
  };
}

/** A database, a cluster and a cache, each of which is told its password in another way. */
export const ROTATING_STORES: readonly RotatingStore[] = [
  database({
    subject: subjectOf('rotated-mysql', 'records', {
      connectionSecret: { name: 'records-db' },
      mysql: { databaseName: 'appdb', ...generated },
    }),
    modify: 'ModifyDBInstance',
    field: '_db_instance_identifier',
    id: 'records-dev-instance',
  }),
  database({
    subject: subjectOf('rotated-aurora', 'ledger', {
      connectionSecret: { name: 'ledger-db' },
      auroraPostgresql: { databaseName: 'ledger', ...generated },
    }),
    modify: 'ModifyDBCluster',
    field: '_db_cluster_identifier',
    id: 'ledger-dev-cluster',
  }),
  {
    subject: subjectOf('rotated-redis', 'sessions', {
      connectionSecret: { name: 'sessions-cache' },
      redis: generated,
    }),
    steps: [
      'PutSecretValue',
      'AddTagsToResource',
      'ModifyReplicationGroup ROTATE',
      'UpdateSecretVersionStage',
      'AddTagsToResource',
      'ModifyReplicationGroup SET',
    ],
    mayRepeat: ['AddTagsToResource'],
    takesTwo: true,
    taken: (dump) => {
      const { landfall_tokens: tokens } = thingIn(
        dump,
        'replication_group_id',
        'sessions-dev-redis',
        'landfall_tokens',
      );
      return tokens as string[];
    },
    kept: (one) => createHash('sha256').update(one).digest('hex'),
  },
];

/** What a secret holds: the password that whoever reads it gets, and the one that is still to be given to its store. */
export interface Published {
  readonly current: string;
  readonly pending: string | undefined;
  /** For which request the current one was made. */
  readonly isOf: (rotation: string) => boolean;
}

/** Reads the secret of a store. */
export async function publishedOf(world: World, { subject }: RotatingStore): Promise<Published> {
  const SecretId = `${subject.made.metadata.name}-dev-rds-secret`;
  const secrets = new SecretsManagerClient(world.clientOptions());
  try {
    const { VersionIdsToStages = {} } = await secrets.send(new DescribeSecretCommand({ SecretId }));
    const versions: Versions = VersionIdsToStages;
    const passwordOf = async (VersionId: string | undefined) => {
      const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId, VersionId }));
      return (JSON.parse(SecretString ?? '') as { password: string }).password;
    };
    const [current, pending] = [labelled(versions, CURRENT), labelled(versions, PENDING)];
    return {
      current: await passwordOf(current),
      pending: pending === undefined || pending === current ? undefined : await passwordOf(pending),
      isOf: (rotation) => current !== undefined && isOfRotation(current, rotation),
    };
  } finally {
    secrets.destroy();
  }
}
