import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AssociateAddressCommand,
  CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcEndpointCommand,
  DeleteNetworkInterfaceCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcEndpointsCommand,
  DescribeAddressesCommand,
  DescribeSecurityGroupsCommand,
  DisassociateAddressCommand,
} from '@aws-sdk/client-ec2';
import {
  CreatePolicyCommand,
  CreateRoleCommand,
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerEntry, QuotaName } from '../../k8s-local/aws/admin-client.ts';
import { memberExternalId, memberRoleArn } from '../../k8s-local/aws/identity-files.ts';
import { account, namespace, smallNetwork } from '../support/manifests.ts';
import { conditionOf, idsOf, type Manifest, World } from '../support/world.ts';

const PROVIDER = '222222222222';
const MEMBER = memberRoleArn(PROVIDER);

let world: World;
let empty: string;
let home: string;
let iam: IAMClient;
let sts: STSClient;

const main = account('main', ['team-a']);

beforeAll(async () => {
  // The default VPC and one more.
  world = await World.start({ LANDFALL_AWS_DIFFICULTY: '{"quotas":{"vpcs":2}}' });
  await world.claim();
  empty = await world.aws.dump();
  home = await mkdtemp(join(tmpdir(), 'landfall-home-'));
  await mkdir(join(home, '.aws', 'sso', 'cache'), { recursive: true });
  iam = new IAMClient(world.clientOptions(PROVIDER));
  sts = new STSClient(world.clientOptions());
  await profiles({});
  world.operator({
    env: {
      HOME: home,
      AWS_CONFIG_FILE: join(home, '.aws', 'config'),
      AWS_SHARED_CREDENTIALS_FILE: join(home, '.aws', 'credentials'),
    },
  });
  await world.apply([namespace('team-a'), namespace('team-b'), main]);
  await world.ready(main);
});
afterAll(async () => {
  iam?.destroy();
  sts?.destroy();
  await world?.stop();
  if (home) await rm(home, { recursive: true, force: true });
});
afterEach(async () => {
  expect((await world.aws.dump()) === empty, 'AWS is as before').toBe(true);
});

/** Writes the AWS configuration of the operator: the profiles of the local AWS and these, each with its settings. */
async function profiles(more: Readonly<Record<string, Readonly<Record<string, string>>>>): Promise<void> {
  const env = world.aws.env();
  const sections = Object.entries(more).map(([name, settings]) =>
    [`[${name}]`, ...Object.entries(settings).map(([key, value]) => `${key} = ${value}`)].join('\n'),
  );
  const config = await readFile(env['AWS_CONFIG_FILE'] ?? '', 'utf8');
  const keys = await readFile(env['AWS_SHARED_CREDENTIALS_FILE'] ?? '', 'utf8');
  await writeFile(join(home, '.aws', 'credentials'), keys);
  await writeFile(join(home, '.aws', 'config'), [config, ...sections, ''].join('\n\n'));
}

/** What the object says while it is refused; its Ready repeats it. */
async function stalled(object: Manifest, reason: string, message: RegExp): Promise<void> {
  const seen = await world.condition(object, 'Stalled', { reason, message });
  expect(conditionOf(seen, 'Ready')).toMatchObject({ status: 'False', reason });
  expect(conditionOf(seen, 'Reconciling')).toBeUndefined();
}

/**
 * Calls of one action in the next four seconds, in which a refused object is tried again twice, with a few calls
 * each, and up to three targets are listed every second. A loop makes hundreds.
 */
const CALM = { ms: 4000, calls: 40 };

/** Fails where any action is called more often than that explains. */
async function calm(): Promise<LedgerEntry[]> {
  const mark = await world.mark();
  await sleep(CALM.ms);
  const calls = await world.aws.ledger(mark);
  const counts = new Map<string, number>();
  for (const { action } of calls) counts.set(action ?? '', (counts.get(action ?? '') ?? 0) + 1);
  expect([...counts].filter(([, count]) => count > CALM.calls)).toEqual([]);
  return calls;
}

