import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupsCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import { DescribeTaskDefinitionCommand, ECSClient, type TaskDefinition } from '@aws-sdk/client-ecs';
import {
  DeleteRolePolicyCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  DeleteDBInstanceAutomatedBackupCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataStoreStatus } from '../../operator/api/data-store.ts';
import type { EcsServiceStatus } from '../../operator/api/ecs-service.ts';
import { eventually } from '../support/eventually.ts';
import { bounded, type LeastPrivilege, leastPrivilege } from '../support/least-privilege.ts';
import { namespace, portal, smallService } from '../support/manifests.ts';
import { networkWithServices, store } from '../support/store-manifests.ts';
import { type Manifest, World } from '../support/world.ts';

const network = networkWithServices('secretsmanager', 'dynamodb');
const inNetwork = { networkRef: { name: 'shop' }, deletionPolicy: 'Delete' };
const database = store('records', {
  ...inNetwork,
  mysql: { databaseName: 'appdb', iamAuthentication: 'Enabled' },
});
const cache = store('sessions', { ...inNetwork, redis: {} });
const table = store('prices', {
  deletionPolicy: 'Delete',
  dynamodb: { partitionKey: { name: 'article', type: 'String' } },
});
const image = '123456789012.dkr.ecr.us-east-1.amazonaws.com/shop:1';
const service = (name: string, spec: object): Manifest =>
  smallService(name, 'portal', 'shop', {
    accountRef: { name: 'portal' },
    task: { containers: [{ name: 'app', image }] },
    ...spec,
  });
const all = [{ name: 'records' }, { name: 'sessions' }, { name: 'prices', access: 'ReadOnly' }];
const shop = service('shop', { dataStores: all });
const mail = service('mail', { dataStores: [{ name: 'records' }] });

/** Landfall may do what `landfall policy` says it needs for these, and nothing else. */
const account = bounded(portal.account);

let world: World;
let least: LeastPrivilege;
let ecs: ECSClient;
let iam: IAMClient;
let rds: RDSClient;
let empty: string;

beforeAll(async () => {
  world = await World.start({
    LANDFALL_AWS_DATABASE_SECONDS: '0.5',
    LANDFALL_AWS_CACHE_SECONDS: '0.5',
    LANDFALL_AWS_TABLE_SECONDS: '0.4',
  });
  await world.claim();
  const options = world.clientOptions();
  [ecs, iam, rds] = [new ECSClient(options), new IAMClient(options), new RDSClient(options)];
  least = await leastPrivilege(world, [account, network, database, cache, table, shop]);
  world.operator();
  await world.apply([portal.namespace, account]);
  await world.ready(account);
  empty = await world.aws.dump();
});
afterAll(async () => {
  for (const client of [ecs, iam, rds]) client?.destroy();
  least?.close();
  await world?.stop();
});

const statusOf = async <S>(of: Manifest) => (await world.read(of))?.status as unknown as S;
async function groupOf(of: Manifest): Promise<SecurityGroup> {
  const { securityGroupId = '' } = await statusOf<DataStoreStatus>(of);
  const found = await world.ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [securityGroupId] }));
  const [group] = found.SecurityGroups ?? [];
  if (!group) throw new Error(`there is no group ${securityGroupId}`);
  return group;
}
/** Who is let in, or where to: port, group and description of each rule between groups. */
const waysOf = (permissions: SecurityGroup['IpPermissions'] = []) =>
  permissions
    .flatMap(({ FromPort, UserIdGroupPairs = [] }) =>
      UserIdGroupPairs.map(({ GroupId, Description }) => `${FromPort} ${GroupId} ${Description}`),
    )
    .sort();
const letIn = async (of: Manifest) => waysOf((await groupOf(of)).IpPermissions);
async function definitionOf(of: Manifest): Promise<TaskDefinition | undefined> {
  const { taskDefinitionArn: taskDefinition } = await statusOf<EcsServiceStatus>(of);
  return (await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }))).taskDefinition;
}
async function policyOf(RoleName: string): Promise<string[]> {
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const texts = await Promise.all(
    PolicyNames.filter((name) => name.startsWith('stores-')).map(async (PolicyName) => {
      const found = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      return decodeURIComponent(found.PolicyDocument ?? '');
    }),
  );
  return texts.flatMap((text) =>
    [(JSON.parse(text) as { Statement: object | object[] }).Statement]
      .flat()
      .map((one) => JSON.stringify(one)),
  );
}

