import type { Clock } from '../clock.ts';
import type { AwsCall } from './guard.ts';

/** A token bucket: `burst` calls at once, then `perSecond`. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
  /** Actions of one group empty the same bucket; without it an action has a bucket of its own. */
  readonly group?: string;
}

/**
 * AWS's published rates per account, region and action, for the actions that Landfall calls and that have rates
 * of their own. Source: Amazon EC2 Developer Guide, "Request throttling for the Amazon EC2 API", table "Request
 * token bucket sizes and refill rates".
 */
const EC2_RATES: Readonly<Record<string, Rate>> = {
  CreateTags: { burst: 100, perSecond: 10 },
  DeleteTags: { burst: 100, perSecond: 10 },
  CreateVpcEndpoint: { burst: 4, perSecond: 0.3 },
  ModifyVpcEndpoint: { burst: 4, perSecond: 0.3 },
  DeleteVpcEndpoints: { burst: 4, perSecond: 0.3 },
  AcceptVpcEndpointConnections: { burst: 10, perSecond: 1 },
  RejectVpcEndpointConnections: { burst: 10, perSecond: 1 },
  CreateVpcEndpointServiceConfiguration: { burst: 10, perSecond: 1 },
  ModifyVpcEndpointServiceConfiguration: { burst: 10, perSecond: 1 },
  DeleteVpcEndpointServiceConfigurations: { burst: 10, perSecond: 1 },
  CreateNatGateway: { burst: 10, perSecond: 1 },
  DeleteNatGateway: { burst: 10, perSecond: 1 },
};
/** Same table: non-mutating actions. Every read of ours is filtered or paginated, so none is in the smaller class. */
const EC2_READ: Rate = { burst: 100, perSecond: 20 };
/** Same table: mutating actions, and equally the resource-intensive ones such as AuthorizeSecurityGroupIngress. */
const EC2_WRITE: Rate = { burst: 50, perSecond: 5 };
/** CloudWatch Logs User Guide, "CloudWatch Logs quotas": 5 a second for retention, tags and nearly all else; a burst is not published. */
const LOGS: Rate = { burst: 5, perSecond: 5 };
/** Same table: log groups themselves. */
const LOG_GROUPS: Rate = { burst: 10, perSecond: 10 };
const LOGS_RATES: Readonly<Record<string, Rate>> = {
  CreateLogGroup: LOG_GROUPS,
  DeleteLogGroup: LOG_GROUPS,
  DescribeLogGroups: LOG_GROUPS,
};
/** Tag Editor User Guide: GetResources at most 15 times a second. */
const TAGGING: Rate = { burst: 15, perSecond: 15 };
/**
 * Elastic Load Balancing User Guide, "Request throttling for the ELB API": the actions of a group share a bucket, and all
 * actions one of the account. The first that fits holds.
 */
