import { shortHash } from '../../operator/graph/ownership.ts';
import { idOf, type Resource } from '../../operator/local/kind.ts';
import type { Answered } from '../../operator/local/record.ts';
import { madeValues, objectsIn, portraitOf, SECRETS } from './cluster-objects.ts';
import type { CrashPlace } from './crash-place.ts';
import { thingsOf } from './crash-sight.ts';
import { eventually } from './eventually.ts';
import type { KubeProxy } from './kube-proxy.ts';
import { StandInControllers } from './stand-in-controllers.ts';

/** Rounds of the fast lane: one may have been under way. */
const ROUNDS = 2;
const POLICIES = '/apis/networking.k8s.io/v1/networkpolicies';
const THEIRS = '/api/v1/namespaces/shop/serviceaccounts';

/** Things that are made in the cluster itself, where a stand-in plays its controllers. */
export function inCluster(): CrashPlace {
  let controllers: StandInControllers | undefined;
  /** The values that each Secret had, by its uid: once it can be read, they are in use. */
  const values = new Map<string, Set<string>>();

  function seen(resource: Resource, object: Answered): void {
    if (resource !== SECRETS) return;
    const { uid = '' } = object.metadata;
    const known = values.get(uid) ?? new Set();
    values.set(uid, known.add(shortHash(JSON.stringify(madeValues(object)), 16)));
  }

  return {
    environment: {},
    async prepare({ kube }) {
      controllers = new StandInControllers(kube, seen);
      await controllers.start();
    },
    async dump({ kube }) {
      const objects = await objectsIn(kube);
      return JSON.stringify(objects.map(({ resource, object }) => portraitOf(resource, object, undefined)));
    },
    async look({ kube }, subject, creations) {
      const objects = await objectsIn(kube);
      const ids = new Set(
        objects.map(({ resource, object: { metadata } }) =>
          idOf(resource, { namespace: metadata.namespace ?? '', name: metadata.name }),
        ),
      );
      const told = thingsOf(subject, 'resources').map(({ id }) => id);
      const changed = objects.filter(({ object }) => (values.get(object.metadata.uid ?? '')?.size ?? 0) > 1);
      return {
        portrait: objects.map(({ resource, object }) =>
          portraitOf(resource, object, (subject as Answered | undefined)?.metadata.uid),
        ),
        census: {
          creations,
          kinds: Object.fromEntries(
            [...Map.groupBy(objects, ({ resource }) => resource.kind)].map(([kind, all]) => [
              kind,
              all.length,
            ]),
          ),
        },
        faults: [
          ...told.filter((id, index) => !ids.has(id) || told.indexOf(id) !== index),
          ...changed.map(({ object }) => `other values in Secret ${object.metadata.name}`),
        ],
      };
    },
    refreshed: (_, kube) => listedAnew(kube),
    // A volume that is still listed would be the new store's.
    forgotten: (_, kube) => listedAnew(kube),
    async makeOne({ kube }) {
      await kube.create(THEIRS, { metadata: { name: 'theirs' } });
      return () => kube.delete(`${THEIRS}/theirs`);
    },
    async stop() {
      await controllers?.stop();
      values.clear();
    },
  };
}

async function listedAnew(kube: KubeProxy): Promise<void> {
  const before = kube.listed(POLICIES);
  await eventually('the cluster is listed', async () => kube.listed(POLICIES) >= before + ROUNDS);
}
