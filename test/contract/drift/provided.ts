import * as ec2 from '@aws-sdk/client-ec2';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { eventually } from '../../support/eventually.ts';
import { type Cases, type DriftCase, type DriftContext, id, one } from './case.ts';
import { changed, claimed, ledElsewhere, recordDeleted, recordOf } from './records.ts';
import { ec2Tags } from './tags.ts';

/** The nodes of a PrivateLinkEndpoint that offers a service to the account that it is in. */
const SERVICE = 'endpoint-service';
const NAME = 'private-name-record';
const STRANGER = 'arn:aws:iam::444444444444:root';

async function serviceOf(at: DriftContext): Promise<ec2.ServiceConfiguration> {
  const ServiceIds = [id(at, SERVICE)];
  const found = await at.ec2.send(new ec2.DescribeVpcEndpointServiceConfigurationsCommand({ ServiceIds }));
  return one(found.ServiceConfigurations, 'endpoint service');
}

/** The load balancer that the service stands in front of. */
async function balancerOf(at: DriftContext): Promise<elb.LoadBalancer> {
  const LoadBalancerArns = (await serviceOf(at)).NetworkLoadBalancerArns;
  const found = await at.elbv2.send(new elb.DescribeLoadBalancersCommand({ LoadBalancerArns }));
  return one(found.LoadBalancers, 'load balancer');
}

const modified = (input: Omit<ec2.ModifyVpcEndpointServiceConfigurationRequest, 'ServiceId'>): DriftCase => ({
  node: SERVICE,
  drift: async (at) =>
    void (await at.ec2.send(
      new ec2.ModifyVpcEndpointServiceConfigurationCommand({ ServiceId: id(at, SERVICE), ...input }),
    )),
});

/** The service stands in front of somebody's load balancer, besides ours or in its place. */
const balancers = (removes: (own: string) => string[]): DriftCase => ({
  node: SERVICE,
  async drift(at) {
    const { LoadBalancerArn: own = '', AvailabilityZones: zones = [] } = await balancerOf(at);
    const made = await at.elbv2.send(
      new elb.CreateLoadBalancerCommand({
        Name: 'stray',
        Type: 'network',
        Scheme: 'internal',
        Subnets: zones.flatMap(({ SubnetId }) => SubnetId ?? []),
      }),
    );
    const LoadBalancerArn = one(made.LoadBalancers, 'load balancer').LoadBalancerArn ?? '';
    await eventually('it is active', async () => {
      const found = await at.elbv2.send(
        new elb.DescribeLoadBalancersCommand({ LoadBalancerArns: [LoadBalancerArn] }),
      );
      return found.LoadBalancers?.[0]?.State?.Code === 'active';
    });
    const AddNetworkLoadBalancerArns = [LoadBalancerArn];
    const RemoveNetworkLoadBalancerArns = removes(own);
    await modified({ AddNetworkLoadBalancerArns, RemoveNetworkLoadBalancerArns }).drift(at);
    return async () => {
      await at.elbv2.send(new elb.DeleteLoadBalancerCommand({ LoadBalancerArn }));
    };
  },
});

const permitted = (input: Omit<ec2.ModifyVpcEndpointServicePermissionsRequest, 'ServiceId'>): DriftCase => ({
  node: 'endpoint-service-permissions',
  drift: async (at) =>
    void (await at.ec2.send(
      new ec2.ModifyVpcEndpointServicePermissionsCommand({ ServiceId: id(at, SERVICE), ...input }),
    )),
});

/** Somebody of the account makes an endpoint to the service, by hand; what takes it away. */
async function strayEndpoint(at: DriftContext): Promise<() => Promise<unknown>> {
  const { VpcId, AvailabilityZones: zones } = await balancerOf(at);
  const made = await at.ec2.send(
    new ec2.CreateVpcEndpointCommand({
      VpcEndpointType: 'Interface',
      VpcId,
      ServiceName: (await serviceOf(at)).ServiceName,
      SubnetIds: [one(zones, 'zone').SubnetId ?? ''],
    }),
  );
  const VpcEndpointId = made.VpcEndpoint?.VpcEndpointId ?? '';
  return async () => {
    await at.ec2.send(new ec2.DeleteVpcEndpointsCommand({ VpcEndpointIds: [VpcEndpointId] }));
    await eventually('the endpoint is gone', async () => {
      const { VpcEndpoints } = await at.ec2.send(new ec2.DescribeVpcEndpointsCommand({}));
      return VpcEndpoints?.every((one) => one.VpcEndpointId !== VpcEndpointId);
    });
  };
}

