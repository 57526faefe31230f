import { describe, expect, it } from 'vitest';
import {
  endpointConnectionsKind as connections,
  type EndpointConnectionsInputs,
} from '../../../../operator/aws/ec2/endpoint-connections.ts';
import {
  endpointServiceNotifications,
  endpointServiceNotificationsKind,
} from '../../../../operator/aws/ec2/endpoint-service-notifications.ts';
import {
  endpointServicePermissions,
  endpointServicePermissionsKind,
} from '../../../../operator/aws/ec2/endpoint-service-permissions.ts';
import {
  endpointServiceKind as kind,
  type EndpointServiceInputs,
} from '../../../../operator/aws/ec2/endpoint-service.ts';
import { endpointServices, type EndpointService } from '../../../../operator/aws/ec2/endpoint-services.ts';
import { interpret } from '../../../../operator/aws/errors.ts';
import { foreignRef } from '../../../../operator/graph/ref.ts';
import type { Case } from '../case.ts';
import { linesOf } from '../changes.ts';
import { contextOf, fakeSession, listed, refusal } from '../ecs/fake-session.ts';
import { BALANCER, CONSUMER, NAME, PROVIDED_CASES } from './provided-cases.ts';

const whole = PROVIDED_CASES['EndpointService'] as Case & {
  inputs: EndpointServiceInputs;
  record: EndpointService;
};
/** As of the case, but that a person proves its private name. */
const { hostedZoneId: _zone, ...inputs } = whole.inputs;
const { Tags: _tags, ...record } = whole.record;
const accepting = PROVIDED_CASES['EndpointConnections']?.inputs as EndpointConnectionsInputs;
const failure = (ResourceId: string, Code: string) => ({
  Unsuccessful: [{ ResourceId, Error: { Code, Message: 'no' } }],
});

describe('an endpoint service', () => {
  it.each([
    ['Available', 'ready'],
    ['available', 'ready'],
    ['Pending', 'pending'],
    ['Deleting', 'deleting'],
    ['Failed', 'failed'],
  ])('%s is %s', (ServiceState, phase) => {
    expect(kind.state({ ...record, ServiceState: ServiceState as 'Available' }).phase).toBe(phase);
  });

  it('says what others need of it, and what its owner has to publish', () => {
    expect(kind.outputs(record)).toMatchObject({
      id: 'vpce-svc-1',
      serviceName: 'com.amazonaws.vpce.eu-central-1.vpce-svc-1',
      zoneIds: 'euc1-az2,euc1-az3',
      privateDnsState: 'pendingVerification',
      privateDnsRecordName: '_1',
      privateDnsRecordValue: 'vpce:1',
    });
  });

  it('keeps its load balancers while the one that it is to have is not active', () => {
    const loadBalancerArns = [foreignRef('EcsService/team/api', 'load-balancer', 'activeArn')];
    expect(kind.diff({ ...inputs, loadBalancerArns }, whole.record).map(({ path }) => path)).toEqual(
      kind.diff(inputs, whole.record).map(({ path }) => path),
    );
  });

  it('is listed with its connections, one more call for all services of a page', async () => {
    const { session, actions, sent } = fakeSession({
      DescribeVpcEndpointServiceConfigurations: () => ({
        ServiceConfigurations: [{ ServiceId: 'vpce-svc-1' }, { ServiceId: 'vpce-svc-2' }],
      }),
      DescribeVpcEndpointConnections: () => ({
        VpcEndpointConnections: [
          {
            ServiceId: 'vpce-svc-2',
            VpcEndpointId: 'vpce-1',
            VpcEndpointOwner: '333333333333',
            VpcEndpointState: 'pendingAcceptance',
          },
        ],
      }),
    });
    expect(await listed(endpointServices.list(session, 'test'))).toEqual([
      { ServiceId: 'vpce-svc-1', Connections: [] },
      {
        ServiceId: 'vpce-svc-2',
        Connections: [{ endpointId: 'vpce-1', accountId: '333333333333', state: 'pendingacceptance' }],
      },
    ]);
    expect(actions()).toHaveLength(2);
    expect(sent[1]?.[1]).toMatchObject({
      Filters: [{ Name: 'service-id', Values: ['vpce-svc-1', 'vpce-svc-2'] }],
    });
  });

  it('asks for no connections where there is no service', async () => {
    const { session, actions } = fakeSession();
    expect(await listed(endpointServices.list(session, 'test'))).toEqual([]);
    expect(actions()).toEqual(['DescribeVpcEndpointServiceConfigurations']);
  });

  it('gets its new load balancer before it loses the former one, which AWS may refuse', async () => {
    const { session, sent } = fakeSession();
    const { context, laidOver } = contextOf(session);
    const wanted = { ...inputs, loadBalancerArns: ['other'], privateDnsName: '' };
    await kind.update(context, wanted, record, kind.diff(wanted, record));
    expect(sent).toEqual([
      [
        'ModifyVpcEndpointServiceConfiguration',
        { ServiceId: 'vpce-svc-1', AddNetworkLoadBalancerArns: ['other'], RemovePrivateDnsName: true },
      ],
      [
        'ModifyVpcEndpointServiceConfiguration',
        { ServiceId: 'vpce-svc-1', RemoveNetworkLoadBalancerArns: [BALANCER] },
      ],
    ]);
    expect(linesOf(kind.diff(wanted, laidOver(record)))).toEqual([]);
  });

  it('refuses who only waits before it is deleted, and says what is connected where AWS does not delete it', async () => {
    const { session, sent } = fakeSession({
      DeleteVpcEndpointServiceConfigurations: () => failure('vpce-svc-1', 'ExistingVpcEndpointConnections'),
    });
    const { context } = contextOf(session);
    await kind.release?.(context, record);
    expect(sent).toEqual([
      ['RejectVpcEndpointConnections', { ServiceId: 'vpce-svc-1', VpcEndpointIds: ['vpce-2'] }],
    ]);
    const error: unknown = await kind.delete?.(context, record).catch((thrown: unknown) => thrown);
    expect(interpret(error).kind).toBe('inUse');
    expect(await kind.blockers?.(session, record)).toEqual(['endpoint vpce-1 of account 333333333333']);
  });

  it('that is gone already is deleted', async () => {
    const { session } = fakeSession({
      DeleteVpcEndpointServiceConfigurations: () =>
        failure('vpce-svc-1', 'InvalidVpcEndpointService.NotFound'),
    });
    expect(await kind.delete?.(contextOf(session).context, record)).toBeUndefined();
  });
});

