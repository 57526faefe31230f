import {
  CreateRouteTableCommand,
  DeleteRouteTableCommand,
  DescribeRouteTablesCommand,
  DisassociateRouteTableCommand,
  type RouteTable,
} from '@aws-sdk/client-ec2';
import { READY } from '../../graph/kind.ts';
import { isInUse, unlessGone } from '../errors.ts';
import { must, type AwsKind } from '../kind.ts';
import { beside, makes, onOwn } from '../permissions.ts';
import { ec2Collection } from './collection.ts';
import { TAG_ACTIONS, tagSpecification, updateTags } from './shared.ts';
import { vpcEndpoints } from './vpc-endpoints.ts';

/** DescribeRouteTables gives at most 100 a page. */
const ROUTE_TABLE_PAGE = 100;

export interface RouteTableInputs {
  readonly vpcId: string;
}

/** Route tables with their routes and associations. */
export const routeTables = ec2Collection<RouteTable>({
  name: 'ec2/route-tables',
  action: 'ec2:DescribeRouteTables',
  idFilter: 'route-table-id',
  pageSize: ROUTE_TABLE_PAGE,
  id: (table) => must(table.RouteTableId, 'RouteTableId'),
  async page({ ec2 }, query) {
    const answer = await ec2.send(new DescribeRouteTablesCommand(query));
    return { items: answer.RouteTables, next: answer.NextToken };
  },
});

/** A route table without its routes. */
export const routeTableKind: AwsKind<RouteTableInputs, RouteTable> = {
  type: 'RouteTable',
  collection: routeTables,
  idempotency: 'token',
  iam: [
    ...makes('ec2:CreateRouteTable'),
    ...onOwn('ec2:CreateRouteTable', 'ec2:DeleteRouteTable', 'ec2:DisassociateRouteTable'),
    // Whoever gave his subnet a table of ours loses the table.
    ...beside('ec2:DisassociateRouteTable', 'subnet'),
    ...TAG_ACTIONS,
  ],
  after: ['Subnet', 'VpcEndpoint'],
  heldBy: ['RouteTableAssociation'],

  diff: (inputs, table) =>
    table && table.VpcId !== inputs.vpcId
      ? [{ path: 'vpcId', from: table.VpcId, to: inputs.vpcId, replace: true }]
      : [],
  state: () => READY,
  outputs: (table) => ({ id: must(table.RouteTableId, 'RouteTableId') }),
  gone: () => false,
  implicit: (table) =>
    table.Associations?.some(({ Main }) => Main)
      ? `it is the main route table of ${table.VpcId}, which AWS deletes only with the VPC`
      : undefined,
  needs: (table) => [must(table.VpcId, 'VpcId')],

  async create({ session, tags, token }, { vpcId }) {
    const answer = await session.ec2.send(
      new CreateRouteTableCommand({
        VpcId: vpcId,
        ClientToken: token,
        TagSpecifications: tagSpecification('route-table', tags),
      }),
    );
    return must(answer.RouteTable, 'RouteTable');
  },
  update: (context, _inputs, table, changes) =>
    updateTags(context, routeTables, must(table.RouteTableId, 'RouteTableId'), changes),
  async delete({ session, wrote }, table) {
    const remove = () => session.ec2.send(new DeleteRouteTableCommand({ RouteTableId: table.RouteTableId }));
    // Subnets most often go first and take their associations along, so they are ended only if AWS asks for it.
    await unlessGone(
      remove().catch(async (error: unknown) => {
        if (!isInUse(error)) throw error;
        const [current] = await routeTables.get(session, [must(table.RouteTableId, 'RouteTableId')]);
        for (const { RouteTableAssociationId: AssociationId, Main } of current?.Associations ?? []) {
          if (!Main) await unlessGone(session.ec2.send(new DisassociateRouteTableCommand({ AssociationId })));
        }
        return remove();
      }),
    );
    // AWS takes the table out of its gateway endpoints.
    for (const id of gatewayEndpointsOf(table)) {
      wrote(
        vpcEndpoints,
        id,
        (endpoint) =>
          endpoint && {
            ...endpoint,
            RouteTableIds: (endpoint.RouteTableIds ?? []).filter((other) => other !== table.RouteTableId),
          },
      );
    }
    return undefined;
  },
};

function gatewayEndpointsOf({ Routes = [] }: RouteTable): string[] {
  return Routes.flatMap(({ GatewayId }) => (GatewayId?.startsWith('vpce-') === true ? GatewayId : []));
}
