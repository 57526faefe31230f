import {
  CreateLoadBalancerCommand,
  DeleteLoadBalancerCommand,
  DescribeLoadBalancersCommand,
  SetIpAddressTypeCommand,
  SetSecurityGroupsCommand,
  SetSubnetsCommand,
  type LoadBalancer,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { READY, type ActionContext, type Change, type State } from '../../graph/kind.ts';
import { TAG } from '../../graph/ownership.ts';
import { unlessGone } from '../errors.ts';
import { changedSet, compareSet, membersOf } from '../id-sets.ts';
import { must, pages, type AwsCollection, type AwsKind } from '../kind.ts';
import { generationName } from '../names.ts';
import { chosen, NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { retagged, tagList, tagsOf } from '../tags.ts';
import { LOAD_BALANCER_DEFAULTS, loadBalancerAttributes } from './load-balancer-attributes.ts';
import { removeServedName, renameServed, SERVED_NAME_TAG, servedNameChanges } from './served-name.ts';
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

export interface LoadBalancerInputs {
  /** At most 32 letters, digits and hyphens, unique in account and region; not `internal-…`. */
  readonly name: string;
  readonly type: 'application' | 'network';
  readonly scheme: 'internet-facing' | 'internal';
  readonly vpcId: string;
  /** One a zone; an application load balancer wants two zones. */
  readonly subnetIds: readonly string[];
  /** At least one: a network load balancer that is made without can never get one. */
  readonly securityGroupIds: readonly string[];
  readonly ipAddressType: 'ipv4' | 'dualstack';
  /** Of a network load balancer: whether inbound rules of its groups are enforced on what comes by PrivateLink. */
  readonly privateLinkInboundRules?: 'on' | 'off';
  /** The domain name that is to lead to it, as `<hosted zone> <name>`, with `_` for a star; absent for none. */
  readonly servedName?: string;
}

/**
 * Application and network load balancers. One call describes 400 of them, whoever owns them, and an account has 50 of
 * each sort unless its quota was raised; which are ours the tagging API knows in pages of 100. By ARN it would be 20 a call.
 */
export const loadBalancers: AwsCollection<Tagged<LoadBalancer>> = {
  name: 'elbv2/load-balancers',
  lane: 'fast',
  scope: 'region',
  iam: [...reads('elasticloadbalancing:DescribeLoadBalancers'), ...NOMINATION_ACTIONS],
  async *list(session, installation) {
    for await (const tags of nominated(session, 'elasticloadbalancing:loadbalancer', installation))
      yield chosen(await everyLoadBalancer(session), arnOf, tags);
  },
  async get(session, arns) {
    const found = await existing(arns, async (LoadBalancerArns) => {
      const answer = await session.elbv2.send(new DescribeLoadBalancersCommand({ LoadBalancerArns }));
      return answer.LoadBalancers;
    });
    return withTags(session, found, arnOf);
  },
  id: arnOf,
  tags(balancer) {
    const { [SERVED_NAME_TAG]: _, ...tags } = tagsOf(balancer);
    return tags;
  },
};

/** "The default is on": API reference, SetSecurityGroups. Of one for which it was never set AWS says nothing. */
const ENFORCED = 'on';

/** A load balancer with its place in the network; its attributes are a facet, what it listens on are things of their own. */
export const loadBalancerKind: AwsKind<LoadBalancerInputs, Tagged<LoadBalancer>> = {
  type: 'LoadBalancer',
  collection: loadBalancers,
  idempotency: 'name',
  iam: [
    ...makes('CreateLoadBalancer'),
    ...onOurs('DeleteLoadBalancer', 'SetIpAddressType', 'SetSecurityGroups', 'SetSubnets'),
    ...TAG_ACTIONS,
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-permissions.html
    ...reads(
      'ec2:DescribeAccountAttributes',
      'ec2:DescribeAddresses',
      'ec2:DescribeInternetGateways',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeSubnets',
      'ec2:DescribeVpcs',
      // Not on that page: where security groups are given (kubernetes-sigs/aws-load-balancer-controller#3917).
      'ec2:GetSecurityGroupsForVpc',
    ),
    // The first load balancer of an account makes the role with which the service itself acts.
    {
      action: 'iam:CreateServiceLinkedRole',
      on: 'anything',
      resource: 'iam::{account}:role/aws-service-role/elasticloadbalancing.amazonaws.com/*',
      when: { 'iam:AWSServiceName': ['elasticloadbalancing.amazonaws.com'] },
    },
  ],
  after: [],

  diff(inputs, balancer) {
    if (!balancer) return [];
    const changes: Change[] = [];
    const fixed = (path: string, from: unknown, to: unknown) => {
      if (from !== to) changes.push({ path, from, to, replace: true });
    };
    fixed('name', balancer.LoadBalancerName, nameOf(inputs, tagsOf(balancer)[TAG.revision]));
    fixed('type', balancer.Type, inputs.type);
    fixed('scheme', balancer.Scheme, inputs.scheme);
    fixed('vpcId', balancer.VpcId, inputs.vpcId);
    changes.push(...compareSet('subnetIds', inputs.subnetIds, subnetIdsOf(balancer)));
    const groups = balancer.SecurityGroups ?? [];
    // A network load balancer without groups stays without, one with groups may change them: API reference, SetSecurityGroups.
    const isWithout = balancer.Type === 'network' && groups.length === 0;
    changes.push(
      ...compareSet('securityGroupIds', inputs.securityGroupIds, groups).map((change) =>
        isWithout ? { ...change, replace: true as const } : change,
      ),
    );
    const ipAddressType = balancer.IpAddressType ?? 'ipv4';
    if (ipAddressType !== inputs.ipAddressType)
      changes.push({ path: 'ipAddressType', from: ipAddressType, to: inputs.ipAddressType });
    const enforced = balancer.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic ?? ENFORCED;
    const { privateLinkInboundRules = enforced } = inputs;
    if (enforced !== privateLinkInboundRules)
      changes.push({ path: 'privateLinkInboundRules', from: enforced, to: privateLinkInboundRules });
    return [...changes, ...servedNameChanges(balancer, inputs.servedName)];
  },
  state: stateOf,
  outputs: (balancer) => ({
    id: arnOf(balancer),
    // For what AWS offers of active ones only.
    ...(stateOf(balancer).phase === 'ready' && { activeArn: arnOf(balancer) }),
    name: balancer.LoadBalancerName ?? '',
    dnsName: balancer.DNSName ?? '',
    hostedZoneId: balancer.CanonicalHostedZoneId ?? '',
    // The dimension LoadBalancer of its metrics.
    metricName: suffixOf(arnOf(balancer)),
  }),
  gone: () => false,
  needs: (balancer) => [
    must(balancer.VpcId, 'VpcId'),
    ...subnetIdsOf(balancer),
    ...(balancer.SecurityGroups ?? []),
  ],

  async create({ session, tags: own, revision, wrote }, inputs) {
    const { servedName } = inputs;
    const tags = { ...own, ...(servedName !== undefined && { [SERVED_NAME_TAG]: servedName }) };
    const answer = await session.elbv2.send(
      new CreateLoadBalancerCommand({
        Name: nameOf(inputs, revision),
        Type: inputs.type,
        Scheme: inputs.scheme,
        Subnets: [...inputs.subnetIds],
        SecurityGroups: [...inputs.securityGroupIds],
        IpAddressType: inputs.ipAddressType,
        Tags: tagList(tags),
      }),
    );
    const balancer = must(answer.LoadBalancers?.[0], 'LoadBalancers');
    // What is new is not active yet.
    if (balancer.State?.Code === 'provisioning') {
      const arn = arnOf(balancer);
      wrote(loadBalancerAttributes, arn, () => ({ arn, attributes: LOAD_BALANCER_DEFAULTS }));
      return { ...balancer, Tags: tagList(tags) };
    }
    return asMade(session, balancer, arnOf, tags);
  },
  async conflicting(session, inputs, revision) {
    const named = await existing([nameOf(inputs, revision)], async (Names) => {
      const answer = await session.elbv2.send(new DescribeLoadBalancersCommand({ Names }));
      return answer.LoadBalancers;
    });
    const [found] = await withTags(session, named, arnOf);
    return found;
  },
  async update(context, inputs, balancer, changes) {
    const arn = arnOf(balancer);
    await updateTags(context, loadBalancers, arn, changes);
    await setSecurityGroups(context, inputs, balancer, changes);
    await setSubnets(context, balancer, changes);
    if (changes.some(({ path }) => path === 'servedName')) {
      const writes = await renameServed(context.session, balancer, inputs.servedName);
      context.wrote(loadBalancers, arn, (record) => record && retagged(record, writes));
    }
    if (!changes.some(({ path }) => path === 'ipAddressType')) return;
    const IpAddressType = inputs.ipAddressType;
    await context.session.elbv2.send(new SetIpAddressTypeCommand({ LoadBalancerArn: arn, IpAddressType }));
    context.wrote(loadBalancers, arn, (record) => record && { ...record, IpAddressType });
  },
  async delete({ session }, balancer) {
    await removeServedName(session, balancer);
    await unlessGone(session.elbv2.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: arnOf(balancer) })));
    return undefined;
  },
};

