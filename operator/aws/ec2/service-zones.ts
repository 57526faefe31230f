import { DescribeVpcEndpointServicesCommand } from '@aws-sdk/client-ec2';
import type { AwsSession } from '../session.ts';

/**
 * Names of the zones that an endpoint service of some account has. AWS tells them as the caller calls them, which need not be
 * how the provider does. Fails with InvalidServiceName where the provider has not let the caller's account in.
 */
export async function readServiceZones(session: AwsSession, serviceName: string): Promise<readonly string[]> {
  // By name and not by a filter: a service of another account is told only to who names it.
  const { ServiceDetails = [] } = await session.ec2.send(
    new DescribeVpcEndpointServicesCommand({ ServiceNames: [serviceName] }),
  );
  return ServiceDetails.flatMap(({ AvailabilityZones = [] }) => AvailabilityZones).sort();
}