describe('a limit of AWS', () => {
  it('QuotaExceeded: a VPC too many is made as soon as another one is gone', async () => {
    const [first, second] = [smallNetwork('first', 'team-a'), smallNetwork('second', 'team-a')];
    await world.apply([first]);
    await world.ready(first);
    const mark = await world.mark();
    await world.apply([second]);
    await stalled(
      second,
      'QuotaExceeded',
      /^vpc: ec2:CreateVpc in account 123456789012 as the default credential chain: VpcLimitExceeded: The maximum number of VPCs has been reached\. Have the quota raised/,
    );
    await calm();
    const writes = await world.writes(mark);
    expect(new Set(writes.map(({ action, error }) => `${action} ${error}`))).toEqual(
      new Set(['CreateVpc VpcLimitExceeded']),
    );
    await world.ready(first);
    await world.remove(first);
    await world.ready(second);
    await world.remove(second);
  });
});

/** What is limited besides VPCs; the other quotas have no limit. */
const limit = (quotas: Partial<Record<QuotaName, number>> = {}) =>
  world.aws.setDifficulty({ quotas: { vpcs: 2, ...quotas } });
/** AWS's refusal of an action of EC2, as a condition tells it. */
const refusalOf = (action: string, code: string) =>
  `ec2:${action} in account 123456789012 as the default credential chain: ${code}: `;
/** Writes that make a thing of a network without flow logs. */
const MAKES =
  /^(Create(Vpc|InternetGateway|Subnet|RouteTable|NetworkAcl|SecurityGroup|NatGateway|VpcEndpoint)|AllocateAddress)$/;
const madeBy = (writes: readonly LedgerEntry[]) =>
  writes.filter(({ action, error }) => error === null && MAKES.test(action ?? ''));

/** What a change of the spec asks for, the quota that it meets, and how AWS says so. */
const LIMITS: readonly [
  code: string,
  action: string,
  quotas: Partial<Record<QuotaName, number>>,
  spec: object,
][] = [
  ['AddressLimitExceeded', 'AllocateAddress', { addresses: 1 }, {}],
  [
    'SubnetLimitExceeded',
    'CreateSubnet',
    { subnetsPerVpc: 5 },
    { tiers: [{ name: 'public' }, { name: 'private' }, { name: 'data' }] },
  ],
  [
    'SecurityGroupLimitExceeded',
    'CreateSecurityGroup',
    // Of these, the default VPC and this one have a default group.
    { securityGroups: 3 },
    { securityGroups: { ecs: {}, data: { ports: [{ name: 'mysql', port: 3306 }] } } },
  ],
  [
    'RulesPerSecurityGroupLimitExceeded',
    'AuthorizeSecurityGroupIngress',
    { rulesPerSecurityGroup: 1 },
    {
      securityGroups: {
        data: {
          ports: [
            { name: 'redis', port: 6379 },
            { name: 'mysql', port: 3306 },
          ],
        },
      },
    },
  ],
  ['CidrLimitExceeded', 'AssociateVpcCidrBlock', { blocksPerVpc: 1 }, { secondaryCidrs: ['100.64.0.0/16'] }],
  [
    'VpcEndpointLimitExceeded',
    'CreateVpcEndpoint',
    { interfaceEndpointsPerVpc: 1 },
    { securityGroups: { endpoints: {} }, endpoints: ['s3', 'logs', 'kms'].map((service) => ({ service })) },
  ],
];

