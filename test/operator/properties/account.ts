import { awsKinds } from '../../../operator/aws/kinds.ts';
import type { AwsSession } from '../../../operator/aws/session.ts';
import { systemClock } from '../../../operator/clock.ts';
import { exportsIn } from '../../../operator/graph/exports.ts';
import type { Graph } from '../../../operator/graph/graph.ts';
import type { AnyKind, Collection } from '../../../operator/graph/kind.ts';
import { NO_MEMORY, plan, type Plan } from '../../../operator/graph/plan.ts';
import { AWS } from '../../../operator/graph/place.ts';
import { Inventory } from '../../../operator/inventory/inventory.ts';
import type { Records } from './settled.ts';

/** What is known of an account that holds these records and answers every list with all of them. */
export async function worldOf(records: Records): Promise<Inventory<AwsSession>> {
  const inventory = new Inventory<AwsSession>({
    // No kind is asked to act, so nothing of a session is needed.
    session: {} as AwsSession,
    collections: [...awsKinds.values()].map(({ collection }) => holding(collection, records)),
    installation: 'test',
    clock: systemClock,
    graceMs: 0,
    slowLaneMs: 60_000,
    onChange: () => {},
  });
  await inventory.load();
  return inventory;
}

/** The operator's own plan for a graph in such an account. */
export async function planIn(records: Records, graph: Graph): Promise<Plan> {
  const world = await worldOf(records);
  return plan<AwsSession>({
    graph,
    kinds: awsKinds,
    place: AWS,
    world,
    memory: NO_MEMORY,
    survivors: new Map(),
    exportsOf: (owner) => exportsIn(owner, awsKinds, world),
    ignoredTagKeys: [],
    mayRepeat: () => true,
  });
}

/** A record of the account with its kind, where it is a thing and not a part of one. */
export interface Held {
  readonly id: string;
  readonly kind: AnyKind<AwsSession>;
  readonly record: object;
}

/** Every thing that the records hold. */
export function things(records: Records): Held[] {
  return [...awsKinds.values()]
    .filter((kind) => kind.create !== undefined)
    .flatMap((kind) =>
      [...(records.get(kind.collection.name) ?? [])].map(([id, record]) => ({ id, kind, record })),
    );
}

/** Gives a record other tags. */
export function retag(record: object, tags: Readonly<Record<string, string>>): void {
  if ('tags' in record) record.tags = tags;
  else Object.assign(record, { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) });
}

/** AWS filters by tag; here nobody does, so that what is not ours is there to be left alone. */
function holding(
  collection: Collection<object, AwsSession>,
  records: Records,
): Collection<object, AwsSession> {
  const held = () => records.get(collection.name) ?? new Map<string, object>();
  return {
    ...collection,
    async *list() {
      yield [...held().values()];
    },
    get: async (_session, ids) => ids.flatMap((id) => held().get(id) ?? []),
  };
}
