import {
  CreateRouteTableCommand,
  DeleteRouteTableCommand,
  DescribeRouteTablesCommand,
  DisassociateRouteTableCommand,
  type Filter,
  type RouteTable,
} from '@aws-sdk/client-ec2';
import { READY } from '../../graph/kind.ts';
import { isInUse, unlessGone } from '../errors.ts';
import { must, pages, type AwsCollection, type AwsKind } from '../kind.ts';
import type { AwsSession } from '../session.ts';
import { byFilter, ownFilter, TAG_ACTIONS, tagSpecification, tagsOf, updateTags } from './shared.ts';

/** DescribeRouteTables gives at most 100 a page. */
const ROUTE_TABLE_PAGE = 100;

export interface RouteTableInputs {
  readonly vpcId: string;
}

/** Route tables that match a filter, with their routes and associations. */
export const readRouteTables = (session: AwsSession, Filters: Filter[]) =>
  pages<RouteTable>(async (NextToken) => {
    const answer = await session.ec2.send(
      new DescribeRouteTablesCommand({
        Filters,
        MaxResults: ROUTE_TABLE_PAGE,
        ...(NextToken !== undefined && { NextToken }),
      }),
    );
    return { items: answer.RouteTables, next: answer.NextToken };
  });

/** Route tables with their routes and associations. */
export const routeTables: AwsCollection<RouteTable> = {
  name: 'ec2/route-tables',
  lane: 'fast',
  scope: 'region',
  iam: ['ec2:DescribeRouteTables'],
  list: (session, installation) => readRouteTables(session, ownFilter(installation)),
  get: (session, ids) => byFilter('route-table-id', ids, (filters) => readRouteTables(session, filters)),
  id: (table) => must(table.RouteTableId, 'RouteTableId'),
  tags: tagsOf,
};

/** A route table without its routes. */
export const routeTableKind: AwsKind<RouteTableInputs, RouteTable> = {
  type: 'RouteTable',
  collection: routeTables,
  idempotency: 'token',
  iam: ['ec2:CreateRouteTable', 'ec2:DeleteRouteTable', 'ec2:DisassociateRouteTable', ...TAG_ACTIONS],
  after: ['Subnet', 'VpcEndpoint'],

  diff: (inputs, table) =>
    table && table.VpcId !== inputs.vpcId
      ? [{ path: 'vpcId', from: table.VpcId, to: inputs.vpcId, replace: true }]
      : [],
  state: () => READY,
  outputs: (table) => ({ id: must(table.RouteTableId, 'RouteTableId') }),
  gone: () => false,
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
  async delete({ session }, table) {
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
    return undefined;
  },
};