describe('a limit of AWS in the middle of a network', () => {
  it('leaves what stands, makes nothing twice, and holds no longer than the quota', async () => {
    const network = smallNetwork('grown', 'team-a', {
      zones: { count: 2 },
      tiers: [{ name: 'public' }, { name: 'private' }],
      nat: { mode: 'PerZone' },
    });
    const start = await world.mark();
    const ids = async () => idsOf((await world.read(network)) ?? network);
    let before: Record<string, string> = {};
    for (const [code, action, quotas, spec] of LIMITS) {
      await limit(quotas);
      const mark = await world.mark();
      await (code === 'AddressLimitExceeded' ? world.apply([network]) : world.edit(network, spec));
      await stalled(
        network,
        'QuotaExceeded',
        new RegExp(
          `: ${refusalOf(action, code)}The maximum number of .* has been reached\\. Have the quota raised, or delete what is not needed\\.$`,
        ),
      );
      const refused = (await world.writes(mark)).filter(({ error }) => error !== null);
      expect(new Set(refused.map(({ error }) => error))).toEqual(new Set([code]));
      expect(await ids(), code).toMatchObject(before);
      before = await ids();
      await limit();
      await world.ready(network);
      expect(await ids(), code).toMatchObject(before);
      before = await ids();
      expect(madeBy(await world.writes(start)), code).toHaveLength(Object.keys(before).length);
    }
    await world.remove(network);
  });

  it('goes on under the same quota with a spec that asks for less', async () => {
    const network = smallNetwork('frugal', 'team-a', {
      zones: { count: 2 },
      tiers: [{ name: 'public' }, { name: 'private' }],
      nat: { mode: 'PerZone' },
    });
    await limit({ addresses: 1 });
    await world.apply([network]);
    await stalled(network, 'QuotaExceeded', new RegExp(refusalOf('AllocateAddress', 'AddressLimitExceeded')));
    await world.edit(network, { nat: { mode: 'Single' } });
    const ids = idsOf(await world.ready(network));
    expect(Object.keys(ids).filter((node) => /^(elastic-ip|nat-gateway)/.test(node))).toHaveLength(2);
    const { Addresses } = await world.ec2.send(new DescribeAddressesCommand({}));
    expect(Addresses?.map(({ AllocationId }) => AllocationId)).toEqual([
      Object.entries(ids).find(([node]) => node.startsWith('elastic-ip/'))?.[1],
    ]);
    await world.remove(network);
    await limit();
  });
});

describe('an address that is in use', () => {
  it('InvalidSubnet.Conflict: the block of a subnet that somebody made in the VPC, until the spec has another', async () => {
    const network = smallNetwork('crowded', 'team-a');
    await world.apply([network]);
    const { status } = await world.ready(network);
    const before = idsOf((await world.read(network)) ?? network);
    const { Subnet } = await world.ec2.send(
      new CreateSubnetCommand({ VpcId: String(status?.['vpcId']), CidrBlock: '10.1.64.0/20' }),
    );
    const tiers = (more: object) => ({ tiers: [{ name: 'private' }, { name: 'data', ...more }] });
    const mark = await world.mark();
    await world.edit(network, tiers({ subnets: [{ zone: 'a', cidr: '10.1.72.0/24' }] }));
    await stalled(
      network,
      'NameTaken',
      new RegExp(
        `^subnet/data-a: the Subnet to create conflicts with ${Subnet?.SubnetId}, which Landfall does not own; delete it, or choose another name or CIDR \\(${refusalOf('CreateSubnet', 'InvalidSubnet\\.Conflict')}`,
      ),
    );
    await calm();
    expect(idsOf((await world.read(network)) ?? network)).toMatchObject(before);
    // The block of a subnet does not change, so the tier is taken out first.
    await world.edit(network, { tiers: [{ name: 'private' }] });
    await world.ready(network);
    await world.edit(network, tiers({ subnets: [{ zone: 'a', cidr: '10.1.96.0/24' }] }));
    const ready = await world.ready(network);
    expect(idsOf(ready)).toMatchObject(before);
    expect(madeBy(await world.writes(mark)).filter(({ action }) => action === 'CreateSubnet')).toHaveLength(
      1,
    );
    await world.ec2.send(new DeleteSubnetCommand({ SubnetId: Subnet?.SubnetId }));
    await world.remove(network);
  });

  it('InvalidIPAddress.InUse: an address of ours that somebody uses is neither given to a gateway nor released, until it is free', async () => {
    const network = smallNetwork('borrowed', 'team-a', {
      tiers: [{ name: 'public' }, { name: 'private' }],
      nat: { mode: 'Single' },
    });
    await limit({ natGatewaysPerZone: 0 });
    await world.apply([network]);
    await stalled(
      network,
      'QuotaExceeded',
      new RegExp(refusalOf('CreateNatGateway', 'NatGatewayLimitExceeded')),
    );
    const ids = idsOf((await world.read(network)) ?? network);
    const AllocationId = ids['elastic-ip/a'];
    const { NetworkInterface } = await world.ec2.send(
      new CreateNetworkInterfaceCommand({ SubnetId: ids['subnet/public-a'] }),
    );
    const { NetworkInterfaceId } = NetworkInterface ?? {};
    const { AssociationId } = await world.ec2.send(
      new AssociateAddressCommand({ AllocationId, NetworkInterfaceId }),
    );
    await limit();
    const mark = await world.mark();
    await stalled(
      network,
      'NameTaken',
      new RegExp(
        `^nat-gateway/a: elastic IP ${AllocationId} \\(\\S+\\) is in use by ${NetworkInterfaceId}: free it, or give one of your own`,
      ),
    );
    await world.edit(network, { nat: { mode: 'None' } });
    await world.condition(network, 'Reconciling', {
      reason: 'DependencyViolation',
      message: new RegExp(
        `elastic-ip/a: ElasticIp ${AllocationId} is still in use by network interface ${NetworkInterfaceId}; it is deleted as soon as that is gone \\(${refusalOf('ReleaseAddress', 'InvalidIPAddress\\.InUse')}`,
      ),
    });
    await world.ec2.send(new DisassociateAddressCommand({ AssociationId }));
    await world.ready(network);
    expect(madeBy(await world.writes(mark))).toEqual([]);
    await world.ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
    await world.remove(network);
  });

  it('a private DNS name that an endpoint of somebody else has in the VPC, until it is free', async () => {
    const network = smallNetwork('named', 'team-a', { securityGroups: { endpoints: {} } });
    await world.apply([network]);
    const { status } = await world.ready(network);
    const { VpcEndpoint } = await world.ec2.send(
      new CreateVpcEndpointCommand({
        VpcId: String(status?.['vpcId']),
        ServiceName: 'com.amazonaws.us-east-1.logs',
        VpcEndpointType: 'Interface',
        PrivateDnsEnabled: true,
      }),
    );
    await world.edit(network, { endpoints: [{ service: 'logs' }] });
    await stalled(
      network,
      'AwsRefused',
      new RegExp(
        `^endpoint/logs: ${refusalOf('CreateVpcEndpoint', 'InvalidParameter')}.*already a conflicting DNS domain`,
      ),
    );
    await world.ec2.send(
      new DeleteVpcEndpointsCommand({ VpcEndpointIds: [VpcEndpoint?.VpcEndpointId ?? ''] }),
    );
    await world.ready(network);
    await world.remove(network);
  });
});

