import type { AwsAccount } from '../api/account.ts';
import type { AdoptedNode } from '../api/common.ts';
import { foreignOwner } from '../aws/foreign.ts';
import { Terminal } from '../errors.ts';
import { ADOPTION_REFUSED, type Adoption, type Adoptions, type Found } from '../graph/adoption.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import { kindOf, type AnyKind } from '../graph/kind.ts';
import { ownerTag, TAG } from '../graph/ownership.ts';
import { ownedRecords } from '../graph/owned.ts';
import type { Plan } from '../graph/plan.ts';
import type { Session, Target } from './target.ts';

/** Whose spec names things to take over, and what it may. */
interface AdoptionScope {
  readonly target: Pick<Target, 'kinds' | 'session' | 'world'>;
  /** Where it is looked for. */
  readonly region: string;
  readonly graph: Graph;
  readonly installation: string;
  readonly adopt: readonly AdoptedNode[] | undefined;
  readonly namespace: string;
  readonly accountRef: string;
  readonly account: Pick<AwsAccount, 'accountId' | 'adoptionNamespaces'>;
}

/** An entry of `spec.adopt` with its node and what is owned for that. */
interface Entry {
  readonly node: GraphNode;
  readonly id: string;
  readonly kind: AnyKind<Session>;
  /** Ids of what is ours and of this node already. */
  readonly owned: readonly string[];
}

/**
 * Reads by id what a spec names to be taken over and is not ours yet, and finds what stands in the way. Makes no
 * call where all of it is ours. Throws Terminal where the Account does not let the namespace take anything over.
 */
export async function findAdoptions(scope: AdoptionScope): Promise<Adoptions<Session>> {
  const entries = (scope.adopt ?? []).flatMap((entry) => entryOf(scope, entry) ?? []);
  const pending = entries.filter(({ id, owned }) => !owned.includes(id));
  if (pending.length > 0) requirePermission(scope, pending);
  const adoptions = new Map<string, Adoption<Session>>(
    entries.map(({ node, id }) => [node.key, { id, found: [] }]),
  );
  const records = new Map<string, object>();
  for (const members of Map.groupBy(pending, ({ node }) => node.type).values()) {
    for (const [node, adoption, record] of await readAll(scope, members)) {
      adoptions.set(node, adoption);
      if (record) records.set(node, record);
    }
  }
  for (const [node, refusal] of refusedAsUsed(scope, pending, records))
    adoptions.set(node, { id: adoptions.get(node)?.id ?? '', found: [], refusal });
  return adoptions;
}

/** Nothing is done for an object of which something cannot be taken over: it would be made a second time. */
export function refuseAdoptions(planned: Plan): void {
  const refused = planned.actions.flatMap((action) =>
    action.verb === 'refuse' && action.reason === ADOPTION_REFUSED ? [action.message] : [],
  );
  if (refused.length > 0) throw new Terminal(ADOPTION_REFUSED, refused.join('; '));
}

function entryOf({ target, graph }: AdoptionScope, { node: key, id }: AdoptedNode): Entry | undefined {
  const node = graph.nodes.get(key);
  if (!node) return undefined;
  const kind = kindOf(target.kinds, node.type);
  const { collection } = kind;
  const owned = target.world
    .view(collection)
    .ownedBy(ownerTag(graph.owner))
    .filter((record) => collection.tags(record)[TAG.node] === key && isThere(kind, record));
  return { node, id, kind, owned: owned.map((record) => collection.id(record)) };
}

function requirePermission(
  { namespace, accountRef, account }: AdoptionScope,
  pending: readonly Entry[],
): void {
  if (account.adoptionNamespaces.includes(namespace)) return;
  const [first, ...others] = pending;
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  throw new Terminal(
    'AdoptionNotAllowed',
    `spec.adopt names ${first?.id} as ${first?.node.key}${more}, but Account ${accountRef} does not let namespace ${namespace} take over what exists; whoever owns it can add ${namespace} to spec.aws.adoptionNamespaces`,
  );
}

/** Reads the things of one kind with one question, and what belongs to them; refused ones come with their records, too. */
async function readAll(
  scope: AdoptionScope,
  entries: readonly Entry[],
): Promise<[node: string, adoption: Adoption<Session>, record: object | undefined][]> {
  const { target } = scope;
  const [{ kind } = { kind: undefined }] = entries;
  if (!kind) return [];
  const { collection } = kind;
  const free = entries.filter(({ owned }) => owned.length === 0);
  const ids = free.map(({ id }) => id);
  const things = ids.length === 0 ? [] : await collection.get(target.session, ids);
  const records = new Map(things.map((record) => [collection.id(record), record]));
  const besides = await readBeside(target, kind, [...records.keys()]);
  return entries.map((entry) => {
    const { node, id } = entry;
    const record = records.get(id);
    const refusal = refusalOf(scope, entry, record);
    if (refusal !== undefined || !record)
      return [node.key, { id, found: [], ...(refusal !== undefined && { refusal }) }, record];
    const beside = besides.filter((one) => one.collection.id(one.record) === id);
    return [node.key, { id, found: [{ collection, record }, ...beside] }, record];
  });
}

