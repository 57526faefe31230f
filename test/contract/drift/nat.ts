import * as ec2 from '@aws-sdk/client-ec2';
import { type Cases, id, one, refused } from './case.ts';
import { defaultRouteLed, routesDeleted } from './routes.ts';
import { ec2Tags } from './tags.ts';

/** In a network with a NAT gateway in each of its zones a and b. */
export const natCases: Cases = {
  ElasticIp: {
    ...ec2Tags('elastic-ip/a'),
    deleted: refused('AuthFailure', (at) =>
      at.ec2.send(new ec2.ReleaseAddressCommand({ AllocationId: id(at, 'elastic-ip/a') })),
    ),
    'deleted (taken off its gateway)': refused('AuthFailure', async (at) => {
      const AllocationIds = [id(at, 'elastic-ip/a')];
      const { Addresses } = await at.ec2.send(new ec2.DescribeAddressesCommand({ AllocationIds }));
      const { AssociationId } = one(Addresses, 'address');
      await at.ec2.send(new ec2.DisassociateAddressCommand({ AssociationId }));
    }),
  },
  NatGateway: {
    ...ec2Tags('nat-gateway/a'),
    deleted: {
      node: 'nat-gateway/a',
      // It holds its address until it is gone.
      refreshes: 6,
      drift: async (at) =>
        void (await at.ec2.send(new ec2.DeleteNatGatewayCommand({ NatGatewayId: id(at, 'nat-gateway/a') }))),
    },
    'changed (its route leads to the gateway of another zone)': defaultRouteLed('routes/private-a', (at) => ({
      NatGatewayId: id(at, 'nat-gateway/b'),
    })),
    'changed (its route is gone)': routesDeleted('routes/private-b'),
  },
};
