import * as ec2 from '@aws-sdk/client-ec2';
import { expect } from 'vitest';
import { type Cases, type Deletions, type DriftCase, type DriftContext, id, one, refused } from './case.ts';
import { routeAdded, routesDeleted, tableOf, tableOfFacet } from './routes.ts';
import { ec2Tags } from './tags.ts';

async function tableAssociation(at: DriftContext, subnet: string): Promise<string> {
  const Filters = [{ Name: 'association.subnet-id', Values: [id(at, subnet)] }];
  const answer = await at.ec2.send(new ec2.DescribeRouteTablesCommand({ Filters }));
  const table = one(answer.RouteTables, `table of ${subnet}`);
  const association = table.Associations?.find(({ SubnetId }) => SubnetId === id(at, subnet));
  return association?.RouteTableAssociationId ?? '';
}

const tableDeleted = (node: string): DriftCase => ({
  node,
  drift: async (at) => {
    const { Associations, RouteTableId } = await tableOf(at, node);
    for (const { RouteTableAssociationId: AssociationId } of Associations ?? [])
      await at.ec2.send(new ec2.DisassociateRouteTableCommand({ AssociationId }));
    await at.ec2.send(new ec2.DeleteRouteTableCommand({ RouteTableId }));
  },
});

const disassociated = (node: string): DriftCase => ({
  node,
  drift: async (at) => {
    const AssociationId = await tableAssociation(at, subnetOfFacet(node));
    await at.ec2.send(new ec2.DisassociateRouteTableCommand({ AssociationId }));
  },
});

const subnetOfFacet = (node: string): string => node.replace('route-table-association/', 'subnet/');

export const routingCases: Cases = {
  RouteTable: {
    ...ec2Tags('route-table/private'),
    deleted: tableDeleted('route-table/data'),
  },
  Routes: {
    'routes[*] missing': routesDeleted('routes/public'),
    'routes[*] extra': routeAdded('routes/private', (at) => ({
      DestinationCidrBlock: '0.0.0.0/0',
      GatewayId: id(at, 'internet-gateway'),
    })),
    'routes[*] extra (IPv6)': routeAdded('routes/private', (at) => ({
      DestinationIpv6CidrBlock: '::/0',
      GatewayId: id(at, 'internet-gateway'),
    })),
    'routes[*] extra (to a prefix list)': {
      node: 'routes/private',
      drift: async (at) => {
        const { PrefixList } = await at.ec2.send(
          new ec2.CreateManagedPrefixListCommand({
            PrefixListName: 'elsewhere',
            MaxEntries: 1,
            AddressFamily: 'IPv4',
            Entries: [{ Cidr: '198.51.100.0/24' }],
          }),
        );
        const PrefixListId = PrefixList?.PrefixListId;
        await at.ec2.send(
          new ec2.CreateRouteCommand({
            RouteTableId: id(at, 'route-table/private'),
            DestinationPrefixListId: PrefixListId,
            GatewayId: id(at, 'internet-gateway'),
          }),
        );
        return () => at.ec2.send(new ec2.DeleteManagedPrefixListCommand({ PrefixListId }));
      },
    },
    'routes[*] changed': {
      node: 'routes/public',
      drift: async (at) => {
        const { NetworkInterface } = await at.ec2.send(
          new ec2.CreateNetworkInterfaceCommand({ SubnetId: id(at, 'subnet/public-a') }),
        );
        const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId;
        await at.ec2.send(
          new ec2.ReplaceRouteCommand({
            RouteTableId: id(at, 'route-table/public'),
            DestinationCidrBlock: '0.0.0.0/0',
            NetworkInterfaceId,
          }),
        );
        return () => at.ec2.send(new ec2.DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
      },
    },
  },
  RouteTableAssociation: {
    'routeTableId missing': disassociated('route-table-association/private-a'),
    'routeTableId changed': {
      node: 'route-table-association/private-b',
      drift: async (at) => {
        const AssociationId = await tableAssociation(at, 'subnet/private-b');
        const RouteTableId = id(at, 'route-table/public');
        await at.ec2.send(new ec2.ReplaceRouteTableAssociationCommand({ AssociationId, RouteTableId }));
      },
    },
    "routeTableId missing (a stranger's table)": {
      node: 'route-table-association/private-b',
      drift: async (at) => {
        const { RouteTable } = await at.ec2.send(new ec2.CreateRouteTableCommand({ VpcId: id(at, 'vpc') }));
        const RouteTableId = RouteTable?.RouteTableId;
        const AssociationId = await tableAssociation(at, 'subnet/private-b');
        await at.ec2.send(new ec2.ReplaceRouteTableAssociationCommand({ AssociationId, RouteTableId }));
        return () => at.ec2.send(new ec2.DeleteRouteTableCommand({ RouteTableId }));
      },
    },
  },
};

export const routingDeletions: Deletions = {
  RouteTable: (node) => ({
    'deleted while it serves subnets': refused('DependencyViolation', (at) =>
      at.ec2.send(new ec2.DeleteRouteTableCommand({ RouteTableId: id(at, node) })),
    ),
    deleted: tableDeleted(node),
  }),
  Routes: (node) => ({
    'the local route deleted': refused('InvalidParameterValue', (at) =>
      at.ec2.send(
        new ec2.DeleteRouteCommand({
          RouteTableId: id(at, tableOfFacet(node)),
          DestinationCidrBlock: '10.0.0.0/16',
        }),
      ),
    ),
    // The data tier has no routes of ours, the public one none that AWS makes for the gateway endpoint.
    ...(node !== 'routes/data' && { deleted: routesDeleted(node) }),
    ...(node !== 'routes/public' && {
      'the route of the gateway endpoint deleted': refused('InvalidParameterValue', async (at) => {
        const { Routes, RouteTableId } = await tableOf(at, tableOfFacet(node));
        const others = Routes?.filter(({ DestinationPrefixListId }) => DestinationPrefixListId !== undefined);
        expect(others?.map(({ GatewayId }) => GatewayId)).toEqual([id(at, 'endpoint/s3')]);
        const { DestinationPrefixListId } = one(others, `route of ${node}`);
        await at.ec2.send(new ec2.DeleteRouteCommand({ RouteTableId, DestinationPrefixListId }));
      }),
    }),
  }),
  RouteTableAssociation: (node) => ({ disassociated: disassociated(node) }),
};
