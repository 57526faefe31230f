import type { EcsService } from '../../api/ecs-service.ts';
import type { SecureVpc } from '../../api/secure-vpc.ts';
import { Terminal } from '../../errors.ts';
import { ownerOf } from '../names.ts';
import { type Referring, referredBy } from '../references.ts';

/** The network of a service. Throws where it is none that the service can be in. */
export function networkOf(input: Referring<EcsService>): SecureVpc {
  const { accountRef, region, networkRef } = input.object.spec;
  const network = referredBy(input, {
    kind: 'SecureVpc',
    field: 'spec.networkRef',
    reference: networkRef,
  });
  const { spec } = network;
  if (spec.accountRef.name !== accountRef.name || spec.region !== region)
    throw new Terminal(
      'InvalidSpec',
      `spec.networkRef: ${ownerOf(network)} is in Account ${spec.accountRef.name}, region ${spec.region}, but this service in Account ${accountRef.name}, region ${region}; tasks run where their network is: say the same in both`,
    );
  if (!spec.tiers.some(({ name }) => name === 'private') || spec.securityGroups.ecs === undefined)
    throw new Terminal(
      'InvalidSpec',
      `spec.networkRef: ${ownerOf(network)} has no place for tasks, which run in its tier private with its security group ecs; add what is missing to its spec.tiers or spec.securityGroups`,
    );
  return network;
}
