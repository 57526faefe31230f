import { AssociateDhcpOptionsCommand, type Vpc } from '@aws-sdk/client-ec2';
import { READY } from '../../graph/kind.ts';
import { must, type AwsKind } from '../kind.ts';
import { beside, onOwn } from '../permissions.ts';
import { NO_DHCP_OPTIONS } from './dhcp-options.ts';
import { vpcs } from './vpc.ts';

export interface DhcpOptionsAssociationInputs {
  readonly vpcId: string;
  /** Id of the set that is wanted; undefined for AWS's own set of the region, which a new VPC has. */
  readonly dhcpOptionsId: string | undefined;
  /** Ids of the sets that say what AWS's own says; without any, a VPC is left with the set that it has. */
  readonly own: readonly string[];
}

/**
 * Which set of DHCP options a VPC uses, kept in the VPC's record. AssociateDhcpOptions takes `default` for no options
 * at all, which leaves instances without name servers; so the way back is AWS's own set by its id.
 */
export const dhcpOptionsAssociationKind: AwsKind<DhcpOptionsAssociationInputs, Vpc> = {
  type: 'DhcpOptionsAssociation',
  collection: vpcs,
  idempotency: 'natural',
  // The set may be AWS's or another team's.
  iam: [...onOwn('ec2:AssociateDhcpOptions'), ...beside('ec2:AssociateDhcpOptions', 'dhcp-options')],
  after: [],

  find: (view, inputs) => view.get(inputs.vpcId),
  diff({ dhcpOptionsId, own }, vpc) {
    const from = vpc?.DhcpOptionsId === NO_DHCP_OPTIONS ? undefined : vpc?.DhcpOptionsId;
    const isRight =
      dhcpOptionsId === undefined
        ? vpc === undefined || own.length === 0 || own.includes(from ?? NO_DHCP_OPTIONS)
        : from === dhcpOptionsId;
    if (isRight) return [];
    return [{ path: 'dhcpOptionsId', ...(from !== undefined && { from }), to: dhcpOptionsId ?? own[0] }];
  },
  state: () => READY,
  outputs: (vpc) => ({ id: must(vpc.VpcId, 'VpcId') }),
  gone: () => false,
  needs: () => [],

  async update({ session, wrote }, { vpcId, dhcpOptionsId, own }) {
    const DhcpOptionsId = dhcpOptionsId ?? own[0];
    await session.ec2.send(new AssociateDhcpOptionsCommand({ VpcId: vpcId, DhcpOptionsId }));
    wrote(vpcs, vpcId, (vpc) => vpc && { ...vpc, ...(DhcpOptionsId !== undefined && { DhcpOptionsId }) });
  },
};
