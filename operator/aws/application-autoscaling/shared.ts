import type { ScalableDimension, ScalableTarget } from '@aws-sdk/client-application-auto-scaling';
import type { Permission } from '../../graph/kind.ts';
import { onOwn } from '../permissions.ts';

/** What is scaled of a service, or of a table or one of its indexes. */
export type ScaledCapacity = 'tasks' | 'read' | 'write';

const UNITS = { read: 'ReadCapacityUnits', write: 'WriteCapacityUnits' } as const;

/** A scalable target, as requests name it. */
export interface TargetName {
  readonly ServiceNamespace: 'ecs' | 'dynamodb';
  readonly ScalableDimension: ScalableDimension;
  readonly ResourceId: string;
}

/**
 * The id of the target that scales a capacity of what has this ARN: `service/CLUSTER/NAME`, and of tables, which have two
 * each, `table/NAME#read` and `table/NAME/index/INDEX#write`.
 */
export function targetIdOf(resource: string, capacity: ScaledCapacity): string {
  const resourceId = resource.slice(resource.lastIndexOf(':') + 1);
  return capacity === 'tasks' ? resourceId : `${resourceId}#${capacity}`;
}

/** The same of a target that AWS shows. */
export function idOfTarget({ ResourceId = '', ScalableDimension: dimension }: ScalableTarget): string {
  const capacity = /:(Read|Write)CapacityUnits$/.exec(dimension ?? '')?.[1]?.toLowerCase();
  return capacity === undefined ? ResourceId : `${ResourceId}#${capacity}`;
}

/** How requests name the target of an id. */
export function namedBy(id: string): TargetName {
  const [ResourceId = '', capacity] = id.split('#');
  if (capacity !== 'read' && capacity !== 'write')
    return { ServiceNamespace: 'ecs', ScalableDimension: 'ecs:service:DesiredCount', ResourceId };
  const of = ResourceId.includes('/index/') ? ('index' as const) : ('table' as const);
  return {
    ServiceNamespace: 'dynamodb',
    ScalableDimension: `dynamodb:${of}:${UNITS[capacity]}`,
    ResourceId,
  };
}

/** Every scalable target. ARNs hold what AWS draws, so that tags bound what may be done. */
export const TARGETS = 'application-autoscaling:{region}:{account}:scalable-target/*';

/** Actions on scalable targets of ours, and on what belongs to these. */
export function onOwnTargets(...actions: readonly string[]): Permission[] {
  return onOwn(...actions.map((action) => `application-autoscaling:${action}`)).map((permission) => ({
    ...permission,
    resource: TARGETS,
  }));
}

/** The name of a member of a set in the path of a change: `cpu` of `policies[cpu]`. */
export function memberOf(path: string): string {
  return path.slice(path.indexOf('[') + 1, -1);
}
