/** A difference between what is wanted and what is there. `path` names the field, as `routes[0.0.0.0/0]`. */
export interface Change {
  readonly path: string;
  /** Undefined where the thing has nothing there yet. */
  readonly from?: unknown;
  /** Undefined where something is to be taken away. */
  readonly to?: unknown;
  /** The provider cannot change this in place: a new thing has to be made. */
  readonly replace?: true;
  /** Made when everything else of a plan is done: what it takes away may be used until then. */
  readonly late?: true;
}

/** A side of a change as text: itself where it is text, else as JSON. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** How far a thing is: usable, on its way, broken, or on its way out. */
export type State =
  | { readonly phase: 'ready' }
  | { readonly phase: 'pending' | 'failed' | 'deleting'; readonly reason: string; readonly message: string };

/** The state of everything that is usable as soon as it is listed. */
export const READY: State = { phase: 'ready' };

/**
 * How a create may be repeated without making a second thing: a client token, a unique name, the provider's
 * own uniqueness (a CIDR in a VPC, a route's destination), or nothing at all. For `none` the intent is
 * persisted first and the SDK makes one attempt.
 */
type Idempotency = 'token' | 'name' | 'natural' | 'none';

/**
 * One action of the provider, as a policy has to allow it. An action that touches several things (it makes a subnet in
 * a VPC) has a permission for each way in which they are bounded.
 */
export interface Permission {
  /** As `ec2:CreateSubnet`. */
  readonly action: string;
  /**
   * What it may be done to: `anything`; what this very call makes with our tags (`new`); what no installation has
   * tagged and this call does (`untagged`), or does not either (`bare`); only what carries our tags already (`own`).
   */
  readonly on: 'anything' | 'new' | 'untagged' | 'bare' | 'own';
  /**
   * Bounds the things by name, in the provider's way: of AWS an ARN from its service on, with `{region}` and
   * `{account}`. Without it nothing but `on` bounds them.
   */
  readonly resource?: string;
  /** What the request has to say besides: the values that its keys may have. */
  readonly when?: Readonly<Record<string, readonly string[]>>;
  /**
   * Where the Account names a boundary for the roles that are made: `kept` allows the action only on roles with it,
   * `taken` allows it not at all.
   */
  readonly boundary?: 'kept' | 'taken';
}

/** How things of one sort are read: in pages for everybody, or object by object. `S` is the provider's session. */
export interface Collection<R, S> {
  /** Unique, as `ec2/route-tables`. */
  readonly name: string;
  /** `fast` lists in pages and is read every minute; `slow` costs more and is read when something happened, else every 30 minutes. */
  readonly lane: 'fast' | 'slow';
  /** `global` things (IAM) are the same from every region of an account. */
  readonly scope: 'region' | 'global';
  /** For what is read object by object: the collection whose records have the ids to read. */
  readonly parent?: string;
  /**
   * Whether it stays as it is. Of what is read object by object, what is on its way is read again soon; default that it stays.
   * Of what is awaited by its id, what stays is read no more for who waited for it.
   */
  settled?(record: R): boolean;
  /**
   * Of what is read object by object: a collection that lists in pages. Where a listing of that one shows that something of
   * an owner has changed, those of the same owner are read again; that it shows what we have just made is no change to them.
   */
  readonly stirredBy?: string;
  /**
   * Of what is read object by object: further collections that list in pages, in which the cause of a change may be. They are
   * read again, as its parent and what stirs it are, before a change is told of that leaves it unsettled or is of what cannot be.
   */
  readonly causedBy?: readonly string[];
  /**
   * Of what lists in pages: that it takes a call for every few records. While some of them are waited for, these alone are read.
   * Not for kinds whose creates are repeated after looking (`none`): what such a create may have made only a listing shows.
   */
  readonly awaitedById?: true;
  /** What listing needs, for the policy: the operator lists everything, whatever its objects use. */
  readonly iam: readonly Permission[];
  /** Everything that carries the installation's tag, page by page. */
  list(session: S, installation: string): AsyncIterable<readonly R[]>;
  /**
   * Exactly these, tagged or not; ids that do not exist are left out. `before` answers what was known of one until now, if
   * anything: what can be told by it need not be asked.
   */
  get(session: S, ids: readonly string[], before?: (id: string) => R | undefined): Promise<R[]>;
  id(record: R): string;
  /** Where an id may be another thing's later, as a name may: what tells the one from the other. Default: no id is given twice. */
  uid?(record: R): string;
  tags(record: R): Readonly<Record<string, string>>;
}

