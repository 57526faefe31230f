import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  CreateFlowLogsCommand,
  CreateSubnetCommand,
  CreateTagsCommand,
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
  TagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
  TagRoleCommand,
} from '@aws-sdk/client-iam';
import { beforeEach, expect, test } from 'vitest';

import { aws, clientOptions, given, refused } from './harness.ts';
import {
  ACCOUNT,
  BOUNDARY,
  OWN,
  type Statement,
  admin,
  allowAll,
  arn,
  bootstrap,
  document,
  enforced,
  grant,
  makeVpc,
  member,
  trust,
  without,
  words,
} from './member-role.ts';

/** The role of manifests/bootstrap, with permissions enforced. */
export function bootstrapRole(): void {
  let full: Statement[];

  beforeEach(async () => {
    full = await enforced();
  });

  test('makes, tags and deletes what is its own', async () => {
    const client = new EC2Client(await member());
    const own = await makeVpc(client);
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
    const bare = await makeVpc(other, []);
    const foreign = await makeVpc(other, [{ ...OWN, Value: 'another' }], '10.1.0.0/16');
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

  test('makes nothing bare or with the tag of another, and nothing in what is not its own', async () => {
    const client = new EC2Client(await member());
    const denied = words('ec2:CreateVpc', arn('vpc'));
    await refused(makeVpc(client, []), 'UnauthorizedOperation', denied);
    await refused(makeVpc(client, [{ ...OWN, Value: 'another' }]), 'UnauthorizedOperation', denied);
    const bare = await makeVpc(new EC2Client(clientOptions(aws(), ACCOUNT)), []);
    await refused(
      client.send(
        new CreateSubnetCommand({
          VpcId: bare,
          CidrBlock: '10.0.0.0/24',
          TagSpecifications: [{ ResourceType: 'subnet', Tags: [OWN] }],
        }),
      ),
      'UnauthorizedOperation',
      words('ec2:CreateSubnet', arn('vpc', bare)),
    );
  });

  test('gives its tag to no role and no log group that another installation has tagged', async () => {
    const options = await member();
    const foreign = { ...OWN, Value: 'another' };
    const role = { RoleName: 'theirs', Path: '/landfall/' };
    await admin().send(
      new CreateRoleCommand({ ...role, AssumeRolePolicyDocument: trust('x'), Tags: [foreign] }),
    );
    const iam = new IAMClient(options);
    const tag = new TagRoleCommand({ RoleName: role.RoleName, Tags: [OWN] });
    await refused(iam.send(tag), 'AccessDenied', words('iam:TagRole'));
    await refused(
      iam.send(new DeleteRoleCommand({ RoleName: role.RoleName })),
      'AccessDenied',
      words('iam:DeleteRole'),
    );
    const logGroupName = '/landfall/theirs';
    await new CloudWatchLogsClient(clientOptions(aws(), ACCOUNT)).send(
      new CreateLogGroupCommand({ logGroupName, tags: { [foreign.Key]: foreign.Value } }),
    );
    const logs = new CloudWatchLogsClient(options);
    const resourceArn = `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${logGroupName}`;
    await refused(
      logs.send(new TagResourceCommand({ resourceArn, tags: { [OWN.Key]: OWN.Value } })),
      'AccessDeniedException',
    );
    await refused(logs.send(new DeleteLogGroupCommand({ logGroupName })), 'AccessDeniedException');
  });

  test('nobody else puts Landfall’s tags on or takes them off, where the service control policy holds', async () => {
    const scp = await readFile(
      resolve(import.meta.dirname, '../../../manifests/iam/reserved-tags-scp.json'),
      'utf8',
    );
    const denials = (JSON.parse(scp) as { Statement: Statement[] }).Statement;
    // The local AWS knows no organisations; a deny refuses alike wherever it stands.
    await grant([allowAll, ...denials]);
    const own = await makeVpc(new EC2Client(await member()));
    const { trust: AssumeRolePolicyDocument } = await bootstrap();
    const made = await admin().send(
      new CreateRoleCommand({ RoleName: 'colleague', AssumeRolePolicyDocument }),
    );
    await admin().send(
      new PutRolePolicyCommand({
        RoleName: 'colleague',
        PolicyName: 'all',
        PolicyDocument: document([allowAll, ...denials]),
      }),
    );
    const client = new EC2Client(await member(undefined, given(made.Role?.Arn)));
    const denied = (call: Promise<unknown>) =>
      refused(call, 'UnauthorizedOperation', /with an explicit deny/);
    await denied(makeVpc(client));
    await denied(client.send(new CreateTagsCommand({ Resources: [own], Tags: [OWN] })));
    await denied(client.send(new DeleteTagsCommand({ Resources: [own], Tags: [{ Key: OWN.Key }] })));
    await denied(client.send(new DeleteTagsCommand({ Resources: [own] })));
    await client.send(new CreateTagsCommand({ Resources: [own], Tags: [{ Key: 'team', Value: 'a' }] }));
    await client.send(new DeleteTagsCommand({ Resources: [own], Tags: [{ Key: 'team' }] }));
    const bare = await makeVpc(client, [], '10.1.0.0/16');
    await client.send(new DeleteTagsCommand({ Resources: [bare] }));
  });

  test('cannot make and tag without CreateTags', async () => {
    await grant(without(full, 'ec2:CreateTags'));
    const client = new EC2Client(await member());
    await refused(makeVpc(client), 'UnauthorizedOperation', words('ec2:CreateTags', arn('vpc')));
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
    await grant(without(full, 'logs:TagResource'));
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
    await admin().send(
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
    const own = await makeVpc(client);
    const made = async (Path: string): Promise<string> =>
      given(
        (
          await admin().send(
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
}
