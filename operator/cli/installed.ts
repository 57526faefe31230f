import { GROUP, VERSION } from '../api/common.ts';
import type { Account } from '../api/account.ts';
import type { GraphObject } from '../controllers/resource-status.ts';
import { listAll, type KubeClient } from '../kube/client.ts';
import { isNotFound } from '../kube/errors.ts';
import type { KubeObject } from '../kube/types.ts';
import { nameOf, RESOURCE_KINDS, type Named } from './named.ts';

/** A custom resource definition, as far as its end goes. */
export interface Crd extends KubeObject {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string; readonly kind: string };
  };
}

/** Something of Landfall's that is deleted by its path. */
export interface Part {
  readonly title: string;
  readonly path: string;
}

/** All of Landfall that a cluster has. */
export interface Installed {
  readonly objects: readonly (Named & { readonly object: GraphObject })[];
  readonly accounts: readonly Account[];
  /** Deployment, Service and so on, then roles and accounts of services, in the order of taking them away. */
  readonly parts: readonly Part[];
  readonly crds: readonly Crd[];
  /** Namespaces of objects that are being deleted. */
  readonly goingNamespaces: readonly string[];
  /** Who holds the operator's Lease, by the Lease. */
  readonly holders: readonly string[];
}

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
/** What manifests/install labels. */
const SELECTOR = 'app.kubernetes.io/name=landfall';
const LEASES = '/apis/coordination.k8s.io/v1/leases';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
/** What the operator runs as comes after what runs it. */
const PARTS: readonly (readonly [kind: string, path: string])[] = [
  ['Deployment', '/apis/apps/v1/deployments'],
  ['PodDisruptionBudget', '/apis/policy/v1/poddisruptionbudgets'],
  ['Service', '/api/v1/services'],
  ['ClusterRoleBinding', `${RBAC}/clusterrolebindings`],
  ['RoleBinding', `${RBAC}/rolebindings`],
  ['ClusterRole', `${RBAC}/clusterroles`],
  ['Role', `${RBAC}/roles`],
  ['ServiceAccount', '/api/v1/serviceaccounts'],
];

/** Looks for everything of Landfall in a cluster. */
export async function findInstalled(client: KubeClient): Promise<Installed> {
  const { items } = await listAll<Crd>(client, CRDS);
  const crds = items.filter(({ spec }) => spec.group === GROUP);
  const plurals = new Set(crds.map(({ spec }) => spec.names.plural));
  const kinds = RESOURCE_KINDS.filter(({ plural }) => plurals.has(plural));
  const api = `/apis/${GROUP}/${VERSION}`;
  const objects = await Promise.all(
    kinds.map(async (kind) =>
      (await served<GraphObject>(client, `${api}/${kind.plural}`)).map((object) => ({
        ...nameOf(kind, object),
        object: { ...object, kind: kind.kind },
      })),
    ),
  );
  const accounts = plurals.has('accounts') ? await served<Account>(client, `${api}/accounts`) : [];
  const parts = await Promise.all(PARTS.map(([kind, path]) => partsOf(client, kind, path)));
  const leases = (await listAll<Lease>(client, LEASES)).items.filter(({ metadata }) =>
    metadata.name.startsWith('landfall-'),
  );
  return {
    objects: objects.flat(),
    accounts,
    parts: [...parts.flat(), ...leases.map((lease) => partOf('Lease', LEASES, lease))],
    crds,
    goingNamespaces: await goingNamespaces(client, objects.flat()),
    holders: leases.flatMap(({ spec }) => (spec?.holderIdentity ? [spec.holderIdentity] : [])),
  };
}

/** Where a CRD is. */
export function crdPart({ metadata }: Crd): Part {
  return { title: `CRD ${metadata.name}`, path: `${CRDS}/${metadata.name}` };
}

/** Where an Account is. */
export function accountPart({ metadata }: Account): Part {
  return {
    title: `Account ${metadata.name}`,
    path: `/apis/${GROUP}/${VERSION}/accounts/${encodeURIComponent(metadata.name)}`,
  };
}

type Lease = KubeObject & { spec?: { holderIdentity?: string } };

/** All objects of a kind; none where the API server has not begun, or has ceased, to serve it. */
async function served<T>(client: KubeClient, path: string): Promise<T[]> {
  try {
    return (await listAll<T>(client, path)).items;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

async function partsOf(client: KubeClient, kind: string, path: string): Promise<Part[]> {
  const { items } = await listAll<KubeObject>(client, path, { labelSelector: SELECTOR });
  return items.map((object) => partOf(kind, path, object));
}

function partOf(kind: string, path: string, { metadata }: KubeObject): Part {
  const { namespace, name } = metadata;
  const at = path.lastIndexOf('/');
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return {
    title: `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`,
    path: `${path.slice(0, at)}${scope}${path.slice(at)}/${encodeURIComponent(name)}`,
  };
}

async function goingNamespaces(client: KubeClient, objects: readonly Named[]): Promise<string[]> {
  const names = [...new Set(objects.map(({ namespace }) => namespace))];
  const found = await Promise.all(
    names.map(async (name) => {
      const { metadata } = await client.get<KubeObject>(`/api/v1/namespaces/${name}`);
      return metadata.deletionTimestamp === undefined ? [] : [name];
    }),
  );
  return found.flat();
}
