import {
  CreateNatGatewayCommand,
  DeleteNatGatewayCommand,
  DescribeNatGatewaysCommand,
  type NatGateway,
  type Tag,
} from '@aws-sdk/client-ec2';
import { Terminal, Waiting } from '../../errors.ts';
import { READY, type Change, type State } from '../../graph/kind.ts';
import { TAG } from '../../graph/ownership.ts';
import { unlessGone } from '../errors.ts';
import { must, type AwsKind } from '../kind.ts';
import { beside, makes, onOwn } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { tagsOf } from '../tags.ts';
import { ec2Collection } from './collection.ts';
import { elasticIps } from './elastic-ip.ts';
import { BLOCKER_ACTIONS, interfacesIn, TAG_ACTIONS, tagSpecification, updateTags } from './shared.ts';

export interface NatGatewayInputs {
  /** A subnet with a route to an internet gateway. */
  readonly subnetId: string;
  /** `eipalloc-…`, of an address that nothing else holds. */
  readonly allocationId: string;
  /** Whether a person chose the address, which then has to exist and to be free; else it was made for the gateway. */
  readonly isGiven: boolean;
}

/** NAT gateways. Those that are deleted or failed stay listed for about an hour. */
export const natGateways = ec2Collection<NatGateway>({
  name: 'ec2/nat-gateways',
  action: 'ec2:DescribeNatGateways',
  idFilter: 'nat-gateway-id',
  id: (gateway) => must(gateway.NatGatewayId, 'NatGatewayId'),
  async page({ ec2 }, { Filters, ...rest }) {
    const answer = await ec2.send(new DescribeNatGatewaysCommand({ ...rest, Filter: Filters }));
    return { items: answer.NatGateways, next: answer.NextToken };
  },
});

/** The way from private subnets to the internet: connections are opened from inside only. AWS changes nothing of it later. */
export const natGatewayKind: AwsKind<NatGatewayInputs, NatGateway> = {
  type: 'NatGateway',
  collection: natGateways,
  idempotency: 'token',
  iam: [
    ...makes('ec2:CreateNatGateway'),
    ...onOwn('ec2:CreateNatGateway', 'ec2:DeleteNatGateway'),
    // An address that a person gives carries no tags of ours.
    ...beside('ec2:CreateNatGateway', 'elastic-ip'),
    ...TAG_ACTIONS,
    ...BLOCKER_ACTIONS,
  ],
  after: [],
  heldBy: ['Routes', 'RouteTableAssociation'],

  diff(inputs, gateway) {
    if (!gateway) return [];
    const changes: Change[] = [];
    const fixed = (path: string, from: unknown, to: unknown) => {
      if (from !== to) changes.push({ path, from, to, replace: true });
    };
    fixed('subnetId', gateway.SubnetId, inputs.subnetId);
    const allocationId = primaryOf(gateway)?.AllocationId;
    if (allocationId !== undefined) fixed('allocationId', allocationId, inputs.allocationId);
    return changes;
  },
  state: stateOf,
  outputs: (gateway) => ({
    id: must(gateway.NatGatewayId, 'NatGatewayId'),
    publicIp: primaryOf(gateway)?.PublicIp ?? '',
  }),
  gone: (gateway) => gateway.State === 'deleted',
  needs: (gateway) => [
    must(gateway.VpcId, 'VpcId'),
    must(gateway.SubnetId, 'SubnetId'),
    ...(gateway.NatGatewayAddresses ?? []).flatMap(({ AllocationId }) => AllocationId ?? []),
  ],
  implicit(gateway) {
    if (gateway.ConnectivityType === 'private')
      return 'it is a private one, by which nothing reaches the internet';
    return gateway.SubnetId === undefined ? 'it is a regional one, which stands in no subnet' : undefined;
  },

  async create({ session, tags, token }, { subnetId, allocationId, isGiven }) {
    await refuseHeld(session, allocationId, tags, isGiven);
    const answer = await session.ec2.send(
      new CreateNatGatewayCommand({
        SubnetId: subnetId,
        AllocationId: allocationId,
        ConnectivityType: 'public',
        ClientToken: token,
        TagSpecifications: tagSpecification('natgateway', tags),
      }),
    );
    return must(answer.NatGateway, 'NatGateway');
  },
  update: (context, _inputs, gateway, changes) =>
    updateTags(context, natGateways, must(gateway.NatGatewayId, 'NatGatewayId'), changes),
  async delete({ session }, gateway) {
    const { NatGatewayId } = gateway;
    await unlessGone(session.ec2.send(new DeleteNatGatewayCommand({ NatGatewayId })));
    return { ...gateway, State: 'deleting' };
  },
  blockers: (session, gateway) =>
    interfacesIn(session, 'description', `Interface for NAT Gateway ${gateway.NatGatewayId}`),
};

