import { describe, expect, it } from 'vitest';
import type { EcsService } from '../../../operator/api/ecs-service.ts';
import { formatIssue, parseManifest } from '../../../operator/api/parse.ts';
import type { PrivateLinkEndpoint } from '../../../operator/api/private-link-endpoint.ts';
import type { EndpointConnectionsInputs } from '../../../operator/aws/ec2/endpoint-connections.ts';
import type { EndpointServicePermissionsInputs } from '../../../operator/aws/ec2/endpoint-service-permissions.ts';
import type { VpcEndpointInputs } from '../../../operator/aws/ec2/vpc-endpoint.ts';
import type { CompileInput } from '../../../operator/compile/input.ts';
import {
  compilePrivateLink,
  PRIVATE_LINK_NODES,
  referencesOfPrivateLink,
} from '../../../operator/compile/private-link-endpoint/private-link-endpoint.ts';
import { outputsOfPrivateLink } from '../../../operator/compile/private-link-endpoint/status.ts';
import { NO_SURROUNDINGS, ownerOfKey, type Referable } from '../../../operator/compile/references.ts';
import { Waiting } from '../../../operator/errors.ts';
import { statedInputs, type Graph } from '../../../operator/graph/graph.ts';
import { READY } from '../../../operator/graph/kind.ts';
import { printable } from '../../../operator/graph/ref.ts';
import { smallService } from '../../support/manifests.ts';
import { account, FACTS, inputsOf, nodeOf, refusal, secureVpc } from './fixtures.ts';

const SERVICE_NAME = 'com.amazonaws.vpce.us-east-1.vpce-svc-0a1b2c3d4e5f60718';
const CONSUMER = 'PrivateLinkEndpoint/shop/web-api';

const network = (spec: object = {}) =>
  secureVpc(
    { tiers: [{ name: 'private' }], securityGroups: { ecs: {} }, ...spec },
    { metadata: { name: 'net', namespace: 'team' } },
  );

function service(name: string, spec: object = {}, metadata: object = {}): EcsService {
  const manifest = smallService(name, 'team', 'net', spec);
  const parsed = parseManifest('EcsService', {
    ...manifest,
    metadata: { ...manifest.metadata, ...metadata },
  });
  if (!parsed.ok) throw new Error(parsed.issues.map(formatIssue).join('; '));
  return parsed.value;
}
const balanced = (type: string, protocol: string) =>
  service('api', {
    task: { containers: [{ name: 'app', image: 'app:1', ports: [{ port: 8080 }] }] },
    loadBalancer: { type, listeners: [{ port: 8080, protocol }] },
  });

function link(spec: object, metadata: object = {}): PrivateLinkEndpoint {
  const parsed = parseManifest('PrivateLinkEndpoint', {
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'PrivateLinkEndpoint',
    metadata: { name: 'api', namespace: 'team', ...metadata },
    spec: { accountRef: { name: 'main' }, region: 'us-east-1', ...spec },
  });
  if (!parsed.ok) throw new Error(parsed.issues.map(formatIssue).join('; '));
  return parsed.value;
}
const provider = (provide: object = {}, spec: object = {}) =>
  link({ provide: { serviceRef: { name: 'api' }, ...provide }, allowReferencesFrom: ['shop'], ...spec });
const consumer = (consume: object = {}, spec: object = {}) =>
  link(
    {
      consume: {
        from: { name: 'api' },
        networkRef: { name: 'net' },
        ports: [{ port: 8080 }],
        ...consume,
      },
      ...spec,
    },
    { name: 'web-api' },
  );
const elsewhere = (namespace: string, spec: object = {}) => ({
  ...consumer({ from: { name: 'api', namespace: 'team' } }, spec),
  metadata: { name: 'web-api', namespace },
});

const OTHERS: readonly Referable[keyof Referable][] = [
  network(),
  balanced('Network', 'TCP'),
  service('web'),
  provider(),
];

