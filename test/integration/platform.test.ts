import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeManagedPrefixListsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  paginateDescribeSecurityGroupRules,
  type SecurityGroupRule,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { PlanDocument } from '../../operator/cli/plan-json.ts';
import type { Change } from '../../operator/graph/kind.ts';
import { withCopies } from '../../k8s-local/demo/copies.ts';
import { eventually } from '../support/eventually.ts';
import { groupName, saidOfRules, seedNetworks, seedRules, seedSizes } from '../support/seeds.ts';
import { type Manifest, World } from '../support/world.ts';

const examples = join(import.meta.dirname, '..', '..', 'manifests', 'examples');
const FILES = [
  'accounts/provider-account.yaml',
  'accounts/consumer-account.yaml',
  'portal/account.yaml',
  'portal/base/namespace.yaml',
  'portal/base/network.yaml',
  'portal/base/database.yaml',
  'portal/base/backend-service.yaml',
];
const ACCOUNTS = Object.values(seedNetworks).map(({ accountId }) => accountId);

let world: World;
let folder: string;
let empty: string;
let objects: Manifest[];
const clients: EC2Client[] = [];

const parsed = (text: string) => parseAllDocuments(text).map((document) => document.toJS() as Manifest);
const kustomized = async (overlay: string) =>
  parsed(await world.kubectl('kustomize', join(examples, 'platform/overlays', overlay)));

/** As `landfall plan --json` has it. */
interface PlannedAction {
  readonly step: string;
  readonly node: string;
  readonly changes: readonly Change[];
}

const isOurs = ({ kind }: Manifest) => kind !== 'Namespace' && kind !== 'Account';

beforeAll(async () => {
  world = await World.start({ LANDFALL_AWS_INSTANCE_SECONDS: '0.1', LANDFALL_AWS_TASK_SECONDS: '0.05' });
  folder = await mkdtemp(join(tmpdir(), 'landfall-platform-'));
  for (const account of ACCOUNTS) await world.claim(account);
  empty = await world.aws.dump();
  world.operator();
  const all = [
    ...FILES.flatMap((file) => parsed(readFileSync(join(examples, file), 'utf8'))),
    ...(await kustomized('staging')),
  ];
  await world.apply(all);
  objects = all.filter(isOurs);
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await world?.stop();
  if (folder) await rm(folder, { recursive: true });
});

/** The security groups of an account that are somebody's, with their rules, in the words of the table. */
async function groupsIn(account: string) {
  const ec2 = new EC2Client(world.clientOptions(account));
  clients.push(ec2);
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  const { PrefixLists = [] } = await ec2.send(new DescribeManagedPrefixListsCommand({}));
  const rules: SecurityGroupRule[] = [];
  for await (const page of paginateDescribeSecurityGroupRules({ client: ec2 }, {}))
    rules.push(...(page.SecurityGroupRules ?? []));
  // What AWS gives each network lets everything through, and is nobody's: nothing is in it but what AWS itself puts there.
  const given = SecurityGroups.filter(({ GroupName }) => GroupName === 'default').map(
    ({ GroupId = '' }) => GroupId,
  );
  const { NetworkInterfaces = [] } = await ec2.send(
    new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'group-id', Values: given }] }),
  );
  const inThem = NetworkInterfaces.map(({ InterfaceType }) => `${InterfaceType}`);
  expect(inThem.filter((type) => type !== 'transit_gateway')).toEqual([]);
  const known = new Map(
    SecurityGroups.filter(({ GroupId = '' }) => !given.includes(GroupId)).map(
      ({ GroupId = '', Tags = [] }) => {
        const tag = (key: string) => Tags.find(({ Key }) => Key === `landfall.dev/${key}`)?.Value ?? '';
        return [GroupId, { owner: tag('owner'), name: tag('node').replace('security-group/', '') }] as const;
      },
    ),
  );
  const peerOf = (owner: string, rule: SecurityGroupRule) => {
    const group = known.get(rule.ReferencedGroupInfo?.GroupId ?? '');
    const list = PrefixLists.find(({ PrefixListId }) => PrefixListId === rule.PrefixListId);
    if (group) return groupName(owner, group);
    return list ? `pl-${list.PrefixListName?.split('.').at(-1)}` : `${rule.CidrIpv4 ?? rule.CidrIpv6}`;
  };
  return [...known].map(([id, { owner, name }]) => ({
    owner,
    name,
    rules: saidOfRules(
      rules
        .filter(({ GroupId }) => GroupId === id)
        .map((rule) => ({
          direction: rule.IsEgress ? ('out' as const) : ('in' as const),
          protocol: rule.IpProtocol ?? '',
          fromPort: rule.FromPort ?? 0,
          toPort: rule.ToPort ?? 0,
          peer: peerOf(owner, rule),
        })),
    ),
  }));
}

