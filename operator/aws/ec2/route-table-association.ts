import {
  AssociateRouteTableCommand,
  ReplaceRouteTableAssociationCommand,
  type RouteTable,
} from '@aws-sdk/client-ec2';
import { READY } from '../../graph/kind.ts';
import { must, type AwsKind } from '../kind.ts';
import { onOwn } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { isAlreadyThere } from '../errors.ts';
import { routeTables } from './route-table.ts';

export interface RouteTableAssociationInputs {
  readonly subnetId: string;
  readonly routeTableId: string;
}

/** Which route table a subnet uses, kept in the table's record. A subnet without one uses the VPC's main table. */
export const routeTableAssociationKind: AwsKind<RouteTableAssociationInputs, RouteTable> = {
  type: 'RouteTableAssociation',
  collection: routeTables,
  idempotency: 'natural',
  iam: onOwn('ec2:AssociateRouteTable', 'ec2:ReplaceRouteTableAssociation'),
  after: [],

  find: (view, inputs) =>
    [...view.all()].find((table) => associationOf(table, inputs.subnetId) !== undefined),
  diff(inputs, table) {
    const from = table?.RouteTableId;
    return from === inputs.routeTableId
      ? []
      : [{ path: 'routeTableId', ...(from !== undefined && { from }), to: inputs.routeTableId }];
  },
  state: () => READY,
  outputs: (table) => ({ id: must(table.RouteTableId, 'RouteTableId') }),
  gone: () => false,
  needs: () => [],

  async update({ session, wrote }, { subnetId, routeTableId }, table) {
    const AssociationId =
      (await associate(session, subnetId, routeTableId, associationOf(table, subnetId))) ?? '';
    if (table.RouteTableId !== undefined) {
      wrote(
        routeTables,
        table.RouteTableId,
        (old) => old && { ...old, Associations: withoutSubnet(old, subnetId) },
      );
    }
    wrote(
      routeTables,
      routeTableId,
      (now) =>
        now && {
          ...now,
          Associations: [
            ...withoutSubnet(now, subnetId),
            {
              RouteTableAssociationId: AssociationId,
              SubnetId: subnetId,
              RouteTableId: routeTableId,
              AssociationState: { State: 'associated' as const },
            },
          ],
        },
    );
  },
};

/** Associates, or replaces the association with a table that is not ours and so is in no listing. */
async function associate(
  session: AwsSession,
  SubnetId: string,
  RouteTableId: string,
  current: string | undefined,
): Promise<string | undefined> {
  if (current !== undefined) return replace(session, current, RouteTableId);
  try {
    const answer = await session.ec2.send(new AssociateRouteTableCommand({ SubnetId, RouteTableId }));
    return answer.AssociationId;
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
    const [table] = await routeTables.matching(session, 'association.subnet-id', [SubnetId]);
    const id = table && associationOf(table, SubnetId);
    if (table?.RouteTableId === RouteTableId) return id;
    if (id !== undefined) return replace(session, id, RouteTableId);
    throw error;
  }
}

async function replace(
  session: AwsSession,
  AssociationId: string,
  RouteTableId: string,
): Promise<string | undefined> {
  const answer = await session.ec2.send(
    new ReplaceRouteTableAssociationCommand({ AssociationId, RouteTableId }),
  );
  return answer.NewAssociationId;
}

function associationOf(table: RouteTable, subnetId: string): string | undefined {
  return table.Associations?.find((association) => association.SubnetId === subnetId)
    ?.RouteTableAssociationId;
}

function withoutSubnet(table: RouteTable, subnetId: string): NonNullable<RouteTable['Associations']> {
  return (table.Associations ?? []).filter((association) => association.SubnetId !== subnetId);
}