/** What is known of one collection: the last listing with our own acknowledged writes laid over it. */
export interface View<R> {
  get(id: string): R | undefined;
  all(): Iterable<R>;
  /** Records that carry this owner's tag, whatever their node. */
  ownedBy(owner: string): readonly R[];
}

/** Looks up the view of any collection. */
export interface World<S> {
  view<R>(collection: Collection<R, S>): View<R>;
}

/** Lays an acknowledged write over the inventory: `patch` makes what is now there from what is listed. */
export type Wrote<S> = <R>(
  collection: Collection<R, S>,
  id: string,
  patch: (record: R | undefined) => R | undefined,
) => void;

/** What a node kind is given when it acts. */
export interface ActionContext<S> {
  readonly session: S;
  /** `Kind/namespace/name`. */
  readonly owner: string;
  readonly node: string;
  /** Tags for the create call. */
  readonly tags: Readonly<Record<string, string>>;
  /** The client token for this node and attempt; at most 64 characters. */
  readonly token: string;
  /** Of a replacement: a hash of its inputs, for a name that the former thing does not hold. */
  readonly revision?: string;
  /**
   * Of a delete: whether a complete copy of what the thing holds has to be there first. False only where the object says
   * that nothing is to be kept.
   */
  readonly keepsCopy: boolean;
  /** Of a delete: since when the object is to go. A copy from before lacks what was written until then. */
  readonly goingSince?: Date;
  /** Lays an acknowledged write over the inventory, so that nobody repeats it before a listing shows it. */
  readonly wrote: Wrote<S>;
}

/**
 * One sort of thing that Landfall makes: one small file each, all of this shape. A *thing* has an id and tags
 * of its own and a `create`; a *facet* is part of another thing's record (a table's routes, a subnet's
 * association): it has no `create`, is found through its parent and only differs.
 */
export interface NodeKind<I extends object, R, S> {
  /** The provider's name for it, as `Subnet`. */
  readonly type: string;
  readonly collection: Collection<R, S>;
  readonly idempotency: Idempotency;
  /** What creating, changing, deleting and looking up single things need, for the policy. */
  readonly iam: readonly Permission[];
  /** Kinds whose things must be gone before a thing of this kind can be deleted. */
  readonly after: readonly string[];
  /** Kinds whose changes come before a delete of this kind, and hold it back while they wait: they lead away from it. */
  readonly heldBy?: readonly string[];
  /**
   * What its things hold is nowhere else. None is replaced, none is deleted before its object is, and one that is gone is
   * not made anew, and empty, before a person says so. Its `delete` completes a copy first where the context `keepsCopy`, and
   * throws `Waiting` with reason `BackingUp` until there is one. Then it takes off what protects the thing against deletion, if
   * anything does: it is called only where the object's spec protects it no more.
   */
  readonly stateful?: true;
  /** Of a stateful kind: what a person has to know of a change that cannot be made in place, as a sentence. */
  readonly whyFixed?: (change: Change) => string | undefined;
  /**
   * Of a stateful kind: whether this one holds nothing of its own, as a member of a cluster, so that it comes and goes as the
   * spec says. Asked of what stands by its record, of what does not by its inputs.
   */
  holdsNothing?(thing: { readonly record?: R; readonly inputs?: I }): boolean;
  /**
   * Of a stateful kind: the copy of which `create` makes a thing, in words for people that fit into a tag; undefined where it is
   * made empty. A thing that was made of one has these words as its output `restoredFrom`.
   */
  copyOf?(inputs: I): string | undefined;
  /** What such inputs need besides `iam`, which most do not: the policy of whoever has none like them leaves it out. */
  iamFor?(inputs: I): readonly Permission[];

