import {
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  type Case,
  type Cases,
  type Deletions,
  type DriftCase,
  type DriftContext,
  id,
  one,
  refused,
  unused,
} from './case.ts';

/** The nodes of an EcsService behind a load balancer that listens on one port. */
const BALANCER = 'load-balancer';
const GROUP = 'target-group';
const LISTENER = 'listener/80';

/** The three ways in which tags of a thing of Elastic Load Balancing drift. */
function elbTags(node: string): Record<string, Case> {
  const set = (Key: string, Value: string): DriftCase => ({
    node,
    drift: async (at) =>
      void (await at.elbv2.send(
        new elb.AddTagsCommand({ ResourceArns: [id(at, node)], Tags: [{ Key, Value }] }),
      )),
  });
  return {
    'tags missing': {
      node,
      drift: async (at) =>
        void (await at.elbv2.send(
          new elb.RemoveTagsCommand({ ResourceArns: [id(at, node)], TagKeys: ['project'] }),
        )),
    },
    'tags extra': set('stray', 'yes'),
    'tags changed': set('project', 'somebody-else'),
  };
}

const healthCheck = (input: Partial<elb.ModifyTargetGroupCommandInput>): DriftCase => ({
  node: GROUP,
  drift: async (at) =>
    void (await at.elbv2.send(new elb.ModifyTargetGroupCommand({ TargetGroupArn: id(at, GROUP), ...input }))),
});

const listener = (input: Partial<elb.ModifyListenerCommandInput>): DriftCase => ({
  node: LISTENER,
  drift: async (at) =>
    void (await at.elbv2.send(new elb.ModifyListenerCommand({ ListenerArn: id(at, LISTENER), ...input }))),
});

async function described(at: DriftContext): Promise<elb.LoadBalancer> {
  const LoadBalancerArns = [id(at, BALANCER)];
  const found = await at.elbv2.send(new elb.DescribeLoadBalancersCommand({ LoadBalancerArns }));
  return one(found.LoadBalancers, 'load balancer');
}

const subnetsOf = ({ AvailabilityZones: zones = [] }: elb.LoadBalancer) =>
  zones.flatMap(({ SubnetId }) => SubnetId ?? []);

/** Another set of groups, in front of one more of the network. */
const groups = (change: (now: readonly string[], another: string) => string[]): DriftCase => ({
  node: BALANCER,
  async drift(at) {
    const { VpcId, SecurityGroups: now = [] } = await described(at);
    const made = await at.ec2.send(
      new CreateSecurityGroupCommand({ VpcId, GroupName: 'stray', Description: 'stray' }),
    );
    const { GroupId = '' } = made;
    const LoadBalancerArn = id(at, BALANCER);
    const SecurityGroups = change(now, GroupId);
    await at.elbv2.send(new elb.SetSecurityGroupsCommand({ LoadBalancerArn, SecurityGroups }));
    return () => at.ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
  },
});

/** Of Network load balancers alone. */
export const privateLinkRulesDrift: DriftCase = {
  node: BALANCER,
  async drift(at) {
    const { SecurityGroups = [] } = await described(at);
    const set = new elb.SetSecurityGroupsCommand({
      LoadBalancerArn: id(at, BALANCER),
      SecurityGroups,
      EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off',
    });
    await at.elbv2.send(set);
  },
};

const noListener = (input: Partial<elb.ModifyListenerCommandInput>): Case =>
  refused('ValidationError', (at) =>
    at.elbv2.send(new elb.ModifyListenerCommand({ ListenerArn: id(at, LISTENER), ...input })),
  );

const balancerDeleted = (node: string): DriftCase => ({
  node,
  interrupts: true,
  drift: async (at) =>
    void (await at.elbv2.send(new elb.DeleteLoadBalancerCommand({ LoadBalancerArn: id(at, node) }))),
});

const listenerDeleted = (node: string): DriftCase => ({
  node,
  interrupts: true,
  drift: async (at) =>
    void (await at.elbv2.send(new elb.DeleteListenerCommand({ ListenerArn: id(at, node) }))),
});

/** AWS keeps a group while a listener forwards to it: who wants to be rid of it takes the listener along. */
const groupDeleted = (node: string): DriftCase => ({
  node,
  interrupts: true,
  async drift(at) {
    await at.elbv2.send(new elb.DeleteListenerCommand({ ListenerArn: id(at, LISTENER) }));
    await at.elbv2.send(new elb.DeleteTargetGroupCommand({ TargetGroupArn: id(at, node) }));
  },
});

