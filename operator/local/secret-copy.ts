import { Waiting } from '../errors.ts';
import { READY, type Change, type State } from '../graph/kind.ts';
import { objectsById } from './collection.ts';
import { compareFields } from './compare.ts';
import { titleOf } from './conditions.ts';
import type { SecretCopyInputs } from './inputs.ts';
import { idOf, pathOf, verbs, type LocalCollection, type LocalKind } from './kind.ts';
import { APPLIED, manifestOf, sorted, type Manifest } from './manifest.ts';
import { leaving, namesOf, retagged, tagsAfter } from './object-kind.ts';
import { INSTALLATION_LABEL, tagsIn, type Tags } from './ownership.ts';
import { newer, recordOf, type Answered, type Fields, type KubeRecord } from './record.ts';
import { COPY_LABEL, COPY_OF, decoded, encoded, fingerprints, hidden, SECRETS } from './secret-values.ts';
import type { LocalSession } from './session.ts';
import { createObject, deleteObject, sameNow } from './writes.ts';

/** Whose values a copy has, and which. */
type Source = Pick<SecretCopyInputs, 'from' | 'keys'>;

/** What is kept of the other Secret, in place of a status: fingerprints of what the copy is to have of it. */
interface Seen {
  /** Absent where there is no such Secret, or it lacks one of the keys. */
  readonly wanted?: Tags;
}

/** Copies, each with what that of which it is one has at the same time. No value stands in a record. */
const copies: LocalCollection<KubeRecord> = {
  name: 'local/secret-copies',
  lane: 'fast',
  scope: 'region',
  iam: verbs(SECRETS, 'list', 'get'),
  async *list(session, installation) {
    const query = { labelSelector: `${INSTALLATION_LABEL}=${installation},${COPY_LABEL}` };
    for await (const page of session.pages<Answered>(pathOf(SECRETS, {}), query))
      yield await Promise.all(page.map((copy) => withSource(session, copy)));
  },
  async get(session, ids) {
    const found = await objectsById(session, SECRETS, ids);
    return Promise.all(found.map((copy) => withSource(session, copy)));
  },
  id: ({ metadata }) => idOf(SECRETS, metadata),
  uid: ({ metadata }) => metadata.uid,
  tags: ({ metadata }) => tagsIn(metadata.annotations),
};

/** Values of a Secret of another namespace, for pods of this one, which read none of another. */
export const secretCopyKind: LocalKind<SecretCopyInputs, KubeRecord> = {
  type: 'SecretCopy',
  collection: copies,
  idempotency: 'name',
  iam: verbs(SECRETS, 'get', 'create', 'patch', 'delete'),
  after: ['Deployment'],

  diff(inputs, record) {
    if (!record) return [];
    const { metadata, body, owned, status } = record;
    const changes: Change[] = [];
    for (const name of ['namespace', 'name'] as const)
      if (metadata[name] !== inputs[name])
        changes.push({ path: name, from: metadata[name], to: inputs[name], replace: true });
    const live = (body['data'] ?? {}) as Tags;
    const { wanted: data = live } = status as Seen;
    const { metadata: wanted } = manifestWith(inputs, { prints: data }, tagsIn(metadata.annotations));
    const { labels, annotations, ownerReferences } = metadata;
    const { name: _, namespace: __, ...rest } = wanted;
    const found = compareFields(
      { metadata: rest, data, type: 'Opaque' },
      { metadata: { labels, annotations, ownerReferences }, data: live, type: body['type'] },
      owned,
      annotations[APPLIED] === wanted.annotations[APPLIED],
    );
    const telling = found.filter(({ path }) => path !== `metadata.annotations[${APPLIED}]`);
    return [...changes, ...(telling.length > 0 ? telling : found).map(hidden)];
  },
  state: (record) => leaving(record) ?? ((record.status as Seen).wanted ? READY : withoutSource(record)),
  outputs: (record) => namesOf(SECRETS, record),
  gone: () => false,
  needs: () => [],

  async create(context, inputs) {
    const { session, tags } = context;
    const values = await valuesOf(session, inputs);
    return createObject(context, {
      resource: SECRETS,
      collection: copies,
      read: (copy) => recordWith(copy, values),
      name: inputs,
      manifest: () => manifestWith(inputs, { values }, tags),
    });
  },
  async conflicting(session, { namespace, name }) {
    const [found] = await copies.get(session, [idOf(SECRETS, { namespace, name })]);
    return found;
  },
  async update({ session, wrote }, inputs, record, changes) {
    const at = pathOf(SECRETS, record.metadata);
    const live = await sameNow(session, SECRETS, record);
    const tags = tagsAfter(record, changes);
    const isOfTags = changes.every(({ path }) => path.startsWith('tags.'));
    const source = isOfTags ? sourceIn(live) : inputs;
    const values = isOfTags ? source && (await findValues(session, source)) : await valuesOf(session, inputs);
    const manifest = isOfTags
      ? retagged(SECRETS, recordOf(live), { tags, outlives: false })
      : manifestWith(inputs, { values: values ?? {} }, tags);
    const metadata = { ...manifest.metadata, uid: record.metadata.uid };
    const answered = await session.apply<Answered>(at, { ...manifest, metadata }, { force: true });
    wrote(copies, idOf(SECRETS, metadata), (listed) => newer(listed, recordWith(answered, values)));
  },
  delete: ({ session }, record) =>
    deleteObject(session, {
      resource: SECRETS,
      read: (copy) => recordWith(copy, undefined),
      record,
      how: 'Background',
    }),
};