function inputWith(
  object: PrivateLinkEndpoint,
  more: Partial<CompileInput<PrivateLinkEndpoint>> & { others?: readonly Referable[keyof Referable][] } = {},
): CompileInput<PrivateLinkEndpoint> {
  const { others = OTHERS, ...rest } = more;
  return {
    object,
    installation: 'test',
    account: account(),
    facts: FACTS,
    references: {
      advice: 'make it',
      find: (kind, namespace, name) =>
        others.find(
          (other) =>
            other.kind === kind && other.metadata.namespace === namespace && other.metadata.name === name,
        ) as never,
    },
    ...rest,
  };
}
const compile = (...given: Parameters<typeof inputWith>): Graph => compilePrivateLink(inputWith(...given));
const refused = (...given: Parameters<typeof inputWith>) => refusal(() => compile(...given));
const without = (kind: string) => ({ others: OTHERS.filter((other) => other.kind !== kind) });

const ZONE = 'Z0123456789ABCDEFGHIJ';
const proved = provider({ privateDnsName: 'api.example.com', privateDnsHostedZoneId: ZONE });
const granted = account({
  grants: [{ name: 'zone', namespaces: ['team'], arns: [`arn:aws:route53:::hostedzone/${ZONE}`] }],
});

it('has the kinds that are read for it, and each of them on one side or the other', () => {
  const given = { notifications: [], privateDnsName: 'api.example.com', privateDnsHostedZoneId: ZONE };
  const graphs = [compile(provider(given), { account: granted }), compile(consumer())];
  const types = new Set(graphs.flatMap(({ nodes }) => [...nodes.values()].map(({ type }) => type)));
  expect([...types].sort()).toEqual([...PRIVATE_LINK_NODES].sort());
});

