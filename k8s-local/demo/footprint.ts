import type { ExampleContents, ExampleObject } from './examples.ts';
import type { Kubectl } from './kubectl.ts';

const CRDS = [
  'accounts.landfall.dev',
  'datastores.landfall.dev',
  'ecsservices.landfall.dev',
  'planapprovals.landfall.dev',
  'privatelinkendpoints.landfall.dev',
  'securevpcs.landfall.dev',
];

/** How to get rid of objects whose operator is gone; finalizers are what is in the way. */
export const FORCE =
  'kubectl patch --type=merge -p \'{"metadata":{"finalizers":null}}\' on each of its objects, then delete them';

/** The demo's installation id, which is also in the name of its operator's Lease. */
export const INSTALLATION = 'demo';

const LEASE = `landfall-${INSTALLATION}`;

/** An object as kubectl's arguments. */
export function argsOf({ kind, name, namespace }: ExampleObject): string[] {
  return [kind, name, ...(namespace === undefined ? [] : ['-n', namespace])];
}

/** What the demo puts on a cluster. Only what was not there before is ever taken away. */
export class Footprint {
  readonly #kubectl: Kubectl;
  readonly #contents: ExampleContents;
  readonly #made: string[][] = [];
  #objectsLeft = false;

  private constructor(kubectl: Kubectl, contents: ExampleContents) {
    this.#kubectl = kubectl;
    this.#contents = contents;
  }

  /**
   * Looks at what is there. Throws where an operator would take up the demo's objects, or the demo somebody's, each with
   * an AWS that is not theirs.
   */
  static async on(kubectl: Kubectl, contents: ExampleContents): Promise<Footprint> {
    await refuseOperators(kubectl);
    const found = new Footprint(kubectl, contents);
    for (const name of [...contents.namespaces, 'landfall-system']) await found.#note('namespace', name);
    const kinds = new Set<string>();
    for (const name of CRDS) if (!(await found.#note('crd', name))) kinds.add(name);
    for (const object of [...contents.resources, ...contents.accounts]) {
      const { kind, name, namespace } = object;
      if (!kinds.has(`${kind}s.landfall.dev`)) continue;
      if ((await kubectl.run('get', ...argsOf(object), '--ignore-not-found', '-o', 'name')) === '') continue;
      throw new Error(
        `the cluster has ${kind} ${[...(namespace === undefined ? [] : [namespace]), name].join('/')} already, and the demo would take it over with an empty AWS. ` +
          'Take the cluster down (make cluster-down), name another one, or delete the object; where no operator runs: ' +
          FORCE,
      );
    }
    return found;
  }

  /** Deletes all that the example has, Accounts last, and waits; an operator has to run, for their finalizers. */
  async removeObjects(seconds: number): Promise<void> {
    this.#objectsLeft = true;
    await this.#remove(this.#contents.resources, seconds);
    await this.#remove(this.#contents.accounts, seconds);
    this.#objectsLeft = false;
  }

  /** All of these at once: what needs another goes before it, by its operator. */
  async #remove(objects: readonly ExampleObject[], seconds: number): Promise<void> {
    const ended = await Promise.allSettled(
      objects.map(async (object) => {
        const args = ['delete', ...argsOf(object), '--ignore-not-found', '--wait=true'];
        await this.#kubectl.run(...args, `--timeout=${seconds}s`).catch((error: unknown) => {
          // Interrupted before the kinds were installed.
          if (!String(error).includes("the server doesn't have a resource type")) throw error;
        });
      }),
    );
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
  }

  /**
   * Deletes the Lease and the namespaces and kinds that the demo made; namespaces go without waiting. Rejects where
   * objects are left: a kind that goes before them waits for their finalizers for ever.
   */
  async removeRest(): Promise<void> {
    if (this.#objectsLeft) throw new Error('kept while objects are left');
    await this.#kubectl.run('delete', 'lease', LEASE, '-n', 'landfall-system', '--ignore-not-found');
    for (const object of this.#made)
      await this.#kubectl.run('delete', ...object, '--ignore-not-found', '--wait=false');
  }

  /** True where the object was not there, so that it is the demo's. */
  async #note(kind: string, name: string): Promise<boolean> {
    const there = (await this.#kubectl.run('get', kind, name, '--ignore-not-found', '-o', 'name')) !== '';
    if (!there) this.#made.push([kind, name]);
    return !there;
  }
}

async function refuseOperators(kubectl: Kubectl): Promise<void> {
  const leases = JSON.parse(await kubectl.run('get', 'lease', '-A', '-o', 'json')) as {
    items: { metadata: { name: string; namespace: string }; spec?: { holderIdentity?: string } }[];
  };
  for (const { metadata, spec } of leases.items) {
    if (!metadata.name.startsWith('landfall-') || metadata.name === LEASE || !spec?.holderIdentity) continue;
    throw new Error(
      `an operator of Landfall works on this cluster (Lease ${metadata.namespace}/${metadata.name}) and would make ` +
        "the demo's network in its own AWS account: name another cluster.",
    );
  }
}
