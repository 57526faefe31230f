import type { Route, RouteTable } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { routesKind as kind } from '../../../../operator/aws/ec2/routes.ts';
import { linesOf } from '../changes.ts';

const LOCAL: Route = { DestinationCidrBlock: '10.0.0.0/16', GatewayId: 'local', Origin: 'CreateRouteTable' };
const PROPAGATED: Route = {
  DestinationCidrBlock: '192.168.0.0/16',
  GatewayId: 'vgw-1',
  Origin: 'EnableVgwRoutePropagation',
};
const ENDPOINT: Route = { DestinationPrefixListId: 'pl-s3', GatewayId: 'vpce-1', Origin: 'CreateRoute' };
const OUT: Route = { DestinationCidrBlock: '0.0.0.0/0', GatewayId: 'igw-1', Origin: 'CreateRoute' };

const table = (...routes: Route[]): RouteTable => ({ RouteTableId: 'rtb-1', Routes: routes });
const wanted = (...routes: [string, string][]) => ({
  routeTableId: 'rtb-1',
  routes: routes.map(([destination, target]) => ({ destination, target })),
});
const diff = (inputs: ReturnType<typeof wanted>, record?: RouteTable) => linesOf(kind.diff(inputs, record));

describe('the routes of a table', () => {
  it("leave AWS's own alone: local, propagated and gateway endpoints' (community#2054)", () => {
    expect(diff(wanted(['0.0.0.0/0', 'igw-1']), table(LOCAL, PROPAGATED, ENDPOINT, OUT))).toEqual([]);
    expect(diff(wanted(), table(LOCAL, PROPAGATED, ENDPOINT))).toEqual([]);
  });

  it.each<[string, Route]>([
    ['tgw-1', { TransitGatewayId: 'tgw-1' }],
    ['nat-1', { NatGatewayId: 'nat-1' }],
    ['pcx-1', { VpcPeeringConnectionId: 'pcx-1' }],
    ['eni-1', { NetworkInterfaceId: 'eni-1' }],
  ])('know the target %s', (target, fields) => {
    const route = { DestinationCidrBlock: '0.0.0.0/0', Origin: 'CreateRoute', ...fields } as const;
    expect(diff(wanted(['0.0.0.0/0', target]), table(LOCAL, route))).toEqual([]);
  });

  it('one more, one less, another target', () => {
    expect(diff(wanted(['0.0.0.0/0', 'igw-1']), table(LOCAL))).toEqual([
      'routes[0.0.0.0/0]: (nothing) -> igw-1',
    ]);
    expect(diff(wanted(), table(LOCAL, OUT))).toEqual(['routes[0.0.0.0/0]: igw-1 -> (nothing)']);
    expect(diff(wanted(['0.0.0.0/0', 'nat-1']), table(LOCAL, OUT))).toEqual([
      'routes[0.0.0.0/0]: igw-1 -> nat-1',
    ]);
  });

  it('of a table that is still to be made', () => {
    expect(diff(wanted(['0.0.0.0/0', 'igw-1']))).toEqual(['routes[0.0.0.0/0]: (nothing) -> igw-1']);
  });

  it('one that somebody added over IPv6 is seen', () => {
    const route: Route = { DestinationIpv6CidrBlock: '::/0', GatewayId: 'igw-1', Origin: 'CreateRoute' };
    expect(diff(wanted(), table(LOCAL, route))).toEqual(['routes[::/0]: igw-1 -> (nothing)']);
  });
});
