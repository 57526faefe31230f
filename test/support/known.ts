import {
  AllocateAddressCommand,
  CreateManagedPrefixListCommand,
  CreateTransitGatewayCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { localTransitGateway } from '../../k8s-local/aws/identity-files.ts';
import type { Known } from '../operator/properties/specs.ts';

/** Makes what random specs name: a second transit gateway, a prefix list, and an address for each of `networks`. */
export async function makeKnown(ec2: EC2Client, networks: number): Promise<readonly Known[]> {
  const { TransitGateway } = await ec2.send(new CreateTransitGatewayCommand({}));
  const gateways = [localTransitGateway, TransitGateway?.TransitGatewayId ?? ''];
  const { PrefixList } = await ec2.send(
    new CreateManagedPrefixListCommand({
      PrefixListName: 'foreign',
      MaxEntries: 1,
      AddressFamily: 'IPv4',
      Entries: [{ Cidr: '198.51.100.0/24' }],
    }),
  );
  const prefixList = PrefixList?.PrefixListId ?? '';
  const addresses = Array.from({ length: networks }, () =>
    ec2.send(new AllocateAddressCommand({ Domain: 'vpc' })),
  );
  return (await Promise.all(addresses)).map(({ AllocationId = '' }) => ({
    gateways,
    prefixList,
    address: AllocationId,
  }));
}
