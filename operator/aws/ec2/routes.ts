import {
  CreateRouteCommand,
  DeleteRouteCommand,
  ReplaceRouteCommand,
  type Route,
  type RouteTable,
} from '@aws-sdk/client-ec2';
import { READY, textOf, type Change } from '../../graph/kind.ts';
import { unlessGone, unlessThere } from '../errors.ts';
import { must, type AwsKind } from '../kind.ts';
import { onOwn } from '../permissions.ts';
import { routeTables } from './route-table.ts';

export interface RoutesInputs {
  readonly routeTableId: string;
  /** All routes of the table besides the local one and those that AWS adds itself. */
  readonly routes: readonly { readonly destination: string; readonly target: string }[];
}

/**
 * The routes of a table, as an exclusive set. The local route, propagated ones and those that gateway
 * endpoints add are AWS's own and are never touched (aws-controllers-k8s/community#2054).
 */
export const routesKind: AwsKind<RoutesInputs, RouteTable> = {
  type: 'Routes',
  collection: routeTables,
  idempotency: 'natural',
  iam: onOwn('ec2:CreateRoute', 'ec2:ReplaceRoute', 'ec2:DeleteRoute'),
  after: [],
  memberwise: true,

  find: (view, inputs) => view.get(inputs.routeTableId),
  diff(inputs, table) {
    const actual = new Map(
      (table?.Routes ?? []).filter(isOurs).map((route) => [destinationOf(route), targetOf(route)]),
    );
    const wanted = new Map(inputs.routes.map((route) => [route.destination, route.target]));
    const changes: Change[] = [];
    for (const [destination, to] of wanted) {
      const from = actual.get(destination);
      if (from !== to)
        changes.push({ path: `routes[${destination}]`, ...(from !== undefined && { from }), to });
    }
    for (const [destination, from] of actual) {
      if (!wanted.has(destination)) changes.push({ path: `routes[${destination}]`, from });
    }
    return changes;
  },
  state: () => READY,
  outputs: (table) => ({ id: must(table.RouteTableId, 'RouteTableId') }),
  gone: () => false,
  needs: () => [],

  async update({ session, wrote }, { routeTableId }, _table, changes) {
    for (const { path, from, to } of changes) {
      const destination = path.slice('routes['.length, -1);
      const at = { RouteTableId: routeTableId, ...destinationField(destination) };
      if (to === undefined) await unlessGone(session.ec2.send(new DeleteRouteCommand(at)));
      else if (from === undefined)
        await unlessThere(session.ec2.send(new CreateRouteCommand({ ...at, ...targetField(textOf(to)) })));
      else await session.ec2.send(new ReplaceRouteCommand({ ...at, ...targetField(textOf(to)) }));
      wrote(routeTables, routeTableId, (table) => {
        if (!table) return undefined;
        const others = (table.Routes ?? []).filter((route) => destinationOf(route) !== destination);
        const route: Route = {
          ...destinationField(destination),
          Origin: 'CreateRoute',
          State: 'active',
          ...(to !== undefined && targetField(textOf(to))),
        };
        return { ...table, Routes: to === undefined ? others : [...others, route] };
      });
    }
  },
};

/** A gateway endpoint's own route leads from a prefix list to the endpoint; any other to a prefix list is a person's. */
function isOurs(route: Route): boolean {
  const byEndpoint =
    route.DestinationPrefixListId !== undefined && route.GatewayId?.startsWith('vpce-') === true;
  return route.Origin === 'CreateRoute' && !byEndpoint;
}

function destinationField(destination: string): Partial<Route> {
  if (destination.startsWith('pl-')) return { DestinationPrefixListId: destination };
  if (destination.includes(':')) return { DestinationIpv6CidrBlock: destination };
  return { DestinationCidrBlock: destination };
}

function destinationOf(route: Route): string {
  return route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock ?? route.DestinationPrefixListId ?? '';
}

function targetOf(route: Route): string {
  return (
    route.TransitGatewayId ??
    route.NatGatewayId ??
    route.GatewayId ??
    route.VpcPeeringConnectionId ??
    route.NetworkInterfaceId ??
    ''
  );
}

function targetField(target: string): Partial<Route> {
  if (target.startsWith('nat-')) return { NatGatewayId: target };
  if (target.startsWith('tgw-')) return { TransitGatewayId: target };
  return { GatewayId: target };
}