describe('what is provided', () => {
  const connections = (...given: Parameters<typeof inputWith>) =>
    printable(inputsOf<EndpointConnectionsInputs>(compile(...given), 'endpoint-connections'));
  const principals = (...given: Parameters<typeof inputWith>) =>
    inputsOf<EndpointServicePermissionsInputs>(compile(...given), 'endpoint-service-permissions').principals;

  it('stands in front of the load balancer of a service, whatever its ARN', () => {
    const object = provider({ privateDnsName: 'api.example.com' });
    expect(printable(inputsOf(compile(object), 'endpoint-service'))).toEqual({
      loadBalancerArns: ['${EcsService/team/api: load-balancer.activeArn}'],
      acceptanceRequired: true,
      privateDnsName: 'api.example.com',
    });
  });

  it('has its private name proved in a zone that is granted, and in no other', () => {
    const graph = compile(proved, { account: granted });
    expect(inputsOf(graph, 'endpoint-service')).toMatchObject({ hostedZoneId: ZONE });
    const serviceId = '${endpoint-service.id}';
    expect(printable(inputsOf(graph, 'private-name-record'))).toEqual({ serviceId, hostedZoneId: ZONE });
    expect(printable(inputsOf(graph, 'private-name-verification'))).toEqual({ serviceId });
    expect(refused(proved)).toMatchObject({
      reason: 'NotGranted',
      message: expect.stringMatching(
        /^spec\.provide\.privateDnsHostedZoneId names arn:aws:route53:::hostedzone\/Z/,
      ),
    });
  });

  it('tells topics of its connections, each by a grant, and nobody unless it is asked to', () => {
    const topicArn = 'arn:aws:sns:us-east-1:123456789012:links';
    const object = provider({ notifications: [{ topicArn }] });
    const grants = [{ name: 'links', namespaces: ['team'], arns: [topicArn] }];
    const graph = compile(object, { account: { ...account(), grants } });
    expect(inputsOf(graph, 'endpoint-service-notifications')).toMatchObject({
      notifications: [{ topicArn, events: ['Accept', 'Connect', 'Delete', 'Reject'] }],
    });
    expect(refused(object).message).toContain(
      `spec.provide.notifications[${topicArn}].topicArn names ${topicArn}, which no grant of Account main covers`,
    );
    expect([...compile(provider()).nodes.keys()]).not.toContain('endpoint-service-notifications');
  });

  it('lets accounts in by id or by the name of an Account, each once', () => {
    const surroundings = { ...NO_SURROUNDINGS, accountId: () => '333333333333' };
    const object = provider({ allowedAccounts: ['444444444444', 'consumer-account', '333333333333'] });
    expect(principals(object, { surroundings })).toEqual([
      'arn:aws:iam::333333333333:root',
      'arn:aws:iam::444444444444:root',
    ]);
    expect(connections(object, { surroundings })).toMatchObject({
      acceptsAll: false,
      accountIds: ['333333333333', '444444444444'],
      endpoints: [],
    });
  });

  it('waits for an Account that is not there, and says so', () => {
    const act = () => compile(provider({ allowedAccounts: ['consumer-account'] }));
    expect(act).toThrow(Waiting);
    expect(act).toThrow(
      'spec.provide.allowedAccounts has consumer-account, but there is no Account of that name; make it, or write the id of the account',
    );
  });

  it('lets in the endpoints of objects that name it, one by one, where it lets their namespace in', () => {
    const consumers = () => [
      { object: elsewhere('shop'), accountId: '333333333333' },
      { object: elsewhere('others'), accountId: '444444444444' },
      { object: elsewhere('team', { region: 'eu-central-1' }), accountId: '555555555555' },
    ];
    const surroundings = { ...NO_SURROUNDINGS, consumers };
    expect(principals(provider(), { surroundings })).toEqual(['arn:aws:iam::333333333333:root']);
    expect(connections(provider(), { surroundings })).toMatchObject({
      accountIds: [],
      endpoints: [
        {
          id: `\${${CONSUMER}: endpoint.id}`,
          made: { accountId: '333333333333', serviceName: `\${${CONSUMER}: endpoint.serviceName}` },
        },
      ],
    });
  });

  it('connects only what a person lists, or everybody, where it says so', () => {
    const allowedAccounts = ['333333333333'];
    const manual = provider({
      acceptance: 'Manual',
      acceptedEndpoints: ['vpce-0a1b2c3d4e5f60718'],
      allowedAccounts,
    });
    expect(connections(manual)).toMatchObject({
      acceptsAll: false,
      accountIds: [],
      endpoints: [{ id: 'vpce-0a1b2c3d4e5f60718' }],
    });
    const open = provider({ acceptance: 'Auto', allowedAccounts });
    expect(connections(open)).toMatchObject({ acceptsAll: true, accountIds: [], endpoints: [] });
    expect(inputsOf(compile(open), 'endpoint-service')).toMatchObject({ acceptanceRequired: false });
  });

  it.each([
    ['none', service('api')],
    ['one of type Application', balanced('Application', 'HTTP')],
  ])('needs a network load balancer: a service with %s is refused', (has, other) => {
    expect(refused(provider(), { others: [other] })).toEqual({
      reason: 'InvalidSpec',
      message: `spec.provide.serviceRef: EcsService/team/api needs a load balancer of type Network to be offered to others, but has ${has}: change its spec.loadBalancer, or name another service`,
    });
  });

  it('is in the same account and region as its service', () => {
    const others = [balanced('Network', 'TCP')];
    expect(refused(provider({}, { region: 'eu-central-1' }), { others }).message).toBe(
      'spec.provide.serviceRef: EcsService/team/api is in Account main, region us-east-1, but this object in Account main, region eu-central-1: say the same in both',
    );
  });
});

