import { readdir, readFile } from 'node:fs/promises';
import { must } from '../../k8s-local/platform/install.ts';
import type { LocalCluster } from '../../k8s-local/node/local-cluster.ts';
import type { Rule } from './audit.ts';
import { eventually } from './eventually.ts';

export const SYSTEM = 'landfall-system';
const ACCOUNT = 'landfall';
/** As whom the operator asks. */
export const OPERATOR_USER = `system:serviceaccount:${SYSTEM}:${ACCOUNT}`;
const PODS = ['pods', '-n', SYSTEM, '-l', 'app.kubernetes.io/component=operator'];

interface Role {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly Rule[];
}
interface Binding {
  readonly metadata: { readonly namespace?: string };
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly {
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
  }[];
}

/** The operator in a cluster, as `manifests/install-local` puts it there. */
export class InstalledOperator {
  readonly #cluster: LocalCluster;

  constructor(cluster: LocalCluster) {
    this.#cluster = cluster;
  }

  kubectl(...args: string[]): Promise<string> {
    return must(this.#cluster.kubectl, args);
  }

  async json<T>(...args: string[]): Promise<T> {
    return JSON.parse(await this.kubectl('get', ...args, '-o', 'json')) as T;
  }

  /** Names of the pods that are to stay. */
  async pods(): Promise<string[]> {
    const { items } = await this.json<{
      items: { metadata: { name: string; deletionTimestamp?: string } }[];
    }>(...PODS);
    return items
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ metadata }) => metadata.name);
  }

  /** The pod that leads; empty where none does. */
  leader(): Promise<string> {
    const holder = 'jsonpath={.spec.holderIdentity}';
    return this.kubectl('get', 'lease', '-n', SYSTEM, 'landfall-default', '-o', holder);
  }

  /** Another pod than these leads within this time. Resolves with its name. */
  ledByOther(former: readonly string[], timeoutMs: number): Promise<string> {
    const look = async () => {
      const holder = await this.leader();
      return holder !== '' && !former.includes(holder) && holder;
    };
    return eventually(`another than ${former.join(' and ')} leads`, look, { timeoutMs, everyMs: 200 });
  }

  async rolledOut(): Promise<void> {
    await this.kubectl('rollout', 'status', '-n', SYSTEM, 'deployment/landfall', '--timeout=180s');
  }

  /** How often the process of a pod's operator was started again. */
  async restarts(pod: string): Promise<number> {
    const path = 'jsonpath={.status.containerStatuses[0].restartCount}';
    return Number(await this.kubectl('get', 'pod', '-n', SYSTEM, pod, '-o', path));
  }

  /** All rules of all roles that are bound to its ServiceAccount. */
  async rules(): Promise<Rule[]> {
    const bindings = await this.json<{ items: Binding[] }>('clusterrolebindings,rolebindings', '-A');
    const roles = await this.json<{ items: Role[] }>('clusterroles,roles', '-A');
    const bound = bindings.items.filter(({ subjects = [] }) =>
      subjects.some(
        ({ kind, namespace, name }) => kind === 'ServiceAccount' && namespace === SYSTEM && name === ACCOUNT,
      ),
    );
    return bound.flatMap(({ metadata, roleRef }) =>
      roles.items
        .filter(
          (role) =>
            role.kind === roleRef.kind &&
            role.metadata.name === roleRef.name &&
            (role.kind === 'ClusterRole' || role.metadata.namespace === metadata.namespace),
        )
        .flatMap(({ rules = [] }) => rules),
    );
  }

  /** Ends the process of a pod's operator (SIGKILL) or stops it (SIGSTOP) as nothing inside it can notice. */
  async signal(pod: string, signal: 'SIGKILL' | 'SIGSTOP'): Promise<void> {
    for (const pid of await readdir('/proc')) {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      if (environment.split('\0').includes(`POD_NAME=${pod}`)) {
        process.kill(Number(pid), signal);
        return;
      }
    }
    throw new Error(`no process of ${pod} runs`);
  }
}
