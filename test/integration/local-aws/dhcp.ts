import {
  AssociateDhcpOptionsCommand,
  CreateDhcpOptionsCommand,
  CreateVpcCommand,
  DeleteDhcpOptionsCommand,
  DeleteVpcCommand,
  DescribeDhcpOptionsCommand,
  DescribeVpcsCommand,
  type NewDhcpConfiguration,
} from '@aws-sdk/client-ec2';
import { beforeEach, expect, test } from 'vitest';
import { aws, ec2, given, refused, tagged } from './harness.ts';

/** Sets of DHCP options. */
export function dhcpOptions(): void {
  let vpc: string;
  const make = async (...DhcpConfigurations: NewDhcpConfiguration[]): Promise<string> => {
    const answer = await ec2().send(
      new CreateDhcpOptionsCommand({ DhcpConfigurations, TagSpecifications: tagged('dhcp-options', 'a') }),
    );
    return given(answer.DhcpOptions?.DhcpOptionsId);
  };
  const associate = (DhcpOptionsId: string, VpcId = vpc) =>
    ec2().send(new AssociateDhcpOptionsCommand({ DhcpOptionsId, VpcId }));
  const remove = (DhcpOptionsId: string) => ec2().send(new DeleteDhcpOptionsCommand({ DhcpOptionsId }));
  const ofVpc = async () =>
    (await ec2().send(new DescribeVpcsCommand({ VpcIds: [vpc] }))).Vpcs?.[0]?.DhcpOptionsId ?? '';
  const makeVpc = async () =>
    given((await ec2().send(new CreateVpcCommand({ CidrBlock: '10.2.0.0/16' }))).Vpc?.VpcId);

  beforeEach(async () => {
    await aws().reset();
    vpc = await makeVpc();
  });

  test('every new VPC has the set of AWS for the region, known by nothing but what it says', async () => {
    const DhcpOptionsIds = [await ofVpc()];
    const { DhcpOptions } = await ec2().send(new DescribeDhcpOptionsCommand({ DhcpOptionsIds }));
    expect(DhcpOptions?.[0]?.DhcpConfigurations).toEqual([
      { Key: 'domain-name-servers', Values: [{ Value: 'AmazonProvidedDNS' }] },
      { Key: 'domain-name', Values: [{ Value: 'ec2.internal' }] },
    ]);
    expect(DhcpOptions?.[0]?.Tags ?? []).toEqual([]);
  });

  test('a set serves several VPCs, is kept while one has it, and outlives them', async () => {
    const set = await make({ Key: 'domain-name-servers', Values: ['10.0.0.2', '10.0.0.3'] });
    const other = await makeVpc();
    await associate(set);
    await associate(set, other);
    await ec2().send(new DeleteVpcCommand({ VpcId: other }));
    await refused(remove(set), 'DependencyViolation', /has dependencies and cannot be deleted/);
    await associate('default');
    expect(await ofVpc()).toBe('default');
    await remove(set);
    await refused(remove(set), 'InvalidDhcpOptionID.NotFound');
    await refused(associate(set), 'InvalidDhcpOptionID.NotFound');
  });

  test('is found by its tags, by what it says, and by the options that it has', async () => {
    const set = await make({ Key: 'ntp-servers', Values: ['10.0.0.4'] });
    const found = async (Name: string, ...Values: string[]) =>
      (await ec2().send(new DescribeDhcpOptionsCommand({ Filters: [{ Name, Values }] }))).DhcpOptions?.map(
        ({ DhcpOptionsId }) => DhcpOptionsId,
      );
    expect(await found('tag:test', 'a')).toEqual([set]);
    expect(await found('value', '10.0.0.4')).toEqual([set]);
    expect(await found('key', 'ntp-servers')).toEqual([set]);
    expect(await found('key', 'domain-name')).not.toContain(set);
  });

  test.each<[NewDhcpConfiguration[], string]>([
    [[], 'MissingParameter'],
    [[{ Key: 'bootfile', Values: ['x'] }], 'InvalidParameterValue'],
    [[{ Key: 'ntp-servers', Values: ['pool.ntp.org'] }], 'InvalidParameterValue'],
    [
      [{ Key: 'domain-name-servers', Values: ['1', '2', '3', '4', '5'].map((last) => `10.0.0.${last}`) }],
      'InvalidParameterValue',
    ],
  ])('%j is refused', async (configurations, code) => {
    await refused(make(...configurations), code);
  });
}