describe('a request that AWS refuses', () => {
  it('AwsRefused: a permissions boundary that is not there, until it is', async () => {
    const permissionsBoundaryArn = `arn:aws:iam::${PROVIDER}:policy/landfall-boundary`;
    const bounded = account('bounded', ['team-a'], {
      accountId: PROVIDER,
      profile: 'provider-account',
      permissionsBoundaryArn,
    });
    const network = smallNetwork('bounded', 'team-a', { accountRef: { name: 'bounded' }, flowLogs: {} });
    await world.apply([bounded, network]);
    await stalled(
      network,
      'AwsRefused',
      /landfall-boundary does not exist or is not attachable\. It is what permissionsBoundaryArn of the Account names\. Change the field/,
    );
    const calls = await calm();
    expect(calls.filter(({ write, error }) => write && error === null)).toEqual([]);
    const Statement = [{ Effect: 'Allow', Action: '*', Resource: '*' }];
    await iam.send(
      new CreatePolicyCommand({
        PolicyName: 'landfall-boundary',
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
      }),
    );
    await world.ready(network);
    await world.remove(network);
    await iam.send(new DeletePolicyCommand({ PolicyArn: permissionsBoundaryArn }));
    await world.remove(bounded);
  });

  it('AccessDenied: what a policy of the role denies, until it does not', async () => {
    const denial = { RoleName: MEMBER.split('/').at(-1) ?? '', PolicyName: 'no-networks' };
    const Statement = [{ Effect: 'Deny', Action: 'ec2:CreateVpc', Resource: '*' }];
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await iam.send(new PutRolePolicyCommand({ ...denial, PolicyDocument }));
    const denied = account('denied', ['team-a'], {
      accountId: PROVIDER,
      roleArn: MEMBER,
      externalId: memberExternalId(PROVIDER),
    });
    const network = smallNetwork('denied', 'team-a', { accountRef: { name: 'denied' } });
    await world.apply([denied, network]);
    await stalled(
      network,
      'AccessDenied',
      /^vpc: ec2:CreateVpc in account 222222222222 as role arn:aws:iam::222222222222:role\/landfall-operator: UnauthorizedOperation: .* arn:aws:sts::222222222222:assumed-role\/landfall-operator\/landfall-local is not authorized to perform: ec2:CreateVpc .*\. Allow the action .*landfall policy -f DIR/,
    );
    const calls = await calm();
    expect(calls.filter(({ write, error }) => write && error !== 'UnauthorizedOperation')).toEqual([]);
    await iam.send(new DeleteRolePolicyCommand(denial));
    await world.ready(network);
    await world.remove(network);
    await world.remove(denied);
  });

  it('ReplacementNeeded: the size of subnets that exist, until the change is taken back', async () => {
    const network = smallNetwork('resized', 'team-a');
    await world.apply([network]);
    await world.ready(network);
    const mark = await world.mark();
    await world.edit(network, { tiers: [{ name: 'private', subnetPrefixLength: 24 }] });
    await stalled(
      network,
      'ReplacementNeeded',
      /^subnet private-a exists with (\S+)\/22 and would become \1\/24, which AWS cannot change: take the change of spec\.tiers\[private\] back/,
    );
    await calm();
    await world.edit(network, { tiers: [{ name: 'private' }] });
    await world.ready(network);
    expect(await world.writes(mark)).toEqual([]);
    await world.remove(network);
  });

  it("NameTaken: somebody else's security group of that name in the VPC stays untouched, and all goes on once it is gone", async () => {
    const network = smallNetwork('guests', 'team-a');
    await world.apply([network]);
    const { status } = await world.ready(network);
    const VpcId = String(status?.['vpcId']);
    const foreign = await world.ec2.send(
      new CreateSecurityGroupCommand({
        VpcId,
        GroupName: 'team-a-guests-ecs',
        Description: 'not of Landfall',
      }),
    );
    const GroupId = String(foreign.GroupId);
    const look = async () =>
      (await world.ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [GroupId] }))).SecurityGroups;
    const before = await look();
    const mark = await world.mark();
    await world.edit(network, { securityGroups: { ecs: {} } });
    await stalled(
      network,
      'NameTaken',
      new RegExp(`^security-group/ecs: .* conflicts with ${GroupId}, which Landfall does not own; delete it`),
    );
    await calm();
    expect(await look()).toEqual(before);
    const touching = (await world.writes(mark)).filter((call) =>
      JSON.stringify(call.params).includes(GroupId),
    );
    expect(touching).toEqual([]);
    await world.ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
    const { status: made } = await world.ready(network);
    expect(made?.['securityGroups']).toEqual({ ecs: expect.not.stringMatching(GroupId) as string });
    await world.remove(network);
  });
});

