import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  CreateFlowLogsCommand,
  CreateInternetGatewayCommand,
  CreateSubnetCommand,
  CreateTagsCommand,
  CreateVpcCommand,
  DeleteFlowLogsCommand,
  DeleteSubnetCommand,
  DeleteTagsCommand,
  DeleteVpcCommand,
  DescribeVpcsCommand,
  EC2Client,
  type Tag,
} from '@aws-sdk/client-ec2';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  IAMClient,
  ListRolesCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';

import { memberExternalId, memberRoleArn } from '../../../k8s-local/aws/identity-files.ts';
import { aws, clientOptions, given, refused } from './harness.ts';

const ACCOUNT = '222222222222';
const ROLE = memberRoleArn(ACCOUNT);
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/landfall-operator/test`;
const BOUNDARY = `arn:aws:iam::${ACCOUNT}:policy/landfall-boundary`;
const OWN = { Key: 'landfall.dev/installation', Value: 'local' };

interface Statement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Action: string | string[];
  Resource: string;
  Condition?: object;
}

/** The policy documents of manifests/bootstrap/member-role.yaml, for the provider account. */
async function bootstrap(): Promise<{ policy: Statement[]; boundary: Statement[] }> {
  const text = await readFile(
    resolve(import.meta.dirname, '../../../manifests/bootstrap/member-role.yaml'),
    'utf8',
  );
  const names: Record<string, string> = { Installation: 'local', Boundary: BOUNDARY };
  const value = (name: string): string => names[name] ?? name;
  const filled = (template: string): string =>
    template.replace('${AWS::Partition}', 'aws').replace('${AWS::AccountId}', ACCOUNT);
  const template = parse(text, {
    customTags: [
      { tag: '!Ref', resolve: value },
      { tag: '!Sub', resolve: filled },
      { tag: '!GetAtt', resolve: value },
    ],
  }) as {
    Resources: {
      Boundary: { Properties: { PolicyDocument: { Statement: Statement[] } } };
      Role: { Properties: { Policies: [{ PolicyDocument: { Statement: Statement[] } }] } };
    };
  };
  return {
    policy: template.Resources.Role.Properties.Policies[0].PolicyDocument.Statement,
    boundary: template.Resources.Boundary.Properties.PolicyDocument.Statement,
  };
}

const document = (Statement: Statement[]): string => JSON.stringify({ Version: '2012-10-17', Statement });

/** IAM's evaluation, while it is switched on. */
export function permissions(): void {
  let admin: IAMClient;
  let full: Statement[];

  beforeEach(async () => {
    await aws().reset();
    admin = new IAMClient(clientOptions(aws(), ACCOUNT));
    const documents = await bootstrap();
    full = documents.policy;
    await admin.send(
      new CreatePolicyCommand({
        PolicyName: 'landfall-boundary',
        PolicyDocument: document(documents.boundary),
      }),
    );
    await grant(full);
    await aws().setDifficulty({ permissions: { enforced: true } });
  });

  const RoleName = 'landfall-operator';

  async function grant(statements: Statement[]): Promise<void> {
    await admin.send(
      new PutRolePolicyCommand({ RoleName, PolicyName: 'landfall', PolicyDocument: document(statements) }),
    );
  }

  /** Client options of a session of the member role, limited by `policy` where one is given. */
  async function member(policy?: Statement[]) {
    const { Credentials: made } = await new STSClient(clientOptions(aws())).send(
      new AssumeRoleCommand({
        RoleArn: ROLE,
        RoleSessionName: 'test',
        ExternalId: memberExternalId(ACCOUNT),
        ...(policy && { Policy: document(policy) }),
      }),
    );
    const credentials = {
      accessKeyId: given(made?.AccessKeyId),
      secretAccessKey: given(made?.SecretAccessKey),
      sessionToken: given(made?.SessionToken),
    };
    return { ...clientOptions(aws()), credentials, maxAttempts: 1 };
  }

  async function vpc(client: EC2Client, tags: Tag[] = [OWN], cidr = '10.0.0.0/16'): Promise<string> {
    const TagSpecifications = tags.length > 0 ? [{ ResourceType: 'vpc' as const, Tags: tags }] : [];
    const made = await client.send(new CreateVpcCommand({ CidrBlock: cidr, TagSpecifications }));
    return given(made.Vpc?.VpcId);
  }

  /** AWS's words for something that no policy of a kind allows. */
  function words(action: string, resource = '', kind = 'identity-based policy'): RegExp {
    const on = resource === '' ? '' : ` on resource: ${resource}`;
    return new RegExp(
      `User: ${SESSION} is not authorized to perform: ${action}${on} because no ${kind} allows the ${action} action$`,
    );
  }

  const arn = (kind: string, id = '\\*') => `arn:aws:ec2:us-east-1:${ACCOUNT}:${kind}/${id}`;
  const without = (...actions: string[]): Statement[] =>
    full
      .map((statement) => ({
        ...statement,
        Action: [statement.Action].flat().filter((action) => !actions.includes(action)),
      }))
      .filter((statement) => statement.Action.length > 0);

  describe('what no policy allows', () => {
    test('is refused to a role without policies, in the words of each service', async () => {
      await admin.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'landfall' }));
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
      await refused(vpc(client), 'UnauthorizedOperation', words('ec2:CreateVpc', arn('vpc')));
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
      await admin.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'landfall' }));
      await vpc(new EC2Client(clientOptions(aws(), ACCOUNT)));
      await aws().setDifficulty({ permissions: { enforced: false } });
      await vpc(new EC2Client(await member()), [], '10.1.0.0/16');
    });

    test('is refused before it is known whether it would have worked, also as a dry run', async () => {
      await grant(without('ec2:CreateVpc'));
      const client = new EC2Client(await member());
      const make = (DryRun: boolean) =>
        client.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16', DryRun }));
      await refused(make(true), 'UnauthorizedOperation');
      await grant(full);
      await refused(make(true), 'DryRunOperation');
    });
  });

  describe('the role of manifests/bootstrap', () => {
    test('makes, tags and deletes what is its own', async () => {
      const client = new EC2Client(await member());
      const own = await vpc(client);
      await client.send(new CreateTagsCommand({ Resources: [own], Tags: [{ Key: 'Name', Value: 'mine' }] }));
      const subnet = await client.send(
        new CreateSubnetCommand({
          VpcId: own,
          CidrBlock: '10.0.0.0/24',
          TagSpecifications: [{ ResourceType: 'subnet', Tags: [OWN] }],
        }),
      );
      await client.send(new DeleteSubnetCommand({ SubnetId: subnet.Subnet?.SubnetId }));
      await client.send(new DeleteVpcCommand({ VpcId: own }));
      // Gone is gone, not forbidden.
      await refused(client.send(new DeleteVpcCommand({ VpcId: own })), 'InvalidVpcID.NotFound');
    });

    test('deletes and tags nothing that lacks its tag or has that of another', async () => {
      const client = new EC2Client(await member());
      const other = new EC2Client(clientOptions(aws(), ACCOUNT));
      const bare = await vpc(other, []);
      const foreign = await vpc(other, [{ ...OWN, Value: 'another' }], '10.1.0.0/16');
      for (const id of [bare, foreign]) {
        await refused(
          client.send(new DeleteVpcCommand({ VpcId: id })),
          'UnauthorizedOperation',
          words('ec2:DeleteVpc', arn('vpc', id)),
        );
        await refused(
          client.send(new CreateTagsCommand({ Resources: [id], Tags: [OWN] })),
          'UnauthorizedOperation',
          words('ec2:CreateTags', arn('vpc', id)),
        );
        await refused(
          client.send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: OWN.Key }] })),
          'UnauthorizedOperation',
          words('ec2:DeleteTags', arn('vpc', id)),
        );
      }
      expect((await other.send(new DescribeVpcsCommand({ VpcIds: [bare, foreign] }))).Vpcs).toHaveLength(2);
    });

    test('cannot tag what it makes without CreateTags, but can make it bare', async () => {
      await grant(without('ec2:CreateTags'));
      const client = new EC2Client(await member());
      await refused(vpc(client), 'UnauthorizedOperation', words('ec2:CreateTags', arn('vpc')));
      await vpc(client, []);
    });

    test('makes only log groups and roles under its names, and roles only within the boundary', async () => {
      const options = await member();
      const logs = new CloudWatchLogsClient(options);
      const tags = { [OWN.Key]: OWN.Value };
      await logs.send(new CreateLogGroupCommand({ logGroupName: '/landfall/a', tags }));
      await logs.send(new DeleteLogGroupCommand({ logGroupName: '/landfall/a' }));
      await refused(
        logs.send(new CreateLogGroupCommand({ logGroupName: '/other' })),
        'AccessDeniedException',
        words('logs:CreateLogGroup', `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:/other:log-stream:`),
      );
      await grant(without('logs:TagResource'));
      await refused(
        logs.send(new CreateLogGroupCommand({ logGroupName: '/landfall/a', tags })),
        'AccessDeniedException',
        words('logs:TagResource', `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:/landfall/a`),
      );
      await grant(full);
      const iam = new IAMClient(options);
      const make = (Path: string, PermissionsBoundary?: string) =>
        iam.send(
          new CreateRoleCommand({
            RoleName: 'made',
            Path,
            AssumeRolePolicyDocument: trust('vpc-flow-logs.amazonaws.com'),
            Tags: [OWN],
            ...(PermissionsBoundary !== undefined && { PermissionsBoundary }),
          }),
        );
      const role = `arn:aws:iam::${ACCOUNT}:role`;
      await refused(make('/', BOUNDARY), 'AccessDenied', words('iam:CreateRole', `${role}/made`));
      await refused(make('/landfall/'), 'AccessDenied', words('iam:CreateRole', `${role}/landfall/made`));
      await make('/landfall/', BOUNDARY);
      const inline = { RoleName: 'made', PolicyName: 'p', PolicyDocument: document([allowAll]) };
      await iam.send(new PutRolePolicyCommand(inline));
      await iam.send(new DeleteRolePolicyCommand(inline));
      // The condition looks at the boundary that the role has.
      await admin.send(
        new CreateRoleCommand({ RoleName: 'free', Path: '/landfall/', AssumeRolePolicyDocument: trust('x') }),
      );
      await refused(
        iam.send(new PutRolePolicyCommand({ ...inline, RoleName: 'free' })),
        'AccessDenied',
        words('iam:PutRolePolicy', `${role}/landfall/free`),
      );
      await iam.send(new DeleteRoleCommand({ RoleName: 'made' }));
    });

    test('passes its own roles to the flow-log service, and no others', async () => {
      const client = new EC2Client(await member());
      const own = await vpc(client);
      const made = async (Path: string): Promise<string> =>
        given(
          (
            await admin.send(
              new CreateRoleCommand({
                RoleName: `flow${Path.length}`,
                Path,
                AssumeRolePolicyDocument: trust('vpc-flow-logs.amazonaws.com'),
              }),
            )
          ).Role?.Arn,
        );
      const log = (DeliverLogsPermissionArn: string, tags: Tag[] = [OWN]) =>
        client.send(
          new CreateFlowLogsCommand({
            ResourceIds: [own],
            ResourceType: 'VPC',
            TrafficType: 'ALL',
            LogGroupName: '/landfall/a',
            DeliverLogsPermissionArn,
            TagSpecifications: [{ ResourceType: 'vpc-flow-log', Tags: tags }],
          }),
        );
      const foreign = await made('/');
      await refused(log(foreign), 'UnauthorizedOperation', words('iam:PassRole', foreign));
      const { FlowLogIds } = await log(await made('/landfall/'));
      await client.send(new DeleteFlowLogsCommand({ FlowLogIds }));
    });
  });

  const allowAll: Statement = { Effect: 'Allow', Action: '*', Resource: '*' };

  function trust(service: string): string {
    const Statement = [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }];
    return JSON.stringify({ Version: '2012-10-17', Statement });
  }

  describe('policies of other kinds', () => {
    test('a boundary and a session policy limit what the role may', async () => {
      await grant([allowAll]);
      const limited = new EC2Client(
        await member([{ Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*' }]),
      );
      await limited.send(new DescribeVpcsCommand({}));
      await refused(
        vpc(limited, []),
        'UnauthorizedOperation',
        words('ec2:CreateVpc', arn('vpc'), 'session policy'),
      );
      await admin.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: BOUNDARY }));
      await refused(
        new EC2Client(await member()).send(new DescribeVpcsCommand({})),
        'UnauthorizedOperation',
        words('ec2:DescribeVpcs', '', 'permissions boundary'),
      );
    });

    test('managed policies count as inline ones do, and a deny with conditions where they hold', async () => {
      const made = await admin.send(
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
      await admin.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: given(made.Policy?.Arn) }));
      const client = new EC2Client(await member());
      const kept = await vpc(client, [OWN, { Key: 'stage', Value: 'production' }]);
      const gone = await vpc(client, [OWN, { Key: 'stage', Value: 'test' }], '10.1.0.0/16');
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
      await member();
    });
  });
}
