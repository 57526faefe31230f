import { planResources, type PlannedResource } from '../../operator/cli/live.ts';
import { readManifests } from '../../operator/cli/manifests.ts';
import { type PlanDocument, planDocument } from '../../operator/cli/plan-json.ts';
import type { Failure } from '../../operator/cli/usage.ts';
import { readConfig } from '../../operator/config.ts';
import { resolve } from '../../operator/graph/ref.ts';
import { left, type Deed, type Outcome } from './deed-words.ts';
import { deedsOfAction } from './deeds.ts';
import { eventually } from './eventually.ts';
import { conditionOf, type Manifest, pathOf, type World } from './world.ts';

const PATIENCE_MS = 120_000;

/** What `landfall plan` shows. */
export interface Sight {
  readonly planned: readonly PlannedResource[];
  readonly failures: readonly Failure[];
  readonly document: PlanDocument;
}

/** What `landfall plan` makes of the files in the folder and of AWS as it is. */
export async function planOfFiles(world: World, folder: string): Promise<Sight> {
  const manifests = await readManifests([folder]);
  const { planned, claimed, failures } = await planResources(readConfig(), manifests);
  const document = planDocument({
    installation: 'local',
    endpoint: world.aws.url,
    planned,
    claimed,
    failures,
  });
  return { planned, failures, document };
}

/** Makes the object or gives it this very spec; a server-side apply would keep lists that were empty and are no more. */
export async function put(world: World, object: Manifest): Promise<void> {
  await eventually(`${object.metadata.name} is written`, async () => {
    const now = await world.read(object);
    if (!now) return world.kube.create(pathOf(object).replace(/\/[^/]+$/, ''), object);
    return world.kube.replace(pathOf(object), { ...now, spec: object.spec }).catch((error: unknown) => {
      // The operator wrote between our read and our write.
      if (error instanceof Error && /Conflict|modified/.test(error.message)) return undefined;
      throw error;
    });
  });
}

/** Resolves with the condition in which the operator leaves the object: Ready, or Stalled. */
export async function settled(world: World, object: Manifest): Promise<{ reason: string; message: string }> {
  let last: Manifest | undefined;
  return eventually(
    `${object.metadata.name} settles`,
    async () => {
      last = await world.read(object);
      if (last?.status?.observedGeneration !== last?.metadata.generation) return undefined;
      const ready = conditionOf(last, 'Ready');
      return ready?.reason === 'Succeeded' ? ready : conditionOf(last, 'Stalled');
    },
    { timeoutMs: PATIENCE_MS, everyMs: 100, seen: () => last?.status?.conditions },
  );
}

type Outputs = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** Outputs of all that stands, by owner and node. */
export function outputsOf({ planned }: Sight): Outputs {
  return new Map(
    planned.flatMap(({ graph, plan }) =>
      plan.standing.map((thing) => [`${graph.owner} ${thing.node}`, thing.outputs] as const),
    ),
  );
}

/** What the nodes of a plan have become, and what associations stand for. */
export function outcomeOf(outputs: Outputs, associated: ReadonlyMap<string, string> = new Map()): Outcome {
  return {
    idOf: (owner, node) => outputs.get(`${owner} ${node}`)?.['id'] ?? `the ${node} of ${owner}`,
    associated: (id) => associated.get(id) ?? id,
  };
}

/** The deeds that the plans announce. */
export function plannedDeeds({ planned }: Sight, outputs: Outputs, outcome: Outcome): Deed[] {
  return planned.flatMap(({ graph, plan, needed }) => {
    const isLeft = ({ id = '' }: { readonly id?: string }) => needed.has(id);
    const deleted = plan.actions.filter((action) => action.verb === 'delete' && !isLeft(action));
    const doomed = new Set(deleted.flatMap(({ id }) => id ?? []));
    return plan.actions.flatMap((action) => {
      if (action.verb === 'delete' && isLeft(action)) return [left(action.id)];
      const resolved = resolve(
        action,
        ({ owner = graph.owner, node, output }) => outputs.get(`${owner} ${node}`)?.[output],
      );
      const tags = graph.nodes.get(action.node)?.tags ?? {};
      return deedsOfAction({ owner: graph.owner, action: resolved, tags, doomed }, outcome);
    });
  });
}