describe('connections', () => {
  const of = (id: string, serviceName = NAME) => ({ id, made: { accountId: '555555555555', serviceName } });
  const decide = async (wanted: EndpointConnectionsInputs, answers = {}) => {
    const { session, sent } = fakeSession(answers);
    const { context, laidOver } = contextOf(session);
    await connections.update(context, wanted, record, connections.diff(wanted, record));
    return { sent, left: linesOf(connections.diff(wanted, laidOver(record))), laid: laidOver(record) };
  };

  it('are accepted and rejected in one call each, and a second look finds nothing to do', async () => {
    const { sent, left } = await decide({
      ...accepting,
      accountIds: [],
      endpoints: [{ id: 'vpce-2' }, of('vpce-9')],
    });
    expect(sent).toEqual([
      ['AcceptVpcEndpointConnections', { ServiceId: 'vpce-svc-1', VpcEndpointIds: ['vpce-2', 'vpce-9'] }],
      ['RejectVpcEndpointConnections', { ServiceId: 'vpce-svc-1', VpcEndpointIds: ['vpce-1'] }],
    ]);
    expect(left).toEqual([]);
  });

  it('of everybody are accepted where nobody has to be', async () => {
    const { sent } = await decide({ ...accepting, acceptsAll: true });
    expect(sent).toEqual([
      ['AcceptVpcEndpointConnections', { ServiceId: 'vpce-svc-1', VpcEndpointIds: ['vpce-2', 'vpce-3'] }],
    ]);
  });

  it('of endpoints that are still to be made keep nobody waiting, and cut off nobody of their account', () => {
    const id = foreignRef('PrivateLinkEndpoint/team/web', 'endpoint');
    const wanted = (accountId: string) => ({
      ...accepting,
      accountIds: [],
      endpoints: [{ id, made: { accountId, serviceName: NAME } }],
    });
    expect(connections.diff(wanted('333333333333'), record)).toEqual([]);
    expect(linesOf(connections.diff(wanted('555555555555'), record))).toEqual([
      'connections[vpce-1]: available -> rejected',
    ]);
    expect(connections.memberwise).toBe(true);
  });

  it('of endpoints that still lead to another service are not asked for', () => {
    expect(connections.diff({ ...accepting, endpoints: [of('vpce-9', 'the former')] }, record)).toEqual([]);
  });

  it('that AWS does not accept yet are tried again; one that went by itself is no failure', async () => {
    const accept = decide(
      { ...accepting, endpoints: [of('vpce-9')] },
      { AcceptVpcEndpointConnections: () => failure('vpce-9', 'InvalidVpcEndpoint.NotFound') },
    );
    const error: unknown = await accept.catch((thrown: unknown) => thrown);
    expect(interpret(error)).toMatchObject({ kind: 'waiting', reason: 'NotYetVisible' });
    const reject = await decide(
      { ...accepting, accountIds: [] },
      { RejectVpcEndpointConnections: () => failure('vpce-1', 'InvalidVpcEndpoint.NotFound') },
    );
    expect(reject.laid.Connections?.map(({ endpointId }) => endpointId)).not.toContain('vpce-1');
    expect(reject.left).toEqual([]);
  });

  it('that go as soon as they are accepted are of the account that they were of, and are not rejected', async () => {
    const { session } = fakeSession();
    const { context, laidOver } = contextOf(session);
    const [asking] = record.Connections?.filter(({ state }) => state === 'pendingacceptance') ?? [];
    const wanted = { ...accepting, accountIds: [asking?.accountId ?? ''], endpoints: [] };
    await connections.update(context, wanted, record, connections.diff(wanted, record));
    expect(linesOf(connections.diff(wanted, laidOver({ ...record, Connections: [] })))).toEqual([]);
  });

  it('that a listing shows further on their way stay as it shows them', async () => {
    const { session } = fakeSession();
    const { context, laidOver } = contextOf(session);
    const wanted = { ...accepting, endpoints: [{ id: 'vpce-2' }] };
    await connections.update(context, wanted, record, connections.diff(wanted, record));
    const later = { endpointId: 'vpce-2', accountId: '444444444444', state: 'available' };
    expect(laidOver({ ...record, Connections: [later] }).Connections).toEqual([later]);
  });
});

