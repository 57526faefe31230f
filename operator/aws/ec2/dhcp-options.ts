import {
  CreateDhcpOptionsCommand,
  DeleteDhcpOptionsCommand,
  DescribeDhcpOptionsCommand,
  type DhcpOptions,
} from '@aws-sdk/client-ec2';
import { AMAZON_DNS } from '../../api/dhcp-options.ts';
import { READY, type Change } from '../../graph/kind.ts';
import { unlessGone } from '../errors.ts';
import { must, type AwsKind } from '../kind.ts';
import { makes, onOwn, reads } from '../permissions.ts';
import { ec2Collection } from './collection.ts';
import { TAG_ACTIONS, tagSpecification, updateTags } from './shared.ts';
import { vpcs } from './vpc.ts';

/** What AWS calls it that a VPC has no DHCP options at all. */
export const NO_DHCP_OPTIONS = 'default';

/** Options by AWS's names for them, as `domain-name-servers`, each with its values in their order. */
export interface DhcpOptionsInputs {
  readonly options: Readonly<Record<string, readonly string[]>>;
}

/** Sets of DHCP options. */
export const dhcpOptions = ec2Collection<DhcpOptions>({
  name: 'ec2/dhcp-options',
  action: 'ec2:DescribeDhcpOptions',
  idFilter: 'dhcp-options-id',
  id: (set) => must(set.DhcpOptionsId, 'DhcpOptionsId'),
  async page({ ec2 }, query) {
    const answer = await ec2.send(new DescribeDhcpOptionsCommand(query));
    return { items: answer.DhcpOptions, next: answer.NextToken };
  },
});

/** A set of DHCP options, which AWS never changes. CreateDhcpOptions has neither token nor name, and takes equal sets. */
export const dhcpOptionsKind: AwsKind<DhcpOptionsInputs, DhcpOptions> = {
  type: 'DhcpOptions',
  collection: dhcpOptions,
  idempotency: 'none',
  iam: [
    ...makes('ec2:CreateDhcpOptions'),
    ...onOwn('ec2:DeleteDhcpOptions'),
    ...reads('ec2:DescribeVpcs'),
    ...TAG_ACTIONS,
  ],
  after: [],
  heldBy: ['DhcpOptionsAssociation'],

  diff(inputs, set) {
    if (!set) return [];
    const now = optionsIn(set);
    const keys = [...new Set([...Object.keys(now), ...Object.keys(inputs.options)])].sort();
    return keys.flatMap((key): Change[] => {
      const [from, to] = [now[key], inputs.options[key]];
      if (from?.join() === to?.join()) return [];
      return [
        {
          path: `options[${key}]`,
          ...(from && { from: from.join(', ') }),
          ...(to && { to: to.join(', ') }),
          replace: true,
        },
      ];
    });
  },
  state: () => READY,
  outputs: (set) => ({ id: must(set.DhcpOptionsId, 'DhcpOptionsId') }),
  gone: () => false,
  needs: () => [],

  async create({ session, tags }, { options }) {
    const answer = await session.ec2Once.send(
      new CreateDhcpOptionsCommand({
        DhcpConfigurations: Object.entries(options).map(([Key, values]) => ({ Key, Values: [...values] })),
        TagSpecifications: tagSpecification('dhcp-options', tags),
      }),
    );
    return must(answer.DhcpOptions, 'DhcpOptions');
  },
  update: (context, _inputs, set, changes) =>
    updateTags(context, dhcpOptions, must(set.DhcpOptionsId, 'DhcpOptionsId'), changes),
  async delete({ session }, { DhcpOptionsId }) {
    await unlessGone(session.ec2.send(new DeleteDhcpOptionsCommand({ DhcpOptionsId })));
    return undefined;
  },
  async blockers(session, set) {
    const users = await vpcs.matching(session, 'dhcp-options-id', [must(set.DhcpOptionsId, 'DhcpOptionsId')]);
    return users.map(({ VpcId }) => `VPC ${VpcId}`);
  },
};

/** The options of a set, by AWS's names. */
function optionsIn({ DhcpConfigurations = [] }: DhcpOptions): Record<string, readonly string[]> {
  return Object.fromEntries(
    DhcpConfigurations.map(({ Key = '', Values = [] }) => [Key, Values.flatMap(({ Value }) => Value ?? [])]),
  );
}

/**
 * Whether a set says what AWS's own set of the region says, by which alone it is known:
 * https://docs.aws.amazon.com/vpc/latest/userguide/DHCPOptionSetConcepts.html
 */
export function isOwnOfAws(set: DhcpOptions, region: string): boolean {
  const { 'domain-name': names, 'domain-name-servers': servers, ...others } = optionsIn(set);
  return (
    names?.join() === ownDomainOf(region) &&
    servers?.join() === AMAZON_DNS &&
    Object.keys(others).length === 0
  );
}

/** The domain in AWS's own set of the region. */
export function ownDomainOf(region: string): string {
  return region === 'us-east-1' ? 'ec2.internal' : `${region}.compute.internal`;
}