/** For kinds of Elastic Load Balancing, as `driftCases` has them for a network's. */
export const balancingCases: Cases = {
  LoadBalancer: {
    ...elbTags(BALANCER),
    'subnetIds[*] missing': refused('ValidationError', async (at) => {
      const Subnets = subnetsOf(await described(at)).slice(0, 1);
      await at.elbv2.send(new elb.SetSubnetsCommand({ LoadBalancerArn: id(at, BALANCER), Subnets }));
    }),
    'subnetIds[*] extra': {
      node: BALANCER,
      async drift(at) {
        const balancer = await described(at);
        const { Vpcs } = await at.ec2.send(new DescribeVpcsCommand({ VpcIds: [balancer.VpcId ?? ''] }));
        const made = await at.ec2.send(
          new CreateSubnetCommand({
            VpcId: balancer.VpcId,
            CidrBlock: one(Vpcs, 'VPC').CidrBlock?.replace('.0.0/16', '.250.0/24'),
            AvailabilityZone: 'us-east-1f',
          }),
        );
        const SubnetId = made.Subnet?.SubnetId ?? '';
        const LoadBalancerArn = id(at, BALANCER);
        const Subnets = [...subnetsOf(balancer), SubnetId];
        await at.elbv2.send(new elb.SetSubnetsCommand({ LoadBalancerArn, Subnets }));
        return async () => {
          await unused(at, 'subnet-id', SubnetId);
          await at.ec2.send(new DeleteSubnetCommand({ SubnetId }));
        };
      },
    },
    'securityGroupIds[*] missing': groups((_now, another) => [another]),
    'securityGroupIds[*] extra': groups((now, another) => [...now, another]),
    'ipAddressType changed': refused('InvalidSubnetException', (at) =>
      at.elbv2.send(
        new elb.SetIpAddressTypeCommand({ LoadBalancerArn: id(at, BALANCER), IpAddressType: 'dualstack' }),
      ),
    ),
    deleted: balancerDeleted(BALANCER),
  },
  LoadBalancerAttributes: {
    'attributes[*] changed': {
      node: 'load-balancer-attributes',
      drift: async (at) =>
        void (await at.elbv2.send(
          new elb.ModifyLoadBalancerAttributesCommand({
            LoadBalancerArn: id(at, BALANCER),
            Attributes: [{ Key: 'routing.http.drop_invalid_header_fields.enabled', Value: 'false' }],
          }),
        )),
    },
  },
  TargetGroup: {
    ...elbTags(GROUP),
    'healthCheck.port changed': healthCheck({ HealthCheckPort: '9999' }),
    'healthCheck.path changed': healthCheck({ HealthCheckPath: '/elsewhere' }),
    'healthCheck.protocol changed': healthCheck({ HealthCheckProtocol: 'HTTPS' }),
    'healthCheck.intervalSeconds changed': healthCheck({ HealthCheckIntervalSeconds: 61 }),
    'healthCheck.timeoutSeconds changed': healthCheck({ HealthCheckTimeoutSeconds: 7 }),
    'healthCheck.healthyThreshold changed': healthCheck({ HealthyThresholdCount: 9 }),
    'healthCheck.unhealthyThreshold changed': healthCheck({ UnhealthyThresholdCount: 9 }),
    'healthCheck.matcher changed': healthCheck({ Matcher: { HttpCode: '200-499' } }),
    deleted: groupDeleted(GROUP),
  },
  TargetGroupAttributes: {
    'attributes[*] changed': {
      node: 'target-group-attributes',
      drift: async (at) =>
        void (await at.elbv2.send(
          new elb.ModifyTargetGroupAttributesCommand({
            TargetGroupArn: id(at, GROUP),
            Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '3' }],
          }),
        )),
    },
  },
  Listener: {
    ...elbTags(LISTENER),
    'port changed': listener({ Port: 8081 }),
    'action changed': {
      ...listener({
        DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503' } }],
      }),
      interrupts: true,
    },
    // Without TLS there is nothing of these to change, and nobody's certificate.
    'protocol changed': noListener({ Protocol: 'HTTPS' }),
    'certificateArn changed': noListener({ Certificates: [{ CertificateArn: 'arn:aws:acm:x' }] }),
    'sslPolicy changed': noListener({ SslPolicy: 'ELBSecurityPolicy-2016-08' }),
    deleted: listenerDeleted(LISTENER),
  },
};

/** By kind, what AWS says of every thing of it, so that it cannot be missing. */
export const balancingAlwaysSaid: Readonly<Record<string, readonly string[]>> = {
  Listener: ['port', 'protocol'],
};

export const balancingDeletions: Deletions = {
  LoadBalancer: (node) => ({ deleted: balancerDeleted(node) }),
  TargetGroup: (node) => ({
    refused: refused('ResourceInUseException', (at) =>
      at.elbv2.send(new elb.DeleteTargetGroupCommand({ TargetGroupArn: id(at, node) })),
    ),
    deleted: groupDeleted(node),
  }),
  Listener: (node) => ({ deleted: listenerDeleted(node) }),
};
