import { Terminal } from '../errors.ts';
import { READY, type Change, type State } from '../graph/kind.ts';
import { TAG } from '../graph/ownership.ts';
import { objectCollection } from './collection.ts';
import { compareFields } from './compare.ts';
import { titleOf } from './conditions.ts';
import type { GeneratedSecretInputs } from './inputs.ts';
import { idOf, pathOf, verbs, type LocalKind } from './kind.ts';
import { APPLIED, manifestOf, type Manifest } from './manifest.ts';
import { leaving, namesOf, retagged, tagsAfter } from './object-kind.ts';
import { tagsIn, type Tags } from './ownership.ts';
import { newer, recordOf, type Answered, type KubeRecord } from './record.ts';
import {
  COPY_OF,
  decoded,
  encoded,
  fingerprints,
  GENERATED,
  hidden,
  HIDDEN,
  keysOfSecret,
  marksIn,
  SECRETS,
  unmarked,
  valuesFor,
  versionText,
} from './secret-values.ts';
import type { LocalSession } from './session.ts';
import { standingVolume, VOLUME_READS, volumeThatNeeds } from './volumes.ts';
import { createObject, deleteObject, sameNow } from './writes.ts';

/** A Secret as it is kept: of each value a fingerprint. */
function read(object: Answered): KubeRecord {
  return recordOf({ ...object, data: fingerprints(object.metadata, decoded(object)) });
}

const all = objectCollection(SECRETS, read);

/** Those that are no copies, which are read with what they are of. */
const secrets: typeof all = {
  ...all,
  async *list(session, installation) {
    for await (const page of all.list(session, installation))
      yield page.filter(({ metadata }) => metadata.annotations[COPY_OF] === undefined);
  },
};

/** A Secret whose values are made here once. They stand in no inputs, record, plan or log. */
export const generatedSecretKind: LocalKind<GeneratedSecretInputs, KubeRecord> = {
  type: 'GeneratedSecret',
  collection: secrets,
  idempotency: 'name',
  iam: [...verbs(SECRETS, 'get', 'create', 'patch', 'delete'), ...VOLUME_READS],
  after: ['Deployment', 'StatefulSet', 'PersistentVolumeClaim'],

  diff(inputs, record) {
    if (!record) return [];
    const { metadata, body, owned } = record;
    const changes: Change[] = [];
    for (const name of ['namespace', 'name'] as const)
      if (metadata[name] !== inputs[name])
        changes.push({ path: name, from: metadata[name], to: inputs[name], replace: true });
    const live = (body['data'] ?? {}) as Tags;
    const data = wantedPrints(inputs, live);
    const marks = metadata.annotations[GENERATED];
    const { metadata: wanted } = manifestWith(inputs, {
      tags: tagsIn(metadata.annotations),
      values: {},
      marks,
    });
    const { labels, annotations, ownerReferences } = metadata;
    const isApplied = annotations[APPLIED] === wanted.annotations[APPLIED];
    const { name: _, namespace: __, ...rest } = wanted;
    const found = compareFields(
      { metadata: rest, data, type: 'Opaque' },
      { metadata: { labels, annotations, ownerReferences }, data: live, type: body['type'] },
      owned,
      isApplied,
    );
    const ours = owned['f:data'] ?? {};
    const composed = Object.keys(inputs.templates ?? {}).filter(
      (key) => live[key] !== undefined && ours[`f:${key}`] === undefined,
    );
    const telling = found.filter(({ path }) => path !== `metadata.annotations[${APPLIED}]`);
    for (const change of telling.length + composed.length > 0 ? telling : found) changes.push(hidden(change));
    if (telling.length === 0 && unmarked(inputs, marks).length > 0)
      changes.push({ path: `metadata.annotations[${GENERATED}]`, to: HIDDEN });
    for (const key of composed) changes.push({ path: `data.${key}`, from: HIDDEN, to: HIDDEN });
    return changes;
  },
  state: (record) => leaving(record) ?? stateOf(record),
  outputs: (record) => ({
    version: versionOf(record),
    ...namesOf(SECRETS, record),
  }),
  gone: () => false,
  needs: () => [],

  create: (context, inputs) =>
    createObject(context, {
      resource: SECRETS,
      collection: secrets,
      read,
      name: { namespace: inputs.namespace, name: inputs.name },
      async manifest(found) {
        const { session, tags } = context;
        if (!found || lacksAny(inputs, found)) await refuseBesideVolume({ session, tags }, inputs);
        return manifestFrom(inputs, found, tags);
      },
    }),
  async conflicting(session, { namespace, name }) {
    const found = await session.get<Answered>(pathOf(SECRETS, { namespace, name }));
    return found && read(found);
  },
  async update({ session, wrote }, inputs, record, changes) {
    const at = pathOf(SECRETS, record.metadata);
    const live = await sameNow(session, SECRETS, record);
    const tags = tagsAfter(record, changes);
    const isOfTags = changes.every(({ path }) => path.startsWith('tags.'));
    if (!isOfTags && lacksAny(inputs, live)) await refuseBesideVolume({ session, tags }, inputs);
    const manifest = isOfTags
      ? retagged(SECRETS, recordOf(live), { tags, outlives: true })
      : manifestFrom(inputs, live, tags);
    const metadata = { ...manifest.metadata, uid: record.metadata.uid };
    const answered = read(await session.apply<Answered>(at, { ...manifest, metadata }, { force: true }));
    wrote(secrets, idOf(SECRETS, metadata), (listed) => newer(listed, answered));
  },
  async neededStill(session, { metadata }) {
    if ((metadata.annotations[GENERATED] ?? '') === '') return undefined;
    const volume = await standingVolume(session, metadata.namespace, tagsIn(metadata.annotations));
    return (
      volume &&
      `it has the password of what is on the volume of PersistentVolumeClaim ${volume}, which is kept`
    );
  },
  neededIam: VOLUME_READS,
  delete: ({ session }, record) =>
    deleteObject(session, { resource: SECRETS, read, record, how: 'Background' }),
};