/** All of the account, whoever owns them. Collections that ask at the same time share the answer. */
export async function everyLoadBalancer(session: AwsSession): Promise<readonly LoadBalancer[]> {
  const all = await session.batches.ask('elbv2 load balancers', 'all', async () => {
    const found: LoadBalancer[] = [];
    const list = pages(async (Marker) => {
      const answer = await session.elbv2.send(
        new DescribeLoadBalancersCommand({ PageSize: PAGE, ...(Marker !== undefined && { Marker }) }),
      );
      return { items: answer.LoadBalancers, next: answer.NextMarker };
    });
    for await (const page of list) found.push(...page);
    return new Map([['all', found]]);
  });
  return all ?? [];
}

async function setSecurityGroups(
  { session, wrote }: ActionContext<AwsSession>,
  inputs: LoadBalancerInputs,
  balancer: LoadBalancer,
  changes: readonly Change[],
): Promise<void> {
  const enforces = changes.some(({ path }) => path === 'privateLinkInboundRules');
  if (!enforces && !changes.some(({ path }) => path.startsWith('securityGroupIds['))) return;
  const LoadBalancerArn = arnOf(balancer);
  const sent = {
    SecurityGroups: changedSet(balancer.SecurityGroups ?? [], 'securityGroupIds', changes),
    ...(enforces && {
      EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: inputs.privateLinkInboundRules ?? ENFORCED,
    }),
  };
  await session.elbv2.send(new SetSecurityGroupsCommand({ LoadBalancerArn, ...sent }));
  wrote(loadBalancers, LoadBalancerArn, (record) => record && { ...record, ...sent });
}

