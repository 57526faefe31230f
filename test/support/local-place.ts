import { afterAll, beforeAll, beforeEach } from 'vitest';
import { LocalCluster, type LocalOwner } from './local-cluster.ts';

/** Where one test is at home: nothing of another test is there. */
export interface LocalPlace {
  readonly cluster: LocalCluster;
  readonly ns: string;
  /** An object in that namespace. */
  readonly owner: LocalOwner;
}

interface Options {
  /** What its name begins with. */
  readonly namespace: string;
  readonly name?: string;
  readonly kind?: string;
}

/** A cluster for the tests of a file, and for each of them a namespace with an owner, of which `begin` is told before it. */
export function inNamespaces(
  { namespace, name, kind }: Options,
  begin: (place: LocalPlace) => void | Promise<void>,
): void {
  let cluster: LocalCluster | undefined;
  beforeAll(async () => {
    cluster = await LocalCluster.start();
  });
  afterAll(() => cluster?.stop());
  beforeEach(async () => {
    if (!cluster) throw new Error('the cluster is not up');
    const ns = await cluster.newNamespace(namespace);
    await begin({ cluster, ns, owner: cluster.owner(ns, name, kind) });
  });
}
