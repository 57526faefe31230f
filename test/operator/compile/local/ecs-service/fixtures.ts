import type { DataStore } from '../../../../../operator/api/data-store.ts';
import type { EcsService } from '../../../../../operator/api/ecs-service.ts';
import type { ServiceAtWork } from '../../../../../operator/compile/ecs-service/running.ts';
import { compileLocalEcsService } from '../../../../../operator/compile/local/ecs-service/ecs-service.ts';
import type { Graph } from '../../../../../operator/graph/graph.ts';
import { networkWith, serviceWith } from '../../service-input.ts';
import { specAt } from '../compiled.ts';
import { localAccount, localInput, localObject, type LocalObject } from '../examples.ts';

interface More {
  /** Of `spec.local` of the Account. */
  readonly account?: object;
  readonly metadata?: object;
  readonly network?: LocalObject;
  readonly others?: readonly LocalObject[];
  readonly running?: ServiceAtWork['running'];
}

/** What the tests look at of a container. */
export interface TestedContainer {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly restartPolicy?: string;
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly resources: {
    readonly requests: Readonly<Record<string, string>>;
    readonly limits: Readonly<Record<string, string>>;
  };
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly ports?: readonly object[];
  readonly startupProbe?: Readonly<Record<string, unknown>>;
  readonly livenessProbe?: Readonly<Record<string, unknown>>;
  readonly readinessProbe?: Readonly<Record<string, unknown>>;
  readonly lifecycle?: object;
}

/** What they look at of a Deployment. */
export interface TestedDeployment {
  readonly replicas?: number;
  readonly selector: object;
  readonly strategy: object;
  readonly progressDeadlineSeconds: number;
  readonly revisionHistoryLimit: number;
  readonly template: {
    readonly metadata: {
      readonly labels: Readonly<Record<string, string>>;
      readonly annotations?: Readonly<Record<string, string>>;
    };
    readonly spec: {
      readonly containers: readonly TestedContainer[];
      readonly initContainers?: readonly TestedContainer[];
      readonly terminationGracePeriodSeconds: number;
      readonly securityContext: object;
      readonly topologySpreadConstraints: readonly object[];
      readonly serviceAccountName: string;
      readonly automountServiceAccountToken: boolean;
      readonly enableServiceLinks: boolean;
    };
  };
}

/** A service of namespace `web`, as in the tests of its compiler for AWS. */
export function compileService(spec: object = {}, more: More = {}): Graph {
  const { account = {}, metadata, network = networkWith(), others = [], running } = more;
  const object: ServiceAtWork = { ...serviceWith(spec, metadata), ...(running && { running }) };
  const input = localInput<EcsService>(object, [object, network, ...others], {
    account: localAccount(account),
  });
  return compileLocalEcsService(input);
}

export function deploymentIn(graph: Graph): TestedDeployment {
  return specAt<TestedDeployment>(graph, 'deployment');
}

/** A container of the pods, the first unless it is named. */
export function containerIn(graph: Graph, name?: string): TestedContainer {
  const { containers, initContainers = [] } = deploymentIn(graph).template.spec;
  const found = [...containers, ...initContainers].find((one) => name === undefined || one.name === name);
  if (!found) throw new Error(`no container ${name}`);
  return found;
}

/** A task of one container. */
export const containerWith = (spec: object, task: object = {}) => ({
  task: { containers: [{ name: 'app', image: 'shop:1', ...spec }], ...task },
});

/** A store of namespace `web` in the network of these tests. */
export function storeOf(engine: object, metadata: object = {}, spec: object = {}): DataStore {
  return localObject<'DataStore'>({
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'DataStore',
    metadata: { name: 'orders', namespace: 'web', ...metadata },
    spec: {
      accountRef: { name: 'main' },
      region: 'us-east-1',
      environment: 'dev',
      ...('dynamodb' in engine ? {} : { networkRef: { name: 'net', namespace: 'web' } }),
      ...engine,
      ...spec,
    },
  } as never);
}
