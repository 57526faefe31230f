import type { SecureVpc } from '../api/secure-vpc.ts';
import { elasticIpKind } from '../aws/ec2/elastic-ip.ts';
import { natGatewayKind } from '../aws/ec2/nat-gateway.ts';
import { subnetKind } from '../aws/ec2/subnet.ts';
import type { AwsKind } from '../aws/kind.ts';
import type { AwsSession } from '../aws/session.ts';
import { ownerOf } from '../compile/names.ts';
import { letterOf } from '../compile/zones.ts';
import type { World } from '../graph/kind.ts';
import { ownerTag, TAG } from '../graph/ownership.ts';

/**
 * The network with what its status said or would say: zones that were chosen stay chosen, a single NAT gateway stays
 * in its zone, and subnets that stand cannot move. Where there is no status, on the command line and after the loss
 * of a cluster, all of it can be read off the things that carry the network's tags.
 */
export function recall(network: SecureVpc, world: World<AwsSession>): SecureVpc {
  const { status } = network;
  if (status.subnets && status.zones) return network;
  const subnets: NonNullable<SecureVpc['status']['subnets']> = {};
  for (const { node, outputs } of standing(network, world, subnetKind)) {
    const tier = /^subnet\/([a-z]+)-/.exec(node)?.[1];
    const { id = '', zone = '', cidr = '' } = outputs;
    if (tier !== undefined) (subnets[tier] ??= []).push({ id, zone, cidr });
  }
  const zones = new Set(Object.values(subnets).flatMap((tier) => tier.map(({ zone }) => zone)));
  const gateways = standing(network, world, natGatewayKind);
  const addresses = standing(network, world, elasticIpKind);
  const natGateways = [...zones].flatMap((zone) => {
    const of = (things: typeof gateways) => things.find(({ node }) => node.split('/')[1] === letterOf(zone));
    const [gateway, address] = [of(gateways), of(addresses)];
    // The address outlives its gateway.
    if (!gateway && !address) return [];
    const id = gateway?.outputs['id'];
    const publicIp = [gateway, address].map((thing) => thing?.outputs['publicIp']).find(Boolean);
    return [{ zone, ...(id !== undefined && { id }), ...(publicIp !== undefined && { publicIp }) }];
  });
  return {
    ...network,
    status: {
      ...status,
      subnets,
      zones: status.zones ?? [...zones].sort(),
      natGateways: status.natGateways ?? natGateways,
    },
  };
}

function standing<I extends object, R>(
  network: SecureVpc,
  world: World<AwsSession>,
  kind: AwsKind<I, R>,
): { node: string; outputs: Readonly<Record<string, string>> }[] {
  return world
    .view(kind.collection)
    .ownedBy(ownerTag(ownerOf(network)))
    .filter((record) => kind.state(record).phase !== 'deleting')
    .map((record) => ({
      node: kind.collection.tags(record)[TAG.node] ?? '',
      outputs: kind.outputs(record),
    }));
}
