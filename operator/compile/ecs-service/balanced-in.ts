import type { EcsService } from '../../api/ecs-service.ts';
import type { SecureVpc } from '../../api/secure-vpc.ts';
import { Terminal } from '../../errors.ts';
import { ownerOf } from '../names.ts';
import { isGuestOnInstances } from './cluster.ts';

/** Sees that a network has what the load balancer of a service stands on. Throws Terminal (`InvalidSpec`) where it has not. */
export function refuseUnbalanced(service: EcsService, network: SecureVpc): void {
  const { loadBalancer } = service.spec;
  if (!loadBalancer) return;
  const owner = ownerOf(network);
  const { securityGroups, tiers } = network.spec;
  if (securityGroups.alb === undefined && isGuestOnInstances(service))
    throw new Terminal(
      'InvalidSpec',
      `spec.loadBalancer: the instances of another service let in what has the network’s security group alb, and ${owner} has none: add it to spec.securityGroups there`,
    );
  const stray = loadBalancer.ingress.find(({ group }) => group && securityGroups[group] === undefined);
  if (stray)
    throw new Terminal(
      'InvalidSpec',
      `spec.loadBalancer.ingress[${stray.name}].group is ${stray.group}, which ${owner} does not have: add it to spec.securityGroups there, or name another peer`,
    );
  const tier = tierFor(loadBalancer.scheme);
  if (!tiers.some(({ name }) => name === tier))
    throw new Terminal(
      'InvalidSpec',
      `spec.loadBalancer.scheme is ${loadBalancer.scheme}, and ${owner} has no tier ${tier}, where such a load balancer stands: add it to spec.tiers there, or change scheme`,
    );
}

/** The tier in which a load balancer stands. */
export function tierFor(scheme: 'Internal' | 'InternetFacing'): 'private' | 'public' {
  return scheme === 'Internal' ? 'private' : 'public';
}
