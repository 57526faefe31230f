import type {
  AvailabilityZoneRebalancing,
  PlacementStrategy,
  Service,
  UpdateServiceRequest,
} from '@aws-sdk/client-ecs';
import type { Change } from '../../graph/kind.ts';
import { writable } from './shared.ts';

/** A load balancer's target group, and the container's port that it sends to. */
interface ServiceLoadBalancer {
  readonly targetGroupArn: string;
  readonly containerName: string;
  readonly containerPort: number;
}

export interface EcsServiceInputs {
  /** ARN. */
  readonly cluster: string;
  /** Unique among the services of its cluster; at most 255 letters, digits, hyphens and underscores. */
  readonly name: string;
  /** ARN of a revision. */
  readonly taskDefinition: string;
  /** The revision of others `is` runs in place of ours, `of`, from which it differs in images alone: it is left alone. */
  readonly instead?: { readonly of: string; readonly is: string };
  /** Undefined where something else sets it, as autoscaling does: it is left alone. */
  readonly desiredCount?: number;
  /** With how many tasks a new service begins where `desiredCount` does not say; default 1. */
  readonly initialCount?: number;
  /** Either this or a strategy. */
  readonly launchType?: 'FARGATE' | 'EC2';
  readonly capacityProviderStrategy?: readonly {
    readonly capacityProvider: string;
    readonly weight: number;
    readonly base: number;
  }[];
  /** Of Fargate alone, `LATEST` or a number. */
  readonly platformVersion?: string;
  /** For tasks with interfaces of their own (`awsvpc`). */
  readonly network?: {
    readonly subnetIds: readonly string[];
    readonly securityGroupIds: readonly string[];
    readonly assignPublicIp: boolean;
  };
  readonly loadBalancers: readonly ServiceLoadBalancer[];
  /** Only with a load balancer. */
  readonly healthCheckGracePeriodSeconds?: number;
  readonly deployment: {
    /** Percent of the desired count. */
    readonly minimumHealthyPercent: number;
    readonly maximumPercent: number;
    /** Gives a rollout up whose tasks fail. */
    readonly circuitBreaker: boolean;
    /** Goes back to what ran before, then. */
    readonly rollback: boolean;
  };
  readonly enableExecuteCommand: boolean;
  readonly propagateTags: 'SERVICE' | 'TASK_DEFINITION' | 'NONE';
  readonly enableEcsManagedTags: boolean;
  /** On instances alone, in the order in which they count. */
  readonly placementStrategy?: readonly {
    readonly type: 'binpack' | 'spread' | 'random';
    readonly field?: string;
  }[];
  readonly placementConstraints?: readonly {
    readonly type: 'distinctInstance' | 'memberOf';
    readonly expression?: string;
  }[];
  /** Whenever it becomes another, all tasks are replaced. */
  readonly restartedAt?: string;
  /** Which passwords its tasks read, in no way that tells any. They read them when they start alone, so that others replace them. */
  readonly passwords?: readonly string[];
}

type Written = Omit<UpdateServiceRequest, 'service'>;

interface Setting {
  readonly path: string;
  /** As AWS describes it. */
  readonly of: (service: Service) => unknown;
  /** Undefined leaves it as it is. */
  readonly wanted: (inputs: EcsServiceInputs) => unknown;
  readonly write: (inputs: EcsServiceInputs) => Written;
  /** Tasks are replaced for it, so that it may fail and be taken back: UpdateService, API reference, each parameter. */
  readonly deploys?: true;
}

const network = {
  write: ({ network: of }: EcsServiceInputs): Written =>
    of
      ? {
          networkConfiguration: {
            awsvpcConfiguration: {
              subnets: [...of.subnetIds],
              securityGroups: [...of.securityGroupIds],
              assignPublicIp: of.assignPublicIp ? 'ENABLED' : 'DISABLED',
            },
          },
        }
      : {},
  deploys: true,
} as const;

