import { createInformer, type Informer } from '../../operator/kube/informer.ts';
import { isConflict, isNotFound } from '../../operator/kube/errors.ts';
import type { KubeClient } from '../../operator/kube/client.ts';
import { resourcePath } from '../../operator/kube/path.ts';
import { SERVICE_NAME, SLICES } from '../../operator/local/alias-source.ts';
import { pathOf, type Resource } from '../../operator/local/kind.ts';
import type { Answered } from '../../operator/local/record.ts';
import { RESOURCES, pathOfAll } from './cluster-objects.ts';
import { silent } from './silent-log.ts';

/** What waits for what depends on it, of which no pod is here. */
const WAITING = new Set(['foregroundDeletion', 'orphan', 'kubernetes.io/pvc-protection']);
const READY_IN_A_POD = { addresses: ['10.244.0.9'], conditions: { ready: true } };

interface Workload {
  readonly replicas?: number;
}

/**
 * Plays the controllers of Kubernetes where none run: workloads run as soon as they are there, Services that select have an
 * endpoint, an autoscaler keeps its bounds through the scale, and what is deleted in the foreground goes.
 */
export class StandInControllers {
  readonly #client: KubeClient;
  readonly #informers: readonly Informer<Answered>[];
  /** One thing after the other, as they were told. */
  #turn: Promise<void> = Promise.resolve();

  /** `seen` is told of every version of every object that the local target makes. */
  constructor(client: KubeClient, seen: (resource: Resource, object: Answered) => void = () => {}) {
    this.#client = client;
    this.#informers = RESOURCES.map((resource) => {
      const informer = createInformer<Answered>({
        client,
        path: pathOfAll(resource),
        log: silent,
        onChange: (key) => {
          const object = informer.get(key);
          if (object) seen(resource, object);
          this.#turn = this.#turn.then(async () =>
            object ? this.#meet(resource, object) : this.#miss(resource, key),
          );
          this.#turn = this.#turn.catch((error: unknown) => {
            // It went on, or went, meanwhile: that is told of, too.
            if (!isNotFound(error) && !isConflict(error)) console.error('the stand-in', error);
          });
        },
      });
      return informer;
    });
  }

  async start(): Promise<void> {
    for (const informer of this.#informers) informer.start();
    await Promise.all(this.#informers.map((informer) => informer.synced()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#informers.map((informer) => informer.stop()));
    await this.#turn;
  }

  async #meet(resource: Resource, object: Answered): Promise<void> {
    const { metadata, status = {} } = object;
    const { name, namespace = '', finalizers = [], deletionTimestamp } = metadata;
    const at = resourcePath(pathOf(resource, { namespace, name }));
    if (deletionTimestamp !== undefined) {
      const left = finalizers.filter((finalizer) => !WAITING.has(finalizer));
      if (left.length < finalizers.length)
        await this.#client.mergePatch(at, {
          metadata: { finalizers: left, resourceVersion: metadata.resourceVersion },
        });
      return;
    }
    const wanted = statusOf(resource, object);
    const says = Object.entries(wanted).every(
      ([key, value]) => JSON.stringify(status[key] ?? 0) === JSON.stringify(value),
    );
    if (!says) await this.#client.mergePatch(`${at}/status`, { status: wanted });
    if (resource.kind === 'HorizontalPodAutoscaler') await this.#scale(object);
    if (resource.kind === 'Service') await this.#serve(object);
  }

  async #miss(resource: Resource, key: string): Promise<void> {
    if (resource.kind === 'Service') await this.#client.delete(slicePath(key));
  }

  /** As that of Kubernetes does before it looks at any metric, and by the same door. */
  async #scale({ metadata, spec }: Answered): Promise<void> {
    const { minReplicas, maxReplicas, scaleTargetRef } = spec as {
      readonly minReplicas: number;
      readonly maxReplicas: number;
      readonly scaleTargetRef: { readonly name: string };
    };
    const at = `/apis/apps/v1/namespaces/${metadata.namespace}/deployments/${scaleTargetRef.name}/scale`;
    const scale = await this.#client.get<{ spec: Workload }>(at);
    const { replicas = 0 } = scale.spec;
    const bounded = Math.min(Math.max(replicas, minReplicas), maxReplicas);
    if (bounded !== replicas)
      await this.#client.replace(at, { ...scale, spec: { ...scale.spec, replicas: bounded } });
  }

  async #serve({ metadata, spec }: Answered): Promise<void> {
    const { selector, ports = [] } = spec as {
      readonly selector?: object;
      readonly ports?: readonly { readonly name?: string; readonly port: number }[];
    };
    if (!selector) return;
    const { namespace, name } = metadata;
    const body = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: SLICES.kind,
      metadata: { name: `${name}-pods`, namespace, labels: { [SERVICE_NAME]: name } },
      addressType: 'IPv4',
      endpoints: [READY_IN_A_POD],
      ports: ports.map(({ name: called, port }) => ({ name: called ?? '', port, protocol: 'TCP' })),
    };
    await this.#client.apply(slicePath(`${namespace}/${name}`), body, {
      fieldManager: 'stand-in',
      force: true,
    });
  }
}

function slicePath(key: string): string {
  const [namespace = '', name = ''] = key.split('/');
  return resourcePath(pathOf(SLICES, { namespace, name: `${name}-pods` }));
}

function statusOf({ kind }: Resource, { metadata, spec }: Answered): Readonly<Record<string, unknown>> {
  const { replicas = 1 } = (spec ?? {}) as Workload;
  const all = {
    observedGeneration: metadata.generation,
    replicas,
    readyReplicas: replicas,
    updatedReplicas: replicas,
    availableReplicas: replicas,
  };
  switch (kind) {
    case 'Deployment':
      return all;
    case 'StatefulSet':
      return { ...all, currentRevision: 'one', updateRevision: 'one' };
    case 'HorizontalPodAutoscaler':
      return { conditions: [SCALES] };
    case 'PersistentVolumeClaim':
      return { phase: 'Bound' };
    default:
      return {};
  }
}

const SCALES = {
  type: 'ScalingActive',
  status: 'True',
  reason: 'ValidMetricFound',
  message: 'it scales',
  lastTransitionTime: '2026-01-01T00:00:00Z',
};
