import {
  CreateVpcEndpointCommand,
  DeleteVpcEndpointsCommand,
  DescribeVpcEndpointsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memberRoleArn } from '../../k8s-local/aws/identity-files.ts';
import type { PrivateLinkEndpointStatus } from '../../operator/api/private-link-endpoint.ts';
import { eventually } from '../support/eventually.ts';
import { bindMembers, isRefused } from '../support/least-privilege.ts';
import { CONSUMER, link, PROVIDER, TOPIC, twoAccounts } from '../support/link-manifests.ts';
import { account, namespace } from '../support/manifests.ts';
import { idsOf, type Manifest, World } from '../support/world.ts';

/** Who is connected to a service, as its provider says, and from when on its private name may be used. */

const { providerNetwork, consumerNetwork, api } = twoAccounts;
const NAME = 'api.example.com';

let world: World;
let ec2: EC2Client;
let route53: Route53Client;
let hostedZoneId: string;
let accounts: Manifest[];
let empty: string;

const provider = (provide: object): Manifest =>
  link('api', 'api', {
    accountRef: { name: 'provider-account' },
    provide: { serviceRef: { name: 'api' }, ...provide },
    allowReferencesFrom: ['shop'],
  });
const consumer = link('api', 'shop', {
  accountRef: { name: 'consumer-account' },
  consume: {
    from: { name: 'api', namespace: 'api' },
    networkRef: { name: 'net' },
    ports: [{ port: 8080 }],
    privateDns: 'Enabled',
  },
});
const manual = provider({ acceptance: 'Manual', allowedAccounts: ['consumer-account'] });
const auto = provider({ acceptance: 'Auto', allowedAccounts: ['consumer-account'] });
const named = () => provider({ privateDnsName: NAME, privateDnsHostedZoneId: hostedZoneId });
/** Its owner would have to make the record by hand. */
const unproved = provider({ privateDnsName: NAME });

beforeAll(async () => {
  world = await World.start({ LANDFALL_AWS_LOAD_BALANCER_SECONDS: '0.1' });
  ec2 = new EC2Client(world.clientOptions(CONSUMER));
  route53 = new Route53Client(world.clientOptions(PROVIDER));
  const made = await route53.send(
    new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: 'test' }),
  );
  hostedZoneId = made.HostedZone?.Id?.split('/').at(-1) ?? '';
  accounts = [
    account('provider-account', ['api'], {
      accountId: PROVIDER,
      roleArn: memberRoleArn(PROVIDER),
      grants: [
        { name: 'links', namespaces: ['api'], arns: [TOPIC, `arn:aws:route53:::hostedzone/${hostedZoneId}`] },
      ],
    }),
    account('consumer-account', ['shop'], { accountId: CONSUMER, roleArn: memberRoleArn(CONSUMER) }),
  ];
  for (const id of [PROVIDER, CONSUMER]) await world.claim(id);
  const objects = [...accounts, providerNetwork, api, named(), consumerNetwork, consumer];
  // What services need is no matter here.
  await bindMembers(world, [PROVIDER, CONSUMER], objects, [
    'ecs:*',
    'elasticloadbalancing:*',
    'iam:*',
    'logs:*',
  ]);
  world.operator();
  await world.apply([
    namespace('api'),
    namespace('shop'),
    ...accounts,
    providerNetwork,
    consumerNetwork,
    api,
  ]);
  for (const object of [consumerNetwork, api]) await world.ready(object, 60_000);
  empty = await world.aws.dump();
});
afterAll(async () => {
  ec2?.destroy();
  route53?.destroy();
  await world?.stop();
});

const statusOf = async (object: Manifest) =>
  (await world.ready(object)).status as unknown as PrivateLinkEndpointStatus;
/** Resolves when the provider is Ready, and its status has exactly these connections. */
const connections = async (wanted: PrivateLinkEndpointStatus['connections']) => {
  let seen: unknown;
  await eventually(
    'the connections in the provider’s status',
    async () => isDeepStrictEqual((seen = (await statusOf(manual)).connections), wanted),
    { seen: () => seen },
  );
};
/** An endpoint that somebody of the consumer's account makes by hand, and that no object stands for. */
const byHand = async (): Promise<string> => {
  const { vpc: VpcId, 'subnet/private-b': subnet = '' } = idsOf(await world.ready(consumerNetwork));
  const made = await ec2.send(
    new CreateVpcEndpointCommand({
      VpcEndpointType: 'Interface',
      VpcId,
      ServiceName: (await statusOf(manual)).serviceName,
      SubnetIds: [subnet],
    }),
  );
  return made.VpcEndpoint?.VpcEndpointId ?? '';
};
const removeByHand = (id: string) => ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] }));
const stateOf = async (id: string) => {
  const found = await ec2.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: [id] }));
  return found.VpcEndpoints?.[0]?.State;
};
/** Writes to AWS after a mark by which a connection was accepted or rejected, with the endpoints in question. */
const decisions = async (mark: number) =>
  (await world.writes(mark))
    .filter(({ action }) => action?.endsWith('VpcEndpointConnections'))
    .map(({ action, params }) => `${action} ${(params['VpcEndpointIds'] as string[]).join(', ')}`);