const deployment = {
  write: ({ deployment: of }: EcsServiceInputs): Written => ({
    deploymentConfiguration: {
      minimumHealthyPercent: of.minimumHealthyPercent,
      maximumPercent: of.maximumPercent,
      deploymentCircuitBreaker: { enable: of.circuitBreaker, rollback: of.rollback },
    },
  }),
};

/** A setting that AWS has under the same name. */
function plain<K extends keyof Written & keyof EcsServiceInputs>(
  path: K,
  of: (service: Service) => unknown,
): Setting {
  return {
    path,
    of,
    wanted: (inputs) => inputs[path],
    write: (inputs) => (inputs[path] === undefined ? {} : { [path]: writable(inputs[path]) }),
  };
}

/** What is to run: ours, or what others run in its place. */
function revisionFor({ taskDefinition, instead }: EcsServiceInputs): string {
  return instead?.of === taskDefinition ? instead.is : taskDefinition;
}

const ZONE = 'attribute:ecs.availability-zone';

/**
 * A new service has it, unless told otherwise, and AWS then refuses updates to what it does not go with:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
 */
function rebalancingFor(inputs: EcsServiceInputs): AvailabilityZoneRebalancing {
  const { deployment: of, placementStrategy = [], placementConstraints = [] } = inputs;
  const [first] = placementStrategy;
  const spreads = !first || (first.type === 'spread' && first.field === ZONE);
  const isFree = placementConstraints.every(({ expression = '' }) => !expression.includes(ZONE));
  return of.maximumPercent > 100 && spreads && isFree ? 'ENABLED' : 'DISABLED';
}

/** Everything that UpdateService changes in place, and that CreateService is given: each is described here alone. */
const SETTINGS: readonly Setting[] = [
  {
    path: 'taskDefinition',
    of: (service) => service.taskDefinition,
    wanted: revisionFor,
    write: (inputs) => ({ taskDefinition: revisionFor(inputs) }),
    deploys: true,
  },
  plain('desiredCount', (service) => service.desiredCount),
  { ...plain('platformVersion', (service) => service.platformVersion), deploys: true },
  {
    path: 'capacityProviderStrategy',
    of: ({ capacityProviderStrategy: strategy = [] }) =>
      inOrder(
        strategy.map(({ capacityProvider, weight = 0, base = 0 }) => ({ capacityProvider, weight, base })),
      ),
    // Without one it goes back to its launch type: "pass an empty list".
    wanted: ({ capacityProviderStrategy: strategy = [] }) => inOrder(strategy),
    write: ({ capacityProviderStrategy: strategy = [] }) => ({
      capacityProviderStrategy: writable(strategy),
    }),
    deploys: true,
  },
  {
    ...network,
    path: 'subnetIds',
    of: (service) => inOrder(awsvpcOf(service)?.subnets ?? []),
    wanted: (inputs) => inputs.network && inOrder(inputs.network.subnetIds),
  },
  {
    ...network,
    path: 'securityGroupIds',
    of: (service) => inOrder(awsvpcOf(service)?.securityGroups ?? []),
    wanted: (inputs) => inputs.network && inOrder(inputs.network.securityGroupIds),
  },
  {
    ...network,
    path: 'assignPublicIp',
    of: (service) => awsvpcOf(service)?.assignPublicIp === 'ENABLED',
    wanted: (inputs) => inputs.network?.assignPublicIp,
  },
  {
    path: 'loadBalancers',
    of: ({ loadBalancers = [] }) =>
      inOrder(
        loadBalancers.map(({ targetGroupArn = '', containerName = '', containerPort = 0 }) => ({
          targetGroupArn,
          containerName,
          containerPort,
        })),
      ),
    wanted: ({ loadBalancers }) => inOrder(loadBalancers),
    write: ({ loadBalancers }) => ({ loadBalancers: writable(loadBalancers) }),
    deploys: true,
  },
  plain('healthCheckGracePeriodSeconds', (service) => service.healthCheckGracePeriodSeconds ?? 0),
  {
    ...deployment,
    path: 'minimumHealthyPercent',
    of: (service) => service.deploymentConfiguration?.minimumHealthyPercent,
    wanted: (inputs) => inputs.deployment.minimumHealthyPercent,
  },
  {
    ...deployment,
    path: 'maximumPercent',
    of: (service) => service.deploymentConfiguration?.maximumPercent,
    wanted: (inputs) => inputs.deployment.maximumPercent,
  },
  {
    path: 'availabilityZoneRebalancing',
    // "If the service never had [a] value set, Amazon ECS treats this as DISABLED": UpdateService, API reference.
    of: (service) => service.availabilityZoneRebalancing ?? 'DISABLED',
    wanted: rebalancingFor,
    write: (inputs) => ({ availabilityZoneRebalancing: rebalancingFor(inputs) }),
  },
  {
    ...deployment,
    path: 'circuitBreaker',
    of: (service) => service.deploymentConfiguration?.deploymentCircuitBreaker?.enable ?? false,
    wanted: (inputs) => inputs.deployment.circuitBreaker,
  },
  {
    ...deployment,
    path: 'rollback',
    of: (service) => service.deploymentConfiguration?.deploymentCircuitBreaker?.rollback ?? false,
    wanted: (inputs) => inputs.deployment.rollback,
  },
  plain('enableExecuteCommand', (service) => service.enableExecuteCommand ?? false),
  plain('propagateTags', (service) => service.propagateTags ?? 'NONE'),
  {
    path: 'enableEcsManagedTags',
    of: (service) => service.enableECSManagedTags ?? false,
    wanted: (inputs) => inputs.enableEcsManagedTags,
    write: ({ enableEcsManagedTags }) => ({ enableECSManagedTags: enableEcsManagedTags }),
  },
  plain('placementStrategy', placementStrategyOf),
  plain('placementConstraints', ({ placementConstraints = [] }) => inOrder(placementConstraints)),
];