  /** For facets: the record that the facet lives in, once the inputs are resolved. */
  find?(view: View<R>, inputs: I): R | undefined;
  /**
   * What has to change. For a facet, `record` is undefined where its parent is still to be made: the
   * difference is then from what the provider gives a new parent by itself.
   */
  diff(inputs: I, record: R | undefined): Change[];
  state(record: R): State;
  /** The values that other nodes may refer to; `id` always. */
  outputs(record: R): Readonly<Record<string, string>>;
  /** Listed, but only as a memory: it counts as absent. */
  gone(record: R): boolean;
  /**
   * A set whose members are written one by one: those that refer to what is not there yet are left for later, and
   * the others are written all the same.
   */
  readonly memberwise?: true;
  /** Whether that holds of a set, where it does of some of its kind only. */
  memberwiseFor?(inputs: I): boolean;
  /** Ids of the things that this one uses: they can only be deleted after it. Whatever their kind, ids are told apart by nothing else. */
  needs(record: R): string[];

  /** Makes the thing with what creation needs, and nothing else; returns the record as the provider described it. */
  create?(context: ActionContext<S>, inputs: I): Promise<R>;
  /** Finds what stands in the way of a create that the provider refused as existing already; `revision` as in the context. */
  conflicting?(session: S, inputs: I, revision?: string): Promise<R | undefined>;
  /** Makes exactly these changes. Changes of tags alone look at the record and never at the inputs. */
  update(context: ActionContext<S>, inputs: I, record: R, changes: readonly Change[]): Promise<void>;
  /** Lets go of what would keep others from being deleted; called for all of them before the first delete. */
  release?(context: ActionContext<S>, record: R): Promise<void>;
  /** Deletes the thing; returns what is left of it for a while, or nothing. Not found is success. */
  delete?(context: ActionContext<S>, record: R): Promise<R | undefined>;
  /**
   * Why the thing has to outlive its object, in words for people: a snapshot that this key encrypts. Asked right before its
   * delete; it is then left and tagged `landfall.dev/retained` by `update`, which is given nothing but that change, and no
   * inputs. It counts as left on purpose from then on, also where the reason ends. Undefined where it may go. `keepsCopy` as in
   * the context of a delete; default true.
   */
  neededStill?(session: S, record: R, how?: { readonly keepsCopy: boolean }): Promise<string | undefined>;
  /** What `neededStill` reads, for the policies: that of whoever plans has it, too. */
  readonly neededIam?: readonly Permission[];
  /** Why the thing can be no node's: the provider has made it for itself, or it is of another sort. Undefined where it can. */
  implicit?(record: R): string | undefined;
  /** What uses a thing that serves only one; undefined for nothing, or where it may serve several. */
  usedBy?(record: R): string | undefined;
  /**
   * A history that is kept: of a node's things whose place another takes or has taken, those that stay. They are not
   * changed any more, and go with the node. `isUsed` says whether something of the owner uses one.
   */
  keeps?(superseded: readonly R[], isUsed: (record: R) => boolean): readonly R[];
  /** Names what the provider might mean by "in use", for the condition. */
  blockers?(session: S, record: R): Promise<string[]>;
}

/** A node kind whose inputs and record are known only to itself. */
export type AnyKind<S> = NodeKind<object, object, S>;

/** All node kinds of a target, by type. */
export type Kinds<S> = ReadonlyMap<string, AnyKind<S>>;

/** Registers kinds; two of one type are an error of the program. */
export function kindRegistry<S>(kinds: readonly AnyKind<S>[]): Kinds<S> {
  const byType = new Map(kinds.map((kind) => [kind.type, kind]));
  if (byType.size !== kinds.length) throw new Error('two node kinds have the same type');
  return byType;
}

/** Whether the members of such a set are written one by one. */
export function isMemberwise<S>(kind: AnyKind<S>, inputs: object): boolean {
  return kind.memberwise === true || (kind.memberwiseFor?.(inputs) ?? false);
}

/** The kind of a type that a compiler used. Throws where it was never registered: an error of the program. */
export function kindOf<S>(kinds: Kinds<S>, type: string): AnyKind<S> {
  const kind = kinds.get(type);
  if (!kind) throw new Error(`no node kind of type ${type} is registered`);
  return kind;
}

/** Whether what a thing holds is nowhere else. */
export function isStore<S>(
  kind: AnyKind<S>,
  thing: { readonly record?: object; readonly inputs?: object },
): boolean {
  return kind.stateful === true && kind.holdsNothing?.(thing) !== true;
}
