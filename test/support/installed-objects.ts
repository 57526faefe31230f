import { eventually } from './eventually.ts';
import type { InstalledOperator } from './installed-operator.ts';

const OURS = 'securevpcs,datastores,ecsservices,privatelinkendpoints';
const THINGS =
  'serviceaccounts,services,deployments,statefulsets,networkpolicies,persistentvolumeclaims,secrets,horizontalpodautoscalers,endpointslices';

/** An object of the cluster, as far as tests look at it. */
export interface Thing {
  readonly kind: string;
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
    readonly generation?: number;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly managedFields?: readonly { readonly manager: string; readonly operation: string }[];
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly status?: {
    readonly conditions?: readonly { type: string; status: string; observedGeneration: number }[];
    readonly plan?: { readonly hash: string };
  };
}

/** `shop/api`. */
export function titleOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}

const list = async (operator: InstalledOperator, kinds: string, ...more: string[]) =>
  (await operator.json<{ items: Thing[] }>(kinds, '-A', ...more)).items;

/** All that the operator has applied. */
export async function thingsOf(operator: InstalledOperator): Promise<Thing[]> {
  const isApplied = ({ metadata }: Thing) =>
    metadata.managedFields?.some(({ manager, operation }) => manager === 'landfall' && operation === 'Apply');
  return (await list(operator, THINGS, '--show-managed-fields')).filter(isApplied);
}

/** All objects of Landfall become Ready as they are now specified. */
export async function allReady(operator: InstalledOperator): Promise<void> {
  const others = async () => (await list(operator, OURS)).filter((one) => !isReady(one));
  await eventually('all objects are Ready', async () => (await others()).length === 0, {
    timeoutMs: 240_000,
    everyMs: 500,
    seen: async () => (await others()).map(({ status }) => status),
  });
}

function isReady({ metadata, status }: Thing): boolean {
  return (
    status?.conditions?.some(
      ({ type, status: is, observedGeneration }) =>
        type === 'Ready' && is === 'True' && observedGeneration === metadata.generation,
    ) === true
  );
}
