import { CreateVpcCommand, DeleteVpcCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  IAMClient,
  ListRolesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import {
  localAccounts,
  memberExternalId,
  memberRoleArn,
  memberTags,
} from '../../../k8s-local/aws/identity-files.ts';
import { credentialsFor } from '../../../operator/aws/credentials.ts';
import { aws, clientOptions, ec2, given, refused } from './harness.ts';
import { admin, bootstrap } from './member-role.ts';

type Tag = ReturnType<typeof memberTags>[number];

/** Accounts, AssumeRole, the ledger and the dump. */
export function accounts(): void {
  beforeEach(async () => aws().reset());

  function sts(account?: string): STSClient {
    return new STSClient({ ...clientOptions(aws(), account), maxAttempts: 1 });
  }

  function assume(
    client: STSClient,
    roleArn: string,
    externalId?: string,
    tags: Tag[] = memberTags('provider-account'),
  ): Promise<unknown> {
    return client.send(
      new AssumeRoleCommand({
        RoleArn: roleArn,
        RoleSessionName: 'test',
        ...(externalId === undefined ? {} : { ExternalId: externalId }),
        ...(tags.length > 0 && { Tags: tags }),
      }),
    );
  }

  const role = memberRoleArn('provider-account');

  /** Credentials of a new session of the provider account's member role, under the name `loop`. */
  async function session() {
    const { Credentials: made } = await sts().send(
      new AssumeRoleCommand({
        RoleArn: role,
        RoleSessionName: 'loop',
        ExternalId: memberExternalId('provider-account'),
        Tags: memberTags('provider-account'),
      }),
    );
    return {
      accessKeyId: given(made?.AccessKeyId),
      secretAccessKey: given(made?.SecretAccessKey),
      sessionToken: given(made?.SessionToken),
    };
  }

  describe('accounts and credentials', () => {
    test('each profile is the administrator of its account', async () => {
      for (const [profile, account] of Object.entries(localAccounts)) {
        const identity = await sts(profile).send(new GetCallerIdentityCommand({}));
        expect(identity.Account).toBe(account);
        expect(identity.Arn).toBe(`arn:aws:iam::${account}:user/landfall`);
      }
    });

    test('the written profiles and environment name the server and the home account', () => {
      const env = aws().env();
      expect(env['AWS_ENDPOINT_URL']).toBe(aws().url);
      expect(env['AWS_ACCESS_KEY_ID']).toBe('AKIA123456789012LOCL');
      expect(env['AWS_CA_BUNDLE']).toBe('');
    });

    test('an unknown access key is refused in the words of each service', async () => {
      const credentials = { accessKeyId: 'AKIA999999999999LOCL', secretAccessKey: 'x' };
      const options = { ...clientOptions(aws()), credentials, maxAttempts: 1 };
      await refused(new STSClient(options).send(new GetCallerIdentityCommand({})), 'InvalidClientTokenId');
      await refused(new IAMClient(options).send(new ListRolesCommand({})), 'InvalidClientTokenId');
      await refused(new EC2Client(options).send(new DescribeVpcsCommand({})), 'AuthFailure');
    });

    test('what one account makes, another does not see', async () => {
      const other = new EC2Client(clientOptions(aws(), 'provider-account'));
      const made = await other.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
      const mine = await ec2().send(new DescribeVpcsCommand({}));
      expect(mine.Vpcs?.map((vpc) => vpc.VpcId)).not.toContain(made.Vpc?.VpcId);
      await other.send(new DeleteVpcCommand({ VpcId: made.Vpc?.VpcId }));
    });
  });

  describe.each([
    { whose: 'the local AWS’s own', name: 'landfall' },
    { whose: 'as manifests/bootstrap makes it', name: 'bootstrapped' },
  ])('AssumeRole of a member role, $whose', ({ name }) => {
    const roleArn = `arn:aws:iam::222222222222:role/${name}`;
    const externalId = memberExternalId('provider-account');
    const [installation, account] = memberTags('provider-account') as [Tag, Tag];
    const words = new RegExp(
      `^User: arn:aws:iam::123456789012:user/landfall is not authorized to perform: sts:AssumeRole on resource: ${roleArn}$`,
    );

    beforeEach(async () => {
      if (name !== 'bootstrapped') return;
      const { trust } = await bootstrap();
      await admin().send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trust }));
    });
    afterEach(() => vi.unstubAllEnvs());

    test('wants the external id that the trust policy names', async () => {
      await refused(assume(sts(), roleArn), 'AccessDenied', words);
      await refused(assume(sts(), roleArn, memberExternalId('consumer-account')), 'AccessDenied', words);
      await expect(assume(sts(), roleArn, externalId)).resolves.toBeDefined();
    });

    test('wants both tags of the operator’s sessions, that of its installation as it is, and takes more', async () => {
      const asked = (...tags: Tag[]) => assume(sts(), roleArn, externalId, tags);
      await refused(asked(), 'AccessDenied', words);
      await refused(asked(installation), 'AccessDenied', words);
      await refused(asked(account), 'AccessDenied', words);
      await refused(asked({ ...installation, Value: 'another' }, account), 'AccessDenied', words);
      await expect(asked(installation, account)).resolves.toBeDefined();
      await expect(
        asked(installation, account, { Key: 'kubernetes-namespace', Value: 'landfall-system' }),
      ).resolves.toBeDefined();
    });

    test('lets in the operator, as the credentials of an Account', async () => {
      for (const [key, value] of Object.entries(aws().env())) vi.stubEnv(key, value);
      const credentials = (of: string) =>
        credentialsFor({
          region: 'us-east-1',
          profile: undefined,
          roleArn,
          externalId,
          installation: of,
          account: 'provider-account',
          endpoint: aws().url,
        });
      const client = (of: string) =>
        new STSClient({ ...clientOptions(aws()), credentials: credentials(of), maxAttempts: 1 });
      const identity = await client('default').send(new GetCallerIdentityCommand({}));
      expect(identity.Arn).toBe(`arn:aws:sts::222222222222:assumed-role/${name}/landfall-default`);
      await refused(client('another').send(new GetCallerIdentityCommand({})), 'AccessDenied', words);
    });
  });

  describe('AssumeRole', () => {
    test('wants a caller that the trust policy names, and a role that exists', async () => {
      await refused(
        assume(sts('consumer-account'), role, memberExternalId('provider-account')),
        'AccessDenied',
      );
      await refused(assume(sts(), 'arn:aws:iam::222222222222:role/nobody'), 'AccessDenied', /role\/nobody$/);
      await refused(assume(sts(), 'arn:aws:iam::999999999999:role/nobody'), 'AccessDenied');
    });

    test('lets in without external id where the trust policy has no condition, as AWS does', async () => {
      const iam = new IAMClient(clientOptions(aws(), 'consumer-account'));
      const trust = {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: '123456789012' }, Action: 'sts:AssumeRole' }],
      };
      await iam.send(
        new CreateRoleCommand({ RoleName: 'open', AssumeRolePolicyDocument: JSON.stringify(trust) }),
      );
      await expect(
        assume(sts(), 'arn:aws:iam::333333333333:role/open', undefined, []),
      ).resolves.toBeDefined();
      await iam.send(new DeleteRoleCommand({ RoleName: 'open' }));
    });

    test('takes tags of the session that the trust policy allows, and no others', async () => {
      const Principal = { AWS: '123456789012' };
      const Statement = [
        { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' },
        {
          Effect: 'Allow',
          Principal,
          Action: 'sts:TagSession',
          Condition: { StringLike: { 'aws:RequestTag/landfall.dev/installation': '*' } },
        },
      ];
      const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
      await admin().send(new CreateRoleCommand({ RoleName: 'tagged', AssumeRolePolicyDocument }));
      const tagged = (tags: Tag[]) => assume(sts(), 'arn:aws:iam::222222222222:role/tagged', undefined, tags);
      const installation = { Key: 'landfall.dev/installation', Value: 'default' };
      await expect(tagged([])).resolves.toBeDefined();
      await expect(tagged([installation])).resolves.toBeDefined();
      await refused(
        tagged([{ Key: 'team', Value: 'web' }]),
        'AccessDenied',
        /is not authorized to perform: sts:TagSession on resource: arn:aws:iam::222222222222:role\/tagged$/,
      );
      await refused(
        tagged([installation, { Key: 'Landfall.dev/Installation', Value: 'other' }]),
        'InvalidParameterValue',
      );
    });

    test('gives a session that acts in the account and is known by its name', async () => {
      const credentials = await session();
      const options = { ...clientOptions(aws()), maxAttempts: 1 };
      const identity = await new STSClient({ ...options, credentials }).send(
        new GetCallerIdentityCommand({}),
      );
      expect(identity.Arn).toBe('arn:aws:sts::222222222222:assumed-role/landfall/loop');
      expect(identity.UserId).toMatch(/^AROA\w+:loop$/);
      const wrong = { ...credentials, sessionToken: 'another' };
      await refused(
        new STSClient({ ...options, credentials: wrong }).send(new GetCallerIdentityCommand({})),
        'InvalidClientTokenId',
      );
    });
  });

  describe('what an inline policy of the role denies', () => {
    test('is refused to its sessions, in the words of each service, and nothing else is', async () => {
      const iam = new IAMClient(clientOptions(aws(), 'provider-account'));
      const RoleName = given(role.split('/')[1]);
      const PolicyName = 'no';
      const Statement = [{ Effect: 'Deny', Action: ['ec2:CreateV*', 'iam:ListRoles'], Resource: '*' }];
      const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
      const credentials = await session();
      const options = { ...clientOptions(aws()), credentials, maxAttempts: 1 };
      const member = new EC2Client(options);
      const make = () => member.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
      await refused(
        make(),
        'UnauthorizedOperation',
        /perform: ec2:CreateVpc on resource: \S+:vpc\/\* with an explicit deny/,
      );
      await refused(new IAMClient(options).send(new ListRolesCommand({})), 'AccessDenied', /iam:ListRoles/);
      await member.send(new DescribeVpcsCommand({}));
      await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
      await make();
    });
  });

  describe('a session whose time is over', () => {
    test('is refused in the words of each service', async () => {
      const credentials = await session();
      const options = { ...clientOptions(aws()), credentials, maxAttempts: 1 };
      await new STSClient(options).send(new GetCallerIdentityCommand({}));
      await aws().expire(credentials.accessKeyId);
      await refused(new STSClient(options).send(new GetCallerIdentityCommand({})), 'ExpiredToken');
      await refused(new IAMClient(options).send(new ListRolesCommand({})), 'ExpiredToken');
      await refused(new EC2Client(options).send(new DescribeVpcsCommand({})), 'RequestExpired');
    });

    test('is ended only where there is one', async () => {
      await expect(aws().expire('ASIAUNKNOWN')).rejects.toThrow('no session has the key ASIAUNKNOWN');
    });
  });

  describe('ledger', () => {
    test('holds who did what, with parameters, result and whether it writes', async () => {
      await aws().clearLedger();
      expect(await aws().ledger()).toEqual([]);
      const made = await ec2().send(new CreateVpcCommand({ CidrBlock: '10.8.0.0/16' }));
      await ec2().send(new DescribeVpcsCommand({ VpcIds: [given(made.Vpc?.VpcId)] }));
      await refused(
        ec2().send(new DeleteVpcCommand({ VpcId: 'vpc-0123456789abcdef0' })),
        'InvalidVpcID.NotFound',
      );
      const [create, read, failed] = await aws().ledger();
      expect(create).toMatchObject({
        account: '123456789012',
        region: 'us-east-1',
        service: 'ec2',
        action: 'CreateVpc',
        write: true,
        caller: 'arn:aws:iam::123456789012:user/landfall',
        accessKeyId: 'AKIA123456789012LOCL',
        params: { CidrBlock: '10.8.0.0/16' },
        status: 200,
        error: null,
      });
      expect(read).toMatchObject({ action: 'DescribeVpcs', write: false });
      expect(failed).toMatchObject({
        action: 'DeleteVpc',
        write: true,
        status: 400,
        error: 'InvalidVpcID.NotFound',
      });
      expect(await aws().ledger(given(read?.seq))).toEqual([failed]);
      await ec2().send(new DeleteVpcCommand({ VpcId: made.Vpc?.VpcId }));
    });

    test('counts AssumeRole as a read', async () => {
      await aws().clearLedger();
      await assume(sts(), memberRoleArn('base-infra'), memberExternalId('base-infra'));
      expect(await aws().ledger()).toMatchObject([{ action: 'AssumeRole', write: false, service: 'sts' }]);
    });
  });

  describe('dump and reset', () => {
    test('is not changed by reading, by sessions, or by looking at a region for the first time', async () => {
      const before = await aws().dump();
      await assume(sts(), memberRoleArn('base-infra'), memberExternalId('base-infra'));
      await new EC2Client({ ...clientOptions(aws()), region: 'eu-west-1' }).send(new DescribeVpcsCommand({}));
      expect(await aws().dump()).toBe(before);
    });

    test('shows the default VPC of every account, and whatever is made anywhere', async () => {
      const state = JSON.parse(await aws().dump()) as {
        ec2: Record<string, Record<string, { vpcs: object }>>;
      };
      expect(Object.keys(state.ec2).sort()).toEqual(Object.values(localAccounts).sort());
      const before = await aws().dump();
      const far = new EC2Client({ ...clientOptions(aws(), 'security-account'), region: 'eu-west-1' });
      const made = await far.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
      expect(await aws().dump()).toContain(given(made.Vpc?.VpcId));
      await far.send(new DeleteVpcCommand({ VpcId: made.Vpc?.VpcId }));
      expect(await aws().dump()).toBe(before);
    });

    test('reset takes away what was made', async () => {
      const made = await ec2().send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
      await aws().reset();
      const left = await ec2().send(new DescribeVpcsCommand({}));
      expect(left.Vpcs?.map((vpc) => vpc.VpcId)).not.toContain(made.Vpc?.VpcId);
      expect(left.Vpcs?.map((vpc) => vpc.IsDefault)).toEqual([true]);
    });
  });
}