/** Fingerprints of what is wanted; what is made or put together is as it is, if it is there. */
function wantedPrints(inputs: GeneratedSecretInputs, live: Tags): Tags {
  const made = [...Object.keys(inputs.generated), ...Object.keys(inputs.templates ?? {})];
  return {
    ...Object.fromEntries(made.map((key) => [key, live[key] ?? HIDDEN])),
    ...fingerprints(inputs, inputs.values),
  };
}

/** Whether a value that was made is not there. */
function lacksAny({ generated }: GeneratedSecretInputs, found: Answered): boolean {
  const values = decoded(found);
  return Object.keys(generated).some((key) => values[key] === undefined);
}

/** A store on a volume knows the password that it was made with, and no other. */
async function refuseBesideVolume(
  { session, tags }: { readonly session: LocalSession; readonly tags: Tags },
  { namespace, name, generated }: GeneratedSecretInputs,
): Promise<void> {
  if (Object.keys(generated).length === 0) return;
  const volume = await volumeThatNeeds(session, namespace, tags);
  if (volume === undefined) return;
  const keys = Object.keys(generated).join(', ');
  throw new Terminal(
    'StoreLost',
    `Secret ${namespace}/${name} is gone, or lacks ${keys}, and what is on the volume of PersistentVolumeClaim ${volume} opens with that alone: put the Secret back (kubectl create secret generic -n ${namespace} ${name}) with the annotations ${TAG.installation}, ${TAG.owner} and ${TAG.node}, or delete the claim, and what it holds`,
  );
}

function manifestFrom(inputs: GeneratedSecretInputs, found: Answered | undefined, tags: Tags): Manifest {
  const former = found && decoded(found);
  const values = valuesFor(inputs, former);
  const marks = marksIn(inputs, values, {
    marks: found?.metadata.annotations?.[GENERATED],
    values: former,
  });
  return manifestWith(inputs, { tags, values, marks });
}

function manifestWith(
  { namespace, name, labels, values: known, generated, templates }: GeneratedSecretInputs,
  { tags, values, marks }: { readonly tags: Tags; readonly values: Tags; readonly marks: string | undefined },
): Manifest {
  return manifestOf(
    SECRETS,
    {
      namespace,
      name,
      ...(labels && { labels }),
      body: { type: 'Opaque', data: encoded(values) },
    },
    // It may have to outlive its object, as the volume does.
    {
      tags: { ...tags, ...(marks !== undefined && { [GENERATED]: marks }) },
      outlives: true,
      of: { known, generated, templates },
    },
  );
}

/** Another value than the one that was made: the store knows that one. */
function stateOf(record: KubeRecord): State {
  const changed = keysOfSecret(record).filter(({ isAsMade }) => !isAsMade);
  if (changed.length === 0) return READY;
  const keys = changed.map(({ key }) => key).join(', ');
  return {
    phase: 'failed',
    reason: 'SecretUnreadable',
    message: `somebody has put something else in place of ${keys} in Secret ${titleOf(record)}, which the store knows nothing of; put it back, or, where the store was given the new one, take the annotation ${GENERATED} away`,
  };
}

/** Changes with the values, and tells nothing of them. */
function versionOf({ body }: KubeRecord): string {
  return versionText((body['data'] ?? {}) as Tags);
}
