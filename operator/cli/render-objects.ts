import { stringify } from 'yaml';
import type { EcsService } from '../api/ecs-service.ts';
import { isInAws } from '../api/account.ts';
import type { GraphObject } from '../controllers/resource-status.ts';
import { topologicalWaves } from '../graph/graph.ts';
import { printable } from '../graph/ref.ts';
import { renderedObject } from '../local/rendered.ts';
import { accountOf } from './account-of.ts';
import { compileResources } from './assumed.ts';
import { contextOf, pathsOf, type CommonOptions } from './context.ts';
import { type Manifests, readManifests } from './manifests.ts';
import { Failures, UsageError } from './usage.ts';
import type { Terminal } from './terminal.ts';
import { alternatives, filenameWords } from './words.ts';

export interface RenderObjectsOptions extends CommonOptions {
  /** The one namespace that everything goes to; default each to that of its object. */
  readonly into?: string;
  /** Kinds of the objects that are printed, as `Deployment,Service`; default all. */
  readonly only?: string;
  /** Whether services are told of no stores, so that they can run where there are none. */
  readonly withoutStores?: boolean;
}

/** An object for kubectl, and what it is made of. */
export interface RenderedObject {
  /** `EcsService/team/shop`. */
  readonly owner: string;
  readonly object: RenderedKubeObject;
}

interface RenderedKubeObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** The objects that manifests become in the cluster itself, in the order in which they need one another. Throws Failures and UsageError. */
export async function renderObjects(
  options: RenderObjectsOptions,
  terminal: Terminal,
): Promise<RenderedObject[]> {
  const read = await readManifests(pathsOf(options), { ...options, resources: true });
  const manifests = options.withoutStores === true ? withoutStores(read) : read;
  refuseAws(manifests, options);
  const { config } = contextOf(options, terminal, { quiet: true });
  const { compiled, failures } = compileResources(config.installation, manifests, { into: options.into });
  if (failures.length > 0) throw new Failures(failures);
  const all = compiled.flatMap(({ graph }) =>
    topologicalWaves(graph)
      .flat()
      .flatMap((node) => {
        const object = renderedObject(node) as RenderedKubeObject | undefined;
        if (object) return [{ owner: graph.owner, object: printable(object) }];
        terminal.note(
          `landfall: ${graph.owner}: ${node.key} (${node.type}) is made by the operator alone and left out`,
        );
        return [];
      }),
  );
  return chosen(all, options);
}

/** The objects as YAML, each with a line that says what it is made of. */
export function objectsText(rendered: readonly RenderedObject[]): string {
  return rendered
    .map(
      ({ owner, object }) =>
        `# ${owner}\n${stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })}`,
    )
    .join('---\n');
}

function chosen(all: readonly RenderedObject[], { only, filename }: RenderObjectsOptions): RenderedObject[] {
  if (only === undefined) return [...all];
  const kinds = only.split(',').map((kind) => kind.trim());
  const found = [...new Set(all.map(({ object }) => object.kind))].sort();
  const stray = kinds.find((kind) => !found.includes(kind));
  if (stray !== undefined)
    throw new UsageError(`--only ${only}: nothing becomes a ${stray} here, only ${alternatives(found)}`, {
      instead: (command) => `${command}${filenameWords(filename)} --target local --only ${found.join(',')}`,
    });
  return all.filter(({ object }) => kinds.includes(object.kind));
}

/** What stands in AWS is no object of Kubernetes. */
function refuseAws(manifests: Manifests, { filename }: RenderObjectsOptions): void {
  const strays = manifests.resources
    .map(({ value }) => accountOf(value, manifests))
    .filter(isInAws)
    .map(({ metadata }) => metadata.name);
  const [first] = strays;
  if (first === undefined) return;
  throw new UsageError(
    `--target local: Account ${first} leads to AWS; give files whose Account ${first} has spec.local in place of spec.aws`,
    { instead: (command) => `${command}${filenameWords(filename)}` },
  );
}

function withoutStores(manifests: Manifests): Manifests {
  const isStore = ({ kind }: GraphObject) => kind === 'DataStore';
  return {
    ...manifests,
    resources: manifests.resources
      .filter(({ value }) => !isStore(value))
      .map((found) => {
        if (found.value.kind !== 'EcsService') return found;
        const { spec } = found.value as EcsService;
        return { ...found, value: { ...found.value, spec: { ...spec, dataStores: [] } } as GraphObject };
      }),
  };
}
