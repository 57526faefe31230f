import type { EcsService, EcsServiceSpec } from '../../api/ecs-service.ts';
import { targetsOf } from '../../api/load-balancer-rules.ts';
import type { Listener, LoadBalancer } from '../../api/load-balancer.ts';
import type { Rule } from '../../aws/ec2/security-group-permissions.ts';
import type { EcsServiceInputs } from '../../aws/ecs/service-settings.ts';
import type { ListenerInputs } from '../../aws/elbv2/listener.ts';
import type { HealthCheck } from '../../aws/elbv2/target-group.ts';
import { Terminal } from '../../errors.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { ref } from '../../graph/ref.ts';
import type { CompileInput } from '../input.ts';
import { namespaceOf } from '../names.ts';
import type { NetworkExports } from '../network-exports.ts';
import type { NodeBuilder, NodeType } from '../nodes.ts';
import { onInstances } from './capacity.ts';
import { tierFor } from './balanced-in.ts';
import {
  CERTIFICATE_NODES,
  certificateNodes,
  certificateOf,
  loadBalancerNameNodes,
  servedName,
} from './certificates.ts';
import { isGuestOnInstances, tasksGroupOf } from './cluster.ts';
import type { ServiceNames } from './names.ts';
import { WEB_ACL_NODES, webAclNodes } from './web-acl.ts';

/** The types of the nodes that a load balancer adds to a service. */
export const LOAD_BALANCING_NODES: readonly NodeType[] = [
  'LoadBalancer',
  'LoadBalancerAttributes',
  'TargetGroup',
  'TargetGroupAttributes',
  'TargetHealth',
  'Listener',
  ...CERTIFICATE_NODES,
  ...WEB_ACL_NODES,
];

/** What its own security group is called among the nodes. */
const GROUP = 'load-balancer';
/** TLS 1.2 and 1.3 with forward secrecy: what AWS recommends, for both types. */
const TLS_POLICY = 'ELBSecurityPolicy-TLS13-1-2-2021-06';
/** Seconds in which a task may be unhealthy, where the spec does not say. */
export const GRACE_SECONDS = 60;
/** How many zones an Application load balancer stands in at least: API reference, CreateLoadBalancer, Subnets. */
const ZONES_MIN = 2;
/**
 * A Network load balancer otherwise sends to the tasks of the zone at which it was reached, where there may be none; an
 * Application load balancer never does, and passes on no headers that servers read differently.
 */
const ATTRIBUTES: Readonly<Record<LoadBalancer['type'], Readonly<Record<string, string>>>> = {
  Network: { 'load_balancing.cross_zone.enabled': 'true' },
  Application: { 'routing.http.drop_invalid_header_fields.enabled': 'true' },
};

type BalancedService = Pick<EcsServiceInputs, 'loadBalancers' | 'healthCheckGracePeriodSeconds'>;

/** What stands around the load balancer of a service. */
interface Surroundings {
  readonly names: ServiceNames;
  readonly exports: NetworkExports;
  /** How many tasks are to run; undefined where something else decides. */
  readonly desiredCount: number | undefined;
}

/**
 * The load balancer with all that belongs to it; nothing where the spec has none. Throws Terminal (`InvalidSpec`,
 * `NotGranted`) for what the network or the account cannot give.
 */