function manifestWith(
  { namespace, name, labels, from, keys }: SecretCopyInputs,
  { values = {}, prints = fingerprints({ namespace, name }, values) }: { values?: Tags; prints?: Tags },
  tags: Tags,
): Manifest {
  return manifestOf(
    SECRETS,
    {
      namespace,
      name,
      labels: { ...labels, [COPY_LABEL]: 'true' },
      annotations: { [COPY_OF]: sorted({ from, keys }) },
      body: { type: 'Opaque', data: encoded(values) },
    },
    { tags, outlives: false, of: prints },
  );
}

/** Somebody may have written something else into the annotation: then there is no source until it is put right. */
function sourceIn({ metadata }: Answered): Source | undefined {
  try {
    const { from, keys } = JSON.parse(metadata.annotations?.[COPY_OF] ?? '') as Partial<Source>;
    return from && keys ? { from, keys } : undefined;
  } catch {
    return undefined;
  }
}

/** The values of the other Secret; undefined where it is not there, or lacks one of them. */
async function findValues(session: LocalSession, { from, keys }: Source): Promise<Tags | undefined> {
  const other = await session.get<Answered>(pathOf(SECRETS, from));
  if (!other) return undefined;
  const values = decoded(other);
  const found = keys.flatMap((key) => {
    const value = values[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return found.length === keys.length ? Object.fromEntries(found) : undefined;
}

/** Throws Waiting (`DependencyNotReady`) where they are not there. */
async function valuesOf(session: LocalSession, source: SecretCopyInputs): Promise<Tags> {
  const values = await findValues(session, source);
  if (values) return values;
  const { namespace, name, from, keys } = source;
  const message = `Secret ${namespace}/${name} waits for ${keys.join(', ')} of Secret ${from.namespace}/${from.name}`;
  throw new Waiting('DependencyNotReady', message);
}

async function withSource(session: LocalSession, copy: Answered): Promise<KubeRecord> {
  const source = sourceIn(copy);
  return recordWith(copy, source && (await findValues(session, source)));
}

function recordWith(copy: Answered, values: Tags | undefined): KubeRecord {
  const { metadata } = copy;
  const seen: Seen = values ? { wanted: fingerprints(metadata, values) } : {};
  const status: Fields = { ...seen };
  return { ...recordOf({ ...copy, data: fingerprints(metadata, decoded(copy)) }), status };
}

function withoutSource(record: KubeRecord): State {
  const of = record.metadata.annotations[COPY_OF] ?? '';
  const message = `the copy ${titleOf(record)} waits for the Secret that it is of: ${of}`;
  return { phase: 'pending', reason: 'DependencyNotReady', message };
}