const LISTED = ['DescribeVpcEndpointConnections', 'DescribeVpcEndpoints'];
/** That nothing is written however often things are looked at. */
const settled = async () => {
  await world.refreshes(2, LISTED);
  const mark = await world.mark();
  for (const where of ['api', 'shop'])
    await world.kubectl('annotate', `--namespace=${where}`, 'ple', '--all', '--overwrite', `look=${mark}`);
  await world.refreshes(2, LISTED);
  expect(await world.writes(mark)).toEqual([]);
};

describe('a foreign endpoint', () => {
  it('waits where acceptance is Manual, is accepted by its id, and rejected when the id is taken off', async () => {
    await world.apply([manual]);
    await world.ready(manual);
    const mark = await world.mark();
    const endpointId = await byHand();
    const inState = (state: string) => [{ endpointId, accountId: CONSUMER, state }];
    await connections(inState('pendingacceptance'));
    await settled();
    expect(await stateOf(endpointId)).toBe('pendingAcceptance');
    expect(await decisions(mark)).toEqual([]);

    await world.edit(manual, { provide: { acceptedEndpoints: [endpointId] } });
    await connections(inState('available'));
    expect(await stateOf(endpointId)).toBe('available');
    await settled();

    await world.edit(manual, { provide: { acceptedEndpoints: [] } });
    await connections(inState('rejected'));
    await settled();
    expect(await decisions(mark)).toEqual([
      `AcceptVpcEndpointConnections ${endpointId}`,
      `RejectVpcEndpointConnections ${endpointId}`,
    ]);
    await removeByHand(endpointId);
    await connections([]);
  });

  it('is connected by AWS itself where acceptance is Auto: nobody accepts it', async () => {
    await world.apply([auto]);
    await world.ready(auto);
    const mark = await world.mark();
    const endpointId = await byHand();
    await connections([{ endpointId, accountId: CONSUMER, state: 'available' }]);
    await settled();
    expect(await decisions(mark)).toEqual([]);
    await removeByHand(endpointId);
    await connections([]);
  });
});

/** Resolves when the consumer is Ready, and its status has the private name after those of its endpoint. */
const shownInStatus = () =>
  eventually('the private name in status', async () => {
    const { endpointId, dnsNames = [] } = await statusOf(consumer);
    return dnsNames[0]?.startsWith(`${endpointId}-`) === true && dnsNames.at(-1) === NAME;
  });
/** What was tried, in both accounts, that decides how the endpoint of the consumer comes to its private name. */
const steps = async (mark: number) =>
  (await world.writes(mark)).flatMap(({ action, params, error }) => {
    const text = `${action}${error === null ? '' : `: ${error}`}`;
    if (action === 'AcceptVpcEndpointConnections') return [text];
    if (action !== 'CreateVpcEndpoint' && action !== 'ModifyVpcEndpoint') return [];
    return [`${text} PrivateDnsEnabled=${String(params['PrivateDnsEnabled'])}`];
  });

describe('the private name of a service', () => {
  it('is switched on for a consumer once, when its connection is accepted, and not before', async () => {
    await world.apply([named()]);
    expect((await statusOf(manual)).privateDns).toMatchObject({ name: NAME, state: 'verified' });
    const mark = await world.mark();
    await world.apply([consumer]);
    await shownInStatus();
    expect(await steps(mark)).toEqual([
      'CreateVpcEndpoint PrivateDnsEnabled=false',
      'AcceptVpcEndpointConnections',
      'ModifyVpcEndpoint PrivateDnsEnabled=true',
    ]);
    await settled();
    await world.remove(consumer);
    await world.remove(manual);
  });

  it('is waited for as long as AWS has not verified it; the consumer says so', async () => {
    await world.apply([unproved]);
    expect((await statusOf(manual)).privateDns).toMatchObject({ name: NAME, state: 'pendingVerification' });
    const mark = await world.mark();
    await world.apply([consumer]);
    await world.condition(consumer, 'Reconciling', {
      reason: 'DependencyNotReady',
      message:
        /service com\.amazonaws\.vpce\.\S+ has not verified the private DNS name\. Its provider has to name it, and to prove/,
    });
    // It is there and may be used by its own name.
    const waiting = await world.read<{ readonly status: PrivateLinkEndpointStatus }>(consumer);
    expect(waiting?.status).toMatchObject({ endpointState: 'available' });
    await world.apply([named()]);
    await shownInStatus();
    const done = (await steps(mark)).filter((step) => !step.includes('InvalidParameter'));
    expect(done).toEqual([
      'CreateVpcEndpoint PrivateDnsEnabled=false',
      'AcceptVpcEndpointConnections',
      'ModifyVpcEndpoint PrivateDnsEnabled=true',
    ]);
    await settled();
  });

  it('goes without a trace', async () => {
    await world.remove(consumer);
    await world.remove(manual);
    expect(await world.aws.dump()).toBe(empty);
    expect((await world.aws.ledger()).filter(isRefused)).toEqual([]);
  });
});
