import * as ec2 from '@aws-sdk/client-ec2';
import { type DriftCase, type DriftContext, id, one } from './case.ts';

/** A route without the table that it is in. */
type Route = Omit<ec2.CreateRouteRequest, 'RouteTableId'>;

/** The table of a facet, as `routes/private`. */
export const tableOfFacet = (node: string): string => node.replace('routes/', 'route-table/');

/** A table as AWS describes it. */
export async function tableOf(at: DriftContext, node: string): Promise<ec2.RouteTable> {
  const RouteTableIds = [id(at, node)];
  const answer = await at.ec2.send(new ec2.DescribeRouteTablesCommand({ RouteTableIds }));
  return one(answer.RouteTables, node);
}

/** Somebody adds a route that the table is not to have. */
export const routeAdded = (node: string, route: (at: DriftContext) => Route): DriftCase => ({
  node,
  drift: async (at) => {
    const RouteTableId = id(at, tableOfFacet(node));
    await at.ec2.send(new ec2.CreateRouteCommand({ RouteTableId, ...route(at) }));
  },
});

/** Somebody lets the default route lead elsewhere. */
export const defaultRouteLed = (node: string, to: (at: DriftContext) => Route): DriftCase => ({
  node,
  drift: async (at) => {
    const RouteTableId = id(at, tableOfFacet(node));
    const DestinationCidrBlock = '0.0.0.0/0';
    await at.ec2.send(new ec2.ReplaceRouteCommand({ RouteTableId, DestinationCidrBlock, ...to(at) }));
  },
});

/** Somebody deletes all routes but those that AWS made itself: the local one, and those of gateway endpoints. */
export const routesDeleted = (node: string): DriftCase => ({
  node,
  drift: async (at) => {
    const { Routes, RouteTableId } = await tableOf(at, tableOfFacet(node));
    const made = Routes?.filter(
      ({ Origin, GatewayId }) => Origin === 'CreateRoute' && !GatewayId?.startsWith('vpce-'),
    );
    one(made, `route of ${node}`);
    for (const { DestinationCidrBlock } of made ?? [])
      await at.ec2.send(new ec2.DeleteRouteCommand({ RouteTableId, DestinationCidrBlock }));
  },
});
