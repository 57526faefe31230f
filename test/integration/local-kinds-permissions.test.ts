import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GraphNode } from '../../operator/graph/graph.ts';
import { createKubeClient, type KubeClient } from '../../operator/kube/client.ts';
import { loadKubeConfig } from '../../operator/kube/kubeconfig.ts';
import { localKinds } from '../../operator/local/kinds.ts';
import { localRules } from '../../operator/local/rules.ts';
import { LOCAL_CASES, nodeOf } from '../support/local-cases.ts';
import { LocalCluster, LocalOwner, results } from '../support/local-cluster.ts';
import { silent } from '../support/silent-log.ts';

let cluster: LocalCluster;
let restricted: KubeClient;

beforeAll(async () => {
  cluster = await LocalCluster.start();
  const [kind, apiGroup, name] = ['ClusterRole', 'rbac.authorization.k8s.io', 'local'];
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  await cluster.other.create(`${rbac}/clusterroles`, { metadata: { name }, rules: localRules() });
  await cluster.other.create(`${rbac}/clusterrolebindings`, {
    metadata: { name },
    roleRef: { apiGroup, kind, name },
    subjects: [{ kind: 'ServiceAccount', namespace: 'default', name }],
  });
  const accounts = '/api/v1/namespaces/default/serviceaccounts';
  await cluster.other.create(accounts, { metadata: { name } });
  const { status } = await cluster.other.create<{ status: { token: string } }>(`${accounts}/${name}/token`, {
    spec: {},
  });
  const kubeConfig = loadKubeConfig({ path: cluster.plane.kubeconfigPath });
  kubeConfig.users = kubeConfig.users.map((user) => ({ name: user.name, token: status.token }));
  restricted = createKubeClient({ kubeConfig, log: silent });
});
afterAll(async () => {
  restricted.close();
  await cluster.stop();
});

it('the verbs that the kinds name are those that they use, and no others', async () => {
  const ns = await cluster.namespace('allowed');
  const object = { kind: 'DataStore', metadata: { namespace: ns, name: 'orders', uid: 'u' } };
  const owner = new LocalOwner(cluster, object, restricted);
  const kinds: GraphNode[] = LOCAL_CASES.map((one) => ({
    ...nodeOf(owner.build, one, { namespace: ns }),
    key: one.type,
    // Where a store stands without its Secret, that is lost.
    dependsOn: ['secret'],
    tags: owner.build(one.type, one.type, { namespace: ns, name: 'api', body: {} }).tags,
  }));
  const nodes = [
    ...kinds,
    owner.build('GeneratedSecret', 'secret', {
      namespace: ns,
      name: 'api',
      values: {},
      generated: { password: 40 },
    }),
    owner.build(
      'SecretCopy',
      'copy',
      { namespace: ns, name: 'copy', from: { namespace: ns, name: 'api' }, keys: ['password'] },
      { dependsOn: ['secret'] },
    ),
    owner.build('AliasEndpoints', 'alias', {
      namespace: ns,
      service: 'to-api',
      from: { namespace: ns, name: 'api' },
      ports: [{ name: 'http', port: 80 }],
    }),
  ];
  const made = await owner.pass(nodes);
  expect(results(made)).toEqual([...localKinds.keys()].map((type) => `create ${keyOf(type)} done`).sort());
  expect((await owner.plan(nodes)).actions).toEqual([]);
  const going = { going: true, keepsCopy: true };
  for (let pass = 0; pass < 3; pass += 1) {
    const outcomes = await owner.pass([], going);
    expect(outcomes.filter(({ result }) => result === 'stalled')).toEqual([]);
    for (const { type, path } of LOCAL_CASES)
      if (type !== 'PersistentVolumeClaim')
        await cluster.other
          .mergePatch(path(ns, 'api'), { metadata: { finalizers: null } })
          .catch(() => undefined);
  }
  // Applying what is not there yet takes both.
  const used = owner.calls.flatMap(({ verb, resource }) =>
    (verb === 'apply' ? ['patch', 'create'] : [verb]).map((one) => `${resource}:${one}`),
  );
  const allowed = localRules().flatMap(({ resources, verbs }) =>
    resources.flatMap((resource) => verbs.map((verb) => `${resource}:${verb}`)),
  );
  // The volume stays, being the copy of what the store holds.
  const unused = ['persistentvolumeclaims:delete', 'secrets:delete'];
  expect([...new Set([...used, ...unused])].sort()).toEqual([...new Set(allowed)].sort());
});

function keyOf(type: string): string {
  return { GeneratedSecret: 'secret', SecretCopy: 'copy', AliasEndpoints: 'alias' }[type] ?? type;
}
