import { expect, it } from 'vitest';
import type { GraphNode } from '../../operator/graph/graph.ts';
import type { KubeInputs } from '../../operator/local/inputs.ts';
import { IMAGE_OWNER, imagesIn } from '../../operator/local/images-of-others.ts';
import type { Answered } from '../../operator/local/record.ts';
import { type LocalCase, LOCAL_CASES, nodeOf } from '../support/local-cases.ts';
import { results, steps, type LocalCluster, type LocalOwner } from '../support/local-cluster.ts';
import { inNamespaces } from '../support/local-place.ts';

let cluster: LocalCluster;
let ns: string;
let owner: LocalOwner;
inNamespaces({ namespace: 'images' }, (place) => {
  ({ cluster, ns, owner } = place);
});

const [deployment] = LOCAL_CASES.filter(({ type }) => type === 'Deployment') as [LocalCase];

const ANNOTATIONS = { [IMAGE_OWNER]: 'External' };
const live = () => cluster.other.get<Answered>(deployment.path(ns, 'api'));
const setImage = async (image: string) => {
  const { spec } = (await live()) as unknown as { spec: { template: { spec: object } } };
  const containers = (spec.template.spec as { containers: object[] }).containers.map((container) => ({
    ...container,
    image,
  }));
  await cluster.other.mergePatch(deployment.path(ns, 'api'), {
    spec: { template: { spec: { containers } } },
  });
};
/** As compiled when these images ran, with something else that the manifest says. */
function wanted(image: string, seconds = 40): GraphNode {
  const node = nodeOf(owner.build, deployment, { namespace: ns, annotations: ANNOTATIONS });
  const text = JSON.stringify(node.inputs)
    .replaceAll('app:1', image)
    .replaceAll('"terminationGracePeriodSeconds":40', `"terminationGracePeriodSeconds":${seconds}`);
  return { ...node, inputs: JSON.parse(text) as KubeInputs };
}

it('an image that others set is no difference, and stays when something else changes', async () => {
  await owner.pass([wanted('app:1')]);
  await setImage('app:2');
  expect(steps(await owner.plan([wanted('app:2')]))).toEqual([]);
  const bigger = [wanted('app:2', 50)];
  expect(steps(await owner.plan(bigger))).toEqual([
    'update thing spec.template.spec.terminationGracePeriodSeconds',
  ]);
  expect(results(await owner.pass(bigger))).toEqual(['update thing done']);
  expect(imagesIn(await live())).toEqual({ proxy: 'proxy:1', app: 'app:2' });
});

it('an image that others set between the reading and the writing stays: it is read again first', async () => {
  await owner.pass([wanted('app:1')]);
  const nodes = [wanted('app:1', 50)];
  const made = await owner.plan(nodes);
  await setImage('app:2');
  const [outcome] = await owner.carryOut(made, nodes);
  expect(outcome).toMatchObject({ result: 'waiting', reason: 'WaitingForCluster' });
  expect(outcome?.message).toContain('runs app:2 (app) since it was read');
  expect(imagesIn(await live())).toMatchObject({ app: 'app:2' });
  // What was read is known at once, without another listing.
  const known = [wanted('app:2', 50)];
  expect(results(await owner.carryOut(owner.planAsKnown(known), known))).toEqual(['update thing done']);
  expect(imagesIn(await live())).toMatchObject({ app: 'app:2' });
});
