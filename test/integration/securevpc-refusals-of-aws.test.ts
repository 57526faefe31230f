import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
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
import { memberExternalId, memberRoleArn, memberTags } from '../../k8s-local/aws/identity-files.ts';
import { account, namespace, smallNetwork } from '../support/manifests.ts';
import { refusalsIn } from '../support/refusals.ts';
import { World } from '../support/world.ts';

const PROVIDER = '222222222222';
const MEMBER = memberRoleArn(PROVIDER);

let world: World;
let empty: string;
let home: string;
let iam: IAMClient;
let sts: STSClient;

const main = account('main', ['team-a']);
const { stalled, calm } = refusalsIn(() => world);

beforeAll(async () => {
  world = await World.start();
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

describe('a request that AWS refuses', () => {
  it('AwsRefused: a permissions boundary that is not there, until it is', async () => {
    const permissionsBoundaryArn = `arn:aws:iam::${PROVIDER}:policy/bound`;
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
      /policy\/bound does not exist or is not attachable\. It is what permissionsBoundaryArn of the Account names\. Change the field/,
    );
    const calls = await calm();
    expect(calls.filter(({ write, error }) => write && error === null)).toEqual([]);
    const Statement = [{ Effect: 'Allow', Action: '*', Resource: '*' }];
    await iam.send(
      new CreatePolicyCommand({
        PolicyName: 'bound',
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
      externalId: memberExternalId(PROVIDER, 'local'),
    });
    const network = smallNetwork('denied', 'team-a', { accountRef: { name: 'denied' } });
    await world.apply([denied, network]);
    await stalled(
      network,
      'AccessDenied',
      /^vpc: ec2:CreateVpc in account 222222222222 as role arn:aws:iam::222222222222:role\/landfall: UnauthorizedOperation: .* arn:aws:sts::222222222222:assumed-role\/landfall\/landfall-local is not authorized to perform: ec2:CreateVpc .*\. Allow the action .*landfall policy -f DIR/,
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
        Tags: memberTags(PROVIDER, 'local'),
        ExternalId: memberExternalId(PROVIDER, 'local'),
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
    const RoleName = 'personal';
    const trust = {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::123456789012:root' },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': 'ours' } },
    };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    const role = { role_arn: `arn:aws:iam::${PROVIDER}:role/${RoleName}`, source_profile: 'portal' };
    await profiles({ 'profile nameless': role });
    const nameless = account('nameless', ['team-a'], { accountId: PROVIDER, profile: 'nameless' });
    const mark = await world.mark();
    await world.apply([nameless]);
    await stalled(
      nameless,
      'RoleNotAssumable',
      /profile nameless makes was refused: .*sts:AssumeRole on resource: arn:aws:iam::222222222222:role\/personal; .* must stand as external_id in the profile/,
    );
    await calm();
    expect(await world.writes(mark)).toEqual([]);
    await profiles({ 'profile nameless': { ...role, external_id: 'ours' } });
    await world.ready(nameless);
    await iam.send(new DeleteRoleCommand({ RoleName }));
    await world.remove(nameless);
    await profiles({});
  });

  it('is not enough for the member role, which demands tags that no profile sends, until the Account names the role', async () => {
    const role = { role_arn: MEMBER, source_profile: 'portal' };
    await profiles({ 'profile tagless': { ...role, external_id: memberExternalId(PROVIDER, 'local') } });
    const tagless = account('tagless', ['team-a'], { accountId: PROVIDER, profile: 'tagless' });
    await world.apply([tagless]);
    await stalled(
      tagless,
      'RoleNotAssumable',
      /profile tagless makes was refused: .*role\/landfall; .* a role that demands session tags, .*, belongs into spec\.aws\.roleArn/,
    );
    const externalId = memberExternalId(PROVIDER, 'local');
    await world.edit(tagless, { aws: { profile: 'portal', roleArn: MEMBER, externalId } });
    await world.ready(tagless);
    await world.remove(tagless);
    await profiles({});
  });

  it('is sent to a role that does not demand one yet, so that it may begin to at any time', async () => {
    const RoleName = 'trusting';
    const trust = {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::123456789012:root' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
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