export function loadBalancingNodes(
  build: NodeBuilder,
  input: CompileInput<EcsService>,
  { names, exports, desiredCount }: Surroundings,
): GraphNode[] {
  const { loadBalancer: balancer } = input.object.spec;
  if (!balancer) return [];
  const network = exports.securityGroup('alb');
  const named = servedName(input, balancer);
  return [
    ...groupNodes(build, input.object, balancer, { names, exports }),
    build.thing('LoadBalancer', 'load-balancer', {
      name: names.loadBalancer,
      type: balancer.type === 'Network' ? 'network' : 'application',
      scheme: balancer.scheme === 'Internal' ? 'internal' : 'internet-facing',
      vpcId: exports.vpcId,
      subnetIds: subnetsFor(balancer, exports),
      securityGroupIds: [ref(`security-group/${GROUP}`), ...(network === undefined ? [] : [network])],
      ipAddressType: 'ipv4',
      ...(balancer.type === 'Network' && {
        privateLinkInboundRules: balancer.privateLinkInboundRules === 'Ignored' ? 'off' : 'on',
      }),
      ...named,
    }),
    ...loadBalancerNameNodes(build, named),
    ...certificateNodes(build, input, balancer),
    build.facet('LoadBalancerAttributes', 'load-balancer-attributes', {
      arn: ref('load-balancer'),
      attributes: ATTRIBUTES[balancer.type],
    }),
    build.thing('TargetGroup', 'target-group', {
      name: names.targetGroup,
      loadBalancerId: ref('load-balancer'),
      vpcId: exports.vpcId,
      port: targetOf(input.object.spec).port,
      protocol: balancer.type === 'Network' ? 'TCP' : 'HTTP',
      targetType: onInstances(input.object) ? 'instance' : 'ip',
      healthCheck: healthCheckOf(balancer),
    }),
    build.facet('TargetGroupAttributes', 'target-group-attributes', {
      arn: ref('target-group'),
      attributes: { 'deregistration_delay.timeout_seconds': String(balancer.deregistrationDelaySeconds) },
    }),
    ...webAclNodes(build, input, names),
    ...balancer.listeners.map((listener) => listenerNode(build, input, listener)),
    // Without tasks nothing is healthy, and nothing is to be.
    ...(desiredCount === 0
      ? []
      : [build.facet('TargetHealth', 'target-health', { targetGroupId: ref('target-group') })]),
  ];
}

/** What the service itself has of it. */
export function balancedService(spec: EcsServiceSpec): BalancedService {
  if (!spec.loadBalancer) return { loadBalancers: [] };
  const { container, port } = targetOf(spec);
  return {
    loadBalancers: [{ targetGroupArn: ref('target-group'), containerName: container, containerPort: port }],
    healthCheckGracePeriodSeconds: spec.service.healthCheckGracePeriodSeconds ?? GRACE_SECONDS,
  };
}

/** The nodes before a service: ECS takes no target group that no listener sends to. */
export function beforeBalanced({ loadBalancer }: EcsServiceSpec): string[] {
  return (loadBalancer?.listeners ?? []).filter(isForwarding).map(listenerKey);
}

/** How the descriptions begin of the rules by which it reaches the tasks, and they are reached. */
export const BALANCED_RULES = ['from the load balancer', 'to the tasks'] as const;

/** Who may reach the tasks by it: its own group alone, at the port of the target, or at those that Docker gives out. */
export function fromLoadBalancer(spec: EcsServiceSpec): Rule[] {
  if (!spec.loadBalancer) return [];
  return [ruleTo(portsOf(spec), ref(`security-group/${GROUP}`), BALANCED_RULES[0])];
}

/** A group of its own, which lets in whom the spec names, and leads to the tasks and nowhere else. */
function groupNodes(
  build: NodeBuilder,
  object: EcsService,
  { ingress, listeners }: LoadBalancer,
  { names, exports }: Pick<Surroundings, 'names' | 'exports'>,
): GraphNode[] {
  const { metadata, spec } = object;
  const key = `security-group/${GROUP}`;
  return [
    build.thing('SecurityGroup', key, {
      vpcId: exports.vpcId,
      name: names.loadBalancerGroup,
      description: `Load balancer of ${namespaceOf(metadata)}/${metadata.name}`,
    }),
    build.facet(
      'SecurityGroupRules',
      `security-group-rules/${GROUP}`,
      {
        groupId: ref(key),
        ingress: ingress.flatMap((peer) =>
          listeners.map(({ port }) =>
            ruleTo([port, port], peerId(peer, exports), `${peer.name} from ${whoIs(peer)}`),
          ),
        ),
        egress: [ruleTo(portsOf(spec), tasksOf(object), BALANCED_RULES[1])],
        outlasting: [...BALANCED_RULES],
      },
      // Until others take their place, the tasks that run are reached at the port that they have.
      { lateAwaits: ['service'] },
    ),
  ];
}

