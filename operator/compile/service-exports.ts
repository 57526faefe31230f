import type { EcsService } from '../api/ecs-service.ts';
import { foreignRef } from '../graph/ref.ts';
import { ownerOf } from './names.ts';

/** What others may use of the load balancer of a service. Every text stands for an id, known as soon as the thing is there. */
interface ExportedLoadBalancer {
  /** Known once it is active: AWS offers no other to endpoints. */
  readonly loadBalancerArn: string;
  readonly loadBalancerType: 'Application' | 'Network';
  /** The ports on which it listens, lowest first. */
  readonly listenerPorts: readonly number[];
  /** Its own security group. */
  readonly loadBalancerSecurityGroup: string;
}

/** What others may use of a service. */
export interface ServiceExports {
  /** `EcsService/namespace/name`, for messages. */
  readonly owner: string;
  /** Undefined where the service has none. */
  readonly loadBalancer: ExportedLoadBalancer | undefined;
}

/** What a service offers to others. */
export function exportsOfService(service: EcsService): ServiceExports {
  const owner = ownerOf(service);
  const { loadBalancer: balancer } = service.spec;
  return {
    owner,
    loadBalancer: balancer && {
      loadBalancerArn: foreignRef(owner, 'load-balancer', 'activeArn'),
      loadBalancerType: balancer.type,
      listenerPorts: balancer.listeners.map(({ port }) => port).sort((a, b) => a - b),
      loadBalancerSecurityGroup: foreignRef(owner, 'security-group/load-balancer'),
    },
  };
}