const notified = (
  change: (at: DriftContext, ConnectionNotificationId: string) => Promise<unknown>,
): DriftCase => ({
  node: 'endpoint-service-notifications',
  async drift(at) {
    const Filters = [{ Name: 'service-id', Values: [id(at, SERVICE)] }];
    const found = await at.ec2.send(new ec2.DescribeVpcEndpointConnectionNotificationsCommand({ Filters }));
    const ours = one(found.ConnectionNotificationSet, 'notification');
    await change(at, ours.ConnectionNotificationId ?? '');
  },
});

/** For the kinds of endpoint services, as `driftCases` has them for a network's. */
export const providedCases: Cases = {
  EndpointService: {
    ...ec2Tags(SERVICE),
    'acceptanceRequired changed': modified({ AcceptanceRequired: false }),
    'privateDnsName changed': modified({ PrivateDnsName: 'stray.example.com' }),
    // The tag in which the zone of its record is kept.
    'hostedZoneId changed': {
      node: SERVICE,
      drift: async (at) =>
        void (await at.ec2.send(
          new ec2.CreateTagsCommand({
            Resources: [id(at, SERVICE)],
            Tags: [{ Key: 'landfall.dev/hosted-zone', Value: 'Z0ELSEWHERE' }],
          }),
        )),
    },
    'loadBalancerArns[*] extra': balancers(() => []),
    'loadBalancerArns[*] missing': balancers((own) => [own]),
    deleted: {
      node: SERVICE,
      refreshes: 4,
      async drift(at) {
        const { record, marker } = await recordOf(at, 'TXT');
        await at.ec2.send(
          new ec2.DeleteVpcEndpointServiceConfigurationsCommand({ ServiceIds: [id(at, SERVICE)] }),
        );
        // What proved its name is of no use any more, and nobody but whoever deleted it knows of it.
        return async () => {
          await changed(at, 'DELETE', record);
          await changed(at, 'DELETE', marker);
        };
      },
    },
  },
  EndpointServicePermissions: {
    'principals[*] extra': permitted({ AddAllowedPrincipals: [STRANGER] }),
    'principals[*] missing': permitted({ RemoveAllowedPrincipals: ['arn:aws:iam::123456789012:root'] }),
  },
  EndpointServiceNotifications: {
    'notifications[*] missing': notified((at, gone) =>
      at.ec2.send(
        new ec2.DeleteVpcEndpointConnectionNotificationsCommand({ ConnectionNotificationIds: [gone] }),
      ),
    ),
    'notifications[*] extra': notified((at) =>
      at.ec2.send(
        new ec2.CreateVpcEndpointConnectionNotificationCommand({
          ServiceId: id(at, SERVICE),
          ConnectionNotificationArn: 'arn:aws:sns:us-east-1:123456789012:of-somebody',
          ConnectionEvents: ['Reject'],
        }),
      ),
    ),
    'notifications[*] changed': notified((at, ConnectionNotificationId) =>
      at.ec2.send(
        new ec2.ModifyVpcEndpointConnectionNotificationCommand({
          ConnectionNotificationId,
          ConnectionEvents: ['Accept'],
        }),
      ),
    ),
  },
  // A record is looked up with the text beside it, and once more before it is written.
  PrivateNameRecord: {
    'record missing': recordDeleted(NAME, 'TXT', 8),
    'record changed': claimed(NAME, 'TXT', 8),
    'record changed (to say something else)': ledElsewhere(NAME, 'TXT'),
  },
  PrivateNameVerification: {
    // AWS looked while the record was away.
    'verification changed': {
      node: 'private-name-verification',
      // The records of names are read from the services as well.
      refreshes: 4,
      unseen: true,
      async drift(at) {
        const { record } = await recordOf(at, 'TXT');
        await changed(at, 'DELETE', record);
        await at.ec2.send(
          new ec2.StartVpcEndpointServicePrivateDnsVerificationCommand({ ServiceId: id(at, SERVICE) }),
        );
        await eventually('AWS found nothing', async () => {
          const { PrivateDnsNameConfiguration: name } = await serviceOf(at);
          return name?.State === 'failed';
        });
        await changed(at, 'CREATE', record);
      },
    },
  },
  EndpointConnections: {
    'connections[*] changed (an endpoint more)': {
      node: 'endpoint-connections',
      drift: strayEndpoint,
    },
  },
};
