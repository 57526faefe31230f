import {
  AddTagsCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeleteTargetGroupCommand,
  SetSecurityGroupsCommand,
  ElasticLoadBalancingV2Client,
  type Tag,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { beforeEach, expect, test } from 'vitest';

import { aws, clientOptions, given, refused } from './harness.ts';
import { ACCOUNT, enforced, grant, member, OWN, type Statement, words } from './member-role.ts';

/** What Elastic Load Balancing asks to be allowed: by the tags of what is made, of what is changed, and of both. */
export function balancingPermissions(): void {
  const THINGS = `arn:aws:elasticloadbalancing:us-east-1:${ACCOUNT}:*`;
  const key = OWN.Key;
  const reads: Statement = {
    Effect: 'Allow',
    Action: [
      'ec2:DescribeAccountAttributes',
      'ec2:DescribeAddresses',
      'ec2:DescribeInternetGateways',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeSubnets',
      'ec2:DescribeVpcs',
      'ec2:GetSecurityGroupsForVpc',
    ],
    Resource: '*',
  };
  const makes: Statement = {
    Effect: 'Allow',
    Action: ['elasticloadbalancing:CreateLoadBalancer', 'elasticloadbalancing:CreateTargetGroup'],
    Resource: THINGS,
    Condition: { StringEquals: { [`aws:RequestTag/${key}`]: OWN.Value } },
  };
  const tagsNew: Statement = {
    Effect: 'Allow',
    Action: 'elasticloadbalancing:AddTags',
    Resource: THINGS,
    Condition: {
      StringEquals: {
        [`aws:RequestTag/${key}`]: OWN.Value,
        'elasticloadbalancing:CreateAction': ['CreateLoadBalancer', 'CreateTargetGroup', 'CreateListener'],
      },
    },
  };
  const changesOwn: Statement = {
    Effect: 'Allow',
    Action: [
      'elasticloadbalancing:AddTags',
      'elasticloadbalancing:CreateListener',
      'elasticloadbalancing:DeleteTargetGroup',
      'elasticloadbalancing:SetSecurityGroups',
    ],
    Resource: THINGS,
    Condition: { StringEquals: { [`aws:ResourceTag/${key}`]: OWN.Value } },
  };
  const linked: Statement = {
    Effect: 'Allow',
    Action: 'iam:CreateServiceLinkedRole',
    Resource: `arn:aws:iam::${ACCOUNT}:role/aws-service-role/elasticloadbalancing.amazonaws.com/*`,
    Condition: { StringEquals: { 'iam:AWSServiceName': 'elasticloadbalancing.amazonaws.com' } },
  };
  const all = [reads, makes, tagsNew, changesOwn, linked];

  let vpc: string;
  let Subnets: string[];
  let SecurityGroups: string[];

  beforeEach(async () => {
    await enforced();
    const admin = new EC2Client(clientOptions(aws(), ACCOUNT));
    vpc = given((await admin.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId);
    Subnets = [];
    for (const zone of ['a', 'b']) {
      const CidrBlock = `10.0.${Subnets.length}.0/24`;
      const made = await admin.send(
        new CreateSubnetCommand({ VpcId: vpc, CidrBlock, AvailabilityZone: `us-east-1${zone}` }),
      );
      Subnets.push(given(made.Subnet?.SubnetId));
    }
    const group = await admin.send(
      new CreateSecurityGroupCommand({ VpcId: vpc, GroupName: 'g', Description: 'g' }),
    );
    SecurityGroups = [given(group.GroupId)];
  });

  const client = async () => new ElasticLoadBalancingV2Client(await member());
  const balancer = async (elb: ElasticLoadBalancingV2Client, Tags: Tag[] = [OWN], Name = 'web') => {
    const Scheme = 'internal' as const;
    const made = await elb.send(
      new CreateLoadBalancerCommand({
        Name,
        Scheme,
        Subnets,
        SecurityGroups,
        ...(Tags.length > 0 && { Tags }),
      }),
    );
    return given(made.LoadBalancers?.[0]?.LoadBalancerArn);
  };
  const group = async (elb: ElasticLoadBalancingV2Client, Tags: Tag[] = [OWN], Name = 'web') => {
    const made = await elb.send(
      new CreateTargetGroupCommand({
        Name,
        Protocol: 'HTTP',
        Port: 80,
        VpcId: vpc,
        TargetType: 'ip',
        ...(Tags.length > 0 && { Tags }),
      }),
    );
    return given(made.TargetGroups?.[0]?.TargetGroupArn);
  };

  test('a create is bounded by its tags, and with tags asks for AddTags as well', async () => {
    await grant(all);
    const elb = await client();
    await balancer(elb);
    const arn = `arn:aws:elasticloadbalancing:us-east-1:${ACCOUNT}:loadbalancer/app/api/\\*`;
    const create = words('elasticloadbalancing:CreateLoadBalancer', arn);
    await refused(balancer(elb, [], 'api'), 'AccessDenied', create);
    await refused(balancer(elb, [{ Key: key, Value: 'other' }], 'api'), 'AccessDenied', create);
    await grant([reads, makes, changesOwn, linked]);
    await refused(balancer(elb, [OWN], 'api'), 'AccessDenied', words('elasticloadbalancing:AddTags', arn));
  });

  test('a load balancer asks for what it looks at in EC2, and for the role of its service', async () => {
    await grant([makes, tagsNew, changesOwn, linked]);
    const elb = await client();
    await refused(balancer(elb), 'AccessDenied', words('ec2:DescribeAccountAttributes'));
    await refused(group(elb), 'AccessDenied', words('ec2:DescribeInternetGateways'));
    await grant([reads, makes, tagsNew, changesOwn]);
    await refused(balancer(elb), 'AccessDenied', words('iam:CreateServiceLinkedRole'));
  });

  test('whoever gives groups is asked for those of the VPC', async () => {
    await grant(all);
    const elb = await client();
    const LoadBalancerArn = await balancer(elb);
    const asked = 'ec2:GetSecurityGroupsForVpc';
    const others = { ...reads, Action: [reads.Action].flat().filter((action) => action !== asked) };
    await grant([others, makes, tagsNew, changesOwn, linked]);
    await refused(balancer(elb, [OWN], 'api'), 'AccessDenied', words(asked));
    const set = elb.send(new SetSecurityGroupsCommand({ LoadBalancerArn, SecurityGroups }));
    await refused(set, 'AccessDenied', words(asked));
  });

  test('what is there is bounded by its own tags: a listener by those of its load balancer', async () => {
    await grant(all);
    const elb = await client();
    const administrator = new ElasticLoadBalancingV2Client(clientOptions(aws(), ACCOUNT));
    const own = { balancer: await balancer(elb), group: await group(elb) };
    const other = {
      balancer: await balancer(administrator, [], 'other'),
      group: await group(administrator, [], 'other'),
    };
    const listen = (LoadBalancerArn: string, TargetGroupArn: string) =>
      elb.send(
        new CreateListenerCommand({
          LoadBalancerArn,
          Protocol: 'HTTP',
          Port: 80,
          DefaultActions: [{ Type: 'forward', TargetGroupArn }],
          Tags: [OWN],
        }),
      );
    await refused(
      listen(other.balancer, other.group),
      'AccessDenied',
      words('elasticloadbalancing:CreateListener', other.balancer),
    );
    const made = given((await listen(own.balancer, own.group)).Listeners?.[0]?.ListenerArn);
    const tag = (arn: string) => elb.send(new AddTagsCommand({ ResourceArns: [arn], Tags: [OWN] }));
    await tag(made);
    await refused(tag(other.group), 'AccessDenied', words('elasticloadbalancing:AddTags', other.group));
    const remove = (TargetGroupArn: string) => elb.send(new DeleteTargetGroupCommand({ TargetGroupArn }));
    await refused(remove(other.group), 'AccessDenied');
    await refused(remove(own.group), 'ResourceInUse');
    expect(made).toContain(':listener/app/web/');
  });
}
