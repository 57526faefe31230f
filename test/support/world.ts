import { join } from 'node:path';
import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { established } from '../../k8s-local/cluster/established.ts';
import type { LedgerEntry } from '../../k8s-local/aws/admin-client.ts';
import { type LocalAws, startLocalAws } from '../../k8s-local/aws/local-aws.ts';
import { type ControlPlane, startControlPlane } from '../../k8s-local/cluster/control-plane.ts';
import { type LogLine, type OperatorProcess, startOperator } from '../../k8s-local/operator-process.ts';
import type { Condition } from '../../operator/api/common.ts';
import type { SecureVpc } from '../../operator/api/secure-vpc.ts';
import { makeClaim } from '../../operator/aws/iam/claim.ts';
import { createKubeClient, type KubeClient } from '../../operator/kube/client.ts';
import { clusterUid } from '../../operator/kube/cluster.ts';
import { isNotFound } from '../../operator/kube/errors.ts';
import { loadKubeConfig } from '../../operator/kube/kubeconfig.ts';
import { kubectlOf } from './kubectl.ts';
import { eventually } from './eventually.ts';
import { runLandfall, type Run } from './landfall.ts';
import { bundle, compileCache, nursery } from './prepared.ts';
import { silent } from './silent-log.ts';

const root = join(import.meta.dirname, '..', '..');

/** An object as a test writes or reads it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
    readonly finalizers?: string[];
  };
  readonly spec?: unknown;
  readonly status?: Status;
}

/** What every kind's status has. */
export interface Status {
  readonly observedGeneration?: number;
  readonly conditions?: Condition[];
  readonly [field: string]: unknown;
}

/** An event as the API server keeps it. */
export interface SeenEvent {
  readonly type: string;
  readonly reason: string;
  readonly note: string;
  readonly regarding: { readonly kind: string; readonly name: string; readonly namespace?: string };
}

const PLURALS: Readonly<Record<string, string>> = {
  Account: 'accounts',
  SecureVpc: 'securevpcs',
  EcsService: 'ecsservices',
  PrivateLinkEndpoint: 'privatelinkendpoints',
  DataStore: 'datastores',
  PlanApproval: 'planapprovals',
};

/** Settings under which everything that takes minutes in production takes a second. */
export const QUICK: Readonly<Record<string, string>> = {
  LANDFALL_INSTALLATION: 'local',
  LANDFALL_FAST_LANE_SECONDS: '1',
  LANDFALL_SLOW_LANE_SECONDS: '1',
  LANDFALL_POLL_SECONDS: '0.2',
  LANDFALL_GRACE_SECONDS: '2',
  LANDFALL_STALLED_RETRY_SECONDS: '2',
  LANDFALL_AWS_RATE_SCALE: '0',
};

/** A control plane with our CRDs and a local AWS, each its own, and operators that a test starts between them. */
export class World {
  readonly plane: ControlPlane;
  readonly aws: LocalAws;
  readonly kube: KubeClient;
  readonly ec2: EC2Client;
  readonly #operators = new Set<OperatorProcess>();

  private constructor(plane: ControlPlane, aws: LocalAws) {
    this.plane = plane;
    this.aws = aws;
    this.kube = createKubeClient({
      kubeConfig: loadKubeConfig({ path: plane.kubeconfigPath }),
      log: silent,
      userAgent: 'test',
    });
    this.ec2 = new EC2Client(this.clientOptions());
  }

  /** A cluster of its own with the same AWS, which ends with the first. */
  static async beside({ aws }: World): Promise<World> {
    return World.#with(Promise.resolve({ ...aws, stop: async () => {} }));
  }

  static async start(awsEnv: NodeJS.ProcessEnv = {}): Promise<World> {
    const aws = startLocalAws({
      nursery,
      env: {
        ...process.env,
        LANDFALL_AWS_INSTALLATION: QUICK['LANDFALL_INSTALLATION'],
        LANDFALL_AWS_ENDPOINT_SECONDS: '0.1',
        LANDFALL_AWS_INTERFACE_SECONDS: '0.1',
        LANDFALL_AWS_TRANSIT_GATEWAY_SECONDS: '0.1',
        LANDFALL_AWS_NAT_SECONDS: '0.1',
        LANDFALL_AWS_NAT_LISTED_SECONDS: '0.3',
        ...awsEnv,
      },
      progress: console.log,
      log: (line) => {
        if (process.env['LANDFALL_TEST_LOG']) console.log(line);
      },
    });
    return World.#with(aws);
  }