/** What stands in all accounts, as the table has it. */
async function groupsByOwner() {
  const groups = (await Promise.all(ACCOUNTS.map(groupsIn))).flat();
  return Object.fromEntries(
    [...Map.groupBy(groups, ({ owner }) => owner)].map(([owner, of]) => [
      owner,
      Object.fromEntries(of.map(({ name, rules }) => [name, rules])),
    ]),
  );
}

/** The prod overlay for what stands: names follow from the environment, which stays, so that sizes have to be said. */
async function prodWhereStagingStands(): Promise<Manifest[]> {
  const { cpu, memoryMiB, desiredCount } = seedSizes.prod;
  return (await kustomized('prod')).filter(isOurs).map((object) => {
    const spec = object.spec as { readonly task?: object; readonly service?: object };
    const sizes = {
      task: { ...spec.task, cpu: Number(cpu), memoryMiB: Number(memoryMiB) },
      service: { ...spec.service, desiredCount },
    };
    const isService = object.kind === 'EcsService';
    return { ...object, spec: { ...spec, environment: 'staging', ...(isService && sizes) } };
  });
}

async function planOf(manifests: readonly Manifest[]): Promise<{ code: number | null; plan: PlanDocument }> {
  const file = join(folder, 'planned.json');
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests }));
  const files = ['-f', join(examples, 'accounts'), '-f', file];
  const { out, code } = await world.landfall('plan', '--json', ...files);
  return { code, plan: JSON.parse(out) as PlanDocument };
}