const ELB_RATES: readonly [RegExp, Rate][] = [
  [/^(CreateLoadBalancer|SetSubnets)$/, { burst: 10, perSecond: 0.2, group: 'resource-intensive' }],
  [/^Describe/, { burst: 40, perSecond: 10, group: 'non-mutating' }],
  [/^/, { burst: 20, perSecond: 3, group: 'mutating' }],
];
const ELB_ACCOUNT: Rate = { burst: 40, perSecond: 10, group: 'account' };
/** Amazon ECS API Reference, "Request throttling for the Amazon ECS API": the actions of a group share a bucket. */
const ECS_RATES: readonly [RegExp, Rate][] = [
  [/^(Describe|List)Clusters$/, { burst: 50, perSecond: 20, group: 'cluster read' }],
  [
    /^((Create|Delete|Update)Cluster|PutClusterCapacityProviders)/,
    { burst: 20, perSecond: 1, group: 'cluster modify' },
  ],
  [/^DescribeCapacityProviders$/, { burst: 50, perSecond: 20 }],
  [
    /^(Create|Delete|Update)CapacityProvider$/,
    { burst: 10, perSecond: 1, group: 'capacity provider modify' },
  ],
  [/^(Describe|List)TaskDefinition/, { burst: 50, perSecond: 20, group: 'task definition read' }],
  [/^(Deregister|Register)TaskDefinition$/, { burst: 20, perSecond: 1, group: 'task definition modify' }],
  [/^DeleteTaskDefinitions$/, { burst: 5, perSecond: 1 }],
  [/^(Describe|List)Services$/, { burst: 100, perSecond: 20, group: 'service read' }],
  [/^(Create|Delete|Update)Service$/, { burst: 50, perSecond: 5, group: 'service modify' }],
  [/^(Describe|List)ServiceDeployments$/, { burst: 50, perSecond: 20, group: 'service deployment' }],
  [/^DescribeServiceRevisions$/, { burst: 50, perSecond: 20 }],
  [/^(Describe|List)(Tasks|ContainerInstances)$/, { burst: 100, perSecond: 20, group: 'resource read' }],
  [/^(Tag|Untag)Resource$/, { burst: 20, perSecond: 10, group: 'tag modify' }],
];
/** AWS General Reference, "Amazon CloudWatch endpoints and quotas". The first that fits holds. */
const CLOUDWATCH_RATES: readonly [RegExp, Rate][] = [
  [/^DescribeAlarms$/, { burst: 9, perSecond: 9 }],
  [/^(Put|Delete)\w*Alarms?$/, { burst: 3, perSecond: 3 }],
  [/^ListTagsForResource$/, { burst: 10, perSecond: 10 }],
  [/^(Tag|Untag)Resource$/, { burst: 20, perSecond: 20 }],
];
/** ACM User Guide, "Quotas", API rate quotas: requests a second. */
const ACM_RATES: Readonly<Record<string, Rate>> = {
  AddTagsToCertificate: { burst: 5, perSecond: 5 },
  DeleteCertificate: { burst: 10, perSecond: 10 },
  DescribeCertificate: { burst: 10, perSecond: 10 },
  ListCertificates: { burst: 8, perSecond: 8 },
  ListTagsForCertificate: { burst: 10, perSecond: 10 },
  RemoveTagsFromCertificate: { burst: 5, perSecond: 5 },
  RequestCertificate: { burst: 5, perSecond: 5 },
};
/** Route 53 Developer Guide, "Quotas": "five requests per second per AWS account", whichever they are. */
const ROUTE53: Rate = { burst: 5, perSecond: 5, group: 'account' };
/**
 * AWS WAF Developer Guide, "AWS WAF quotas": calls per account and region, and no burst is published. The first that fits holds;
 * tags and deletes are not named.
 */
const WAF_RATES: readonly [RegExp, Rate][] = [
  [/^(Associate|Disassociate)WebACL$/, { burst: 1, perSecond: 0.5 }],
  [/^(GetWebACLForResource|ListResourcesForWebACL)$/, { burst: 1, perSecond: 1 }],
  [/^(Get|List)/, { burst: 5, perSecond: 5 }],
  [/^/, { burst: 1, perSecond: 1 }],
];
/** AWS KMS Developer Guide, "Request quotas": requests a second. The first that fits holds. */
const KMS_RATES: readonly [RegExp, Rate][] = [
  [/^(DescribeKey|ListResourceTags)$/, { burst: 2000, perSecond: 2000 }],
  [/^(GetKeyPolicy|GetKeyRotationStatus)$/, { burst: 1000, perSecond: 1000 }],
  [/^(EnableKeyRotation|PutKeyPolicy|ScheduleKeyDeletion)$/, { burst: 15, perSecond: 15 }],
  [/^TagResource$/, { burst: 10, perSecond: 10 }],
  [
    /^(CancelKeyDeletion|CreateKey|EnableKey|UntagResource|UpdateKeyDescription)$/,
    { burst: 5, perSecond: 5 },
  ],
];
/** AWS Secrets Manager User Guide, "Quotas": what writes values shares a rate; nearly all else has 50 a second of its own. The first that fits holds. */
const SECRETS_RATES: readonly [RegExp, Rate][] = [
  [/^ListSecrets$/, { burst: 100, perSecond: 100 }],
  [/^(PutSecretValue|UpdateSecret|UpdateSecretVersionStage)$/, { burst: 50, perSecond: 50, group: 'values' }],
  [/^(Get|Put|Delete)ResourcePolicy$/, { burst: 50, perSecond: 50, group: 'policies' }],
  [/^/, { burst: 50, perSecond: 50 }],
];
/** For services whose rates AWS does not publish (IAM, RDS, ElastiCache, Application Auto Scaling), or publishes per action: a careful guess. */
const OTHER: Rate = { burst: 20, perSecond: 5 };

