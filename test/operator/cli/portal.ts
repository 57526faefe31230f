import { join, resolve } from 'node:path';
import { accountIdOf } from '../../../operator/api/account.ts';
import { compileResources } from '../../../operator/cli/assumed.ts';
import type { Drawable } from '../../../operator/cli/drawing/picture.ts';
import { readManifests } from '../../../operator/cli/manifests.ts';

/** The repository's folder. */
export const root = resolve(import.meta.dirname, '../../..');

/** The portal, network, service and database, as the command line compiles it without AWS. */
export function portal(): Promise<Drawable[]> {
  return example('portal');
}

/** That of the platform's provider account, which is attached to a transit gateway. */
export function provider(): Promise<Drawable[]> {
  return example('accounts', 'platform/base/provider-network.yaml');
}

/** The platform: its two networks, the services in them with their stores, and the link between these. */
export function platform(): Promise<Drawable[]> {
  return example('accounts', 'platform/base');
}

/** A store of each engine, in a network and in none. */
export function stores(): Promise<Drawable[]> {
  return example('stores');
}

/** The objects of some kinds, or of one by its owner. */
export function only(drawables: readonly Drawable[], ...owners: readonly string[]): Drawable[] {
  return drawables.filter(({ graph }) => owners.some((owner) => graph.owner.startsWith(owner)));
}

/** The same objects with a plan of some of them, as with --live. */
export function withPlans(
  drawables: readonly Drawable[],
  plans: Readonly<Record<string, Partial<NonNullable<Drawable['plan']>>>>,
): Drawable[] {
  return drawables.map((one) => ({
    ...one,
    plan: { standing: [], actions: [], ...plans[one.graph.owner] },
  }));
}

async function example(...paths: string[]): Promise<Drawable[]> {
  const manifests = await readManifests(paths.map((path) => join(root, 'manifests/examples', path)));
  const { compiled, failures } = compileResources('default', manifests);
  if (failures.length > 0) throw new Error(failures.map(({ message }) => message).join('\n'));
  return compiled.map(({ account, object, graph }) => ({
    account: account.metadata.name,
    accountId: accountIdOf(account.spec),
    region: object.spec.region,
    graph,
  }));
}