/**
 * AWS takes the whole set. Of a network load balancer a subnet that takes the place of another in its zone comes when that
 * one is gone ("Subnet changes within the same Availability Zone must be independent actions", Network Load Balancers
 * guide), so what leaves goes first and the next pass adds the rest.
 */
async function setSubnets(
  { session, wrote }: ActionContext<AwsSession>,
  balancer: LoadBalancer,
  changes: readonly Change[],
): Promise<void> {
  const { added, removed } = membersOf('subnetIds', changes);
  if (added.length + removed.length === 0) return;
  const LoadBalancerArn = arnOf(balancer);
  const kept = subnetIdsOf(balancer).filter((id) => !removed.includes(id));
  const isStepwise = balancer.Type === 'network' && removed.length > 0 && kept.length > 0;
  const Subnets = isStepwise ? kept : [...kept, ...added];
  await session.elbv2.send(new SetSubnetsCommand({ LoadBalancerArn, Subnets }));
  wrote(
    loadBalancers,
    LoadBalancerArn,
    (record) => record && { ...record, AvailabilityZones: Subnets.map((SubnetId) => ({ SubnetId })) },
  );
}

function stateOf(balancer: LoadBalancer): State {
  const what = `load balancer ${balancer.LoadBalancerName}`;
  const { Code: code, Reason: reason } = balancer.State ?? {};
  // Impaired it serves, and AWS goes on looking for what it needs to grow.
  if (code === 'active' || code === 'active_impaired') return READY;
  if (code === 'failed') {
    const why = reason ?? 'AWS gives no reason';
    return {
      phase: 'failed',
      reason: 'AwsRefused',
      message: `${what} could not be set up: ${why}; delete it and Landfall makes a new one`,
    };
  }
  return { phase: 'pending', reason: 'WaitingForAws', message: `${what} is ${code ?? 'provisioning'}` };
}

function nameOf({ name }: LoadBalancerInputs, revision: string | undefined): string {
  return generationName(name, NAME_MAX, revision);
}

function arnOf(balancer: LoadBalancer): string {
  return must(balancer.LoadBalancerArn, 'LoadBalancerArn');
}

function subnetIdsOf(balancer: LoadBalancer): string[] {
  return (balancer.AvailabilityZones ?? []).flatMap(({ SubnetId }) => SubnetId ?? []);
}
