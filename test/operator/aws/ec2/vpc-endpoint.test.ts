import type { RouteTable, State as EndpointState, VpcEndpoint } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { routeTableKind } from '../../../../operator/aws/ec2/route-table.ts';
import { routesKind } from '../../../../operator/aws/ec2/routes.ts';
import {
  vpcEndpointKind as kind,
  type VpcEndpointInputs,
} from '../../../../operator/aws/ec2/vpc-endpoint.ts';
import { canonicalPolicy } from '../../../../operator/aws/policy-document.ts';
import type { AwsSession } from '../../../../operator/aws/session.ts';
import { exportsIn } from '../../../../operator/graph/exports.ts';
import { kindRegistry, type ActionContext } from '../../../../operator/graph/kind.ts';
import { ownershipTags } from '../../../../operator/graph/ownership.ts';
import { foreignRef } from '../../../../operator/graph/ref.ts';
import { linesOf, viewOf } from '../changes.ts';

const gateway: VpcEndpointInputs = {
  vpcId: 'vpc-1',
  serviceName: 'com.amazonaws.eu-central-1.s3',
  type: 'Gateway',
  routeTableIds: ['rtb-1', 'rtb-2'],
  subnetIds: [],
  securityGroupIds: [],
  privateDns: false,
  policy: '',
};
const listedGateway: VpcEndpoint = {
  VpcEndpointId: 'vpce-1',
  VpcEndpointType: 'Gateway',
  VpcId: 'vpc-1',
  ServiceName: 'com.amazonaws.eu-central-1.s3',
  State: 'available' as EndpointState,
  RouteTableIds: ['rtb-2', 'rtb-1'],
  PrivateDnsEnabled: false,
};
const face: VpcEndpointInputs = {
  ...gateway,
  serviceName: 'com.amazonaws.eu-central-1.kms',
  type: 'Interface',
  routeTableIds: [],
  subnetIds: ['subnet-a', 'subnet-b'],
  securityGroupIds: ['sg-1'],
  privateDns: true,
};
const listedFace: VpcEndpoint = {
  VpcEndpointId: 'vpce-2',
  VpcEndpointType: 'Interface',
  VpcId: 'vpc-1',
  ServiceName: 'com.amazonaws.eu-central-1.kms',
  State: 'pending' as EndpointState,
  SubnetIds: ['subnet-b', 'subnet-a'],
  Groups: [{ GroupId: 'sg-1', GroupName: 'endpoints' }],
  PrivateDnsEnabled: true,
};

const READ_ONLY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Sid: 'read', Effect: 'Allow', Principal: '*', Action: ['s3:GetObject'], Resource: ['*'] }],
});

describe('diff', () => {
  it('finds nothing between an endpoint and what it was made from', () => {
    expect(linesOf(kind.diff(gateway, listedGateway))).toEqual([]);
    expect(linesOf(kind.diff(face, listedFace))).toEqual([]);
  });

  it.each<[VpcEndpointInputs, VpcEndpoint, string]>([
    [{ ...gateway, vpcId: 'vpc-2' }, listedGateway, 'vpcId: vpc-1 -> vpc-2 (replace)'],
    [{ ...face, serviceName: 'x' }, listedFace, 'serviceName: com.amazonaws.eu-central-1.kms -> x (replace)'],
    [{ ...gateway, type: 'Interface' }, listedGateway, 'type: Gateway -> Interface (replace)'],
    [
      { ...gateway, routeTableIds: ['rtb-1', 'rtb-2', 'rtb-3'] },
      listedGateway,
      'routeTableIds[rtb-3]: (nothing) -> rtb-3',
    ],
    [{ ...gateway, routeTableIds: ['rtb-1'] }, listedGateway, 'routeTableIds[rtb-2]: rtb-2 -> (nothing)'],
    [{ ...face, subnetIds: ['subnet-a'] }, listedFace, 'subnetIds[subnet-b]: subnet-b -> (nothing)'],
    [
      { ...face, securityGroupIds: ['sg-1', 'sg-2'] },
      listedFace,
      'securityGroupIds[sg-2]: (nothing) -> sg-2',
    ],
    [{ ...face, privateDns: false }, listedFace, 'privateDns: true -> false'],
    [{ ...face, policy: READ_ONLY }, listedFace, `policy:  -> ${canonicalPolicy(READ_ONLY)}`],
    [
      face,
      { ...listedFace, PolicyDocument: canonicalPolicy(READ_ONLY) },
      `policy: ${canonicalPolicy(READ_ONLY)} -> `,
    ],
  ])('finds %#', (inputs, record, line) => {
    expect(linesOf(kind.diff(inputs, record))).toEqual([line]);
  });
});

