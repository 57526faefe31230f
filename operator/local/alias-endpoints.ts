import { READY, type Change, type State } from '../graph/kind.ts';
import {
  ALIAS_OF,
  bodyFor,
  portsMissing,
  readSource,
  readSources,
  SERVICE_NAME,
  SERVICES,
  SLICES,
  type Alias,
  type Source,
} from './alias-source.ts';
import { objectsById } from './collection.ts';
import { compareFields, covers } from './compare.ts';
import { pending, titleOf } from './conditions.ts';
import type { AliasEndpointsInputs } from './inputs.ts';
import { idOf, pathOf, verbs, type LocalCollection, type LocalKind } from './kind.ts';
import { APPLIED, manifestOf, sorted, type Manifest } from './manifest.ts';
import { leaving, namesOf, retagged, tagsAfter } from './object-kind.ts';
import { INSTALLATION_LABEL, tagsIn, type Tags } from './ownership.ts';
import { newer, recordOf, type Answered, type Fields, type KubeRecord } from './record.ts';
import { createObject, deleteObject } from './writes.ts';

/** What is kept of the other Service, in place of a status. */
interface Seen {
  /** What the slice is to say by that; absent where there is no such Service. */
  readonly wanted?: Fields;
  readonly missing: readonly number[];
}

/** Slices of aliases, each with what that of which it is an alias says at the same time. */
const aliasSlices: LocalCollection<KubeRecord> = {
  name: 'local/alias-endpoints',
  lane: 'fast',
  scope: 'region',
  iam: [...verbs(SLICES, 'list'), ...verbs(SERVICES, 'list')],
  async *list(session, installation) {
    const query = { labelSelector: `${INSTALLATION_LABEL}=${installation}` };
    const slices: Answered[] = [];
    for await (const page of session.pages<Answered>(pathOf(SLICES, {}), query)) slices.push(...page);
    const aliases = slices.flatMap((slice) => aliasOf(slice) ?? []);
    const sourceOf = await readSources(session, aliases);
    yield slices.map((slice) => withSource(slice, sourceOf));
  },
  async get(session, ids) {
    const slices = await objectsById(session, SLICES, ids);
    return Promise.all(
      slices.map(async (slice) => {
        const alias = aliasOf(slice);
        const source = alias && (await readSource(session, alias));
        return withSource(slice, () => source);
      }),
    );
  },
  id: ({ metadata }) => idOf(SLICES, metadata),
  uid: ({ metadata }) => metadata.uid,
  tags: ({ metadata }) => tagsIn(metadata.annotations),
};

/** The endpoints of a Service without selector: those of another one, in whatever namespace. */
export const aliasEndpointsKind: LocalKind<AliasEndpointsInputs, KubeRecord> = {
  type: 'AliasEndpoints',
  collection: aliasSlices,
  idempotency: 'name',
  iam: [...verbs(SLICES, 'get', 'create', 'patch', 'delete'), ...verbs(SERVICES, 'get')],
  after: [],

  diff(inputs, record) {
    if (!record) return [];
    const { metadata, body, owned, status } = record;
    const { namespace, name } = nameOf(inputs);
    const changes: Change[] = [];
    for (const [path, from, to] of [
      ['namespace', metadata.namespace, namespace],
      ['service', metadata.name, name],
    ] as const)
      if (from !== to) changes.push({ path, from, to, replace: true });
    const { wanted = nothing(body) } = status as unknown as Seen;
    const tags = tagsIn(metadata.annotations);
    const { apiVersion: _, kind: __, metadata: stamped, ...fields } = manifestWith(inputs, wanted, tags);
    const { name: ___, namespace: ____, ...rest } = stamped;
    const { labels, annotations, ownerReferences } = metadata;
    const isApplied = annotations[APPLIED] === rest.annotations[APPLIED];
    const live = { metadata: { labels, annotations, ownerReferences }, ...body };
    const found = compareFields({ metadata: rest, ...fields }, live, owned, isApplied);
    const telling = found.filter(({ path }) => path !== `metadata.annotations[${APPLIED}]`);
    for (const change of telling.length > 0 ? telling : found)
      changes.push(
        change.path === 'addressType' && !covers({ path: '', wanted: change.to, live: change.from })
          ? { ...change, replace: true }
          : change,
      );
    return changes;
  },
  state: (record) => leaving(record) ?? stateOf(record),
  outputs: (record) => ({
    endpoints: String(endpointsOf(record.body).length),
    ...namesOf(SLICES, record),
  }),
  gone: () => false,
  needs: () => [],

  async create(context, inputs) {
    const { session, tags } = context;
    const source = await readSource(session, inputs);
    const wanted = bodyFor(inputs, source);
    return createObject(context, {
      resource: SLICES,
      collection: aliasSlices,
      read: (slice) => withSource(slice, () => source),
      name: nameOf(inputs),
      manifest: () => manifestWith(inputs, wanted, tags),
      inTheWay: ({ body }) => (body['addressType'] === wanted['addressType'] ? undefined : 'Background'),
    });
  },
  async conflicting(session, inputs) {
    const [found] = await aliasSlices.get(session, [idOf(SLICES, nameOf(inputs))]);
    return found;
  },
  async update({ session, wrote }, inputs, record, changes) {
    const tags = tagsAfter(record, changes);
    const isOfTags = changes.every(({ path }) => path.startsWith('tags.'));
    const alias = isOfTags ? aliasIn(record.metadata.annotations) : inputs;
    const source = alias && (await readSource(session, alias));
    const manifest =
      isOfTags || !source
        ? retagged(SLICES, record, { tags, outlives: false })
        : manifestWith(inputs, source.ports ? bodyFor(inputs, source) : nothing(record.body), tags);
    const metadata = { ...manifest.metadata, uid: record.metadata.uid };
    const answered = withSource(
      await session.apply<Answered>(pathOf(SLICES, metadata), { ...manifest, metadata }, { force: true }),
      () => source,
    );
    wrote(aliasSlices, idOf(SLICES, metadata), (listed) => newer(listed, answered));
  },
  delete: ({ session }, record) =>
    deleteObject(session, {
      resource: SLICES,
      read: (slice) => withSource(slice, () => undefined),
      record,
      how: 'Background',
    }),
};

