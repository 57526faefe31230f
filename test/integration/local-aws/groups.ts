import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteNetworkInterfaceCommand,
  DeleteSecurityGroupCommand,
  DescribeManagedPrefixListsCommand,
  DescribePrefixListsCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
  type IpPermission,
  ModifySecurityGroupRulesCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  UpdateSecurityGroupRuleDescriptionsIngressCommand,
} from '@aws-sdk/client-ec2';
import { beforeEach, describe, expect, test } from 'vitest';

import { aws, ec2, given, refused, tagged } from './harness.ts';

/** What EC2 refuses of security groups and their rules. */
export function securityGroups(): void {
  let vpc: string;
  let group: string;

  async function makeGroup(name: string, vpcId = vpc): Promise<string> {
    const made = await ec2().send(
      new CreateSecurityGroupCommand({ VpcId: vpcId, GroupName: name, Description: name }),
    );
    return given(made.GroupId);
  }

  function open(port: number, peer: string, description = 'test'): IpPermission {
    const ports = { IpProtocol: 'tcp', FromPort: port, ToPort: port };
    if (peer.startsWith('sg-'))
      return { ...ports, UserIdGroupPairs: [{ GroupId: peer, Description: description }] };
    if (peer.startsWith('pl-'))
      return { ...ports, PrefixListIds: [{ PrefixListId: peer, Description: description }] };
    return { ...ports, IpRanges: [{ CidrIp: peer, Description: description }] };
  }

  function ingress(...permissions: IpPermission[]): Promise<unknown> {
    return ec2().send(
      new AuthorizeSecurityGroupIngressCommand({ GroupId: group, IpPermissions: permissions }),
    );
  }

  async function rules(): Promise<string[]> {
    const Filters = [{ Name: 'group-id', Values: [group] }];
    const listed = await ec2().send(new DescribeSecurityGroupRulesCommand({ Filters }));
    return given(listed.SecurityGroupRules)
      .map((rule) => {
        const peer = rule.CidrIpv4 ?? rule.PrefixListId ?? rule.ReferencedGroupInfo?.GroupId;
        return `${rule.IsEgress ? 'out' : 'in'} ${rule.IpProtocol} ${rule.FromPort} ${peer} ${rule.Description ?? '-'}`;
      })
      .sort();
  }

  beforeEach(async () => {
    await aws().reset();
    vpc = given((await ec2().send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId);
    group = await makeGroup('one');
  });

  describe('security groups', () => {
    test('have a name that is theirs alone in the VPC', async () => {
      await refused(makeGroup('one'), 'InvalidGroup.Duplicate', /already exists for VPC/);
      await refused(makeGroup('default'), 'InvalidParameterValue');
      const other = given((await ec2().send(new CreateVpcCommand({ CidrBlock: '10.1.0.0/16' }))).Vpc?.VpcId);
      await expect(makeGroup('one', other)).resolves.toMatch(/^sg-/);
    });

    test('stay while an interface has them or another group names them', async () => {
      const made = await ec2().send(new CreateSubnetCommand({ VpcId: vpc, CidrBlock: '10.0.0.0/24' }));
      const eni = await ec2().send(
        new CreateNetworkInterfaceCommand({ SubnetId: made.Subnet?.SubnetId, Groups: [group] }),
      );
      const remove = (): Promise<unknown> => ec2().send(new DeleteSecurityGroupCommand({ GroupId: group }));
      const words = new RegExp(`^resource ${group} has a dependent object$`);
      await refused(remove(), 'DependencyViolation', words);
      await ec2().send(
        new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: eni.NetworkInterface?.NetworkInterfaceId }),
      );
      const other = await makeGroup('two');
      const named = { GroupId: other, IpPermissions: [open(443, group)] };
      await ec2().send(new AuthorizeSecurityGroupIngressCommand(named));
      await refused(remove(), 'DependencyViolation', words);
      await ec2().send(new RevokeSecurityGroupIngressCommand(named));
      await ingress(open(443, group));
      await remove();
      await refused(remove(), 'InvalidGroup.NotFound');
    });

    test('the default group of a VPC is nobody’s to delete', async () => {
      const Filters = [
        { Name: 'vpc-id', Values: [vpc] },
        { Name: 'group-name', Values: ['default'] },
      ];
      const [standard] = given(
        (await ec2().send(new DescribeSecurityGroupsCommand({ Filters }))).SecurityGroups,
      );
      await refused(
        ec2().send(new DeleteSecurityGroupCommand({ GroupId: standard?.GroupId })),
        'CannotDelete',
      );
    });
  });

  describe('rules', () => {
    test('several at once, each listed with its own id, tags and description', async () => {
      const made = await ec2().send(
        new AuthorizeSecurityGroupIngressCommand({
          GroupId: group,
          IpPermissions: [
            open(80, '0.0.0.0/0', 'web'),
            open(443, '0.0.0.0/0', 'web'),
            open(443, group, 'self'),
          ],
          TagSpecifications: tagged('security-group-rule', 'many'),
        }),
      );
      expect(made.SecurityGroupRules).toHaveLength(3);
      expect(made.SecurityGroupRules?.[0]?.Tags).toEqual([{ Key: 'test', Value: 'many' }]);
      expect(await rules()).toEqual(
        [
          `in tcp 443 0.0.0.0/0 web`,
          `in tcp 443 ${group} self`,
          `in tcp 80 0.0.0.0/0 web`,
          `out -1 -1 0.0.0.0/0 -`,
        ].sort(),
      );
      const Filters = [{ Name: 'tag:test', Values: ['many'] }];
      const found = await ec2().send(new DescribeSecurityGroupRulesCommand({ Filters }));
      expect(found.SecurityGroupRules).toHaveLength(3);
      expect(found.SecurityGroupRules?.[0]?.Tags).toEqual([{ Key: 'test', Value: 'many' }]);
    });

    test('one bad rule fails the whole call and leaves nothing', async () => {
      await ingress(open(80, '0.0.0.0/0'));
      const before = await aws().dump();
      await refused(
        ingress(open(22, '10.0.0.0/8'), open(80, '0.0.0.0/0')),
        'InvalidPermission.Duplicate',
        /^the specified rule "peer: 0\.0\.0\.0\/0, TCP, from port: 80, to port: 80, ALLOW" already exists$/,
      );
      await refused(
        ingress(open(22, '10.0.0.0/8'), open(23, 'sg-0123456789abcdef0')),
        'InvalidGroup.NotFound',
      );
      await refused(
        ingress(open(22, '10.0.0.0/8'), open(23, 'pl-0123456789abcdef0')),
        'InvalidPrefixListID.NotFound',
      );
      expect(await aws().dump()).toBe(before);
    });

    test('of ICMP have a type and a code, and descriptions only what AWS takes', async () => {
      const ping = { IpProtocol: 'icmp', IpRanges: [{ CidrIp: '10.0.0.0/8', Description: 'ping' }] };
      await refused(ingress(ping), 'InvalidParameterValue', /ports with ICMP/);
      await ingress({ ...ping, FromPort: 8, ToPort: -1 });
      expect(await rules()).toContain('in icmp 8 10.0.0.0/8 ping');
      await refused(
        ingress(open(80, '0.0.0.0/0', 'für alle')),
        'InvalidParameterValue',
        /^Invalid rule descr/,
      );
      await refused(ingress(open(80, '0.0.0.0/0', 'x'.repeat(256))), 'InvalidParameterValue');
    });

    test('a description does not make another rule of the same one', async () => {
      await ingress(open(80, '0.0.0.0/0', 'one'));
      await refused(ingress(open(80, '0.0.0.0/0', 'two')), 'InvalidPermission.Duplicate');
    });

    test('revoked by what they say or by id; a missing one fails the whole call', async () => {
      await ingress(open(80, '0.0.0.0/0'), open(443, '0.0.0.0/0'));
      const revoke = (...permissions: IpPermission[]): Promise<unknown> =>
        ec2().send(new RevokeSecurityGroupIngressCommand({ GroupId: group, IpPermissions: permissions }));
      await refused(revoke(open(80, '0.0.0.0/0'), open(81, '0.0.0.0/0')), 'InvalidPermission.NotFound');
      expect(await rules()).toHaveLength(3);
      await revoke(open(80, '0.0.0.0/0', 'without its description'));
      expect(await rules()).toHaveLength(2);
      const Filters = [{ Name: 'group-id', Values: [group] }];
      const listed = await ec2().send(new DescribeSecurityGroupRulesCommand({ Filters }));
      const id = listed.SecurityGroupRules?.find((rule) => rule.IsEgress === true)?.SecurityGroupRuleId;
      const answer = await ec2().send(
        new RevokeSecurityGroupEgressCommand({ GroupId: group, SecurityGroupRuleIds: [given(id)] }),
      );
      expect(answer.RevokedSecurityGroupRules).toMatchObject([
        { SecurityGroupRuleId: id, CidrIpv4: '0.0.0.0/0' },
      ]);
      expect(await rules()).toEqual(['in tcp 443 0.0.0.0/0 test']);
    });

    test('change in place, and keep their id', async () => {
      await ingress(open(443, group, 'self'));
      const Filters = [{ Name: 'group-id', Values: [group] }];
      const listed = await ec2().send(new DescribeSecurityGroupRulesCommand({ Filters }));
      const id = listed.SecurityGroupRules?.find((rule) => rule.IsEgress === false)?.SecurityGroupRuleId;
      const SecurityGroupRule = { IpProtocol: 'tcp', FromPort: 8443, ToPort: 8443, ReferencedGroupId: group };
      await ec2().send(
        new ModifySecurityGroupRulesCommand({
          GroupId: group,
          SecurityGroupRules: [
            { SecurityGroupRuleId: id, SecurityGroupRule: { ...SecurityGroupRule, Description: 'moved' } },
          ],
        }),
      );
      expect(await rules()).toContain(`in tcp 8443 ${group} moved`);
      await ec2().send(
        new UpdateSecurityGroupRuleDescriptionsIngressCommand({
          GroupId: group,
          IpPermissions: [open(8443, group, 'again')],
        }),
      );
      expect(await rules()).toContain(`in tcp 8443 ${group} again`);
      const missing = { SecurityGroupRuleId: 'sgr-0123456789abcdef0', SecurityGroupRule };
      await refused(
        ec2().send(new ModifySecurityGroupRulesCommand({ GroupId: group, SecurityGroupRules: [missing] })),
        'InvalidSecurityGroupRuleId.NotFound',
      );
    });

    test('in the default VPC a missing rule is no error', async () => {
      const Filters = [{ Name: 'is-default', Values: ['true'] }];
      const standard = given((await ec2().send(new DescribeVpcsCommand({ Filters }))).Vpcs?.[0]?.VpcId);
      const there = await makeGroup('there', standard);
      const answer = await ec2().send(
        new RevokeSecurityGroupIngressCommand({ GroupId: there, IpPermissions: [open(1, '10.0.0.0/8')] }),
      );
      expect(answer.Return).toBe(true);
      expect(answer.UnknownIpPermissions).toMatchObject([{ IpProtocol: 'tcp', FromPort: 1 }]);
    });

    test('towards S3 by its prefix list', async () => {
      const name = 'com.amazonaws.us-east-1.s3';
      const plain = await ec2().send(
        new DescribePrefixListsCommand({ Filters: [{ Name: 'prefix-list-name', Values: [name] }] }),
      );
      const [list] = given(plain.PrefixLists);
      expect(list?.PrefixListName).toBe(name);
      const managed = await ec2().send(
        new DescribeManagedPrefixListsCommand({
          Filters: [{ Name: 'prefix-list-name', Values: [name, 'com.amazonaws.us-east-1.dynamodb'] }],
        }),
      );
      expect(managed.PrefixLists).toHaveLength(2);
      await ec2().send(
        new AuthorizeSecurityGroupEgressCommand({
          GroupId: group,
          IpPermissions: [open(443, given(list?.PrefixListId))],
        }),
      );
      expect(await rules()).toContain(`out tcp 443 ${list?.PrefixListId} test`);
    });
  });
}
