import type { ACMClient } from '@aws-sdk/client-acm';
import type { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { BackupClient } from '@aws-sdk/client-backup';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeNetworkInterfacesCommand, type EC2Client } from '@aws-sdk/client-ec2';
import type { ECSClient } from '@aws-sdk/client-ecs';
import type { ElastiCacheClient } from '@aws-sdk/client-elasticache';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { RDSClient } from '@aws-sdk/client-rds';
import type { Route53Client } from '@aws-sdk/client-route-53';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { WAFV2Client } from '@aws-sdk/client-wafv2';
import { eventually } from '../../support/eventually.ts';

/** What a case gets to change AWS behind the operator's back. */
export interface DriftContext {
  readonly acm: ACMClient;
  readonly applicationAutoscaling: ApplicationAutoScalingClient;
  readonly autoscaling: AutoScalingClient;
  readonly backup: BackupClient;
  readonly cloudwatch: CloudWatchClient;
  readonly dynamodb: DynamoDBClient;
  readonly ec2: EC2Client;
  readonly ecs: ECSClient;
  readonly elasticache: ElastiCacheClient;
  readonly elbv2: ElasticLoadBalancingV2Client;
  readonly iam: IAMClient;
  readonly logs: CloudWatchLogsClient;
  readonly rds: RDSClient;
  readonly route53: Route53Client;
  readonly secretsManager: SecretsManagerClient;
  readonly wafv2: WAFV2Client;
  /** Id by node of the network, or of what else stands. */
  readonly ids: Readonly<Record<string, string>>;
}

export interface DriftCase {
  /** The node that is changed, and whose repair is expected. */
  readonly node: string;
  /** How often AWS is listed until the repair; default 2. What leaves slowly is waited for. */
  readonly refreshes?: number;
  /** The operator looks only when all of it has happened: what AWS has under way is waited for, and is no drift. */
  readonly unseen?: true;
  /** Nobody is served until the repair, or AWS refuses a part of it at first, so that the object may not be Ready meanwhile. */
  readonly interrupts?: true;
  /** Returns what tidies up things that the case itself made, once the drift is repaired. */
  readonly drift: (at: DriftContext) => Promise<void | (() => Promise<unknown>)>;
}

/** AWS's refusal with which a change that nobody can make ends. */
export interface RefusedCase {
  readonly refused: string;
  readonly attempt: (at: DriftContext) => Promise<unknown>;
}

/** A change that is left as it is, since others may live on it: the object is Stalled until somebody undoes it. */
export interface StalledCase {
  readonly node: string;
  /** The reason with which it is Stalled. */
  readonly stalls: string;
  /** Returns what undoes it. */
  readonly drift: (at: DriftContext) => Promise<() => Promise<unknown>>;
}

export type Case = DriftCase | RefusedCase | StalledCase;

/** The case as one that is repaired, where it is the loss of something. Throws where nobody knows how that is lost. */
export function lossOf(what: string, entry: Case | undefined): DriftCase {
  if (!entry || !('drift' in entry) || 'stalls' in entry) throw new Error(`nobody knows how ${what} is lost`);
  return entry;
}

/** By kind and then by the change that is brought about. */
export type Cases = Readonly<Record<string, Readonly<Record<string, Case>>>>;

/**
 * By kind, what happens to any node of it that somebody wants to delete: what AWS refuses as long as others
 * depend on it, and the deletion by one who first takes away what stands in the way.
 */
export type Deletions = Readonly<Record<string, (node: string) => Readonly<Record<string, Case>>>>;

/** A deletion that AWS refuses with this code. */
export function refused(code: string, attempt: RefusedCase['attempt']): RefusedCase {
  return { refused: code, attempt };
}

/** The id of a node of the network; throws where it has none. */
export function id(at: DriftContext, node: string): string {
  const found = at.ids[node];
  if (found === undefined) throw new Error(`the network has no ${node}`);
  return found;
}

/** The first of what AWS answered; throws where there is nothing. */
export function one<T>(things: readonly T[] | undefined, what: string): T {
  const [first] = things ?? [];
  if (first === undefined) throw new Error(`AWS has no ${what}`);
  return first;
}

/** Resolves when no network interface is left there: an endpoint's go only a while after it. */
export async function unused(at: DriftContext, filter: 'subnet-id' | 'vpc-id', value: string): Promise<void> {
  const Filters = [{ Name: filter, Values: [value] }];
  await eventually(`no network interface in ${value}`, async () => {
    const answer = await at.ec2.send(new DescribeNetworkInterfacesCommand({ Filters }));
    return answer.NetworkInterfaces?.length === 0;
  });
}
