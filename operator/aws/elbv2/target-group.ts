import {
  CreateTargetGroupCommand,
  DeleteTargetGroupCommand,
  DescribeTargetGroupsCommand,
  ModifyTargetGroupCommand,
  type ModifyTargetGroupInput,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { READY, type Change } from '../../graph/kind.ts';
import { TAG } from '../../graph/ownership.ts';
import { unlessGone } from '../errors.ts';
import { must, pages, type AwsCollection, type AwsKind } from '../kind.ts';
import { generationName } from '../names.ts';
import { chosen, NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import { reads } from '../permissions.ts';
import { tagList, tagsOf } from '../tags.ts';
import {
  asMade,
  existing,
  makes,
  NAME_MAX,
  onOurs,
  PAGE,
  suffixOf,
  TAG_ACTIONS,
  updateTags,
  withTags,
  type Tagged,
} from './shared.ts';
import { TARGET_GROUP_DEFAULTS, targetGroupAttributes } from './target-group-attributes.ts';
import { targetHealth } from './target-health.ts';

export interface HealthCheck {
  readonly protocol: 'HTTP' | 'HTTPS' | 'TCP';
  /** A number, or `traffic-port` for that of each target. */
  readonly port: string;
  /** Empty where the protocol is TCP. */
  readonly path: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  /** The status codes of health, as `200-299,301`; empty where the protocol is TCP. */
  readonly matcher: string;
}

export interface TargetGroupInputs {
  /** At most 32 letters, digits and single hyphens, unique in account and region. */
  readonly name: string;
  /** The load balancer that uses it: another one cannot use it as well. */
  readonly loadBalancerId: string;
  readonly vpcId: string;
  /** Of targets that are registered without one, of which ECS registers none: what it was made with stays. */
  readonly port: number;
  readonly protocol: 'HTTP' | 'HTTPS' | 'TCP' | 'TLS';
  /** `ip` for tasks with interfaces of their own, `instance` for those behind their host's ports. */
  readonly targetType: 'ip' | 'instance';
  readonly healthCheck: HealthCheck;
}

/** The settings of the health check that can change, in AWS's words. */
const SETTINGS = {
  protocol: 'HealthCheckProtocol',
  port: 'HealthCheckPort',
  path: 'HealthCheckPath',
  intervalSeconds: 'HealthCheckIntervalSeconds',
  timeoutSeconds: 'HealthCheckTimeoutSeconds',
  healthyThreshold: 'HealthyThresholdCount',
  unhealthyThreshold: 'UnhealthyThresholdCount',
  matcher: 'Matcher',
} as const satisfies Record<keyof HealthCheck, keyof ModifyTargetGroupInput>;
type Setting = keyof HealthCheck;
const ALL_SETTINGS = Object.keys(SETTINGS) as Setting[];
/** What only health checks over HTTP have. */
const OF_HTTP: ReadonlySet<Setting> = new Set(['path', 'matcher']);

/** Target groups, listed as load balancers are. */
export const targetGroups: AwsCollection<Tagged<TargetGroup>> = {
  name: 'elbv2/target-groups',
  lane: 'fast',
  scope: 'region',
  iam: [...reads('elasticloadbalancing:DescribeTargetGroups'), ...NOMINATION_ACTIONS],
  async *list(session, installation) {
    const all = pages<TargetGroup>(async (Marker) => {
      const answer = await session.elbv2.send(
        new DescribeTargetGroupsCommand({ PageSize: PAGE, ...(Marker !== undefined && { Marker }) }),
      );
      return { items: answer.TargetGroups, next: answer.NextMarker };
    });
    for await (const tags of nominated(session, 'elasticloadbalancing:targetgroup', installation))
      for await (const page of all) yield chosen(page, arnOf, tags);
  },
  async get(session, arns) {
    const found = await existing(arns, async (TargetGroupArns) => {
      const answer = await session.elbv2.send(new DescribeTargetGroupsCommand({ TargetGroupArns }));
      return answer.TargetGroups;
    });
    return withTags(session, found, arnOf);
  },
  id: arnOf,
  tags: tagsOf,
};

/** A target group with its health check. What is registered in it is left to ECS. */
export const targetGroupKind: AwsKind<TargetGroupInputs, Tagged<TargetGroup>> = {
  type: 'TargetGroup',
  collection: targetGroups,
  idempotency: 'name',
  iam: [
    ...makes('CreateTargetGroup'),
    ...onOurs('DeleteTargetGroup', 'ModifyTargetGroup'),
    ...TAG_ACTIONS,
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-permissions.html
    ...reads('ec2:DescribeInternetGateways', 'ec2:DescribeVpcs'),
  ],
  // AWS keeps what a listener forwards to (ResourceInUse).
  after: ['Listener'],
  heldBy: ['Listener'],

  diff(inputs, group) {
    if (!group) return [];
    const changes: Change[] = [];
    const fixed = (path: string, from: unknown, to: unknown) => {
      if (from !== to) changes.push({ path, from, to, replace: true });
    };
    fixed('name', group.TargetGroupName, nameOf(inputs, tagsOf(group)[TAG.revision]));
    fixed('vpcId', group.VpcId, inputs.vpcId);
    fixed('protocol', group.Protocol, inputs.protocol);
    fixed('targetType', group.TargetType, inputs.targetType);
    // "You can use each target group with only one load balancer": API reference, TargetGroup.
    const [user] = group.LoadBalancerArns ?? [];
    if (user !== undefined) fixed('loadBalancerId', user, inputs.loadBalancerId);
    const now = healthCheckOf(group);
    for (const setting of settingsOf(inputs)) {
      const [from, to] = [now[setting], inputs.healthCheck[setting]];
      if (from !== to) changes.push({ path: `healthCheck.${setting}`, from, to });
    }
    return changes;
  },
  state: () => READY,
  outputs: (group) => ({
    id: arnOf(group),
    name: group.TargetGroupName ?? '',
    // The dimension TargetGroup of its metrics.
    metricName: suffixOf(arnOf(group)),
  }),
  gone: () => false,
  needs: (group) => [must(group.VpcId, 'VpcId')],

  async create({ session, tags, revision, wrote }, inputs) {
    const answer = await session.elbv2.send(
      new CreateTargetGroupCommand({
        Name: nameOf(inputs, revision),
        VpcId: inputs.vpcId,
        Port: inputs.port,
        Protocol: inputs.protocol,
        TargetType: inputs.targetType,
        Tags: tagList(tags),
        ...inWordsOfAws(inputs.healthCheck, settingsOf(inputs)),
      }),
    );
    const group = await asMade(session, must(answer.TargetGroups?.[0], 'TargetGroups'), arnOf, tags);
    // It has no targets yet. Of one that is there already the next reading tells more; to set an attribute twice is nothing.
    const arn = arnOf(group);
    wrote(targetGroupAttributes, arn, () => ({ arn, attributes: TARGET_GROUP_DEFAULTS }));
    wrote(targetHealth, arn, () => ({ arn, targets: [], isNew: true }));
    return group;
  },
  async conflicting(session, inputs, revision) {
    const named = await existing([nameOf(inputs, revision)], async (Names) => {
      const answer = await session.elbv2.send(new DescribeTargetGroupsCommand({ Names }));
      return answer.TargetGroups;
    });
    const [found] = await withTags(session, named, arnOf);
    return found;
  },
  async update(context, inputs, group, changes) {
    const arn = arnOf(group);
    await updateTags(context, targetGroups, arn, changes);
    const changed = ALL_SETTINGS.filter((setting) =>
      changes.some(({ path }) => path === `healthCheck.${setting}`),
    );
    if (changed.length === 0) return;
    const sent = inWordsOfAws(inputs.healthCheck, changed);
    await context.session.elbv2.send(new ModifyTargetGroupCommand({ TargetGroupArn: arn, ...sent }));
    context.wrote(targetGroups, arn, (record) => record && { ...record, ...sent });
    context.wrote(targetHealth, arn, (record) => record && { ...record, isOld: true });
  },
  async delete({ session }, group) {
    await unlessGone(session.elbv2.send(new DeleteTargetGroupCommand({ TargetGroupArn: arnOf(group) })));
    return undefined;
  },
  blockers: (_session, group) =>
    Promise.resolve((group.LoadBalancerArns ?? []).map((arn) => `a listener of load balancer ${arn}`)),
};

/** The settings that a health check of this protocol has. */
function settingsOf({ healthCheck }: TargetGroupInputs): Setting[] {
  return ALL_SETTINGS.filter((setting) => healthCheck.protocol !== 'TCP' || !OF_HTTP.has(setting));
}

/** These settings as AWS takes them: what did not change is not sent (aws-controllers-k8s/community#2536). */
function inWordsOfAws(
  check: HealthCheck,
  settings: readonly Setting[],
): Partial<Omit<ModifyTargetGroupInput, 'TargetGroupArn'>> {
  return Object.fromEntries(
    settings.map((setting) => [
      SETTINGS[setting],
      setting === 'matcher' ? { HttpCode: check.matcher } : check[setting],
    ]),
  );
}

function healthCheckOf(group: TargetGroup): Readonly<Record<Setting, string | number>> {
  return {
    protocol: group.HealthCheckProtocol ?? '',
    port: group.HealthCheckPort ?? '',
    path: group.HealthCheckPath ?? '',
    intervalSeconds: group.HealthCheckIntervalSeconds ?? 0,
    timeoutSeconds: group.HealthCheckTimeoutSeconds ?? 0,
    healthyThreshold: group.HealthyThresholdCount ?? 0,
    unhealthyThreshold: group.UnhealthyThresholdCount ?? 0,
    matcher: group.Matcher?.HttpCode ?? '',
  };
}

function nameOf({ name }: TargetGroupInputs, revision: string | undefined): string {
  return generationName(name, NAME_MAX, revision);
}

function arnOf(group: TargetGroup): string {
  return must(group.TargetGroupArn, 'TargetGroupArn');
}
