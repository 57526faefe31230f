import type { Kubectl } from './kubectl.ts';

const CRDS = [
  'accounts.landfall.dev',
  'ecsservices.landfall.dev',
  'planapprovals.landfall.dev',
  'securevpcs.landfall.dev',
];
const OBJECTS = [
  ['securevpc', 'portal', '-n', 'portal'],
  ['account', 'portal'],
] as const;

/** How to get rid of objects whose operator is gone; finalizers are what is in the way. */
export const FORCE =
  'kubectl patch --type=merge -p \'{"metadata":{"finalizers":null}}\' securevpc/portal -n portal (and account/portal), then delete them';

/** The demo's installation id, which is also in the name of its operator's Lease. */
export const INSTALLATION = 'demo';

const LEASE = `landfall-${INSTALLATION}`;

/** What the demo puts on a cluster. Only what was not there before is ever taken away. */
export class Footprint {
  readonly #kubectl: Kubectl;
  readonly #made: string[][] = [];
  #objectsLeft = false;

  private constructor(kubectl: Kubectl) {
    this.#kubectl = kubectl;
  }

  /**
   * Looks at what is there. Throws where an operator would take up the demo's network, or the demo somebody's
   * objects, each with an AWS that is not theirs.
   */
  static async on(kubectl: Kubectl): Promise<Footprint> {
    await refuseOperators(kubectl);
    const found = new Footprint(kubectl);
    for (const name of ['portal', 'landfall-system']) await found.#note('namespace', name);
    const kinds = new Set<string>();
    for (const name of CRDS) if (!(await found.#note('crd', name))) kinds.add(name);
    for (const [kind, name, ...where] of OBJECTS) {
      if (!kinds.has(`${kind}s.landfall.dev`)) continue;
      if ((await kubectl.run('get', kind, name, ...where, '--ignore-not-found', '-o', 'name')) === '')
        continue;
      throw new Error(
        `the cluster has ${kind} ${[...where.slice(1), name].join('/')} already, and the demo would take it over with an empty AWS. ` +
          'Take the cluster down (make cluster-down), name another one, or delete the object; where no operator runs: ' +
          FORCE,
      );
    }
    return found;
  }

  /** Deletes the network and its Account and waits; an operator has to run, for their finalizers. */
  async removeObjects(seconds: number): Promise<void> {
    this.#objectsLeft = true;
    for (const object of OBJECTS) {
      const args = ['delete', ...object, '--ignore-not-found', '--wait=true', `--timeout=${seconds}s`];
      await this.#kubectl.run(...args).catch((error: unknown) => {
        // Interrupted before the kinds were installed.
        if (!String(error).includes("the server doesn't have a resource type")) throw error;
      });
    }
    this.#objectsLeft = false;
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
