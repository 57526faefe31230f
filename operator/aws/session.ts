import { ACMClient } from '@aws-sdk/client-acm';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { BackupClient } from '@aws-sdk/client-backup';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElastiCacheClient } from '@aws-sdk/client-elasticache';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { RDSClient } from '@aws-sdk/client-rds';
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { Route53Client } from '@aws-sdk/client-route-53';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { WAFV2Client } from '@aws-sdk/client-wafv2';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { Batches } from './batch.ts';
import { reread } from './credentials.ts';
import { guard, type CallGuard, type Guardable } from './guard.ts';
import { createHttpHandler } from './http.ts';
import { partitionOf } from './partition.ts';

/** Attempts of the SDK for calls that are safe to repeat. */
const MAX_ATTEMPTS = 4;

/** One account in one region, as one role: the clients of the services, made when first needed. */
export interface AwsSession {
  readonly accountId: string;
  readonly region: string;
  /** `aws`, or another partition such as `aws-cn`. */
  readonly partition: string;
  readonly acm: ACMClient;
  /** Certificates of another region. */
  acmIn(region: string): ACMClient;
  readonly autoscaling: AutoScalingClient;
  readonly applicationAutoscaling: ApplicationAutoScalingClient;
  readonly backup: BackupClient;
  /** Vaults of another region. */
  backupIn(region: string): BackupClient;
  readonly cloudwatch: CloudWatchClient;
  readonly dynamodb: DynamoDBClient;
  readonly ec2: EC2Client;
  /** For creates that nothing protects against repetition: exactly one attempt. */
  readonly ec2Once: EC2Client;
  readonly ecs: ECSClient;
  /** As {@link ec2Once}. */
  readonly ecsOnce: ECSClient;
  readonly elasticache: ElastiCacheClient;
  readonly elbv2: ElasticLoadBalancingV2Client;
  readonly iam: IAMClient;
  readonly kms: KMSClient;
  /** As {@link ec2Once}. */
  readonly kmsOnce: KMSClient;
  readonly logs: CloudWatchLogsClient;
  readonly rds: RDSClient;
  readonly route53: Route53Client;
  readonly secretsManager: SecretsManagerClient;
  readonly tagging: ResourceGroupsTaggingAPIClient;
  readonly wafv2: WAFV2Client;
  readonly batches: Batches;
  close(): void;
}

export interface SessionOptions {
  readonly accountId: string;
  readonly region: string;
  readonly credentials: AwsCredentialIdentityProvider;
  /** Whose they are, in words: `role arn:…`, `profile …`. */
  readonly as: string;
  /** Overrides where every service is reached, for a local AWS; undefined for AWS itself. */
  readonly endpoint: string | undefined;
  readonly callGuard: CallGuard;
  /** How long a call may be silent before its attempt has failed, in milliseconds; default 30 000. */
  readonly responseTimeoutMs?: number;
}

/** Opens a session. Nothing is called, and no client is made, before it is used. */
export function openSession(options: SessionOptions): AwsSession {
  const { accountId, region, as } = options;
  const base = {
    region,
    credentials: reread(options.credentials),
    requestHandler: createHttpHandler(options.responseTimeoutMs),
    retryMode: 'standard',
    maxAttempts: MAX_ATTEMPTS,
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
  };
  const made = new Map<string, Guardable & { destroy(): void }>();
  const client = <C extends Guardable & { destroy(): void }>(
    name: string,
    make: () => C,
    where = region,
  ): C => {
    const key = `${name} ${where}`;
    const existing = made.get(key);
    if (existing) return existing as C;
    const of = { accountId, region: where, as };
    const fresh = guard(make(), name.replace(/-once$/, ''), of, options.callGuard);
    made.set(key, fresh);
    return fresh;
  };
  return {
    accountId,
    region,
    partition: partitionOf(region),
    batches: new Batches(),
    get acm() {
      return client('acm', () => new ACMClient(base));
    },
    acmIn(other) {
      return client('acm', () => new ACMClient({ ...base, region: other }), other);
    },
    get autoscaling() {
      return client('autoscaling', () => new AutoScalingClient(base));
    },
    get applicationAutoscaling() {
      return client('application-autoscaling', () => new ApplicationAutoScalingClient(base));
    },
    get backup() {
      return client('backup', () => new BackupClient(base));
    },
    backupIn(other) {
      return client('backup', () => new BackupClient({ ...base, region: other }), other);
    },
    get cloudwatch() {
      return client('cloudwatch', () => new CloudWatchClient(base));
    },
    get dynamodb() {
      return client('dynamodb', () => new DynamoDBClient(base));
    },
    get ec2() {
      return client('ec2', () => new EC2Client(base));
    },
    get ec2Once() {
      return client('ec2-once', () => new EC2Client({ ...base, maxAttempts: 1 }));
    },
    get ecs() {
      return client('ecs', () => new ECSClient(base));
    },
    get ecsOnce() {
      return client('ecs-once', () => new ECSClient({ ...base, maxAttempts: 1 }));
    },
    get elasticache() {
      return client('elasticache', () => new ElastiCacheClient(base));
    },
    get elbv2() {
      return client('elbv2', () => new ElasticLoadBalancingV2Client(base));
    },
    get iam() {
      return client('iam', () => new IAMClient(base));
    },
    get kms() {
      return client('kms', () => new KMSClient(base));
    },
    get kmsOnce() {
      return client('kms-once', () => new KMSClient({ ...base, maxAttempts: 1 }));
    },
    get logs() {
      return client('logs', () => new CloudWatchLogsClient(base));
    },
    get rds() {
      return client('rds', () => new RDSClient(base));
    },
    get route53() {
      return client('route53', () => new Route53Client(base));
    },
    get secretsManager() {
      return client('secretsmanager', () => new SecretsManagerClient(base));
    },
    get tagging() {
      return client('tagging', () => new ResourceGroupsTaggingAPIClient(base));
    },
    get wafv2() {
      return client('wafv2', () => new WAFV2Client(base));
    },
    close() {
      for (const open of made.values()) open.destroy();
    },
  };
}