describe('permissions', () => {
  it('are read page by page, and not of a service that is gone', async () => {
    const { session } = fakeSession({
      DescribeVpcEndpointServicePermissions: ({ ServiceId, NextToken }) => {
        if (ServiceId !== 'vpce-svc-1') return refusal('InvalidVpcEndpointServiceId.NotFound', 'gone');
        return NextToken === undefined
          ? { AllowedPrincipals: [{ Principal: CONSUMER }], NextToken: 'more' }
          : { AllowedPrincipals: [{ Principal: '*' }] };
      },
    });
    expect(await endpointServicePermissions.get(session, ['vpce-svc-1', 'vpce-svc-2'])).toEqual([
      { serviceId: 'vpce-svc-1', principals: ['*', CONSUMER] },
    ]);
  });

  it('change by their difference, in one call', async () => {
    const { session, sent } = fakeSession();
    const { context, laidOver } = contextOf(session);
    const now = { serviceId: 'vpce-svc-1', principals: [CONSUMER] };
    const wanted = { serviceId: 'vpce-svc-1', principals: ['arn:aws:iam::444444444444:root'] };
    const permissions = endpointServicePermissionsKind;
    await permissions.update(context, wanted, now, permissions.diff(wanted, now));
    expect(sent).toEqual([
      [
        'ModifyVpcEndpointServicePermissions',
        {
          ServiceId: 'vpce-svc-1',
          AddAllowedPrincipals: wanted.principals,
          RemoveAllowedPrincipals: [CONSUMER],
        },
      ],
    ]);
    expect(laidOver(now)).toEqual(wanted);
    expect(linesOf(permissions.diff(wanted, undefined))).toEqual([
      'principals[arn:aws:iam::444444444444:root]: (nothing) -> arn:aws:iam::444444444444:root',
    ]);
  });
});

describe('notifications', () => {
  const events = ['Accept', 'Connect'];
  const now = {
    serviceId: 'vpce-svc-1',
    notifications: [
      { id: 'nfn-1', topicArn: 'security', events },
      { id: 'nfn-2', topicArn: 'security', events },
      { id: 'nfn-3', topicArn: 'former', events },
    ],
  };

  it('are read for many services in one call', async () => {
    const { session, sent } = fakeSession({
      DescribeVpcEndpointConnectionNotifications: () => ({
        ConnectionNotificationSet: [
          {
            ConnectionNotificationId: 'nfn-1',
            ServiceId: 'vpce-svc-1',
            ConnectionNotificationArn: 'security',
            ConnectionEvents: ['Connect', 'Accept'],
          },
        ],
      }),
    });
    expect(await endpointServiceNotifications.get(session, ['vpce-svc-1', 'vpce-svc-2'])).toEqual([
      { serviceId: 'vpce-svc-1', notifications: [{ id: 'nfn-1', topicArn: 'security', events }] },
      { serviceId: 'vpce-svc-2', notifications: [] },
    ]);
    expect(sent).toHaveLength(1);
  });

  it('are made and changed, and then those that nobody wants or that stand twice are taken away', async () => {
    const { session, sent } = fakeSession({
      CreateVpcEndpointConnectionNotification: () => ({
        ConnectionNotification: { ConnectionNotificationId: 'nfn-4' },
      }),
      DeleteVpcEndpointConnectionNotifications: () => ({
        Unsuccessful: [
          { ResourceId: 'nfn-2', Error: { Code: 'InvalidConnectionNotification', Message: 'not now' } },
        ],
      }),
    });
    const { context, laidOver } = contextOf(session);
    const kind = endpointServiceNotificationsKind;
    const wanted = {
      serviceId: 'vpce-svc-1',
      notifications: [
        { topicArn: 'network', events },
        { topicArn: 'security', events: ['Reject'] },
      ],
    };
    const changed = kind.update(context, wanted, now, kind.diff(wanted, now));
    await expect(changed).rejects.toThrow('not now');
    expect(sent.map(([action, input]) => [action, input['ConnectionEvents']])).toEqual([
      ['CreateVpcEndpointConnectionNotification', events],
      ['ModifyVpcEndpointConnectionNotification', ['Reject']],
      ['DeleteVpcEndpointConnectionNotifications', undefined],
    ]);
    expect(
      laidOver(now)
        .notifications.map(({ id }) => id)
        .sort(),
    ).toEqual(['nfn-1', 'nfn-2', 'nfn-4']);
  });
});
