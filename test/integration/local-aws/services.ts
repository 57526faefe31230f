import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand,
  PutRetentionPolicyCommand,
  paginateDescribeLogGroups,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreatePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DeletePolicyCommand,
  IAMClient,
  ListRolesCommand,
  PutRolePolicyCommand,
  paginateGetAccountAuthorizationDetails,
} from '@aws-sdk/client-iam';
import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
  paginateGetResources,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { beforeEach, describe, expect, test } from 'vitest';

import { aws, clientOptions, given, refused } from './harness.ts';

/** CloudWatch Logs, the tagging API and IAM. */
export function otherServices(): void {
  const trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'ecs.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  });
  const policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'logs:*', Resource: '*' }],
  });

  beforeEach(async () => aws().reset());

  describe('CloudWatch Logs', () => {
    const logs = (): CloudWatchLogsClient =>
      new CloudWatchLogsClient({ ...clientOptions(aws()), maxAttempts: 1 });

    test('groups have tags and retention, and a name that is theirs alone', async () => {
      const before = await aws().dump();
      const group = { logGroupName: '/landfall/one' };
      await logs().send(new CreateLogGroupCommand({ ...group, tags: { owner: 'me' } }));
      await refused(logs().send(new CreateLogGroupCommand(group)), 'ResourceAlreadyExistsException');
      await logs().send(new PutRetentionPolicyCommand({ ...group, retentionInDays: 30 }));
      const [found] = given((await logs().send(new DescribeLogGroupsCommand({}))).logGroups);
      const arn = 'arn:aws:logs:us-east-1:123456789012:log-group:/landfall/one';
      expect(found).toMatchObject({ ...group, arn: `${arn}:*`, logGroupArn: arn, retentionInDays: 30 });
      const tags = await logs().send(new ListTagsForResourceCommand({ resourceArn: arn }));
      expect(tags.tags).toEqual({ owner: 'me' });
      await logs().send(new DeleteLogGroupCommand(group));
      await refused(logs().send(new DeleteLogGroupCommand(group)), 'ResourceNotFoundException');
      expect(await aws().dump()).toBe(before);
    });

    test('are listed by identifier, and in pages of 50', async () => {
      for (let n = 100; n < 160; n += 1)
        await logs().send(new CreateLogGroupCommand({ logGroupName: `/g/${n}` }));
      const sizes: number[] = [];
      for await (const page of paginateDescribeLogGroups({ client: logs() }, { logGroupNamePrefix: '/g/' })) {
        sizes.push(given(page.logGroups).length);
      }
      expect(sizes).toEqual([50, 10]);
      const logGroupIdentifiers = [
        '/g/101',
        'arn:aws:logs:us-east-1:123456789012:log-group:/g/159',
        '/g/none',
      ];
      const named = await logs().send(new DescribeLogGroupsCommand({ logGroupIdentifiers }));
      expect(named.logGroups?.map((group) => group.logGroupName)).toEqual(['/g/101', '/g/159']);
      await refused(logs().send(new DescribeLogGroupsCommand({ limit: 51 })), 'InvalidParameterException');
    });

    test('are found by tag through the tagging API, in pages', async () => {
      const tagging = new ResourceGroupsTaggingAPIClient({ ...clientOptions(aws()), maxAttempts: 1 });
      for (let n = 100; n < 205; n += 1) {
        await logs().send(
          new CreateLogGroupCommand({ logGroupName: `/g/${n}`, tags: { owner: n < 203 ? 'me' : 'you' } }),
        );
      }
      const before = await aws().dump();
      const filters = {
        TagFilters: [{ Key: 'owner', Values: ['me'] }],
        ResourceTypeFilters: ['logs:log-group'],
      };
      const sizes: number[] = [];
      for await (const page of paginateGetResources({ client: tagging }, { ...filters })) {
        sizes.push(given(page.ResourceTagMappingList).length);
      }
      expect(sizes).toEqual([100, 3]);
      const [first] = given((await tagging.send(new GetResourcesCommand(filters))).ResourceTagMappingList);
      expect(first).toEqual({
        ResourceARN: 'arn:aws:logs:us-east-1:123456789012:log-group:/g/100',
        Tags: [{ Key: 'owner', Value: 'me' }],
      });
      await refused(
        tagging.send(new GetResourcesCommand({ ResourcesPerPage: 101 })),
        'InvalidParameterException',
      );
      expect(await aws().dump()).toBe(before);
    });
  });

  describe('IAM', () => {
    const iam = (): IAMClient => new IAMClient({ ...clientOptions(aws()), maxAttempts: 1 });

    test('roles have path, tags, boundary and inline policies, all in one listing', async () => {
      const before = await aws().dump();
      const boundary = await iam().send(
        new CreatePolicyCommand({ PolicyName: 'boundary', PolicyDocument: policy }),
      );
      const made = await iam().send(
        new CreateRoleCommand({
          RoleName: 'one',
          Path: '/landfall/team/',
          AssumeRolePolicyDocument: trust,
          PermissionsBoundary: boundary.Policy?.Arn,
          Tags: [{ Key: 'owner', Value: 'me' }],
        }),
      );
      expect(made.Role?.Arn).toBe('arn:aws:iam::123456789012:role/landfall/team/one');
      const inline = { RoleName: 'one', PolicyName: 'logs' };
      await iam().send(new PutRolePolicyCommand({ ...inline, PolicyDocument: policy }));
      const roles = [];
      for await (const page of paginateGetAccountAuthorizationDetails(
        { client: iam(), pageSize: 1 },
        { Filter: ['Role'] },
      )) {
        expect(page.RoleDetailList).toHaveLength(1);
        roles.push(...given(page.RoleDetailList));
      }
      expect(roles.map((role) => role.RoleName)).toEqual(['landfall', 'one']);
      const [, role] = roles;
      expect(JSON.parse(decodeURIComponent(given(role?.AssumeRolePolicyDocument)))).toEqual(
        JSON.parse(trust),
      );
      expect(role).toMatchObject({
        Path: '/landfall/team/',
        Tags: [{ Key: 'owner', Value: 'me' }],
        PermissionsBoundary: { PermissionsBoundaryArn: boundary.Policy?.Arn },
        RolePolicyList: [{ PolicyName: 'logs' }],
      });
      expect(JSON.parse(decodeURIComponent(given(role?.RolePolicyList?.[0]?.PolicyDocument)))).toEqual(
        JSON.parse(policy),
      );
      await refused(
        iam().send(new DeleteRoleCommand({ RoleName: 'one' })),
        'DeleteConflictException',
        /delete policies first/,
      );
      await iam().send(new DeleteRolePolicyCommand(inline));
      await iam().send(new DeleteRoleCommand({ RoleName: 'one' }));
      await iam().send(new DeletePolicyCommand({ PolicyArn: boundary.Policy?.Arn }));
      expect(await aws().dump()).toBe(before);
    });

    test('refuses a second role of a name, a bad trust policy and a boundary that is not there', async () => {
      const role = { RoleName: 'one', AssumeRolePolicyDocument: trust };
      await iam().send(new CreateRoleCommand(role));
      await refused(iam().send(new CreateRoleCommand(role)), 'EntityAlreadyExistsException');
      const create = (input: object): Promise<unknown> =>
        iam().send(new CreateRoleCommand({ ...role, RoleName: 'two', ...input }));
      await refused(create({ AssumeRolePolicyDocument: '{' }), 'MalformedPolicyDocumentException');
      await refused(create({ AssumeRolePolicyDocument: policy }), 'MalformedPolicyDocumentException');
      await refused(
        create({ PermissionsBoundary: 'arn:aws:iam::123456789012:policy/none' }),
        'NoSuchEntityException',
      );
      await refused(create({ RoleName: 'a b' }), 'ValidationError');
      await refused(iam().send(new DeleteRoleCommand({ RoleName: 'none' })), 'NoSuchEntityException');
      const listed = await iam().send(new ListRolesCommand({ MaxItems: 1 }));
      expect(listed.IsTruncated).toBe(true);
      const rest = await iam().send(new ListRolesCommand({ Marker: listed.Marker }));
      const names = [...given(listed.Roles), ...given(rest.Roles)].map((item) => item.RoleName);
      expect(new Set(names)).toEqual(new Set(['landfall', 'one']));
    });
  });
}