/** What differs of a service's settings. */
export function settingChanges(inputs: EcsServiceInputs, service: Service): Change[] {
  return SETTINGS.flatMap(({ path, of, wanted }): Change[] => {
    const [from, to] = [of(service), wanted(inputs)];
    if (to === undefined || isSame(from, to)) return [];
    return [{ path, ...(from !== undefined && { from }), to }];
  });
}

/** What UpdateService has to be given for these changes; empty where they are of something else. */
export function settingsFor(inputs: EcsServiceInputs, changes: readonly Change[]): Written {
  const changed = SETTINGS.filter(({ path }) => changes.some((change) => change.path === path));
  return Object.assign({}, ...changed.map(({ write }) => write(inputs))) as Written;
}

/** All settings, for a new service. */
export function allSettings(inputs: EcsServiceInputs): Written {
  const given = SETTINGS.filter(({ wanted }) => !isEmpty(wanted(inputs)));
  return Object.assign({}, ...given.map(({ write }) => write(inputs))) as Written;
}

/** Whether tasks are replaced for a change. */
export function isDeployed({ path }: Change): boolean {
  return SETTINGS.some((setting) => setting.path === path && setting.deploys === true);
}

/** What a service is to be for its tasks, as far as another one, described as a service, differs in it. */
export function differsInTasks(inputs: EcsServiceInputs, service: Service): boolean {
  return settingChanges(inputs, service).some(isDeployed);
}

/** AWS takes `cpu` and `memory`, and tells them in upper case. */
function placementStrategyOf({ placementStrategy = [] }: Service): PlacementStrategy[] {
  return placementStrategy.map((strategy) =>
    strategy.field === 'CPU' || strategy.field === 'MEMORY'
      ? { ...strategy, field: strategy.field.toLowerCase() }
      : strategy,
  );
}

export function awsvpcOf({ networkConfiguration }: Service) {
  return networkConfiguration?.awsvpcConfiguration;
}

function isSame(a: unknown, b: unknown): boolean {
  return textOf(a) === textOf(b);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

/** Sets, whose order AWS does not keep. */
function inOrder<T>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? '';
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{${entries
    .map(([key, item]) => `${key}:${textOf(item)}`)
    .sort()
    .join()}}`;
}