/**
 * AWS takes an address that is in use and tells of it minutes later, in the gateway's failure. Whether somebody else
 * uses it, or Landfall keeps it for another object or gateway, is therefore asked before. Throws {@link Terminal}, and
 * {@link Waiting} for one that is becoming free.
 */
async function refuseHeld(
  session: AwsSession,
  allocationId: string,
  tags: Readonly<Record<string, string>>,
  isGiven: boolean,
): Promise<void> {
  const [address] = await elasticIps.get(session, [allocationId]);
  // One that was made a moment ago may not be listed yet.
  if (!address && !isGiven) return;
  if (!address)
    throw new Terminal(
      'AwsRefused',
      `there is no elastic IP ${allocationId} in account ${session.accountId}, ${session.region}: correct spec.nat.elasticIps`,
    );
  const named = `elastic IP ${allocationId} (${address.PublicIp})`;
  const holder = tagsOf(address)[TAG.owner];
  if (holder !== undefined && !isOurs(address, tags))
    throw new Terminal('NameTaken', `${named} belongs to ${holder}: give another in spec.nat.elasticIps`);
  if ((address.AssociationId ?? '') === '') return;
  const gateways = await natGateways.matching(session, 'state', ['pending', 'available', 'deleting']);
  const gateway = gateways.find((one) =>
    one.NatGatewayAddresses?.some((held) => held.AllocationId === allocationId),
  );
  if (gateway && isOurs(gateway, tags)) {
    // From a create whose answer was lost: the same token answers with it.
    if ([TAG.node, TAG.revision].every((key) => tagsOf(gateway)[key] === tags[key])) return;
    refuseSecond(named, gateway);
  }
  // AWS leaves out, or sends empty, what does not hold it.
  const user = [gateway?.NatGatewayId, address.InstanceId, address.NetworkInterfaceId].find(Boolean);
  throw new Terminal(
    'NameTaken',
    `${named} is in use by ${user}: free it, or give ${isGiven ? 'another' : 'one of your own'} in spec.nat.elasticIps`,
  );
}

/** An address is free only when the gateway that holds it is gone, and that goes only when another serves its subnets. */
function refuseSecond(named: string, gateway: NatGateway): never {
  const holder = `NAT gateway ${gateway.NatGatewayId} (${tagsOf(gateway)[TAG.node]})`;
  if (gateway.State === 'deleting')
    throw new Waiting('WaitingForAws', `${named} is free as soon as ${holder} is deleted`);
  throw new Terminal(
    'ReplacementNeeded',
    `${named} is held by ${holder} of this network, and one address cannot serve two gateways: take it out of spec.nat.elasticIps first, so that the gateway there gets an address of its own, and give it to the other zone when the network is Ready`,
  );
}

function isOurs(
  thing: { readonly Tags?: Tag[] | undefined },
  tags: Readonly<Record<string, string>>,
): boolean {
  const has = tagsOf(thing);
  return [TAG.installation, TAG.owner].every((key) => has[key] === tags[key]);
}

function stateOf(gateway: NatGateway): State {
  const id = gateway.NatGatewayId;
  if (gateway.State === 'available') return READY;
  if (gateway.State === 'deleting' || gateway.State === 'deleted')
    return { phase: 'deleting', reason: 'WaitingForAws', message: `NAT gateway ${id} is being deleted` };
  if (gateway.State === 'failed') {
    const why = gateway.FailureMessage ?? 'AWS gives no reason';
    return {
      phase: 'failed',
      reason: 'AwsRefused',
      message: `NAT gateway ${id} failed: ${why} (${gateway.FailureCode ?? 'no code'}); delete it and Landfall makes a new one, as it does when AWS takes it away by itself in about an hour`,
    };
  }
  return { phase: 'pending', reason: 'WaitingForAws', message: `NAT gateway ${id} is ${gateway.State}` };
}

/** The address that a gateway was made with; AWS can give it others later. */
export function primaryOf({ NatGatewayAddresses = [] }: NatGateway) {
  return NatGatewayAddresses.find(({ IsPrimary }) => IsPrimary === true) ?? NatGatewayAddresses[0];
}
