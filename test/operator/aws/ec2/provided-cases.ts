import type { Case } from '../case.ts';

/** An ARN as AWS writes it. */
export const BALANCER =
  'arn:aws:elasticloadbalancing:eu-central-1:111111111111:loadbalancer/net/web/50dc6c495c0c9188';
/** A whole account, as AWS writes it. */
export const CONSUMER = 'arn:aws:iam::333333333333:root';

/** Name of the service. */
export const NAME = 'com.amazonaws.vpce.eu-central-1.vpce-svc-1';

const service = {
  ServiceId: 'vpce-svc-1',
  ServiceName: NAME,
  ServiceState: 'Available',
  AcceptanceRequired: true,
  AvailabilityZones: ['eu-central-1b', 'eu-central-1a'],
  AvailabilityZoneIds: ['euc1-az3', 'euc1-az2'],
  NetworkLoadBalancerArns: [BALANCER],
  PrivateDnsName: 'api.example.com',
  PrivateDnsNameConfiguration: {
    State: 'pendingVerification',
    Type: 'TXT',
    Value: 'vpce:1',
    Name: '_1',
  },
  Tags: [{ Key: 'landfall.dev/hosted-zone', Value: 'Z1' }],
  Connections: [
    { endpointId: 'vpce-1', accountId: '333333333333', state: 'available' },
    { endpointId: 'vpce-2', accountId: '444444444444', state: 'pendingacceptance' },
    { endpointId: 'vpce-3', accountId: '444444444444', state: 'rejected' },
  ],
};

/** A case of each. */
export const PROVIDED_CASES: Readonly<Record<string, Case>> = {
  EndpointService: {
    inputs: {
      loadBalancerArns: [BALANCER],
      acceptanceRequired: true,
      privateDnsName: 'api.example.com',
      hostedZoneId: 'Z1',
    },
    record: service,
    needs: [BALANCER],
    changes: [
      [{ loadBalancerArns: [BALANCER, 'other'] }, 'loadBalancerArns[other]: (nothing) -> other'],
      [{ loadBalancerArns: [] }, `loadBalancerArns[${BALANCER}]: ${BALANCER} -> (nothing)`],
      [{ acceptanceRequired: false }, 'acceptanceRequired: true -> false'],
      [{ privateDnsName: '' }, 'privateDnsName: api.example.com -> '],
      [{ hostedZoneId: 'Z2' }, 'hostedZoneId: Z1 -> Z2'],
    ],
  },
  EndpointServicePermissions: {
    inputs: { serviceId: 'vpce-svc-1', principals: [CONSUMER] },
    record: { serviceId: 'vpce-svc-1', principals: [CONSUMER] },
    needs: ['vpce-svc-1'],
    changes: [
      [{ principals: [] }, `principals[${CONSUMER}]: ${CONSUMER} -> (nothing)`],
      [{ principals: [CONSUMER, '*'] }, 'principals[*]: (nothing) -> *'],
    ],
  },
  EndpointServiceNotifications: {
    inputs: {
      serviceId: 'vpce-svc-1',
      notifications: [{ topicArn: 'topic', events: ['Accept', 'Connect'] }],
    },
    record: {
      serviceId: 'vpce-svc-1',
      notifications: [{ id: 'nfn-1', topicArn: 'topic', events: ['Accept', 'Connect'] }],
    },
    needs: ['vpce-svc-1'],
    changes: [
      [{ notifications: [] }, 'notifications[nfn-1]: topic: Accept, Connect -> (nothing)'],
      [
        { notifications: [{ topicArn: 'topic', events: ['Reject'] }] },
        'notifications[topic]: Accept, Connect -> Reject',
      ],
    ],
  },
  EndpointConnections: {
    inputs: { serviceId: 'vpce-svc-1', acceptsAll: false, accountIds: ['333333333333'], endpoints: [] },
    record: service,
    needs: [],
    changes: [
      [{ accountIds: [] }, 'connections[vpce-1]: available -> rejected'],
      [{ endpoints: [{ id: 'vpce-2' }] }, 'connections[vpce-2]: pendingacceptance -> accepted'],
      [{ endpoints: [{ id: 'vpce-3' }] }, 'connections[vpce-3]: rejected -> accepted'],
      [
        {
          endpoints: [
            { id: 'vpce-8' },
            { id: 'vpce-9', made: { accountId: '555555555555', serviceName: NAME } },
          ],
        },
        'connections[vpce-9]: (nothing) -> accepted',
      ],
    ],
  },
};