/** The rates that hold for an action when AWS's own limits are in force, one for each bucket that it takes a token from. */
export function awsRates(service: string, action: string, write: boolean): readonly Rate[] {
  if (service === 'logs') return [LOGS_RATES[action] ?? LOGS];
  if (service === 'tagging') return [TAGGING];
  if (service === 'acm') return [ACM_RATES[action] ?? OTHER];
  if (service === 'route53') return [ROUTE53];
  if (service === 'elbv2') {
    const own = ELB_RATES.find(([actions]) => actions.test(action));
    return [...(own ? [own[1]] : []), ELB_ACCOUNT];
  }
  if (service === 'ecs') return [ECS_RATES.find(([actions]) => actions.test(action))?.[1] ?? OTHER];
  if (service === 'cloudwatch')
    return [CLOUDWATCH_RATES.find(([actions]) => actions.test(action))?.[1] ?? OTHER];
  if (service === 'wafv2') return [WAF_RATES.find(([actions]) => actions.test(action))?.[1] ?? OTHER];
  if (service === 'kms') return [KMS_RATES.find(([actions]) => actions.test(action))?.[1] ?? OTHER];
  if (service === 'secretsManager')
    return [SECRETS_RATES.find(([actions]) => actions.test(action))?.[1] ?? OTHER];
  if (service !== 'ec2') return [OTHER];
  return [EC2_RATES[action] ?? (write ? EC2_WRITE : EC2_READ)];
}

/** The buckets that a call takes a token from, by key: AWS has them for each account and region. */
export function bucketsOf(
  call: Pick<AwsCall, 'accountId' | 'region' | 'service' | 'action' | 'write'>,
): readonly (readonly [key: string, rate: Rate])[] {
  const { accountId, service, action, write } = call;
  // Route 53 is one for all regions, and so is its bucket.
  const region = service === 'route53' ? '' : call.region;
  return awsRates(service, action, write).map((rate) => [
    [accountId, region, service, rate.group ?? action].join('/'),
    rate,
  ]);
}

/**
 * How much later one call may reach AWS than another that left at the same time, in seconds. Calls that we space
 * out arrive closer together by as much, so as many tokens of AWS's bucket are never counted on: one at least.
 */
const LATENESS_S = 1;

interface Bucket {
  /** Below 0 by as many as wait. */
  tokens: number;
  filledAt: number;
  readonly perMs: number;
}

/** Token buckets by key. A caller waits for its turn; the order of asking is the order of going. */
export interface Throttle {
  take(key: string, rate: Rate): Promise<void>;
  /** AWS refused a call: its bucket is empty, whatever ours holds, since others call too and a former process did. */
  empty(key: string): void;
}

/** Makes the buckets of a process. `scale` multiplies every rate; 0 turns them off. */
export function createThrottle(clock: Clock, scale = 1): Throttle {
  const buckets = new Map<string, Bucket>();
  return {
    async take(key, rate) {
      if (scale === 0) return;
      const perSecond = rate.perSecond * scale;
      const burst = Math.max(1, rate.burst * scale - Math.max(1, perSecond * LATENESS_S));
      const perMs = perSecond / 1000;
      const now = clock.now();
      const bucket = buckets.get(key) ?? { tokens: burst, filledAt: now, perMs };
      bucket.tokens = Math.min(burst, bucket.tokens + (now - bucket.filledAt) * perMs) - 1;
      bucket.filledAt = now;
      buckets.set(key, bucket);
      if (bucket.tokens >= 0) return;
      const waitMs = -bucket.tokens / perMs;
      await new Promise<void>((resolve) => clock.setTimeout(resolve, waitMs));
    },
    empty(key) {
      const bucket = buckets.get(key);
      const now = clock.now();
      if (!bucket || bucket.tokens + (now - bucket.filledAt) * bucket.perMs <= 0) return;
      bucket.tokens = 0;
      bucket.filledAt = now;
    },
  };
}
