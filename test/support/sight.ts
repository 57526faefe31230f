import { AwsAccountSchema } from '../../operator/api/account.ts';
import { awsKinds } from '../../operator/aws/kinds.ts';
import { readRegionFacts } from '../../operator/aws/region-facts.ts';
import { type AwsSession, openSession } from '../../operator/aws/session.ts';
import { systemClock } from '../../operator/clock.ts';
import type { ObjectKey } from '../../operator/compile/references.ts';
import { graphKindOf, referencesFrom } from '../../operator/controllers/graph-kinds.ts';
import type { GraphObject } from '../../operator/controllers/resource-status.ts';
import { exportsIn, type ExportsOf } from '../../operator/graph/exports.ts';
import type { Graph } from '../../operator/graph/graph.ts';
import { NO_MEMORY, type Plan, plan } from '../../operator/graph/plan.ts';
import { AWS } from '../../operator/graph/place.ts';
import { Inventory } from '../../operator/inventory/inventory.ts';
import type { Manifest, World } from './world.ts';

/** What there should be, what there is, and what is left to do. */
export interface Sight {
  readonly graph: Graph;
  readonly inventory: Inventory<AwsSession>;
  readonly plan: Plan;
  /** What stands of the things of other owners. */
  readonly exportsOf: ExportsOf;
}

interface Scene {
  readonly object: Manifest;
  /** What stands around it, all of it in its account. */
  readonly setting: readonly Manifest[];
  readonly account: Manifest;
}

const ACCOUNT = '123456789012';

/** An object's graph beside a fresh reading of AWS, as the operator sees both. */
export async function sightOf(world: World, scene: Scene): Promise<Sight> {
  const kind = graphKindOf(scene.object.kind);
  const read = async (object: Manifest): Promise<GraphObject> => {
    const found = await world.read<GraphObject>(object);
    if (!found) throw new Error(`${object.kind} ${object.metadata.name} is gone`);
    return graphKindOf(object.kind).parse(found);
  };
  const [object, ...setting] = await Promise.all([scene.object, ...scene.setting].map(read));
  if (!object) throw new Error('nothing stands');
  const session = openSession({
    accountId: ACCOUNT,
    region: 'us-east-1',
    as: 'the test',
    credentials: () => Promise.resolve(world.aws.credentials(ACCOUNT)),
    endpoint: world.aws.url,
    callGuard: { before: () => Promise.resolve(), after: () => {} },
  });
  try {
    const inventory = new Inventory({
      session,
      collections: [...awsKinds.values()].map((one) => one.collection),
      installation: 'local',
      clock: systemClock,
      graceMs: 0,
      slowLaneMs: 1000,
      onChange: () => {},
    });
    await inventory.load();
    const account = AwsAccountSchema.parse((scene.account.spec as { aws: unknown }).aws);
    const find = (key: ObjectKey) =>
      setting.find(
        ({ kind: of, metadata }) =>
          of === key.kind && metadata.name === key.name && metadata.namespace === key.namespace,
      );
    const graph = kind.on.aws.compile({
      object: kind.on.aws.recall(object, inventory),
      installation: 'local',
      account,
      facts: await readRegionFacts(session),
      references: referencesFrom({ type: 'aws', find, worldOf: () => inventory, advice: 'make it' }),
    });
    const exportsOf: ExportsOf = (owner) =>
      exportsIn(owner, graphKindOf(owner.split('/')[0] ?? '').on.aws.nodeKinds, inventory);
    const made = plan({
      graph,
      kinds: awsKinds,
      place: AWS,
      world: inventory,
      memory: NO_MEMORY,
      survivors: new Map(),
      exportsOf,
      ignoredTagKeys: account.ignoredTagKeys,
      mayRepeat: () => true,
    });
    return { graph, inventory, plan: made, exportsOf };
  } finally {
    session.close();
  }
}