describe('a service with its stores', () => {
  it('comes up in whatever order: the tasks start when all of them stand', async () => {
    await world.apply([shop]);
    await world.condition(shop, 'Reconciling', { reason: 'DependencyNotReady' });
    await world.apply([network, database, cache, table]);
    await world.ready(shop, 90_000);
    for (const one of [database, cache, table]) await world.ready(one);
  });

  it('may open the port of each store, whose group lets in nobody else', async () => {
    const tasks = await groupOf(shop);
    expect(await letIn(database)).toEqual([`3306 ${tasks.GroupId} Tasks of portal/shop`]);
    expect(await letIn(cache)).toEqual([`6379 ${tasks.GroupId} Tasks of portal/shop`]);
    expect(waysOf(tasks.IpPermissionsEgress)).toEqual([
      `3306 ${(await groupOf(database)).GroupId} Data store portal/records`,
      `6379 ${(await groupOf(cache)).GroupId} Data store portal/sessions`,
    ]);
  });

  it('is told where they are, and nothing of what is secret', async () => {
    const of = await statusOf<DataStoreStatus>(database);
    const [app] = (await definitionOf(shop))?.containerDefinitions ?? [];
    expect(Object.fromEntries((app?.environment ?? []).map(({ name = '', value }) => [name, value]))).toEqual(
      {
        DB_HOST: of.endpoint?.address,
        DB_NAME: 'appdb',
        DB_PORT: '3306',
        DB_USER: 'admin',
        DYNAMODB_REGION: 'us-east-1',
        DYNAMODB_TABLE: 'prices-dev-data',
        REDIS_HOST: (await statusOf<DataStoreStatus>(cache)).endpoint?.address,
        REDIS_PORT: '6379',
        REDIS_TLS: 'true',
      },
    );
    expect(app?.secrets).toEqual([{ name: 'DB_PASS', valueFrom: `${of.secretArn}:password::` }]);
  });

  it('may read that secret and that table, and nothing more', async () => {
    const { secretArn } = await statusOf<DataStoreStatus>(database);
    const { tableArn } = await statusOf<DataStoreStatus>(table);
    const { executionRoleArn = '', taskRoleArn = '' } = (await definitionOf(shop)) ?? {};
    const nameOf = (arn: string) => arn.split('/').at(-1) ?? '';
    expect(await policyOf(nameOf(executionRoleArn))).toEqual([
      expect.stringContaining(`"Resource":"${secretArn}"`),
    ]);
    const [databases, tables] = (await policyOf(nameOf(taskRoleArn))).sort();
    expect(tables).toContain(`"Resource":["${tableArn}","${tableArn}/index/*"]`);
    expect(tables).not.toContain('PutItem');
    expect(databases).toContain('rds-db:connect');
  });

  it('is left alone while nothing changes, and its stores are', async () => {
    const listed = ['DescribeDBInstances', 'DescribeReplicationGroups', 'DescribeServices'];
    await world.refreshes(1, listed);
    const mark = await world.mark();
    await world.refreshes(3, listed);
    expect(await world.writes(mark)).toEqual([]);
  });
});

