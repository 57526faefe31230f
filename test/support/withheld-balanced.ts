import * as watch from '@aws-sdk/client-cloudwatch';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { TAG } from '../../operator/graph/ownership.ts';
import { type DriftContext, id, one } from '../contract/drift/case.ts';
import { fullService } from './manifests.ts';
import { act, drift, orphanTags, type Provocation, undone } from './provocation.ts';

const Tags = Object.entries(orphanTags(fullService)).map(([Key, Value]) => ({ Key, Value }));
const INSTALLATION = { Key: TAG.installation, Value: 'local' };

async function balancer(at: DriftContext): Promise<elb.LoadBalancer> {
  const LoadBalancerArns = [id(at, 'load-balancer')];
  const found = await at.elbv2.send(new elb.DescribeLoadBalancersCommand({ LoadBalancerArns }));
  return one(found.LoadBalancers, 'load balancer');
}

const orphanBalancer = act(async (at) => {
  const { AvailabilityZones = [], SecurityGroups } = await balancer(at);
  const Subnets = AvailabilityZones.flatMap(({ SubnetId }) => SubnetId ?? []);
  await at.elbv2.send(
    new elb.CreateLoadBalancerCommand({ Name: 'orphan', Scheme: 'internal', Subnets, SecurityGroups, Tags }),
  );
});
const orphanGroup = act(async (at) =>
  at.elbv2.send(
    new elb.CreateTargetGroupCommand({
      Name: 'orphan',
      VpcId: (await balancer(at)).VpcId,
      Protocol: 'HTTP',
      Port: 80,
      TargetType: 'ip',
      Tags,
    }),
  ),
);
const orphanListener = act((at) =>
  at.elbv2.send(
    new elb.CreateListenerCommand({
      LoadBalancerArn: id(at, 'load-balancer'),
      Protocol: 'HTTP',
      Port: 81,
      DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503' } }],
      Tags,
    }),
  ),
);
/** A group that lost the tag of its installation: it is looked up by its ARN. */
const untaggedGroup = undone(async (at) => {
  const ResourceArns = [id(at, 'target-group')];
  await at.elbv2.send(new elb.RemoveTagsCommand({ ResourceArns, TagKeys: [INSTALLATION.Key] }));
  return () => at.elbv2.send(new elb.AddTagsCommand({ ResourceArns, Tags: [INSTALLATION] }));
});

const orphanAlarm = act((at) =>
  at.cloudwatch.send(
    new watch.PutMetricAlarmCommand({
      AlarmName: 'orphan',
      Namespace: 'AWS/ECS',
      MetricName: 'CPUUtilization',
      Statistic: 'Average',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      Tags,
    }),
  ),
);
const untaggedAlarm = undone(async (at) => {
  const AlarmNames = [id(at, 'alarm/cpu')];
  const { MetricAlarms } = await at.cloudwatch.send(new watch.DescribeAlarmsCommand({ AlarmNames }));
  const { AlarmArn: ResourceARN } = one(MetricAlarms, 'alarm');
  await at.cloudwatch.send(new watch.UntagResourceCommand({ ResourceARN, TagKeys: [INSTALLATION.Key] }));
  return () => at.cloudwatch.send(new watch.TagResourceCommand({ ResourceARN, Tags: [INSTALLATION] }));
});

const newBalancer = drift('LoadBalancer', 'deleted');

/** For each action that the load balancer and the alarms of a service need, what makes the operator need it. */
export const BALANCED: Readonly<Record<string, Provocation>> = {
  'cloudwatch:DeleteAlarms': orphanAlarm,
  'cloudwatch:ListTagsForResource': untaggedAlarm,
  'cloudwatch:PutMetricAlarm': drift('Alarm', 'threshold changed'),
  'cloudwatch:TagResource': drift('Alarm', 'tags missing'),
  'cloudwatch:UntagResource': drift('Alarm', 'tags extra'),
  'ec2:DescribeAccountAttributes': newBalancer,
  'ec2:GetSecurityGroupsForVpc': drift('LoadBalancer', 'securityGroupIds[*] extra'),
  'elasticloadbalancing:AddTags': drift('TargetGroup', 'tags missing'),
  'elasticloadbalancing:CreateListener': drift('Listener', 'deleted'),
  'elasticloadbalancing:CreateLoadBalancer': newBalancer,
  'elasticloadbalancing:CreateTargetGroup': drift('TargetGroup', 'deleted'),
  'elasticloadbalancing:DeleteListener': orphanListener,
  'elasticloadbalancing:DeleteLoadBalancer': orphanBalancer,
  'elasticloadbalancing:DeleteTargetGroup': orphanGroup,
  'elasticloadbalancing:DescribeTags': untaggedGroup,
  'elasticloadbalancing:ModifyListener': drift('Listener', 'action changed'),
  'elasticloadbalancing:ModifyLoadBalancerAttributes': drift(
    'LoadBalancerAttributes',
    'attributes[*] changed',
  ),
  'elasticloadbalancing:ModifyTargetGroup': drift('TargetGroup', 'healthCheck.path changed'),
  'elasticloadbalancing:ModifyTargetGroupAttributes': drift('TargetGroupAttributes', 'attributes[*] changed'),
  'elasticloadbalancing:RemoveTags': drift('TargetGroup', 'tags extra'),
  'elasticloadbalancing:SetSecurityGroups': drift('LoadBalancer', 'securityGroupIds[*] extra'),
  'elasticloadbalancing:SetSubnets': drift('LoadBalancer', 'subnetIds[*] extra'),
  'iam:CreateServiceLinkedRole': newBalancer,
};