/** A Service may have slices of others; its name alone would be in their way. */
function nameOf({ namespace, service }: AliasEndpointsInputs): { namespace: string; name: string } {
  return { namespace, name: `${service}-alias` };
}

function manifestWith(inputs: AliasEndpointsInputs, wanted: Fields, tags: Tags): Manifest {
  return manifestOf(
    SLICES,
    {
      ...nameOf(inputs),
      labels: { [SERVICE_NAME]: inputs.service, 'endpointslice.kubernetes.io/managed-by': 'landfall' },
      annotations: { [ALIAS_OF]: aliasText(inputs) },
      body: wanted,
    },
    { tags, outlives: false },
  );
}

/** No endpoints, where there is no Service to have them of. */
function nothing({ addressType = 'IPv4' }: Fields): Fields {
  return { addressType, endpoints: [], ports: [] };
}

function aliasText({ from, ports }: Alias): string {
  return sorted({ from, ports });
}

function aliasOf({ metadata }: Answered): Alias | undefined {
  return aliasIn(metadata.annotations ?? {});
}

/** Somebody may have written something else into the annotation: then there is no source until it is put right. */
function aliasIn({ [ALIAS_OF]: text }: Tags): Alias | undefined {
  try {
    const alias = JSON.parse(text ?? '') as Partial<Alias>;
    return alias.from && alias.ports ? { from: alias.from, ports: alias.ports } : undefined;
  } catch {
    return undefined;
  }
}

function withSource(slice: Answered, sourceOf: (alias: Alias) => Source | undefined): KubeRecord {
  const alias = aliasOf(slice);
  const source = alias && sourceOf(alias);
  const seen: Seen =
    alias && source?.ports
      ? { wanted: bodyFor(alias, source), missing: portsMissing(alias, source) }
      : { missing: [] };
  return { ...recordOf(slice), status: { ...seen } };
}

function stateOf(record: KubeRecord): State {
  const { wanted, missing } = record.status as unknown as Seen;
  const from = aliasIn(record.metadata.annotations)?.from;
  const title = `the alias ${titleOf(record)}`;
  const service = `Service ${from?.namespace}/${from?.name}`;
  if (!wanted)
    return { phase: 'pending', reason: 'DependencyNotReady', message: `${title} waits for ${service}` };
  if (missing.length > 0) {
    const message = `${service} has no port ${missing.join(', ')}, to which ${title} is to lead`;
    return { phase: 'pending', reason: 'DependencyNotReady', message };
  }
  const isReady = endpointsOf(record.body).some(
    ({ conditions }) => (conditions as { readonly ready?: boolean } | undefined)?.ready !== false,
  );
  return isReady ? READY : pending(`no pod of ${service} is ready, to which ${title} leads`);
}

function endpointsOf({ endpoints }: Fields): readonly Fields[] {
  return Array.isArray(endpoints) ? (endpoints as readonly Fields[]) : [];
}
