import { ReplaceNetworkAclAssociationCommand, type NetworkAcl } from '@aws-sdk/client-ec2';
import { READY } from '../../graph/kind.ts';
import { must, type AwsKind } from '../kind.ts';
import { onOwn } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { networkAcls } from './network-acl.ts';

export interface NetworkAclAssociationInputs {
  readonly subnetId: string;
  readonly networkAclId: string;
}

/** Which network ACL guards a subnet, kept in the ACL's record. A new subnet has the VPC's default one. */
export const networkAclAssociationKind: AwsKind<NetworkAclAssociationInputs, NetworkAcl> = {
  type: 'NetworkAclAssociation',
  collection: networkAcls,
  idempotency: 'natural',
  iam: onOwn('ec2:ReplaceNetworkAclAssociation'),
  after: [],

  find: (view, inputs) => [...view.all()].find((acl) => associationOf(acl, inputs.subnetId) !== undefined),
  diff(inputs, acl) {
    const from = acl?.NetworkAclId;
    return from === inputs.networkAclId
      ? []
      : [{ path: 'networkAclId', ...(from !== undefined && { from }), to: inputs.networkAclId }];
  },
  state: () => READY,
  outputs: (acl) => ({ id: must(acl.NetworkAclId, 'NetworkAclId') }),
  gone: () => false,
  needs: () => [],

  async update({ session, wrote }, { subnetId, networkAclId }) {
    // The association to replace is most often the default ACL's, which carries no tag and so is in no listing.
    const current = await session.batches.ask('network-acl-of-subnet', subnetId, (ids) =>
      readAssociations(session, ids),
    );
    const held = must(current, `the network ACL association of ${subnetId}`);
    if (held.aclId === networkAclId) return;
    const answer = await session.ec2.send(
      new ReplaceNetworkAclAssociationCommand({
        AssociationId: held.associationId,
        NetworkAclId: networkAclId,
      }),
    );
    wrote(networkAcls, held.aclId, (old) => old && { ...old, Associations: withoutSubnet(old, subnetId) });
    wrote(
      networkAcls,
      networkAclId,
      (now) =>
        now && {
          ...now,
          Associations: [
            ...withoutSubnet(now, subnetId),
            {
              NetworkAclAssociationId: must(answer.NewAssociationId, 'NewAssociationId'),
              NetworkAclId: networkAclId,
              SubnetId: subnetId,
            },
          ],
        },
    );
  },
};

interface Held {
  readonly aclId: string;
  readonly associationId: string;
}

async function readAssociations(
  session: AwsSession,
  subnetIds: readonly string[],
): Promise<ReadonlyMap<string, Held>> {
  const acls = await networkAcls.matching(session, 'association.subnet-id', subnetIds);
  const held = acls.flatMap((acl) =>
    (acl.Associations ?? []).map(
      (association) =>
        [
          association.SubnetId ?? '',
          {
            aclId: must(acl.NetworkAclId, 'NetworkAclId'),
            associationId: must(association.NetworkAclAssociationId, 'NetworkAclAssociationId'),
          },
        ] as const,
    ),
  );
  return new Map(held);
}

function associationOf(acl: NetworkAcl, subnetId: string): string | undefined {
  return acl.Associations?.find((association) => association.SubnetId === subnetId)?.NetworkAclAssociationId;
}

function withoutSubnet(acl: NetworkAcl, subnetId: string): NonNullable<NetworkAcl['Associations']> {
  return (acl.Associations ?? []).filter((association) => association.SubnetId !== subnetId);
}