/** A change by what is lost and gained, without the ids that AWS gave. */
function changeText({ path, from, to }: Change): string {
  const items = (value: unknown) => [value ?? []].flat().map(String);
  const plain = (text: string) => text.replace(/\b(\w+)-[0-9a-f]{17}\b/gu, '$1').replace(/^arn:.*\//u, '');
  const [was, is] = [items(from), items(to)];
  const lost = was.filter((item) => !is.includes(item)).map((item) => `-${plain(item)}`);
  const gained = is.filter((item) => !was.includes(item)).map((item) => `+${plain(item)}`);
  return [path.replace(/\[.*\]$/u, ''), ...lost, ...gained].join(' ');
}

/** What a plan does, by owner, in the order of words. */
const planText = (plan: PlanDocument) =>
  Object.fromEntries(
    plan.plans.map(({ owner, actions }) => [
      owner,
      (actions as unknown as PlannedAction[])
        .map(({ step, node, changes }) => `${step} ${node}: ${changes.map(changeText).join(', ')}`)
        .sort(),
    ]),
  );

/** What a service becomes: three bigger tasks, in the third zone, too. */
const serviceChanges = (name: string) => [
  'replace task-definition: cpu -512 +1024, memory -1024 +2048',
  `update service: taskDefinition -${name}-staging-task-definition:1 +\${task-definition.arn}, desiredCount -2 +3, ` +
    `subnetIds +\${SecureVpc/${name}/${name}: subnet/private-c.id}`,
];

/** What a network becomes: a subnet more in each of its tiers, which its endpoints and the transit gateway have, too, and its logs for longer. */
const networkChanges = (endpoints: readonly string[], subnets: Readonly<Record<string, string>>) => [
  ...Object.entries(subnets).flatMap(([tier, cidr]) => [
    `create network-acl-association/${tier}-c: networkAclId +acl`,
    `create route-table-association/${tier}-c: routeTableId +rtb`,
    `create subnet/${tier}-c: vpcId +vpc, cidr +${cidr}, zone +us-east-1c`,
  ]),
  ...endpoints.map((service) => `update endpoint/${service}: subnetIds +\${subnet/private-c.id}`),
  'update log-group/flow-logs: retentionDays -14 +90',
  'update transit-gateway-attachment: subnetIds +${subnet/private-c.id}',
];

/** What a store in a network becomes: it may stand in the third zone, too. */
const storeChanges = (group: string) => [
  `update ${group}: subnetIds +\${SecureVpc/api-service/api-service: subnet/data-c.id}`,
];

const INTENDED: Readonly<Record<string, readonly string[]>> = {
  'DataStore/api-service/api-service': storeChanges('db-subnet-group'),
  'DataStore/api-service/api-service-cache': storeChanges('cache-subnet-group'),
  'DataStore/api-service/api-service-sessions': [],
  'EcsService/api-consumer/api-consumer': serviceChanges('api-consumer'),
  'EcsService/api-service/api-service': [
    ...serviceChanges('api-service'),
    'update load-balancer: subnetIds +${SecureVpc/api-service/api-service: subnet/private-c.id}',
  ],
  // The endpoint stands in the zones that both networks have, and what one account calls its third zone the other one does not.
  'PrivateLinkEndpoint/api-consumer/api-service': [],
  'PrivateLinkEndpoint/api-service/api-service': [],
  'SecureVpc/api-consumer/api-consumer': networkChanges(seedNetworks.consumer.interfaceEndpoints, {
    private: '10.11.40.0/22',
  }),
  'SecureVpc/api-service/api-service': networkChanges(seedNetworks.provider.interfaceEndpoints, {
    data: '10.1.72.0/22',
    private: '10.1.40.0/22',
  }),
};

/** All calls that these changes take, of which none takes anything away. */
const CALLS = new Set([
  'AssociateRouteTable',
  'CreateSubnet',
  'ModifyCacheSubnetGroup',
  'ModifyDBSubnetGroup',
  'ModifyTransitGatewayVpcAttachment',
  'ModifyVpcEndpoint',
  'PutRetentionPolicy',
  'RegisterTaskDefinition',
  'ReplaceNetworkAclAssociation',
  'SetSubnets',
  'UpdateService',
]);

describe('the examples where they stand', () => {
  it('are all Ready', async () => {
    await Promise.all(objects.map((object) => world.ready(object, 120_000)));
  });

  it('have the rules of the table in their security groups, and no others', async () => {
    expect(await groupsByOwner()).toEqual(seedRules);
  });

  it('go from staging to prod by the intended changes, which take nothing down', async () => {
    const prod = await prodWhereStagingStands();
    const { code, plan } = await planOf(prod);
    expect(plan.errors).toEqual([]);
    expect(code).toBe(2);
    expect(planText(plan)).toEqual(
      Object.fromEntries(Object.entries(INTENDED).map(([owner, lines]) => [owner, [...lines].sort()])),
    );

    const mark = await world.mark();
    await world.apply(prod);
    await Promise.all(prod.map((object) => world.ready(object, 120_000)));
    expect(new Set((await world.writes(mark)).map(({ action }) => action))).toEqual(CALLS);
    expect(await planOf(prod)).toMatchObject({ code: 0 });
    expect(await groupsByOwner()).toEqual(seedRules);
  });

  it('leave nothing but the last copies of their stores when they are deleted', async () => {
    await Promise.all(objects.map((object) => world.delete(object)));
    await Promise.all(objects.map((object) => world.gone(object, 120_000)));
    await withCopies(world.aws, ACCOUNTS, async (copies) => {
      const idless = copies.map(({ what }) => what.replace(/-final-\S+/u, '-final'));
      expect(idless.sort()).toEqual([
        'backup api-service-staging-data-final of api-service-staging-data, available',
        'cluster snapshot api-service-staging-cluster-final of api-service-staging-cluster, available',
        'option group portal-dev, with which AWS restores',
        'secret api-service-staging-rds-secret, with the password of what is restored',
        'secret portal-dev-rds-secret, with the password of what is restored',
        'snapshot api-service-staging-redis-final of api-service-staging-redis, available',
        'snapshot portal-dev-instance-final of portal-dev-instance, available',
        'the automatic backups of portal-dev-instance, which AWS deletes when their days are over',
      ]);
      for (const { forget } of copies) await forget();
    });
    await eventually('AWS is as before', async () => (await world.aws.dump()) === empty);
  });
});