/** The group of the tasks. */
function tasksOf(object: EcsService): string {
  return isGuestOnInstances(object) ? tasksGroupOf(object) : ref('security-group/tasks');
}

type Ports = readonly [from: number, to: number];

function ruleTo([fromPort, toPort]: Ports, peer: string, description: string): Rule {
  return { protocol: 'tcp', fromPort, toPort, peer, description };
}

/** Where tasks are reached. On instances Docker gives each a port: ECS Developer Guide, "Port mappings", hostPort 0. */
function portsOf(spec: EcsServiceSpec): Ports {
  const { port } = targetOf(spec);
  return onInstances({ spec }) ? [32_768, 65_535] : [port, port];
}

type Peer = LoadBalancer['ingress'][number];

function peerId({ name, cidr, group }: Peer, exports: NetworkExports): string {
  if (cidr !== undefined) return cidr;
  const id = group && exports.securityGroup(group);
  if (id !== undefined) return id;
  // The network has been looked at.
  throw new Error(`no security group for ${name}`);
}

function whoIs({ group, exposure }: Peer): string {
  return group ?? (exposure === undefined ? 'outside' : 'the internet');
}

/** Its subnets: one a zone. */
function subnetsFor({ type, scheme }: LoadBalancer, exports: NetworkExports): string[] {
  const subnets = exports.subnets(tierFor(scheme));
  if (type === 'Application' && subnets.length < ZONES_MIN)
    throw new Terminal(
      'InvalidSpec',
      `spec.loadBalancer.type is Application, for which AWS wants ${ZONES_MIN} zones, and ${exports.owner} is in ${subnets.length}: give it more in spec.zones, or take a Network load balancer`,
    );
  return subnets.map(({ id }) => id);
}

function healthCheckOf({ type, healthCheck }: LoadBalancer): HealthCheck {
  const { protocol = type === 'Network' ? 'TCP' : 'HTTP' } = healthCheck;
  const isHttp = protocol !== 'TCP';
  return {
    protocol,
    port: 'traffic-port',
    path: isHttp ? (healthCheck.path ?? '/') : '',
    matcher: isHttp ? (healthCheck.successCodes ?? '200') : '',
    intervalSeconds: healthCheck.intervalSeconds,
    timeoutSeconds: healthCheck.timeoutSeconds,
    healthyThreshold: healthCheck.healthyThreshold,
    unhealthyThreshold: healthCheck.unhealthyThreshold,
  };
}

function listenerNode(build: NodeBuilder, input: CompileInput<EcsService>, listener: Listener): GraphNode {
  const { port, protocol, redirectTo } = listener;
  const { arn, awaits } = certificateOf(input, listener);
  const inputs: ListenerInputs = {
    loadBalancerId: ref('load-balancer'),
    port,
    protocol,
    certificateArn: arn,
    sslPolicy: arn === '' ? '' : TLS_POLICY,
    action:
      redirectTo === undefined
        ? { type: 'forward', targetGroupId: ref('target-group') }
        : { type: 'redirect', port: redirectTo },
  };
  return build.thing('Listener', listenerKey(listener), inputs, { awaits });
}

const isForwarding = ({ redirectTo }: Listener) => redirectTo === undefined;
const listenerKey = ({ port }: Listener) => `listener/${port}`;

/** Where in a task its load balancer sends. */
export function targetOf(spec: EcsServiceSpec): { container: string; port: number } {
  const [target] = targetsOf(spec);
  // A rule of the schema demands one.
  if (!target) throw new Error('a load balancer without a target');
  return target;
}
