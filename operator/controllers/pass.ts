import type { Logger } from 'pino';
import type { Account } from '../api/account.ts';
import type { EventReason } from '../api/events.ts';
import type { Kind, KindTypes } from '../api/kinds.ts';
import { formatIssue, parseManifest } from '../api/parse.ts';
import type { PlanApproval } from '../api/plan-approval.ts';
import type { Clock } from '../clock.ts';
import type { ObjectKey, Reference } from '../compile/references.ts';
import { Terminal } from '../errors.ts';
import { TAG } from '../graph/ownership.ts';
import type { Standing } from '../graph/plan.ts';
import type { Wait } from '../inventory/inventory.ts';
import type { KubeClient } from '../kube/client.ts';
import type { EventRecorder } from '../kube/events.ts';
import { addFinalizer, hasFinalizer, removeFinalizer } from '../kube/finalizer.ts';
import type { Informer } from '../kube/informer.ts';
import { patchStatus } from '../kube/status.ts';
import type { Metrics } from '../metrics.ts';
import type { Claims } from './claims.ts';
import type { Makings } from './making.ts';
import type { GraphObject, GraphStatus } from './resource-status.ts';
import { conditionsFor, type Drift } from './status.ts';
import { tell } from './tell.ts';
import type { Target } from './target.ts';
import type { Targets } from './targets.ts';
import type { Paused, Verdict } from './verdict.ts';

/** Held by every resource while it owns anything. */
export const FINALIZER = 'landfall.dev/aws';

/** How many things an event names before it only counts. */
const NAMED_MAX = 12;

/** What differs from kind to kind, wherever its objects are made. */
export interface GraphKind<T extends GraphObject> {
  readonly kind: string;
  readonly plural: string;
  /** Checks the object and fills in defaults, whatever version of the CRD the cluster has. Throws Terminal. */
  parse(object: T): T;
  /** The objects that it refers to. */
  references(object: T): readonly Reference[];
  /** Names of the Accounts that it is about besides its own. */
  accounts?(object: T): readonly string[];
  /** Names of other accounts' endpoint services of whose zones its compiler has to know. */
  services?(object: T): readonly string[];
  /** The kind whose objects each of this kind that they name has to know of, to let them in. */
  readonly admits?: string;
  /**
   * The field of its spec that protects its stores against deletion, as `spec.dynamodb.deletionProtection`; undefined where none
   * does, or they are not to be protected. Asked of a going object with its spec as it is by then, so that an edit counts.
   */
  protectedBy?(object: T): string | undefined;
  /** How it is made where its Account leads. */
  readonly on: Makings<T>;
}

/** An object checked, with every default. Throws Terminal with all that is wrong. */
export function parsed<K extends Kind>(kind: K, object: unknown): KindTypes[K] {
  const result = parseManifest(kind, object);
  if (result.ok) return result.value;
  throw new Terminal('InvalidSpec', result.issues.map(formatIssue).join('; '));
}

/** A kind whose objects are known only to itself. */
export type AnyGraphKind = GraphKind<GraphObject>;

export interface ResourceDeps {
  readonly client: KubeClient;
  readonly accounts: Pick<Informer<Account>, 'get'>;
  readonly approvals: Pick<Informer<PlanApproval>, 'get' | 'list' | 'observe'>;
  /** Objects that others refer to, as the cluster has them. */
  readonly find: (key: ObjectKey) => GraphObject | undefined;
  /** The objects that refer to one, `owner` as `Kind/namespace/name`, whether it lets them or not. */
  readonly usersOf: (owner: string) => readonly GraphObject[];
  readonly targets: Targets;
  readonly claims: Pick<Claims, 'require' | 'held'>;
  readonly events: EventRecorder;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly installation: string;
  readonly graceMs: number;
  readonly log: Logger;
  readonly assertLeading: () => void;
  readonly stopping: () => boolean;
}

/** One pass over one resource. */
export interface Pass<T extends GraphObject> {
  readonly kind: GraphKind<T>;
  readonly informer: Informer<T>;
  readonly path: string;
  readonly log: Logger;
  /** The object as it was when the pass began: all that the pass decides is decided by it. */
  readonly seen: T;
  /** The object as it was last read or written. What a write answers may have another spec already. */
  object: T;
}

/** How a pass ended, for the queue. */
export interface PassResult {
  readonly verdict: Verdict | Paused | undefined;
  /** What of AWS the resource waits for. */
  readonly waitsFor: readonly Wait[];
  /** AWS did not take something yet, or was not told it yet: it may be ready for it without any listing that shows so. */
  readonly refused?: boolean;
  readonly target: Target | undefined;
}

/** What a pass writes to status. */
export interface StatusChange {
  readonly verdict: Verdict | Paused;
  readonly drift?: Drift;
  readonly observed?: boolean;
  readonly fields?: Partial<GraphStatus>;
}

/** One patch a call, and none where nothing changed. The object that the pass holds is then the one written. */
export async function writeStatus<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  change: StatusChange,
): Promise<void> {
  const { object } = pass;
  const generation = object.metadata.generation ?? 0;
  const after = {
    ...object.status,
    ...change.fields,
    observedGeneration: generation,
    conditions: conditionsFor({
      before: object.status.conditions ?? [],
      verdict: change.verdict,
      drift: change.drift,
      observed: change.observed ?? false,
      generation,
      now: deps.clock.date(),
    }),
  };
  deps.assertLeading();
  const written = await patchStatus<T>(deps.client, pass.path, object.status, after);
  if (written) hold(pass, written);
}

/** Before anything is made, Kubernetes is told not to forget the object. */
export async function ensureFinalizer<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
): Promise<void> {
  if (hasFinalizer(pass.object, FINALIZER)) return;
  deps.assertLeading();
  hold(pass, await addFinalizer(deps.client, pass.path, pass.object, FINALIZER));
}

/** Nothing is left but what is left on purpose: Kubernetes may forget the object. */
export async function release<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  left: readonly Standing[],
  { place }: Pick<Target, 'place'>,
): Promise<void> {
  if (left.length === 0) {
    await leave(deps, pass, { reason: 'Deleted', message: `nothing is left of it in ${place.name}` });
    pass.log.info({}, 'nothing left, finalizer removed');
    return;
  }
  const things = left.map(({ node, type, id }) => ({ node, kind: type, id }));
  await leave(deps, pass, {
    reason: 'Retained',
    message: `left in ${place.name} with ${place.mark} ${TAG.retained}, and found again by the same manifest: ${thingsOf(things)}`,
  });
  pass.log.info({ left: things }, 'left on purpose, finalizer removed');
}

/** Removes the finalizer, and tells in what state things are left. */
export async function leave<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  { reason, message }: { readonly reason: EventReason; readonly message: string },
): Promise<void> {
  deps.assertLeading();
  await removeFinalizer(deps.client, pass.path, pass.object, FINALIZER);
  tell(deps.events, pass.object, { reason, action: 'Delete', message });
}

/** Things in words, kind and id; of many, the first few and how many more. */
export function thingsOf(things: readonly { readonly kind: string; readonly id: string }[]): string {
  const named = things.slice(0, NAMED_MAX).map(({ kind, id }) => `${kind} ${id}`);
  const rest = things.length - named.length;
  return `${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** What was written is what the pass goes on with. */
function hold<T extends GraphObject>(pass: Pass<T>, written: T): void {
  pass.informer.observe(written, pass.object.metadata.resourceVersion);
  pass.object = written;
}