describe('who comes and goes', () => {
  it('a second service is let in beside the first', async () => {
    await world.apply([mail]);
    await world.ready(mail, 60_000);
    expect(await letIn(database)).toHaveLength(2);
    expect((await statusOf<EcsServiceStatus>(mail)).dataStores).toEqual(['portal/records']);
  });

  it('a rule that somebody takes away comes back, and one that somebody adds goes', async () => {
    const group = await groupOf(database);
    const before = waysOf(group.IpPermissions);
    const { GroupId } = group;
    const pairs = (id: string | undefined) => [
      { IpProtocol: 'tcp', FromPort: 3306, ToPort: 3306, UserIdGroupPairs: [{ GroupId: id }] },
    ];
    const tasks = (await groupOf(mail)).GroupId;
    await world.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: pairs(tasks) }));
    await world.ec2.send(
      new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: pairs(GroupId) }),
    );
    await eventually('as before', async () => (await letIn(database)).join() === before.join());
  });

  it('a way out that somebody takes away comes back, and one that somebody adds goes', async () => {
    const { GroupId, IpPermissionsEgress } = await groupOf(mail);
    const before = waysOf(IpPermissionsEgress);
    const pairs = (port: number, id: string | undefined) => [
      { IpProtocol: 'tcp', FromPort: port, ToPort: port, UserIdGroupPairs: [{ GroupId: id }] },
    ];
    const [own, others] = [(await groupOf(database)).GroupId, (await groupOf(cache)).GroupId];
    await world.ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: pairs(3306, own) }));
    await world.ec2.send(
      new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: pairs(6379, others) }),
    );
    await eventually(
      'as before',
      async () => waysOf((await groupOf(mail)).IpPermissionsEgress).join() === before.join(),
    );
  });

  it('leave that somebody takes away or changes is as before, and no task is replaced for it', async () => {
    const { executionRoleArn = '', taskRoleArn = '' } = (await definitionOf(shop)) ?? {};
    const roles = [executionRoleArn, taskRoleArn].map((arn) => arn.split('/').at(-1) ?? '');
    const before = await Promise.all(roles.map(policyOf));
    const mark = await world.mark();
    const [execution = '', task = ''] = roles;
    const namesOf = async (RoleName: string) =>
      ((await iam.send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames ?? []).filter((name) =>
        name.startsWith('stores-'),
      );
    for (const PolicyName of await namesOf(execution))
      await iam.send(new DeleteRolePolicyCommand({ RoleName: execution, PolicyName }));
    const wide = {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'dynamodb:*', Resource: '*' },
    };
    for (const PolicyName of await namesOf(task))
      await iam.send(
        new PutRolePolicyCommand({ RoleName: task, PolicyName, PolicyDocument: JSON.stringify(wide) }),
      );
    await eventually(
      'as before',
      async () => JSON.stringify(await Promise.all(roles.map(policyOf))) === JSON.stringify(before),
    );
    await world.ready(shop);
    expect((await world.writes(mark)).filter(({ service: of }) => of === 'ecs')).toEqual([]);
  });

  it('a store that is taken off the list is closed when no task may use it any more', async () => {
    const mark = await world.mark();
    await world.edit(shop, { dataStores: all.filter(({ name }) => name !== 'sessions') });
    await world.ready(shop, 60_000);
    await eventually('closed', async () => (await letIn(cache)).length === 0);
    const deeds = (await world.writes(mark)).map(({ action }) => action);
    const [rolled, closed] = ['UpdateService', 'RevokeSecurityGroupIngress'].map((one) => deeds.indexOf(one));
    expect(rolled).toBeGreaterThanOrEqual(0);
    expect(closed).toBeGreaterThan(rolled ?? 0);
    await world.remove(cache, 60_000);
  });

  it('a service that is deleted loses its rule first, and goes', async () => {
    await world.remove(mail, 60_000);
    expect(await letIn(database)).toHaveLength(1);
    await world.ready(database);
  });

  it('a namespace that nobody listed is not let in, and one that is taken off is shut out', async () => {
    const other = { ...shop, metadata: { name: 'foreign', namespace: 'other' } };
    const aws = (account.spec as { aws: { namespaces: string[] } }).aws;
    const spec = { aws: { ...aws, namespaces: [...aws.namespaces, 'other'] } };
    await world.apply([namespace('other'), { ...account, spec }]);
    await world.edit(network, { allowReferencesFrom: ['other'] });
    const references = {
      networkRef: { name: 'shop', namespace: 'portal' },
      dataStores: [{ name: 'records', namespace: 'portal' }],
    };
    const foreign = { ...other, spec: { ...(shop.spec as object), ...references } } as Manifest;
    await world.apply([foreign]);
    await world.condition(foreign, 'Stalled', { reason: 'ReferenceNotAllowed' });
    expect(await letIn(database)).toHaveLength(1);
    await world.edit(database, { allowReferencesFrom: ['other'] });
    await world.ready(foreign, 60_000);
    expect(await letIn(database)).toHaveLength(2);
    await world.edit(database, { allowReferencesFrom: [] });
    await eventually('shut out', async () => (await letIn(database)).length === 1);
    await world.remove(foreign, 60_000);
    await world.edit(network, { allowReferencesFrom: [] });
    await world.apply([account]);
  });
});

describe('the end', () => {
  it('of a store is not before that of the services that use it', async () => {
    await world.delete(database);
    await world.condition(database, 'Reconciling', { reason: 'InUse', message: /EcsService\/portal\/shop/ });
    expect(await letIn(database)).toHaveLength(1);
  });

  it('comes in whatever order all of them are deleted', async () => {
    await world.delete(table);
    await world.delete(shop);
    for (const one of [shop, database, table]) await world.gone(one, 90_000);
    await world.remove(network, 60_000);
    const { DBInstanceAutomatedBackups = [] } = await rds.send(
      new DescribeDBInstanceAutomatedBackupsCommand({}),
    );
    for (const { DbiResourceId } of DBInstanceAutomatedBackups)
      await rds.send(new DeleteDBInstanceAutomatedBackupCommand({ DbiResourceId }));
    expect(await world.aws.dump()).toBe(empty);
  });

  it('and all of it took no more than landfall policy says', async () => {
    expect(await least.refusals()).toEqual([]);
  });
});
