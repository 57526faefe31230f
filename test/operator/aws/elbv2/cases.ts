import { listenerKind } from '../../../../operator/aws/elbv2/listener.ts';
import { loadBalancerAttributesKind } from '../../../../operator/aws/elbv2/load-balancer-attributes.ts';
import { loadBalancerKind } from '../../../../operator/aws/elbv2/load-balancer.ts';
import { targetGroupAttributesKind } from '../../../../operator/aws/elbv2/target-group-attributes.ts';
import { targetGroupKind } from '../../../../operator/aws/elbv2/target-group.ts';
import { targetHealthKind } from '../../../../operator/aws/elbv2/target-health.ts';
import type { AwsSession } from '../../../../operator/aws/session.ts';
import { kindRegistry, type AnyKind } from '../../../../operator/graph/kind.ts';
import type { Case } from '../case.ts';

/** Every kind of Elastic Load Balancing. */
export const ELB_KINDS: readonly AnyKind<AwsSession>[] = [
  ...kindRegistry<AwsSession>([
    loadBalancerKind,
    loadBalancerAttributesKind,
    targetGroupKind,
    targetGroupAttributesKind,
    targetHealthKind,
    listenerKind,
  ]).values(),
];

const of = (sort: string) => `arn:aws:elasticloadbalancing:eu-central-1:111111111111:${sort}`;
/** ARNs as AWS writes them. */
export const BALANCER = of('loadbalancer/app/web/50dc6c495c0c9188');
export const GROUP = of('targetgroup/web/73e2d6bc24d8a067');
export const LISTENER = of('listener/app/web/50dc6c495c0c9188/f2f7dc8efc522ab2');
export const CERTIFICATE = 'arn:aws:acm:eu-central-1:111111111111:certificate/1';

const healthCheck = {
  protocol: 'HTTP',
  port: 'traffic-port',
  path: '/health',
  intervalSeconds: 30,
  timeoutSeconds: 5,
  healthyThreshold: 2,
  unhealthyThreshold: 3,
  matcher: '200',
};