describe('an endpoint to a service that somebody provides', () => {
  const provided: VpcEndpointInputs = {
    ...face,
    serviceName: 'com.amazonaws.vpce.eu-central-1.vpce-svc-1',
    zones: { ofSubnets: ['euc1-az1', 'euc1-az2'], ofService: 'euc1-az2,euc1-az3' },
  };
  const standing: VpcEndpoint = {
    ...listedFace,
    ServiceName: provided.serviceName,
    SubnetIds: ['subnet-b'],
    PrivateDnsEnabled: false,
    State: 'pendingAcceptance' as EndpointState,
  };
  const made = async (inputs: VpcEndpointInputs) => {
    const sent: Record<string, unknown>[] = [];
    const send = async ({ input }: { input: Record<string, unknown> }) => {
      sent.push(input);
      return { VpcEndpoint: standing };
    };
    await kind.create?.(
      { session: { ec2: { send } }, tags: {}, token: 't', wrote: () => {} } as never,
      inputs,
    );
    return sent;
  };

  it('is made in the zones that both sides have, and without its private name', async () => {
    expect(await made(provided)).toEqual([
      expect.objectContaining({ SubnetIds: ['subnet-b'], PrivateDnsEnabled: false }),
    ]);
    expect(await made(face)).toEqual([
      expect.objectContaining({ SubnetIds: ['subnet-a', 'subnet-b'], PrivateDnsEnabled: true }),
    ]);
  });

  it('gets its private name when it is accepted, and not before', () => {
    expect(linesOf(kind.diff(provided, standing))).toEqual([]);
    const accepted = { ...standing, State: 'available' as EndpointState };
    expect(linesOf(kind.diff(provided, accepted))).toEqual(['privateDns: false -> true']);
  });

  it('keeps its subnets while nobody knows the zones of the service, and takes all where AWS does not tell', () => {
    const of = (ofService: string) => ({ ...provided, zones: { ofSubnets: ['1', '2'], ofService } });
    const unknown = foreignRef('PrivateLinkEndpoint/team/api', 'endpoint-service', 'zoneIds');
    expect(linesOf(kind.diff(of(unknown), standing))).toEqual([]);
    expect(linesOf(kind.diff(of(''), standing))).toEqual(['subnetIds[subnet-a]: (nothing) -> subnet-a']);
  });

  it('is not made, and keeps its subnets, while AWS does not show the service', async () => {
    const hidden = { ...provided, zones: { ofSubnets: ['1', '2'], ofService: undefined } };
    await expect(made(hidden)).rejects.toThrow(
      'AWS shows this account no endpoint service com.amazonaws.vpce.eu-central-1.vpce-svc-1: its provider has not let the account in yet, or there is no service of this name',
    );
    expect(linesOf(kind.diff(hidden, standing))).toEqual([]);
  });

  it('is not made where the two share no zone', async () => {
    const elsewhere = { ofSubnets: ['euc1-az1', 'euc1-az2'], ofService: 'euc1-az3' };
    await expect(made({ ...provided, zones: elsewhere })).rejects.toThrow(
      'the subnets are in zones euc1-az1, euc1-az2, and com.amazonaws.vpce.eu-central-1.vpce-svc-1 is only in euc1-az3: have a zone that both sides share',
    );
  });

  it('is what others are told of, and not the one that was rejected, whose place it takes', () => {
    const tags = ownershipTags('test', 'PrivateLinkEndpoint/team/web', 'endpoint');
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    const rejected = { ...standing, VpcEndpointId: 'vpce-1', State: 'rejected' as EndpointState, Tags };
    const view = viewOf<VpcEndpoint>((one) => one.VpcEndpointId ?? '', rejected, { ...standing, Tags });
    const found = exportsIn('PrivateLinkEndpoint/team/web', kindRegistry([kind]), {
      view: () => view as never,
    });
    expect(found.get('endpoint')).toMatchObject({ id: 'vpce-2', state: 'pendingacceptance' });
  });

  it('says that its provider has to accept it', () => {
    expect(kind.state(standing)).toEqual({
      phase: 'pending',
      reason: 'WaitingForAcceptance',
      message:
        'endpoint vpce-2 to com.amazonaws.vpce.eu-central-1.vpce-svc-1 waits until the provider of the service accepts the connection',
    });
  });
});

