import { ACMClient } from '@aws-sdk/client-acm';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { BackupClient } from '@aws-sdk/client-backup';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { ECSClient } from '@aws-sdk/client-ecs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ElastiCacheClient } from '@aws-sdk/client-elasticache';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAMClient } from '@aws-sdk/client-iam';
import { RDSClient } from '@aws-sdk/client-rds';
import { Route53Client } from '@aws-sdk/client-route-53';
import {
  DeleteSecretCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { WAFV2Client } from '@aws-sdk/client-wafv2';
import { expect } from 'vitest';
import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import { UNSHOWN } from '../../operator/controllers/manager.ts';
import type { DriftCase, DriftContext, RefusedCase, StalledCase } from '../contract/drift/case.ts';
import { eventually } from './eventually.ts';
import { bounded, type LeastPrivilege, leastPrivilege } from './least-privilege.ts';
import { portal } from './manifests.ts';
import { portrait } from './portrait.ts';
import { type Sight, sightOf } from './sight.ts';
import { conditionOf, idsOf, type Manifest, pathOf, World } from './world.ts';

/**
 * Collections of what belongs to names that other things have: with these it may be another's before a reading shows what was
 * written. That AWS was asked to look for a proof, the listing of endpoint services never shows.
 */
const OF_OTHERS = new Set(['route53/served-records', 'route53/name-proofs', 'ec2/endpoint-services']);

/** The listing that shows a change of a node, of the one that all the others share. */
const LISTINGS: Readonly<Record<string, string>> = {
  role: 'GetAccountAuthorizationDetails',
  'role-policies': 'GetAccountAuthorizationDetails',
  cluster: 'DescribeClusters',
  'task-definition': 'ListTaskDefinitions',
  service: 'DescribeServices',
  'log-group': 'DescribeLogGroups',
  'load-balancer': 'DescribeLoadBalancers',
  'load-balancer-attributes': 'DescribeLoadBalancerAttributes',
  'target-group': 'DescribeTargetGroups',
  'target-group-attributes': 'DescribeTargetGroupAttributes',
  listener: 'DescribeListeners',
  'scalable-target': 'DescribeScalableTargets',
  'scaling-policies': 'DescribeScalingPolicies',
  'scheduled-actions': 'DescribeScheduledActions',
  'read-capacity': 'DescribeScalableTargets',
  'read-scaling': 'DescribeScalingPolicies',
  alarm: 'DescribeAlarms',
  'launch-template': 'DescribeLaunchTemplates',
  'instance-profile': 'ListInstanceProfiles',
  'auto-scaling-group': 'DescribeAutoScalingGroups',
  'capacity-provider': 'DescribeCapacityProviders',
  'cluster-capacity-providers': 'DescribeClusters',
  'endpoint-service': 'DescribeVpcEndpointServiceConfigurations',
  'endpoint-service-permissions': 'DescribeVpcEndpointServicePermissions',
  'endpoint-service-notifications': 'DescribeVpcEndpointConnectionNotifications',
  'endpoint-connections': 'DescribeVpcEndpointConnections',
  certificate: 'ListCertificates',
  'certificate-record': 'DescribeCertificate',
  'load-balancer-name': 'ListResourceRecordSets',
  'private-name-record': 'ListResourceRecordSets',
  'private-name-verification': 'DescribeVpcEndpointServiceConfigurations',
  'web-acl': 'ListWebACLs',
  'web-acl-rules': 'GetWebACL',
  'web-acl-association': 'GetWebACLForResource',
  'db-subnet-group': 'DescribeDBSubnetGroups',
  'db-parameter-group': 'DescribeDBParameterGroups',
  'db-parameters': 'DescribeDBParameters',
  'db-option-group': 'DescribeOptionGroups',
  'db-options': 'DescribeOptionGroups',
  'db-instance': 'DescribeDBInstances',
  'db-cluster-parameter-group': 'DescribeDBClusterParameterGroups',
  'db-cluster-parameters': 'DescribeDBClusterParameters',
  'db-cluster': 'DescribeDBClusters',
  'backup-vault': 'ListBackupVaults',
  'backup-plan': 'GetBackupPlan',
  'backup-selection': 'ListBackupSelections',
  secret: 'ListSecrets',
  'secret-value': 'ListSecrets',
};

/** The calls that write tags and nothing else: the uid in them is another. */
const TAGGING: ReadonlySet<string> = new Set([
  'AddTags',
  'AddTagsToCertificate',
  'AddTagsToResource',
  'CreateOrUpdateTags',
  'CreateTags',
  'TagInstanceProfile',
  'TagResource',
  'TagRole',
]);

interface StandingOptions {
  /** Of the portal unless told otherwise. */
  readonly account?: Manifest;
  /** Makes what Landfall is given and does not make. */
  readonly prepare?: (world: World) => Promise<void>;
  /** What has to stand for it, in its account. */
  readonly setting?: readonly Manifest[];
  /** Sets the local AWS. */
  readonly awsEnv?: NodeJS.ProcessEnv;
}

/** An object of the portal's account, Ready, under an operator that looks three times a second; and proofs that it stays so. */
export class Standing {
  readonly world: World;
  readonly object: Manifest;
  readonly #setting: readonly Manifest[];
  readonly operator: OperatorProcess;
  /** AWS's whole state from before the object and its setting. */
  readonly empty: string;
  /** The Account, which acts with no more than `landfall policy` says it needs. */
  readonly account: Manifest;
  readonly least: LeastPrivilege;
  readonly #clients: Omit<DriftContext, 'ids'>;
  #asMade: unknown;
  /** Ids that things had before they were lost. */
  readonly #lost = new Set<string>();

  private constructor(
    world: World,
    [object, setting]: readonly [Manifest, readonly Manifest[]],
    { empty, account, least }: Pick<Standing, 'empty' | 'account' | 'least'>,
  ) {
    this.world = world;
    this.object = object;
    this.#setting = setting;
    this.empty = empty;
    this.account = account;
    this.least = least;
    this.#clients = {
      acm: new ACMClient(world.clientOptions()),
      applicationAutoscaling: new ApplicationAutoScalingClient(world.clientOptions()),
      autoscaling: new AutoScalingClient(world.clientOptions()),
      backup: new BackupClient(world.clientOptions()),
      cloudwatch: new CloudWatchClient(world.clientOptions()),
      ec2: world.ec2,
      iam: new IAMClient(world.clientOptions()),
      ecs: new ECSClient(world.clientOptions()),
      dynamodb: new DynamoDBClient(world.clientOptions()),
      elasticache: new ElastiCacheClient(world.clientOptions()),
      elbv2: new ElasticLoadBalancingV2Client(world.clientOptions()),
      logs: new CloudWatchLogsClient(world.clientOptions()),
      rds: new RDSClient(world.clientOptions()),
      route53: new Route53Client(world.clientOptions()),
      secretsManager: new SecretsManagerClient(world.clientOptions()),
      wafv2: new WAFV2Client(world.clientOptions()),
    };
    this.operator = world.operator({
      env: {
        LANDFALL_LOG_LEVEL: 'debug',
        LANDFALL_FAST_LANE_SECONDS: '0.3',
        LANDFALL_SLOW_LANE_SECONDS: '0.3',
        LANDFALL_STALLED_RETRY_SECONDS: '0.5',
      },
    });
  }

  /** `given` is one in the portal's namespace and account, or makes it of what was prepared. */
  static async start(
    given: Manifest | ((world: World) => Promise<Manifest>),
    options: StandingOptions = {},
  ): Promise<Standing> {
    const { setting = [], awsEnv } = options;
    const world = await World.start(awsEnv);
    await world.claim();
    await options.prepare?.(world);
    const object = typeof given === 'function' ? await given(world) : given;
    const account = bounded(options.account ?? portal.account);
    const least = await leastPrivilege(world, [account, ...setting, object]);
    const empty = await world.aws.dump();
    const standing = new Standing(world, [object, setting], { empty, account, least });
    await world.apply([portal.namespace, account]);
    await world.apply([...setting, object]);
    await world.ready(object);
    standing.#asMade = await standing.#portrait();
    return standing;
  }

  async stop(): Promise<void> {
    // That of EC2 is the world's.
    const { ec2: _, ...clients } = this.#clients;
    for (const client of Object.values(clients)) client.destroy();
    this.least.close();
    await this.world.stop();
  }

  /** Deletes the object and what was made for it, in the order in which that is possible. */
  async remove(): Promise<void> {
    for (const object of [this.object, ...this.#setting.toReversed()])
      await this.world.remove(object, 60_000);
    await this.giveUpSecrets();
  }

  /** What can be had back for some days, a person gives up. */
  async giveUpSecrets(): Promise<void> {
    const { secretsManager } = this.#clients;
    const { SecretList = [] } = await secretsManager.send(
      new ListSecretsCommand({ IncludePlannedDeletion: true }),
    );
    for (const { ARN: SecretId, DeletedDate } of SecretList)
      if (DeletedDate)
        await secretsManager.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
  }

  /** What a case needs to change the object's things from outside, with the ids as they are now. */
  async context(): Promise<DriftContext> {
    const object = await this.world.read(this.object);
    if (!object) throw new Error('the object is gone');
    return { ...this.#clients, ids: idsOf(object) };
  }

  /** Runs something of several steps that the operator sees only as a whole. */
  async unseen<T>(act: () => Promise<T>): Promise<T> {
    this.operator.process.kill('SIGSTOP');
    try {
      return await act();
    } finally {
      this.operator.process.kill('SIGCONT');
    }
  }

  /** Fails unless AWS refuses the attempt with the code of the case. */
  async proveRefusal({ refused, attempt }: RefusedCase): Promise<void> {
    const refusal: unknown = await attempt(await this.context()).then(
      () => ({ name: 'allowed' }),
      (error: unknown) => error,
    );
    expect(refusal).toMatchObject({ name: refused });
  }

  /** Fails unless the change is left as it is, told of as the case says, and the object is what it was when it is undone. */
  async proveStall({ stalls, drift }: StalledCase): Promise<void> {
    const undo = await drift(await this.context());
    await this.world.condition(this.object, 'Stalled', { reason: stalls });
    await undo();
    await this.world.ready(this.object);
    await this.restored();
  }

  /**
   * Fails unless the object's things are as they were within a refresh after the drift, Ready all the while if somebody is
   * served, with a condition and a log line that tell of it.
   */
  async proveRepair(
    { node, drift, refreshes: most = 2, interrupts }: DriftCase,
    how: 'seen' | 'unseen' = 'seen',
  ): Promise<void> {
    const { world, operator, least } = this;
    const listing = LISTINGS[node.split('/')[0] ?? ''] ?? 'DescribeSecurityGroups';
    // What the repair before wrote is believed until a listing shows it; only then is a difference drift.
    await Promise.all([world.refreshes(2), world.refreshes(2, [listing])]);
    const before = conditionOf(await world.ready(this.object), 'Ready');
    const said = operator.lines.length;
    const act = async () => {
      const at = await this.context();
      const start = await world.mark();
      const tidy = await drift(at);
      const ended = await world.mark();
      // It may be repaired before anybody asks how far AWS has come.
      const mark = (await least.writesOfOthers(start)).at(-1)?.seq ?? start;
      return { tidy, mark, ended, ids: at.ids };
    };
    const { tidy, mark, ended, ids } = how === 'unseen' ? await this.unseen(act) : await act();
    try {
      await eventually('the first write of the repair', async () => (await world.writes(mark))[0]);
      if (tidy) {
        await eventually(
          'nothing is left to do but what the case itself made',
          async () => (await this.look()).plan.actions.length === 0,
          { everyMs: 150, timeoutMs: 15_000 },
        );
      } else await this.restored();
      const calls = await world.aws.ledger(mark);
      const repair = calls.findIndex((call) => call.write);
      const plan = operator.lines.slice(said).find(({ msg }) => msg === 'plan');
      const planned = typeof plan?.['time'] === 'string' ? plan['time'] : 'never';
      // What is lost is also looked up by its id, in case it only lost its tags, and so is what a name is to be proved for.
      const refreshes = calls
        .slice(0, repair)
        .filter(
          ({ seq, action, params, time }) =>
            seq > ended &&
            action === listing &&
            time < planned &&
            !/group-id|service-id/.test(JSON.stringify(params)),
        );
      // One that began before the drift may be under way; the next shows it.
      expect(refreshes.length, 'refreshes until the repair is planned').toBeLessThanOrEqual(most);
    } finally {
      // What the case has made is in no other's way, also where this one fails.
      await tidy?.();
    }
    if (tidy) await this.restored();
    const object = await this.settled();
    const now = idsOf(object);
    for (const [key, id] of Object.entries(ids)) if (now[key] !== id) this.#lost.add(id);
    expect(conditionOf(object, 'Ready')).toMatchObject({
      status: 'True',
      ...(interrupts ? {} : { lastTransitionTime: before?.lastTransitionTime }),
    });
    expect(conditionOf(object, 'Drifted')).toMatchObject({ status: 'False', reason: 'DriftRepaired' });
    await eventually('a log line that names the node', async () =>
      operator.lines.slice(said).some((line) => line.msg === 'done' && line['node'] === node),
    );
  }

  /**
   * Fails unless refreshes make no write, nothing that was there was ever refused to the role, and each write was shown by a
   * reading: drift is not seen where one is still believed.
   */
  async provePeace(): Promise<void> {
    const { world, least, operator } = this;
    await world.refreshes(3);
    const unshown = operator.lines.filter(({ msg }) => msg === UNSHOWN);
    expect(unshown.filter(({ collection }) => !OF_OTHERS.has(String(collection)))).toEqual([]);
    const mark = await world.mark();
    await world.refreshes(3);
    expect((await world.writes(mark)).map(({ action, params }) => ({ action, params }))).toEqual([]);
    const refused = (await least.refusals()).map(({ action, params }) => ({ action, params }));
    // What somebody has deleted carries no tags by which anything could be allowed.
    const ofLost = ({ params }: { readonly params?: unknown }) =>
      [...this.#lost].some((id) => JSON.stringify(params).includes(id));
    expect(refused.filter((call) => !ofLost(call))).toEqual([]);
  }

  /** Fails unless an object that was lost with its cluster finds everything by its tags: nothing but tags is written. */
  async proveFoundAgain(): Promise<void> {
    const { world, object } = this;
    const mark = await world.mark();
    await this.unseen(async () => {
      await world.kube.mergePatch(pathOf(object), { metadata: { finalizers: null } });
      await world.remove(object);
      await world.apply([object]);
    });
    await world.ready(object);
    await this.restored();
    const writes = (await world.writes(mark)).map(({ action }) => action ?? '');
    expect(writes.filter((action) => !TAGGING.has(action))).toEqual([]);
  }

  /** Resolves when AWS holds what it held when the object was made; fails with the difference. */
  async restored(): Promise<void> {
    let seen: unknown;
    await eventually(
      'everything is as it was',
      async () => {
        seen = await this.#portrait();
        return JSON.stringify(seen) === JSON.stringify(this.#asMade);
      },
      { everyMs: 150, timeoutMs: 15_000 },
    ).catch((error: unknown) => {
      expect(seen).toEqual(this.#asMade);
      throw error;
    });
  }

  /** The object when the repair is written down. */
  async settled(): Promise<Manifest> {
    let last: Manifest | undefined;
    return eventually(
      'the repair is in the condition',
      async () => {
        last = await this.world.read(this.object);
        const drifted = conditionOf(last, 'Drifted');
        return drifted?.status === 'False' && conditionOf(last, 'Reconciling') === undefined && last;
      },
      { seen: () => last?.status?.conditions },
    );
  }

  /** The object's graph beside a fresh reading of AWS, as the operator sees both. */
  look(): Promise<Sight> {
    return sightOf(this.world, { object: this.object, setting: this.#setting, account: this.account });
  }

  /** AWS without the revisions before those that run: a repair that needs another adds one. */
  async #portrait(): Promise<unknown> {
    const { revisions: _, ...rest } = await portrait(this.world);
    return rest;
  }
}
