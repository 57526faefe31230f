import type { Permission } from '../../graph/kind.ts';
import { onOwn } from '../permissions.ts';

/** What of ECS is scaled: how many tasks of a service run. */
export const OF_SERVICES = {
  ServiceNamespace: 'ecs',
  ScalableDimension: 'ecs:service:DesiredCount',
} as const;

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