/** What serves something that is neither ours nor to be taken over with it can serve nothing of ours: why, by node. */
function refusedAsUsed(
  { target, graph }: AdoptionScope,
  pending: readonly Entry[],
  records: ReadonlyMap<string, object>,
): [node: string, refusal: string][] {
  const named = pending.flatMap(({ node, id, kind }) => {
    const record = records.get(node.key);
    return record ? [{ node, id, kind, record, by: kind.usedBy?.(record) }] : [];
  });
  const used = named.filter(({ by }) => by !== undefined);
  if (used.length === 0) return [];
  const ours = [...ownedRecords(graph.owner, target.kinds, target.world), ...named];
  const needed = new Set(ours.flatMap(({ kind, record }) => kind.needs(record)));
  return used
    .filter(({ id }) => !needed.has(id))
    .map(({ node, id, by }) => [
      node.key,
      `${node.type} ${id} is in use by ${by}, which is no thing of ${graph.owner}; free it, take over what uses it as well, or take the entry of ${node.key} out of spec.adopt`,
    ]);
}

/** What AWS reads object by object of things of this kind. */
async function readBeside(
  { kinds, session }: Pick<Target, 'kinds' | 'session'>,
  { collection }: AnyKind<Session>,
  ids: readonly string[],
): Promise<Found<Session>[]> {
  if (ids.length === 0) return [];
  const children = [...kinds.values()]
    .map((kind) => kind.collection)
    .filter((child) => child.parent === collection.name);
  const unique = [...new Map(children.map((child) => [child.name, child])).values()];
  const found = await Promise.all(
    unique.map(async (child) =>
      (await child.get(session, ids)).map((record) => ({ collection: child, record })),
    ),
  );
  return found.flat();
}

/** What keeps a thing from being taken over, in words that say what to do. */
function refusalOf(scope: AdoptionScope, entry: Entry, record: object | undefined): string | undefined {
  const { node, id, kind, owned } = entry;
  const { key, type } = node;
  const [present] = owned;
  if (present !== undefined)
    return `${key} has its ${type} already, ${present}; take the entry with ${id} out of spec.adopt, or delete ${present} first`;
  const { account, region } = scope;
  const { accountId } = account;
  if (!record || !isThere(kind, record))
    return `there is no ${type} ${id} in account ${accountId}, region ${region}; correct the id of ${key} in spec.adopt, or take the entry away`;
  const holder = holderOf(record);
  if (holder !== undefined && holder !== accountId)
    return `${type} ${id} belongs to account ${holder}, which only shares it; adopt it there`;
  const implicit = kind.implicit?.(record);
  if (implicit !== undefined)
    return `${type} ${id} cannot become ${key}: ${implicit}; take the entry out of spec.adopt, and Landfall makes one of its own`;
  const owner = ownerOf(scope, kind.collection.tags(record), key);
  return owner && `${type} ${id} belongs to ${owner}; have it let go of there first, tags and all`;
}

function ownerOf(
  { graph, installation }: AdoptionScope,
  tags: Readonly<Record<string, string>>,
  key: string,
): string | undefined {
  const named = { installation: tags[TAG.installation], owner: tags[TAG.owner], node: tags[TAG.node] };
  if (named.installation !== undefined && named.installation !== installation)
    return `${named.owner ?? 'an object'} of Landfall's installation ${named.installation}`;
  if (named.owner !== undefined && named.owner !== ownerTag(graph.owner)) return named.owner;
  if ((named.node ?? key) !== key) return `node ${named.node} of ${graph.owner}`;
  return foreignOwner(tags);
}

/** EC2 names the account that a thing belongs to, also where another one shares it; an attachment belongs with its VPC. */
function holderOf(record: object): string | undefined {
  const { OwnerId, VpcOwnerId } = record as { readonly OwnerId?: string; readonly VpcOwnerId?: string };
  return OwnerId ?? VpcOwnerId;
}

function isThere(kind: AnyKind<Session>, record: object): boolean {
  return !kind.gone(record) && kind.state(record).phase !== 'deleting';
}