describe('state', () => {
  it.each([
    ['available', 'ready'],
    ['pending', 'pending'],
    ['pendingAcceptance', 'pending'],
    ['deleting', 'deleting'],
    ['deleted', 'deleting'],
    ['rejected', 'failed'],
    ['failed', 'failed'],
    ['expired', 'failed'],
  ])('%s is %s, in either spelling', (state, phase) => {
    const capital = `${state.charAt(0).toUpperCase()}${state.slice(1)}`;
    for (const spelling of [state, capital])
      expect(kind.state({ ...listedFace, State: spelling as EndpointState }).phase).toBe(phase);
  });

  it('says why an endpoint failed, and what to do', () => {
    const broken = {
      ...listedFace,
      State: 'failed' as EndpointState,
      LastError: { Message: 'no addresses left' },
    };
    expect(kind.state(broken)).toMatchObject({
      message:
        'endpoint vpce-2 to com.amazonaws.eu-central-1.kms is failed: no addresses left; delete it and Landfall makes a new one',
    });
  });

  it.each([
    ['deleted', true],
    ['Deleted', true],
    ['deleting', false],
    ['available', false],
  ])('%s: gone is %s', (state, gone) => {
    expect(kind.gone({ ...listedFace, State: state as EndpointState })).toBe(gone);
  });
});

it('needs everything that it is attached to', () => {
  expect(kind.needs(listedFace)).toEqual(['vpc-1', 'subnet-b', 'subnet-a', 'sg-1']);
  expect(kind.needs(listedGateway)).toEqual(['vpc-1', 'rtb-2', 'rtb-1']);
});

describe('the route that a gateway endpoint writes into its tables', () => {
  /** Answers every call with the endpoint, and keeps what is laid over a listing in which no endpoint's route is yet. */
  function acting() {
    const records = new Map<string, object>([['vpce-1', listedGateway]]);
    const wrote = (_: unknown, id: string, patch: (record: object | undefined) => object | undefined) =>
      void records.set(id, patch(records.get(id) ?? { RouteTableId: id, Routes: [] }) ?? {});
    const ec2 = { send: async () => ({ VpcEndpoint: listedGateway }) };
    const context = { session: { ec2 }, owner: 'o', node: 'n', tags: {}, token: 't', wrote };
    return { records, context: context as unknown as ActionContext<AwsSession> };
  }
  const routeOf = (table: object | undefined) =>
    (table as RouteTable).Routes?.map(({ GatewayId }) => GatewayId);

  it('is known as soon as it is made, and no difference of the routes of ours', async () => {
    const { records, context } = acting();
    await kind.create?.(context, gateway);
    for (const id of ['rtb-1', 'rtb-2']) {
      const table = records.get(id) as RouteTable;
      expect(routeOf(table)).toEqual(['vpce-1']);
      expect(routesKind.diff({ routeTableId: id, routes: [] }, table)).toEqual([]);
    }
  });

  it('is known of a table that joins, so that a deleted table is in the endpoint no more', async () => {
    const { records, context } = acting();
    const change = { path: 'routeTableIds[rtb-3]', to: 'rtb-3' };
    await kind.update(context, gateway, listedGateway, [change]);
    expect(routeOf(records.get('rtb-3'))).toEqual(['vpce-1']);
    expect(records.get('vpce-1')).toMatchObject({ RouteTableIds: ['rtb-2', 'rtb-1', 'rtb-3'] });
    await routeTableKind.delete?.(context, records.get('rtb-3') as RouteTable);
    expect(records.get('vpce-1')).toMatchObject({ RouteTableIds: ['rtb-2', 'rtb-1'] });
  });
});
