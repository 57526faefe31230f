import type { EcsService } from '../../api/ecs-service.ts';
import { fit, groupName, namespaceOf, ownerOf } from '../names.ts';

/** What the things of a service are called. */
export interface ServiceNames {
  readonly cluster: string;
  readonly service: string;
  readonly family: string;
  readonly logGroup: string;
  readonly executionRole: string;
  readonly taskRole: string;
  readonly securityGroup: string;
  /** Of the role of instances and its profile. */
  readonly instanceRole: string;
  /** Of the launch template and the group. */
  readonly instances: string;
  readonly capacityProvider: string;
  alarm(name: string): string;
  readonly loadBalancer: string;
  readonly targetGroup: string;
  readonly loadBalancerGroup: string;
  readonly webAcl: string;
}

const ECS_NAME_MAX = 255;
const ROLE_NAME_MAX = 64;
const TEMPLATE_NAME_MAX = 128;
/** ECS adds the revision of a replacement. */
const PROVIDER_NAME_MAX = 246;
const ALARM_NAME_MAX = 255;
const ELB_NAME_MAX = 32;
const WEB_ACL_NAME_MAX = 128;

/**
 * The names of the spec, else those of the platform's pattern: `api-service-dev-cluster`. They are the same wherever the
 * object is applied; where two objects want the same, the second is refused (`NameTaken`).
 */
export function namesOf(object: EcsService, installation: string): ServiceNames {
  const { metadata, spec } = object;
  const { name } = metadata;
  const namespace = namespaceOf(metadata);
  const stage = spec.environment === undefined ? name : `${name}-${spec.environment}`;
  const plainStage = withoutDots(stage);
  // Role names are unique in an account, all regions together.
  const role = (what: string) =>
    fit(
      `landfall-${namespace}-${name}-${what}`,
      ROLE_NAME_MAX,
      [installation, spec.region, ownerOf(object)].join('\n'),
    );
  return {
    cluster: spec.cluster.create?.name ?? fit(`${plainStage}-cluster`, ECS_NAME_MAX),
    service: spec.service.name ?? fit(`${plainStage}-service`, ECS_NAME_MAX),
    family: spec.task.family ?? fit(`${plainStage}-task-definition`, ECS_NAME_MAX),
    logGroup:
      spec.logs.group ??
      (spec.environment === undefined
        ? `/ecs/${namespace}/${name}`
        : `/${spec.environment}/${name}/ecs-application-logs`),
    executionRole: spec.task.executionRoleName ?? role('execution'),
    taskRole: spec.task.taskRoleName ?? role('task'),
    securityGroup: groupName(`${namespace}-${name}-tasks`),
    instanceRole: role('instance'),
    instances: fit(`landfall-${namespace}-${name}`, TEMPLATE_NAME_MAX),
    // ECS keeps names that begin with aws, ecs or fargate to itself.
    capacityProvider: fit(`landfall-${namespace}-${withoutDots(name)}`, PROVIDER_NAME_MAX),
    alarm: (what) => fit(`${stage}-${what}`, ALARM_NAME_MAX),
    loadBalancer: spec.loadBalancer?.name ?? elbName(`${stage}-load-balancer`),
    targetGroup: spec.loadBalancer?.targetGroupName ?? elbName(`${stage}-target-group`),
    loadBalancerGroup: groupName(`${namespace}-${name}-load-balancer`),
    webAcl: spec.loadBalancer?.webAcl?.name ?? fit(`${plainStage}-web-acl`, WEB_ACL_NAME_MAX),
  };
}

/** ECS, Elastic Load Balancing and AWS WAF take no dots, which names of objects may hold. */
function withoutDots(name: string): string {
  return name.replaceAll('.', '-');
}

/** Elastic Load Balancing keeps names that begin with `internal-` for itself. */
function elbName(name: string): string {
  const taken = withoutDots(name);
  return fit(taken.startsWith('internal-') ? `lb-${taken}` : taken, ELB_NAME_MAX);
}