describe('credentials that have ended', () => {
  /** The settings of a profile with a new session of the member role, and its key. */
  async function session(): Promise<{ key: string; settings: Record<string, string> }> {
    const { Credentials: made } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: MEMBER,
        RoleSessionName: 'person',
        ExternalId: memberExternalId(PROVIDER),
      }),
    );
    const key = made?.AccessKeyId ?? '';
    const settings = {
      aws_access_key_id: key,
      aws_secret_access_key: made?.SecretAccessKey ?? '',
      aws_session_token: made?.SessionToken ?? '',
    };
    return { key, settings };
  }

  it('CredentialsExpired: a session token, until there is a new one in the file', async () => {
    const first = await session();
    await profiles({ 'profile guest': first.settings });
    const guest = account('guest', ['team-a'], { accountId: PROVIDER, profile: 'guest' });
    const network = smallNetwork('guest', 'team-a', { accountRef: { name: 'guest' } });
    await world.apply([guest, network]);
    await world.ready(network);

    await world.aws.expire(first.key);
    const mark = await world.mark();
    await world.edit(network, { tags: { stage: 'late' } });
    await stalled(
      network,
      'CredentialsExpired',
      /Request has expired\. Log in again \(SSO\) or bring a new session token/,
    );
    await calm();
    await world.edit(guest, { aws: { namespaces: ['team-a', 'team-b'] } });
    await stalled(
      guest,
      'CredentialsExpired',
      /^sts:GetCallerIdentity in account 222222222222 with profile guest: ExpiredToken: .* is expired\. Log in again/,
    );
    await stalled(
      network,
      'AccountNotReady',
      /Account guest is not ready: CredentialsExpired: .*Log in again/,
    );
    await calm();
    expect((await world.writes(mark)).filter(({ error }) => error === null)).toEqual([]);

    const second = await session();
    await profiles({ 'profile guest': second.settings });
    await world.ready(guest);
    await world.ready(network);
    await world.remove(network);
    await world.remove(guest);
    await profiles({});
  });

  it('CredentialsExpired: an SSO login, until the Account is reached in another way', async () => {
    await profiles({
      'profile sso': {
        sso_session: 'company',
        sso_account_id: PROVIDER,
        sso_role_name: 'Administrator',
      },
      'sso-session company': { sso_region: 'us-east-1', sso_start_url: 'https://company.example/start' },
    });
    const file = `${createHash('sha1').update('company').digest('hex')}.json`;
    const expiresAt = new Date(Date.now() - 60_000).toISOString();
    await writeFile(
      join(home, '.aws', 'sso', 'cache', file),
      JSON.stringify({ accessToken: 'ended', expiresAt, startUrl: 'https://company.example/start' }),
    );
    const guest = account('sso', ['team-a'], { accountId: PROVIDER, profile: 'sso' });
    const mark = await world.mark();
    await world.apply([guest]);
    await stalled(
      guest,
      'CredentialsExpired',
      /with profile sso: .* Cannot refresh\. .*aws sso login.* Log in again \(SSO\)/,
    );
    const network = smallNetwork('sso', 'team-a', { accountRef: { name: 'sso' } });
    await world.apply([network]);
    await stalled(network, 'AccountNotReady', /Account sso is not ready: CredentialsExpired/);
    await calm();
    expect(await world.writes(mark)).toEqual([]);
    await world.edit(guest, { aws: { profile: 'provider-account' } });
    await world.ready(network);
    await world.remove(network);
    await world.remove(guest);
    await profiles({});
  });
});

