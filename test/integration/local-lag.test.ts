import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectsIn } from '../support/cluster-objects.ts';
import { aLocalService } from '../support/crash-subjects-local.ts';
import { eventually } from '../support/eventually.ts';
import { type KubeProxy, startKubeProxy } from '../support/kube-proxy.ts';
import { StandInControllers } from '../support/stand-in-controllers.ts';
import { World } from '../support/world.ts';

const { made: service, setting } = aLocalService;
const SERVICES = '/api/v1/namespaces/shop/services/web';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/shop/deployments/web';

let world: World;
let proxy: KubeProxy;
let controllers: StandInControllers;
/** Creates that the API server has carried out, by path. */
const creations = new Map<string, number>();
/** What the Deployment was told to run, one after the other. */
const images: string[] = [];

interface Pods {
  readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
}

beforeAll(async () => {
  world = await World.start();
  proxy = await startKubeProxy({ kubeconfigPath: world.plane.kubeconfigPath });
  proxy.onWrite(({ phase, status, path }) => {
    if (phase === 'after' && status === 201) creations.set(path, (creations.get(path) ?? 0) + 1);
  });
  controllers = new StandInControllers(world.kube, ({ kind }, { metadata, spec }) => {
    const [container] = kind === 'Deployment' ? (spec as Pods).template.spec.containers : [];
    if (metadata.name === 'web' && container && container.image !== images.at(-1))
      images.push(container.image);
  });
  await controllers.start();
  world.operator({ kubeconfigPath: proxy.kubeconfigPath });
  await world.apply([...setting, service]);
  await world.ready(service, 60_000);
});
afterAll(async () => {
  await controllers?.stop();
  await world?.stop();
  await proxy?.stop();
});

const uidOf = async (path: string) =>
  (await world.kube.get<{ metadata: { uid: string } }>(path)).metadata.uid;
/** Takes the Service away, and waits for the operator, which hears of no object any more, to put it back. */
async function breakService(): Promise<void> {
  const before = await uidOf(SERVICES);
  await world.kube.delete(SERVICES);
  await eventually('the Service is back', async () => (await uidOf(SERVICES).catch(() => before)) !== before);
}
const withImage = (image: string) => ({
  task: {
    containers: (
      service.spec as { readonly task: { readonly containers: readonly object[] } }
    ).task.containers.map((container) => ({ ...container, image })),
  },
});

describe('an operator that hears of changes late, or not at all', () => {
  it('puts right what it knows of, makes nothing twice, and undoes nothing', async () => {
    const uid = await uidOf(DEPLOYMENTS);
    proxy.setHang('watches');
    await world.edit(service, withImage('web:2'));
    await breakService();
    expect(images).toEqual(['web:1']);
    proxy.setHang('off');
    proxy.dropWatches();
    await world.ready(service);
    // Each answer and each event is late now: an edit comes while the one before it is carried out.
    proxy.setDelay(200);
    await world.edit(service, withImage('web:3'));
    await eventually('it is on its way', () => Promise.resolve(images.includes('web:3')));
    await world.edit(service, withImage('web:4'));
    await world.ready(service, 60_000);
    proxy.setDelay(0);
    expect(images).toEqual(['web:1', 'web:2', 'web:3', 'web:4']);
    expect(await uidOf(DEPLOYMENTS)).toBe(uid);
    const twice = [...creations].filter(([, count]) => count > 1);
    expect(twice).toEqual([[SERVICES, 2]]);
  });

  it('takes all of it away where it heard of the end last', async () => {
    proxy.setHang('watches');
    await world.delete(service);
    await breakService();
    proxy.setHang('off');
    proxy.dropWatches();
    await world.gone(service);
    const left = (await objectsIn(world.kube)).filter(({ object }) => object.metadata.name.startsWith('web'));
    expect(left).toEqual([]);
  });
});