  static async #with(aws: Promise<LocalAws>): Promise<World> {
    const plane = await startControlPlane({ progress: console.log });
    const world = new World(plane, await aws);
    await world.kubectl('create', 'namespace', 'landfall-system');
    await world.kubectl('apply', '--server-side', '-k', join(root, 'crds'));
    await established((...args) => world.kubectl(...args));
    return world;
  }

  /** How a client of AWS's SDK reaches the local AWS as the administrator of `account`. */
  clientOptions(account = '123456789012') {
    return {
      endpoint: this.aws.url,
      region: 'us-east-1',
      credentials: this.aws.credentials(account),
      maxAttempts: 1,
    };
  }

  /** The uid by which claims tell this cluster from others. */
  async uid(): Promise<string> {
    return clusterUid(this.kube);
  }

  /**
   * Claims the account for this cluster beforehand, as the operator does at the first use of an Account: AWS is then
   * byte for byte as before whenever the last network is gone, and not only when its Account is gone, too.
   */
  async claim(account = '123456789012'): Promise<void> {
    const iam = new IAMClient(this.clientOptions(account));
    const since = new Date();
    const claim = { cluster: await this.uid(), name: '', since, from: since };
    await makeClaim({ iam }, QUICK['LANDFALL_INSTALLATION'] ?? '', claim);
    iam.destroy();
  }

  /**
   * Starts an operator; the identity stays the same, so that a successor takes the Lease over at once. One that
   * ends by itself is started anew, as in a cluster, where a machine that stood still may cost it the Lease.
   */
  operator(options: OperatorSettings = {}): OperatorProcess {
    const operator = startOperator({
      kubeconfigPath: options.kubeconfigPath ?? this.plane.kubeconfigPath,
      ...(bundle !== undefined && { bundled: bundle }),
      env: { ...compileCache, ...this.aws.env(), ...QUICK, POD_NAME: 'operator', ...options.env },
      restarts: options.restarts ?? true,
      onLine: (line) => {
        // For whoever looks for the reason of a failure: LANDFALL_TEST_LOG=1.
        if (process.env['LANDFALL_TEST_LOG']) console.log(new Date().toISOString(), JSON.stringify(line));
        options.onLine?.(line);
      },
      onCrash: (how) => console.error(`the operator ended (${how})`, operator.lines.slice(-5)),
    });
    this.#operators.add(operator);
    void operator.ended.then(() => this.#operators.delete(operator));
    return operator;
  }

  /** Runs kubectl; rejects with its words where it fails. */
  kubectl(...args: string[]): Promise<string> {
    return kubectlOf(this.plane)(...args);
  }

  /** Runs the command line on this cluster and its AWS, as a user does who has only a kubeconfig. */
  landfall(...args: string[]): Promise<Run> {
    const KUBECONFIG = this.plane.kubeconfigPath;
    return runLandfall(args, {
      // Not the clone: a local AWS of its own would be taken from there.
      cwd: this.plane.dir,
      env: { ...process.env, ...this.aws.env(), ...QUICK, NO_COLOR: '1', KUBECONFIG },
    });
  }

  /** Runs `kubectl apply` on objects; rejects with its words where it fails. */
  async apply(objects: readonly object[], ...flags: string[]): Promise<void> {
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
    const done = await this.plane.kubectl(['apply', ...flags, '-f', '-'], { input });
    if (done.code !== 0) throw new Error(`kubectl apply: ${done.stderr}`);
  }

  /** The object as it is now; undefined where there is none. */
  async read<T = Manifest>(object: Manifest): Promise<T | undefined> {
    return this.kube.get<T>(pathOf(object)).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
  }

  /** Merges changes of the spec into an object. */
  async edit(object: Manifest, spec: object): Promise<void> {
    await this.kube.mergePatch(pathOf(object), { spec });
  }

  /** Asks for deletion and does not wait. */
  async delete(object: Manifest): Promise<void> {
    await this.kube.delete(pathOf(object));
  }

  /** Resolves when the operator has seen this generation and the condition has this status. */
  async condition(
    object: Manifest,
    type: string,
    want: { status?: string; reason?: string; message?: RegExp } = {},
    timeoutMs = 30_000,
  ): Promise<Manifest> {
    let last: Manifest | undefined;
    const { status = 'True', reason, message } = want;
    return eventually(
      `${object.kind} ${object.metadata.name}: ${type}=${status} ${reason ?? ''} ${message ?? ''}`,
      async () => {
        last = await this.read(object);
        const found = conditionOf(last, type);
        return (
          last?.status?.observedGeneration === last?.metadata.generation &&
          found?.status === status &&
          (reason === undefined || found.reason === reason) &&
          (message === undefined || message.test(found.message)) &&
          last
        );
      },
      {
        timeoutMs,
        seen: () => ({
          status: last?.status?.observedGeneration,
          conditions: last?.status?.conditions,
          generation: last?.metadata.generation,
        }),
      },
    );
  }

  /** Resolves when the object is Ready in its present generation, and nothing else holds. */
  async ready(object: Manifest, timeoutMs = 30_000): Promise<Manifest> {
    return this.condition(object, 'Ready', { reason: 'Succeeded' }, timeoutMs);
  }

  /** Resolves when the object is gone. */
  async gone(object: Manifest, timeoutMs = 30_000): Promise<void> {
    let last: Manifest | undefined;
    await eventually(
      `${object.kind} ${object.metadata.name}: gone`,
      async () => {
        last = await this.read(object);
        return last === undefined;
      },
      { timeoutMs, seen: () => last?.status?.conditions },
    );
  }

  /** Asks for deletion and waits until it is done. */
  async remove(object: Manifest, timeoutMs = 30_000): Promise<void> {
    await this.delete(object);
    await this.gone(object, timeoutMs);
  }

  /** Number of the last call that AWS has seen. */
  async mark(): Promise<number> {
    return this.aws.mark();
  }

  /** Writes that reached AWS after a mark. */
  async writes(after = 0): Promise<LedgerEntry[]> {
    return (await this.aws.ledger(after)).filter((call) => call.write);
  }

  /** Resolves when AWS was listed `rounds` times after now: that many refreshes of the fast lane and the slow one have begun and the first ones ended. */
  async refreshes(
    rounds = 2,
    actions: readonly string[] = ['DescribeVpcs', 'GetAccountAuthorizationDetails', 'DescribeVpcAttribute'],
  ): Promise<void> {
    const mark = await this.mark();
    await eventually(
      `${rounds} refreshes`,
      async () => {
        const calls = await this.aws.ledger(mark);
        return actions.every((action) => calls.filter((call) => call.action === action).length >= rounds);
      },
      {
        everyMs: 100,
        seen: async () => ({
          calls: countBy((await this.aws.ledger(mark)).map(({ action }) => action ?? 'unknown')),
          operators: [...this.#operators].map(({ process, lines }) => ({
            exitCode: process.exitCode,
            signal: process.signalCode,
            lines: lines.slice(-10),
          })),
        }),
      },
    );
  }

  /** Events about an object. */
  async events(object: Manifest): Promise<SeenEvent[]> {
    const { kind, metadata } = object;
    const namespace = metadata.namespace ?? 'default';
    const list = await this.kube.list<SeenEvent>(`/apis/events.k8s.io/v1/namespaces/${namespace}/events`);
    return list.items.filter(({ regarding }) => regarding.kind === kind && regarding.name === metadata.name);
  }

  async stop(): Promise<void> {
    if (process.env['LANDFALL_TEST_LOG'])
      console.log(
        'failed calls',
        (await this.aws.ledger()).filter((call) => call.error !== null || call.status >= 400),
      );
    await Promise.all([...this.#operators].map((operator) => operator.kill()));
    this.ec2.destroy();
    this.kube.close();
    await Promise.all([this.plane.stop(), this.aws.stop()]);
  }
}

export interface OperatorSettings {
  readonly kubeconfigPath?: string;
  /** Default true. */
  readonly restarts?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly onLine?: (line: LogLine) => void;
}

/** A condition by type. */
export function conditionOf(object: Manifest | undefined, type: string): Condition | undefined {
  return object?.status?.conditions?.find((condition) => condition.type === type);
}

/** Ids of everything that status lists, by node. */
export function idsOf(object: Manifest | SecureVpc): Record<string, string> {
  const resources = (object.status as SecureVpc['status'] | undefined)?.resources ?? [];
  return Object.fromEntries(resources.map(({ node, id }) => [node, id]));
}

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

/** Where an object is in the API. */
export function pathOf({ kind, metadata }: Manifest): string {
  if (kind === 'Namespace') return `/api/v1/namespaces/${metadata.name}`;
  const plural = PLURALS[kind];
  if (plural === undefined) throw new Error(`no path for ${kind}`);
  const at = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  return `/apis/landfall.dev/v1alpha1${at}/${plural}/${metadata.name}`;
}