describe('an external id', () => {
  it('RoleNotAssumable: a profile that assumes its role without one, until it has it', async () => {
    const role = { role_arn: MEMBER, source_profile: 'portal' };
    await profiles({ 'profile nameless': role });
    const nameless = account('nameless', ['team-a'], { accountId: PROVIDER, profile: 'nameless' });
    const mark = await world.mark();
    await world.apply([nameless]);
    await stalled(
      nameless,
      'RoleNotAssumable',
      /profile nameless makes was refused: .*sts:AssumeRole on resource: arn:aws:iam::222222222222:role\/landfall-operator; .* must stand as external_id in the profile/,
    );
    await calm();
    expect(await world.writes(mark)).toEqual([]);
    await profiles({ 'profile nameless': { ...role, external_id: memberExternalId(PROVIDER) } });
    await world.ready(nameless);
    await world.remove(nameless);
    await profiles({});
  });

  it('is sent to a role that does not demand one yet, so that it may begin to at any time', async () => {
    const RoleName = 'trusting';
    const trust = {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::123456789012:root' },
      Action: 'sts:AssumeRole',
    };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    const roleArn = `arn:aws:iam::${PROVIDER}:role/${RoleName}`;
    const trusting = account('trusting', ['team-a'], { accountId: PROVIDER, roleArn });
    const mark = await world.mark();
    await world.apply([trusting]);
    const { status } = await world.ready(trusting);
    expect(status?.['externalId']).toBe('landfall:local:trusting');
    const assumed = (await world.aws.ledger(mark)).filter(({ action }) => action === 'AssumeRole');
    expect(assumed.map(({ params }) => params['ExternalId'])).toEqual(['landfall:local:trusting']);
    await iam.send(new DeleteRoleCommand({ RoleName }));
    await world.remove(trusting);
  });
});
