import {
  CreateInternetGatewayCommand,
  CreateVpcCommand,
  DeleteVpcCommand,
  DescribeVpcsCommand,
  EC2Client,
  type Tag,
} from '@aws-sdk/client-ec2';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  DeleteRolePolicyCommand,
  IAMClient,
  ListRolesCommand,
  PutRolePermissionsBoundaryCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, test } from 'vitest';

import { aws, clientOptions, given, refused } from './harness.ts';
import {
  ACCOUNT,
  BOUNDARY,
  OWN,
  ROLE,
  RoleName,
  SESSION,
  type Statement,
  admin,
  allowAll,
  arn,
  document,
  enforced,
  grant,
  makeVpc,
  member,
  without,
  words,
} from './member-role.ts';

/** IAM's evaluation, while it is switched on. */
export function permissions(): void {
  let full: Statement[];

  beforeEach(async () => {
    full = await enforced();
  });

  describe('what no policy allows', () => {
    test('is refused to a role without policies, in the words of each service', async () => {
      await admin().send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'landfall' }));
      const options = await member();
      const client = new EC2Client(options);
      await refused(
        client.send(new DescribeVpcsCommand({})),
        'UnauthorizedOperation',
        words('ec2:DescribeVpcs'),
      );
      await refused(
        client.send(new DescribeVpcsCommand({})),
        'UnauthorizedOperation',
        /^You are not authorized to perform this operation\. User: /,
      );
      await refused(makeVpc(client), 'UnauthorizedOperation', words('ec2:CreateVpc', arn('vpc')));
      await refused(
        new IAMClient(options).send(new ListRolesCommand({})),
        'AccessDenied',
        words('iam:ListRoles', `arn:aws:iam::${ACCOUNT}:role/`),
      );
      await refused(
        new CloudWatchLogsClient(options).send(new DescribeLogGroupsCommand({})),
        'AccessDeniedException',
        words('logs:DescribeLogGroups', `arn:aws:logs:us-east-1:${ACCOUNT}:log-group::log-stream:`),
      );
      await refused(
        new ResourceGroupsTaggingAPIClient(options).send(new GetResourcesCommand({})),
        'AccessDeniedException',
        words('tag:GetResources'),
      );
      // "No permissions are required to perform this operation."
      await new STSClient(options).send(new GetCallerIdentityCommand({}));
      const refusals = (await aws().ledger()).slice(-6, -1).map((entry) => entry.status);
      expect(refusals).toEqual([403, 403, 403, 400, 400]);
    });

    test('is not asked while it is switched off, and never of the administrators', async () => {
      await admin().send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'landfall' }));
      await makeVpc(new EC2Client(clientOptions(aws(), ACCOUNT)));
      await aws().setDifficulty({ permissions: { enforced: false } });
      await makeVpc(new EC2Client(await member()), [], '10.1.0.0/16');
    });

    test('is refused before it is known whether it would have worked, also as a dry run', async () => {
      await grant(without(full, 'ec2:CreateVpc'));
      const client = new EC2Client(await member());
      const make = (DryRun: boolean) =>
        client.send(
          new CreateVpcCommand({
            CidrBlock: '10.0.0.0/16',
            DryRun,
            TagSpecifications: [{ ResourceType: 'vpc', Tags: [OWN] }],
          }),
        );
      await refused(make(true), 'UnauthorizedOperation');
      await grant(full);
      await refused(make(true), 'DryRunOperation');
    });
  });

  describe('policies of other kinds', () => {
    test('a boundary and a session policy limit what the role may', async () => {
      await grant([allowAll]);
      const limited = new EC2Client(
        await member([{ Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*' }]),
      );
      await limited.send(new DescribeVpcsCommand({}));
      await refused(
        makeVpc(limited, []),
        'UnauthorizedOperation',
        words('ec2:CreateVpc', arn('vpc'), 'session policy'),
      );
      await admin().send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: BOUNDARY }));
      await refused(
        new EC2Client(await member()).send(new DescribeVpcsCommand({})),
        'UnauthorizedOperation',
        words('ec2:DescribeVpcs', '', 'permissions boundary'),
      );
    });

    test('managed policies count as inline ones do, and a deny with conditions where they hold', async () => {
      const made = await admin().send(
        new CreatePolicyCommand({
          PolicyName: 'no-production',
          PolicyDocument: document([
            {
              Effect: 'Deny',
              Action: 'ec2:Delete*',
              Resource: `arn:aws:ec2:*:${ACCOUNT}:vpc/*`,
              Condition: { StringLike: { 'aws:ResourceTag/stage': ['prod*'] } },
            },
          ]),
        }),
      );
      await admin().send(new AttachRolePolicyCommand({ RoleName, PolicyArn: given(made.Policy?.Arn) }));
      const client = new EC2Client(await member());
      const kept = await makeVpc(client, [OWN, { Key: 'stage', Value: 'production' }]);
      const gone = await makeVpc(client, [OWN, { Key: 'stage', Value: 'test' }], '10.1.0.0/16');
      await refused(
        client.send(new DeleteVpcCommand({ VpcId: kept })),
        'UnauthorizedOperation',
        new RegExp(
          `${SESSION} is not authorized to perform: ec2:DeleteVpc on resource: ${arn('vpc', kept)} with an explicit deny in an identity-based policy$`,
        ),
      );
      await client.send(new DeleteVpcCommand({ VpcId: gone }));
    });

    test('conditions on the tags of the request: which keys, which values', async () => {
      await grant([
        {
          Effect: 'Allow',
          Action: ['ec2:CreateInternetGateway', 'ec2:CreateTags'],
          Resource: '*',
          Condition: {
            StringEquals: { 'aws:RequestTag/team': '${aws:PrincipalAccount}' },
            'ForAllValues:StringEquals': { 'aws:TagKeys': ['team', 'Name'] },
          },
        },
      ]);
      const client = new EC2Client(await member());
      const make = (...Tags: Tag[]) =>
        client.send(
          new CreateInternetGatewayCommand({
            TagSpecifications: [{ ResourceType: 'internet-gateway', Tags }],
          }),
        );
      const team = { Key: 'team', Value: ACCOUNT };
      await make(team, { Key: 'Name', Value: 'x' });
      await refused(make({ ...team, Value: 'other' }), 'UnauthorizedOperation');
      await refused(make(team, { Key: 'cost', Value: '1' }), 'UnauthorizedOperation');
      await refused(make({ Key: 'Name', Value: 'x' }), 'UnauthorizedOperation');
    });

    test('to assume a role of another account wants the leave of both', async () => {
      const home = new IAMClient(clientOptions(aws()));
      const user = { UserName: 'landfall', PolicyName: 'administrator' };
      const only = (statement: Statement) =>
        home.send(new PutUserPolicyCommand({ ...user, PolicyDocument: document([statement]) }));
      const iamToo: Statement = { Effect: 'Allow', Action: 'iam:*', Resource: '*' };
      await only(iamToo);
      await refused(
        member(),
        'AccessDenied',
        new RegExp(
          `^User: arn:aws:iam::123456789012:user/landfall is not authorized to perform: sts:AssumeRole on resource: ${ROLE} because no`,
        ),
      );
      await only({ Effect: 'Allow', Action: ['iam:*', 'sts:AssumeRole'], Resource: '*' });
      await refused(
        member(),
        'AccessDenied',
        /perform: sts:TagSession on resource: \S+:role\/landfall because no/,
      );
      await only({ Effect: 'Allow', Action: ['iam:*', 'sts:AssumeRole', 'sts:TagSession'], Resource: '*' });
      await member();
    });
  });
}
