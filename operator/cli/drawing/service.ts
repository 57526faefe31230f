import type { ScalableTargetInputs } from '../../aws/application-autoscaling/scalable-target.ts';
import type { EcsServiceInputs } from '../../aws/ecs/service-settings.ts';
import type { TaskDefinitionInputs } from '../../aws/ecs/task-definition-inputs.ts';
import type { ListenerInputs } from '../../aws/elbv2/listener.ts';
import type { LoadBalancerInputs } from '../../aws/elbv2/load-balancer.ts';
import type { TargetGroupInputs } from '../../aws/elbv2/target-group.ts';
import type { WebAclAssociationInputs } from '../../aws/wafv2/web-acl-association.ts';
import type { Graph } from '../../graph/graph.ts';
import { homeOf } from './marks.ts';
import { inputsBy, lastPart, type All } from './nodes.ts';

/** A service as it is drawn. */
export interface Service {
  /** Key of its node. */
  readonly node: string;
  readonly name: string;
  /** `Fargate`, `Fargate and Fargate Spot` or `EC2`. */
  readonly capacity: string;
  /** `1 task`, `2 to 8 tasks`. */
  readonly count: string;
  readonly containers: readonly { readonly name: string; readonly image: string }[];
  readonly loadBalancer: LoadBalancer | undefined;
  /** What else there is of it, drawn in a line or not at all. */
  readonly others: readonly Other[];
}

export interface LoadBalancer {
  readonly node: string;
  /** `Network load balancer`. */
  readonly name: string;
  /** `internal`, `internet-facing, behind AWS WAF`. */
  readonly scheme: string;
  readonly listeners: readonly { readonly node: string; readonly text: string }[];
  readonly target: { readonly node: string; readonly port: string; readonly health: string } | undefined;
}

interface Other {
  readonly node: string;
  /** Its name in AWS, where the compiler gives it one. */
  readonly name: string;
}

/** What a compiled service has to show. */
export function serviceOf(graph: Graph): Service {
  const all = inputsBy(graph);
  const service = all<EcsServiceInputs>('EcsService')[0];
  const loadBalancer = loadBalancerOf(all);
  const shown = new Set([
    service?.node,
    loadBalancer?.node,
    loadBalancer?.target?.node,
    ...(loadBalancer?.listeners ?? []).map(({ node }) => node),
  ]);
  const definition = all<TaskDefinitionInputs>('TaskDefinition')[0]?.inputs;
  return {
    node: service?.node ?? 'service',
    name: lastPart(graph.owner),
    capacity: capacityOf(service?.inputs),
    count: countOf(service?.inputs, all),
    containers: (definition?.containerDefinitions ?? []).map(({ name, image }) => ({
      name,
      image: imageName(image),
    })),
    loadBalancer,
    others: [...graph.nodes.values()]
      .filter(({ key }) => homeOf(key) === key && !shown.has(key))
      .map(({ key, inputs }) => ({ node: key, name: nameIn(inputs) })),
  };
}

function loadBalancerOf(all: All): LoadBalancer | undefined {
  const balancer = all<LoadBalancerInputs>('LoadBalancer')[0];
  if (!balancer) return undefined;
  const target = all<TargetGroupInputs>('TargetGroup')[0];
  const isGuarded = all<WebAclAssociationInputs>('WebAclAssociation').some(
    ({ inputs }) => inputs.webAclId !== '',
  );
  return {
    node: balancer.node,
    name: `${balancer.inputs.type === 'network' ? 'Network' : 'Application'} load balancer`,
    scheme: `${balancer.inputs.scheme}${isGuarded ? ', behind AWS WAF' : ''}`,
    listeners: all<ListenerInputs>('Listener')
      .sort((a, b) => a.inputs.port - b.inputs.port)
      .map(({ node, inputs: { protocol, port, action } }) => ({
        node,
        text: `${protocol} ${port}${action.type === 'redirect' ? ` → ${action.port}` : ''}`,
      })),
    target: target && {
      node: target.node,
      port: `${target.inputs.protocol} ${target.inputs.port}`,
      health: `${target.inputs.healthCheck.protocol} ${target.inputs.healthCheck.path}`.trimEnd(),
    },
  };
}

const PROVIDERS: Readonly<Record<string, string>> = { FARGATE: 'Fargate', FARGATE_SPOT: 'Fargate Spot' };

/** A provider that is none of AWS's own is made of instances. */
function capacityOf(service: EcsServiceInputs | undefined): string {
  const { launchType = 'FARGATE', capacityProviderStrategy } = service ?? {};
  const providers = capacityProviderStrategy?.map(({ capacityProvider }) => capacityProvider) ?? [launchType];
  return [...new Set(providers.map((name) => PROVIDERS[name] ?? 'EC2'))].join(' and ');
}

/** Between which counts autoscaling moves, where it does; else the count that is wanted. */
function countOf(service: EcsServiceInputs | undefined, all: All): string {
  const range = all<ScalableTargetInputs>('ScalableTarget')[0]?.inputs;
  if (range && range.minCapacity !== range.maxCapacity)
    return `${range.minCapacity} to ${range.maxCapacity} tasks`;
  const count = range?.minCapacity ?? service?.desiredCount ?? service?.initialCount ?? 1;
  return `${count} ${count === 1 ? 'task' : 'tasks'}`;
}

/** `api:1.0.0`, wherever the registry; of a digest its beginning, as git shows hashes. */
function imageName(image: string): string {
  return lastPart(image).replace(/(@sha256:[0-9a-f]{8})[0-9a-f]+$/, '$1…');
}

function nameIn(inputs: object): string {
  const { name, family } = inputs as { readonly name?: unknown; readonly family?: unknown };
  return [name, family].find((text) => typeof text === 'string') ?? '';
}