/** A case of each. */
export const ELB_CASES: Readonly<Record<string, Case>> = {
  LoadBalancer: {
    inputs: {
      name: 'web',
      type: 'application',
      scheme: 'internet-facing',
      vpcId: 'vpc-1',
      subnetIds: ['subnet-1', 'subnet-2'],
      securityGroupIds: ['sg-1'],
      ipAddressType: 'ipv4',
      servedName: 'Z1 web.example.com',
    },
    record: {
      Tags: [{ Key: 'landfall.dev/served-name', Value: 'Z1 web.example.com' }],
      LoadBalancerArn: BALANCER,
      LoadBalancerName: 'web',
      DNSName: 'web-1.eu-central-1.elb.amazonaws.com',
      Type: 'application',
      Scheme: 'internet-facing',
      VpcId: 'vpc-1',
      AvailabilityZones: [
        { ZoneName: 'eu-central-1b', SubnetId: 'subnet-2' },
        { ZoneName: 'eu-central-1a', SubnetId: 'subnet-1' },
      ],
      SecurityGroups: ['sg-1'],
      IpAddressType: 'ipv4',
      State: { Code: 'active' },
    },
    needs: ['vpc-1', 'subnet-2', 'subnet-1', 'sg-1'],
    changes: [
      [{ name: 'api' }, 'name: web -> api (replace)'],
      [{ type: 'network' }, 'type: application -> network (replace)'],
      [{ scheme: 'internal' }, 'scheme: internet-facing -> internal (replace)'],
      [{ vpcId: 'vpc-2' }, 'vpcId: vpc-1 -> vpc-2 (replace)'],
      [{ subnetIds: ['subnet-1'] }, 'subnetIds[subnet-2]: subnet-2 -> (nothing)'],
      [{ subnetIds: ['subnet-1', 'subnet-2', 'subnet-3'] }, 'subnetIds[subnet-3]: (nothing) -> subnet-3'],
      [{ securityGroupIds: ['sg-1', 'sg-2'] }, 'securityGroupIds[sg-2]: (nothing) -> sg-2'],
      [{ ipAddressType: 'dualstack' }, 'ipAddressType: ipv4 -> dualstack'],
      [{ servedName: 'Z1 api.example.com' }, 'servedName: Z1 web.example.com -> Z1 api.example.com'],
      [{ servedName: undefined }, 'servedName: Z1 web.example.com -> '],
    ],
  },
  LoadBalancerAttributes: {
    inputs: { arn: BALANCER, attributes: { 'deletion_protection.enabled': 'true' } },
    record: {
      arn: BALANCER,
      attributes: { 'deletion_protection.enabled': 'true', 'idle_timeout.timeout_seconds': '60' },
    },
    needs: [BALANCER],
    changes: [
      [
        { attributes: { 'deletion_protection.enabled': 'false' } },
        'attributes[deletion_protection.enabled]: true -> false',
      ],
      [
        { attributes: { 'idle_timeout.timeout_seconds': '120' } },
        'attributes[idle_timeout.timeout_seconds]: 60 -> 120',
      ],
    ],
  },
  TargetGroup: {
    inputs: {
      name: 'web',
      loadBalancerId: BALANCER,
      vpcId: 'vpc-1',
      port: 8080,
      protocol: 'HTTP',
      targetType: 'ip',
      healthCheck,
    },
    record: {
      TargetGroupArn: GROUP,
      TargetGroupName: 'web',
      VpcId: 'vpc-1',
      Port: 8080,
      Protocol: 'HTTP',
      ProtocolVersion: 'HTTP1',
      TargetType: 'ip',
      HealthCheckEnabled: true,
      HealthCheckProtocol: 'HTTP',
      HealthCheckPort: 'traffic-port',
      HealthCheckPath: '/health',
      HealthCheckIntervalSeconds: 30,
      HealthCheckTimeoutSeconds: 5,
      HealthyThresholdCount: 2,
      UnhealthyThresholdCount: 3,
      Matcher: { HttpCode: '200' },
      LoadBalancerArns: [BALANCER],
    },
    needs: ['vpc-1'],
    changes: [
      [{ name: 'api' }, 'name: web -> api (replace)'],
      [{ loadBalancerId: 'arn:other' }, `loadBalancerId: ${BALANCER} -> arn:other (replace)`],
      [{ vpcId: 'vpc-2' }, 'vpcId: vpc-1 -> vpc-2 (replace)'],
      [{ protocol: 'HTTPS' }, 'protocol: HTTP -> HTTPS (replace)'],
      [{ targetType: 'instance' }, 'targetType: ip -> instance (replace)'],
      [{ healthCheck: { ...healthCheck, port: '9000' } }, 'healthCheck.port: traffic-port -> 9000'],
      [{ healthCheck: { ...healthCheck, path: '/' } }, 'healthCheck.path: /health -> /'],
      [{ healthCheck: { ...healthCheck, protocol: 'HTTPS' } }, 'healthCheck.protocol: HTTP -> HTTPS'],
      [{ healthCheck: { ...healthCheck, intervalSeconds: 10 } }, 'healthCheck.intervalSeconds: 30 -> 10'],
      [{ healthCheck: { ...healthCheck, timeoutSeconds: 6 } }, 'healthCheck.timeoutSeconds: 5 -> 6'],
      [{ healthCheck: { ...healthCheck, healthyThreshold: 5 } }, 'healthCheck.healthyThreshold: 2 -> 5'],
      [{ healthCheck: { ...healthCheck, unhealthyThreshold: 2 } }, 'healthCheck.unhealthyThreshold: 3 -> 2'],
      [{ healthCheck: { ...healthCheck, matcher: '200-299' } }, 'healthCheck.matcher: 200 -> 200-299'],
      // Of a check over TCP path and matcher say nothing.
      [
        { healthCheck: { ...healthCheck, protocol: 'TCP', path: '', matcher: '' } },
        'healthCheck.protocol: HTTP -> TCP',
      ],
    ],
  },
  TargetGroupAttributes: {
    inputs: { arn: GROUP, attributes: { 'deregistration_delay.timeout_seconds': '30' } },
    record: { arn: GROUP, attributes: { 'deregistration_delay.timeout_seconds': '30' } },
    needs: [GROUP],
    changes: [
      [
        { attributes: { 'deregistration_delay.timeout_seconds': '300' } },
        'attributes[deregistration_delay.timeout_seconds]: 30 -> 300',
      ],
      [
        { attributes: { 'preserve_client_ip.enabled': 'true' } },
        'attributes[preserve_client_ip.enabled]:  -> true',
      ],
    ],
  },
  TargetHealth: {
    inputs: { targetGroupId: GROUP },
    record: { arn: GROUP, targets: [{ Target: { Id: '10.0.0.4' }, TargetHealth: { State: 'healthy' } }] },
    needs: [GROUP],
    changes: [],
  },
  Listener: {
    inputs: {
      loadBalancerId: BALANCER,
      port: 443,
      protocol: 'HTTPS',
      certificateArn: CERTIFICATE,
      sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
      action: { type: 'forward', targetGroupId: GROUP },
    },
    record: {
      ListenerArn: LISTENER,
      LoadBalancerArn: BALANCER,
      Port: 443,
      Protocol: 'HTTPS',
      Certificates: [{ CertificateArn: CERTIFICATE }],
      SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
      DefaultActions: [
        {
          Type: 'forward',
          TargetGroupArn: GROUP,
          ForwardConfig: {
            TargetGroups: [{ TargetGroupArn: GROUP, Weight: 1 }],
            TargetGroupStickinessConfig: { Enabled: false },
          },
        },
      ],
    },
    needs: [BALANCER, GROUP, CERTIFICATE],
    changes: [
      [{ loadBalancerId: 'arn:other' }, `loadBalancerId: ${BALANCER} -> arn:other (replace)`],
      [{ port: 8443 }, 'port: 443 -> 8443'],
      [{ certificateArn: 'arn:other' }, `certificateArn: ${CERTIFICATE} -> arn:other`],
      [
        { sslPolicy: 'ELBSecurityPolicy-2016-08' },
        'sslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06 -> ELBSecurityPolicy-2016-08',
      ],
      [{ protocol: 'TLS' }, 'protocol: HTTPS -> TLS'],
      [
        { action: { type: 'forward', targetGroupId: 'arn:other' } },
        `action: forward to ${GROUP} -> forward to arn:other`,
      ],
      [
        { action: { type: 'redirect', port: 8443 } },
        `action: forward to ${GROUP} -> redirect to HTTPS:8443 (HTTP_301)`,
      ],
    ],
  },
};
