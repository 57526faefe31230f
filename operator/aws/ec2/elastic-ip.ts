import {
  AllocateAddressCommand,
  DescribeAddressesCommand,
  ReleaseAddressCommand,
  type Address,
} from '@aws-sdk/client-ec2';
import { READY } from '../../graph/kind.ts';
import { unlessGone } from '../errors.ts';
import { must, type AwsKind } from '../kind.ts';
import { makes, onOwn } from '../permissions.ts';
import { tagList } from '../tags.ts';
import { ec2Collection } from './collection.ts';
import { TAG_ACTIONS, tagSpecification, updateTags } from './shared.ts';

/** An elastic IP has no settings. */
export type ElasticIpInputs = object;

/** Elastic IP addresses. DescribeAddresses gives all of them in one page, and knows no page size. */
export const elasticIps = ec2Collection<Address>({
  name: 'ec2/elastic-ips',
  action: 'ec2:DescribeAddresses',
  idFilter: 'allocation-id',
  id: (address) => must(address.AllocationId, 'AllocationId'),
  async page({ ec2 }, { Filters }) {
    const answer = await ec2.send(new DescribeAddressesCommand({ Filters }));
    return { items: answer.Addresses, next: undefined };
  },
});

/** An address that stays the same. AllocateAddress has neither token nor name. */
export const elasticIpKind: AwsKind<ElasticIpInputs, Address> = {
  type: 'ElasticIp',
  collection: elasticIps,
  idempotency: 'none',
  iam: [...makes('ec2:AllocateAddress'), ...onOwn('ec2:ReleaseAddress'), ...TAG_ACTIONS],
  after: [],

  diff: () => [],
  state: () => READY,
  outputs: (address) => ({
    id: must(address.AllocationId, 'AllocationId'),
    publicIp: address.PublicIp ?? '',
  }),
  gone: () => false,
  needs: () => [],
  implicit: ({ ServiceManaged: service }) =>
    service === undefined ? undefined : `AWS manages it for ${service}, and releases it by itself`,
  // AWS leaves out, or sends empty, what does not hold it.
  usedBy: (address) =>
    (address.AssociationId ?? '') === ''
      ? undefined
      : [address.InstanceId, address.NetworkInterfaceId].find(Boolean),

  async create({ session, tags }) {
    const { AllocationId, PublicIp, Domain } = await session.ec2Once.send(
      new AllocateAddressCommand({ Domain: 'vpc', TagSpecifications: tagSpecification('elastic-ip', tags) }),
    );
    // The answer names no tags.
    return {
      AllocationId: must(AllocationId, 'AllocationId'),
      ...(PublicIp !== undefined && { PublicIp }),
      ...(Domain !== undefined && { Domain }),
      Tags: tagList(tags),
    };
  },
  update: (context, _inputs, address, changes) =>
    updateTags(context, elasticIps, must(address.AllocationId, 'AllocationId'), changes),
  async delete({ session }, { AllocationId }) {
    await unlessGone(session.ec2.send(new ReleaseAddressCommand({ AllocationId })));
    return undefined;
  },
  async blockers(session, address) {
    const [now] = await elasticIps.get(session, [must(address.AllocationId, 'AllocationId')]);
    const holder = now?.NetworkInterfaceId ?? '';
    return holder === '' ? [] : [`network interface ${holder}`];
  },
};
