import {
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import { READY, type Change } from '../../graph/kind.ts';
import { unlessGone } from '../errors.ts';
import { must, type AwsKind } from '../kind.ts';
import { makes, onOwn } from '../permissions.ts';
import { tagList } from '../tags.ts';
import { ec2Collection } from './collection.ts';
import { permissionsToGroups, revoke } from './security-group-permissions.ts';
import { BLOCKER_ACTIONS, interfacesIn, TAG_ACTIONS, tagSpecification, updateTags } from './shared.ts';

export interface SecurityGroupInputs {
  readonly vpcId: string;
  /** Unique in its VPC, at most 255 characters; it cannot change. */
  readonly name: string;
  /** It cannot change either. */
  readonly description: string;
}

/** Security groups with their rules. */
export const securityGroups = ec2Collection<SecurityGroup>({
  name: 'ec2/security-groups',
  action: 'ec2:DescribeSecurityGroups',
  idFilter: 'group-id',
  id: (group) => must(group.GroupId, 'GroupId'),
  async page({ ec2 }, query) {
    const answer = await ec2.send(new DescribeSecurityGroupsCommand(query));
    return { items: answer.SecurityGroups, next: answer.NextToken };
  },
});

/** A security group without its rules, so that groups may name each other (aws-controllers-k8s/community#2119). */
export const securityGroupKind: AwsKind<SecurityGroupInputs, SecurityGroup> = {
  type: 'SecurityGroup',
  collection: securityGroups,
  idempotency: 'name',
  iam: [
    ...makes('ec2:CreateSecurityGroup'),
    ...onOwn(
      'ec2:CreateSecurityGroup',
      'ec2:DeleteSecurityGroup',
      'ec2:RevokeSecurityGroupIngress',
      'ec2:RevokeSecurityGroupEgress',
    ),
    ...TAG_ACTIONS,
    ...BLOCKER_ACTIONS,
  ],
  after: ['VpcEndpoint'],

  diff(inputs, group) {
    if (!group) return [];
    const changes: Change[] = [];
    // Neither name nor description can change; one that was taken over keeps what it came with.
    if (group.VpcId !== inputs.vpcId)
      changes.push({ path: 'vpcId', from: group.VpcId, to: inputs.vpcId, replace: true });
    return changes;
  },
  state: () => READY,
  outputs: (group) => ({ id: must(group.GroupId, 'GroupId') }),
  gone: () => false,
  implicit: (group) =>
    group.GroupName === 'default'
      ? `it is the default group of ${group.VpcId}, which AWS never deletes`
      : undefined,
  needs: (group) => [must(group.VpcId, 'VpcId')],

  async create({ session, tags }, { vpcId, name, description }) {
    const answer = await session.ec2.send(
      new CreateSecurityGroupCommand({
        VpcId: vpcId,
        GroupName: name,
        Description: description,
        TagSpecifications: tagSpecification('security-group', tags),
      }),
    );
    const everything = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
    return {
      GroupId: must(answer.GroupId, 'GroupId'),
      GroupName: name,
      VpcId: vpcId,
      Description: description,
      Tags: tagList(tags),
      IpPermissions: [],
      IpPermissionsEgress: everything,
    };
  },
  async conflicting(session, { vpcId, name }) {
    const found = await securityGroups.matching(
      session,
      'vpc-id',
      [vpcId],
      [{ Name: 'group-name', Values: [name] }],
    );
    return found[0];
  },
  update: (context, _inputs, group, changes) =>
    updateTags(context, securityGroups, must(group.GroupId, 'GroupId'), changes),

  // Groups that name each other cannot be deleted in any order: rules towards groups go first.
  async release({ session, wrote }, group) {
    const id = must(group.GroupId, 'GroupId');
    for (const direction of ['ingress', 'egress'] as const) {
      const towards = permissionsToGroups(group, direction);
      if (towards.length > 0) await unlessGone(revoke(session, id, direction, towards));
    }
    wrote(
      securityGroups,
      id,
      (record) => record && { ...record, IpPermissions: [], IpPermissionsEgress: [] },
    );
  },
  async delete({ session }, group) {
    await unlessGone(session.ec2.send(new DeleteSecurityGroupCommand({ GroupId: group.GroupId })));
    return undefined;
  },
  blockers: (session, group) => interfacesIn(session, 'group-id', must(group.GroupId, 'GroupId')),
};