describe('an endpoint', () => {
  const endpoint = (...given: Parameters<typeof inputWith>) =>
    printable(inputsOf<VpcEndpointInputs>(compile(...given), 'endpoint'));

  it('leads to what an object provides, in the zones that both sides have by id', () => {
    const own = { ...FACTS, zoneIds: { 'us-east-1a': 'use1-az6', 'us-east-1b': 'use1-az1' } };
    expect(endpoint(consumer(), { facts: own })).toEqual({
      vpcId: '${SecureVpc/team/net: vpc.id}',
      serviceName: '${PrivateLinkEndpoint/team/api: endpoint-service.serviceName}',
      type: 'Interface',
      routeTableIds: [],
      subnetIds: ['${SecureVpc/team/net: subnet/private-a.id}', '${SecureVpc/team/net: subnet/private-b.id}'],
      zones: {
        ofSubnets: ['use1-az6', 'use1-az1'],
        ofService: '${PrivateLinkEndpoint/team/api: endpoint-service.zoneIds}',
      },
      securityGroupIds: ['${security-group/endpoint.id}'],
      privateDns: false,
      policy: '',
    });
  });

  const foreign = { from: undefined, serviceName: SERVICE_NAME, privateDns: 'Enabled' };

  it('leads to a service that is no object of this cluster by its name, in the zones that AWS tells of', () => {
    const zones = (of: ReadonlyMap<string, readonly string[]>, more: object = {}) => {
      const object = consumer({ ...foreign, ...more });
      return endpoint(object, {
        ...without('PrivateLinkEndpoint'),
        facts: { ...FACTS, providedServices: of },
      }).zones;
    };
    const ofSubnets = ['us-east-1a', 'us-east-1b'];
    const told = new Map([[SERVICE_NAME, ['us-east-1b', 'us-east-1c']]]);
    expect(zones(told)).toEqual({ ofSubnets, ofService: 'us-east-1b,us-east-1c' });
    expect(zones(new Map())).toEqual({ ofSubnets, ofService: undefined });
    expect(zones(told, { zones: ['a'] })).toBeUndefined();
  });

  it('is approved by what the spec states: what AWS tells of such a service meanwhile makes it no other', () => {
    const stated = (providedServices?: ReadonlyMap<string, readonly string[]>) => {
      const facts = { ...FACTS, ...(providedServices && { providedServices }) };
      return statedInputs(
        nodeOf(compile(consumer(foreign), { ...without('PrivateLinkEndpoint'), facts }), 'endpoint'),
      );
    };
    const told = new Map([[SERVICE_NAME, ['us-east-1b']]]);
    expect(stated(told)).toEqual(stated(new Map()));
    expect(stated(told)).toEqual(stated());
    expect(stated()).toMatchObject({ serviceName: SERVICE_NAME });
  });

  it('stands in all zones or those named where AWS was not asked', () => {
    const found = endpoint(consumer(foreign), without('PrivateLinkEndpoint'));
    expect(found).toMatchObject({ serviceName: SERVICE_NAME, privateDns: true });
    expect(found.subnetIds).toHaveLength(2);
    expect(found).not.toHaveProperty('zones');
    expect(endpoint(consumer({ zones: ['b'] })).subnetIds).toEqual([
      '${SecureVpc/team/net: subnet/private-b.id}',
    ]);
    expect(endpoint(consumer({ zones: ['b'] }))).not.toHaveProperty('zones');
  });

  it('lets in the tasks that are named, on its ports, and nobody else', () => {
    const rules = (...given: Parameters<typeof inputWith>) =>
      printable(inputsOf(compile(...given), 'security-group-rules/endpoint'));
    expect(rules(consumer())).toMatchObject({ ingress: [], egress: [] });
    const wanted = consumer({ ports: [{ port: 9090 }, { port: 8080 }], allowFrom: [{ name: 'web' }] });
    expect(rules(wanted)).toMatchObject({
      ingress: [8080, 9090].map((port) => ({
        protocol: 'tcp',
        fromPort: port,
        toPort: port,
        peer: '${EcsService/team/web: security-group/tasks.id}',
        description: 'Tasks of team/web',
      })),
      egress: [],
    });
    // Its group could not be deleted as long as a rule names it.
    const going = service('web', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' });
    expect(rules(wanted, { others: [network(), provider(), going] })).toMatchObject({ ingress: [] });
  });

  it('keeps its network and its provider, and not the services that use it', () => {
    const references = referencesOfPrivateLink(consumer({ allowFrom: [{ name: 'web' }] }));
    expect(references.map((reference) => [ownerOfKey(reference), reference.mayGo ?? false])).toEqual([
      ['SecureVpc/team/net', false],
      ['PrivateLinkEndpoint/team/api', false],
      ['EcsService/team/web', true],
    ]);
  });

  it.each<[string, object, string]>([
    [
      'a tier that the network lacks',
      { tier: 'data' },
      'spec.consume.tier is data, which SecureVpc/team/net does not have: choose one of its spec.tiers, or add the tier there',
    ],
    [
      'a zone that the network lacks',
      { zones: ['f'] },
      'spec.consume.zones has f, but SecureVpc/team/net is in us-east-1a, us-east-1b: take f away, or add the zone there',
    ],
    [
      'a provider that consumes itself',
      { from: { name: 'web-api' } },
      'spec.consume.from: PrivateLinkEndpoint/team/web-api provides nothing, but is itself a consumer: name the object that has spec.provide',
    ],
    [
      'a service of another network',
      { allowFrom: [{ name: 'away' }] },
      'spec.consume.allowFrom[away]: EcsService/team/away runs in network team/far, but this endpoint stands in team/net: name services of that network only',
    ],
  ])('is refused with %s', (_, consume, message) => {
    const others = [...OTHERS, consumer(), service('away', { networkRef: { name: 'far' } })];
    expect(refused(consumer(consume), { others })).toEqual({ reason: 'InvalidSpec', message });
  });

  it('stays in its region', () => {
    const others = [network({ region: 'eu-central-1', zones: { count: 1 } }), provider()];
    const facts = { ...FACTS, zones: ['eu-central-1a'] };
    expect(refused(consumer({}, { region: 'eu-central-1' }), { others, facts }).message).toBe(
      'spec.consume.from: PrivateLinkEndpoint/team/api is in region us-east-1, but this object in eu-central-1: an endpoint reaches services of its own region only',
    );
  });

  it('waits for its provider, and is refused by one that does not let its namespace in', () => {
    expect(() => compile(consumer(), without('PrivateLinkEndpoint'))).toThrow(
      'spec.consume.from names PrivateLinkEndpoint team/api, but there is none; make it',
    );
    const stranger = {
      ...consumer({
        from: { name: 'api', namespace: 'team' },
        networkRef: { name: 'net', namespace: 'team' },
      }),
      metadata: { name: 'web-api', namespace: 'strangers' },
    };
    const others = [
      secureVpc({ tiers: [{ name: 'private' }], allowReferencesFrom: ['strangers'] }),
      provider(),
    ];
    expect(refused(stranger, { others })).toEqual({
      reason: 'ReferenceNotAllowed',
      message:
        'spec.consume.from: PrivateLinkEndpoint team/api lets no object of namespace strangers refer to it; whoever owns it can add strangers to its spec.allowReferencesFrom',
    });
  });
});

describe('the status', () => {
  const standing = (node: string, outputs: Readonly<Record<string, string>>) => ({
    node,
    type: 'Any',
    id: 'id',
    state: READY,
    outputs,
  });

  it('of a provider has the record that AWS wants to see, and who is connected', () => {
    const outputs = outputsOfPrivateLink([
      standing('endpoint-service', {
        id: 'vpce-svc-1',
        serviceName: SERVICE_NAME,
        privateDnsName: 'api.example.com',
        privateDnsState: 'pendingVerification',
        privateDnsRecordType: 'TXT',
        privateDnsRecordName: '_1',
        privateDnsRecordValue: 'vpce:1',
        connections: JSON.stringify([
          { endpointId: 'vpce-2', accountId: '333333333333', state: 'available' },
          { endpointId: 'vpce-1', accountId: '444444444444', state: 'pendingacceptance' },
        ]),
      }),
    ]);
    expect(outputs).toMatchObject({
      serviceId: 'vpce-svc-1',
      serviceName: SERVICE_NAME,
      privateDns: {
        name: 'api.example.com',
        state: 'pendingVerification',
        recordType: 'TXT',
        recordName: '_1',
        recordValue: 'vpce:1',
      },
      connections: [{ endpointId: 'vpce-1' }, { endpointId: 'vpce-2', state: 'available' }],
    });
  });

  it('of a consumer has the names of its endpoint', () => {
    const outputs = outputsOfPrivateLink([
      standing('security-group/endpoint', { id: 'sg-1' }),
      standing('endpoint', {
        id: 'vpce-1',
        state: 'available',
        serviceName: SERVICE_NAME,
        dnsNames: 'a,b,a',
      }),
    ]);
    expect(outputs).toEqual({
      serviceName: SERVICE_NAME,
      endpointId: 'vpce-1',
      endpointState: 'available',
      dnsNames: ['a', 'b'],
      securityGroupId: 'sg-1',
    });
  });
});
