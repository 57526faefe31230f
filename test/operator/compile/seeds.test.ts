import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { accountIdOf } from '../../../operator/api/account.ts';
import { ipv4Contains, ipv4Overlaps, parseIpv4Cidr } from '../../../operator/api/cidr.ts';
import type { SecureVpc } from '../../../operator/api/secure-vpc.ts';
import type { EndpointConnectionsInputs } from '../../../operator/aws/ec2/endpoint-connections.ts';
import type { EndpointServicePermissionsInputs } from '../../../operator/aws/ec2/endpoint-service-permissions.ts';
import type { EndpointServiceInputs } from '../../../operator/aws/ec2/endpoint-service.ts';
import { contentOf, type LaunchTemplateInputs } from '../../../operator/aws/ec2/launch-template-content.ts';
import type { RoutesInputs } from '../../../operator/aws/ec2/routes.ts';
import type { SecurityGroupRulesInputs } from '../../../operator/aws/ec2/security-group-rules.ts';
import type { SubnetInputs } from '../../../operator/aws/ec2/subnet.ts';
import type { VpcEndpointInputs } from '../../../operator/aws/ec2/vpc-endpoint.ts';
import type { VpcInputs } from '../../../operator/aws/ec2/vpc.ts';
import type { EcsServiceInputs } from '../../../operator/aws/ecs/service-settings.ts';
import type { ListenerInputs } from '../../../operator/aws/elbv2/listener.ts';
import type { LoadBalancerInputs } from '../../../operator/aws/elbv2/load-balancer.ts';
import type { TargetGroupInputs } from '../../../operator/aws/elbv2/target-group.ts';
import type { TaskDefinitionInputs } from '../../../operator/aws/ecs/task-definition-inputs.ts';
import type { AutoScalingGroupInputs } from '../../../operator/aws/autoscaling/group-settings.ts';
import type { AlarmInputs } from '../../../operator/aws/cloudwatch/alarm-settings.ts';
import { localAccounts } from '../../../k8s-local/aws/identity-files.ts';
import { compileResources } from '../../../operator/cli/assumed.ts';
import { readManifests } from '../../../operator/cli/manifests.ts';
import type { WebAclRulesInputs } from '../../../operator/aws/wafv2/web-acl-rules.ts';
import type { WebAclInputs } from '../../../operator/aws/wafv2/web-acl.ts';
import type { Graph } from '../../../operator/graph/graph.ts';
import { printable, referencesIn } from '../../../operator/graph/ref.ts';
import {
  groupName,
  saidOfRules,
  seedAccounts,
  seedLinks,
  type SeedNetwork,
  seedNetworks,
  seedRules,
  seedServices,
} from '../../support/seeds.ts';
import { seedStores } from '../../support/seed-stores.ts';
import { passes, placesOf } from './reachability.ts';
import { graphText } from './text.ts';

const examples = join(import.meta.dirname, '../../../manifests/examples');
const manifests = await readManifests([examples]);
const { compiled, failures } = compileResources('default', manifests);

/** Ids of the accounts of the seeds, by name. */
const accountIds = new Map([
  ...Object.entries(seedAccounts).map(([name, { accountId }]) => [name, accountId] as const),
  [seedNetworks.portal.account, seedNetworks.portal.accountId],
]);

/** The inputs of every node of a type, by key. */
function inputsByKey<I>(graph: Graph, type: string): Map<string, I> {
  const nodes = [...graph.nodes.values()].filter((node) => node.type === type);
  return new Map(nodes.map((node) => [node.key, printable(node.inputs) as I]));
}

const portsText = (from: number, to: number) => (from === to ? `${from}` : `${from}-${to}`);

/** A graph in the words of the table. */
function saidBy(graph: Graph): Omit<SeedNetwork, 'example' | 'owner' | 'account' | 'accountId' | 'region'> {
  const subnets = inputsByKey<SubnetInputs>(graph, 'Subnet');
  const tiers = [...subnets.keys()].map((key) => /^subnet\/(\w+)-/u.exec(key)?.[1] ?? key);
  const endpoints = [...inputsByKey<VpcEndpointInputs>(graph, 'VpcEndpoint')];
  const ofType = (type: string) =>
    endpoints
      .filter(([, inputs]) => inputs.type === type)
      .map(([key]) => key.slice('endpoint/'.length))
      .sort();
  const rules = [...inputsByKey<SecurityGroupRulesInputs>(graph, 'SecurityGroupRules')];
  return {
    cidr: inputsByKey<VpcInputs>(graph, 'Vpc').get('vpc')?.cidr ?? '',
    zones: new Set([...subnets.values()].map(({ zone }) => zone)).size,
    subnets: Object.fromEntries(
      [...Map.groupBy(tiers, (tier) => tier)].map(([tier, all]) => [tier, all.length]),
    ),
    internetGateways: inputsByKey(graph, 'InternetGateway').size,
    natGateways: inputsByKey(graph, 'NatGateway').size,
    gatewayEndpoints: ofType('Gateway'),
    interfaceEndpoints: ofType('Interface'),
    transitRoutes: [...inputsByKey<RoutesInputs>(graph, 'Routes')].flatMap(([key, { routes }]) =>
      routes
        .filter(({ target }) => target.includes('transit-gateway-attachment'))
        .map(({ destination }) => `${key.slice('routes/'.length)} ${destination}`),
    ),
    open: rules.flatMap(([key, { ingress }]) =>
      ingress.map(({ peer, fromPort, toPort }) => {
        const from = /^\$\{security-group\/(\w+)\.id\}$/u.exec(peer)?.[1] ?? peer;
        return `${from} ${key.slice('security-group-rules/'.length)} ${portsText(fromPort, toPort)}`;
      }),
    ),
    calls: rules.flatMap(([key, { egress }]) =>
      egress
        .filter(({ peer }) => parseIpv4Cidr(peer) !== undefined)
        .map(
          ({ peer, fromPort, toPort }) =>
            `${key.slice('security-group-rules/'.length)} ${peer} ${portsText(fromPort, toPort)}`,
        ),
    ),
  };
}

/** What is an example of something that no seed has: manifests/examples/certificates, services, service-with-stores and stores. */
const OF_NO_SEED = [
  'DataStore/baskets/orders',
  'DataStore/baskets/prices',
  'DataStore/baskets/sessions',
  'DataStore/stores/api-service',
  'DataStore/stores/api-service-cache',
  'DataStore/stores/ledger',
  'DataStore/stores/orders',
  'DataStore/stores/portal',
  'EcsService/baskets/baskets',
  'EcsService/shop/shop',
  'EcsService/store/front',
  'EcsService/store/mail',
  'EcsService/store/orders',
  'PrivateLinkEndpoint/store/orders',
  'SecureVpc/baskets/baskets',
  'SecureVpc/shop/shop',
  'SecureVpc/store/store',
  'SecureVpc/stores/stores',
];

it('every example compiles, and is a network, a service, a store or a connection of a seed', () => {
  expect(failures).toEqual([]);
  const seeds = [...Object.values(seedNetworks), ...Object.values(seedServices), ...Object.values(seedLinks)];
  const owners = [...seeds.map(({ owner }) => owner), ...Object.keys(seedStores)];
  expect(compiled.map(({ graph }) => graph.owner).sort()).toEqual([...owners, ...OF_NO_SEED].sort());
});

describe.each(Object.entries(seedNetworks))('the network of the %s', (_name, seed) => {
  const { example: _, owner, account, accountId, region, ...says } = seed;
  const found = compiled.find(({ graph }) => graph.owner === owner);
  if (!found) throw new Error(`no example compiles to ${owner}`);

  it('is in the account and region of the seed', () => {
    const { spec } = found.object as SecureVpc;
    expect({ account: spec.accountRef.name, region: spec.region }).toEqual({ account, region });
    expect(found.account.spec.aws).toMatchObject({ accountId });
    expect(found.account.spec.aws?.namespaces).toContain(found.object.metadata.namespace);
  });

  it('has the block, subnets, ways out, endpoints and open ports of the seed, and no others', () => {
    const said = saidBy(found.graph);
    expect({ ...said, open: [...said.open].sort() }).toEqual({ ...says, open: [...says.open].sort() });
  });

  it('has every subnet in its block, as many in each zone', () => {
    const subnets = [...inputsByKey<SubnetInputs>(found.graph, 'Subnet').values()];
    const vpc = parseIpv4Cidr(seed.cidr);
    for (const { cidr } of subnets) {
      const block = parseIpv4Cidr(cidr);
      expect(vpc && block && ipv4Contains(vpc, block), cidr).toBe(true);
    }
    const byZone = [...Map.groupBy(subnets, ({ zone }) => zone).values()];
    expect(new Set(byZone.map((inZone) => inZone.length)).size).toBe(1);
  });
});

// The portal's is in secure-vpc.test.ts.
it.each(['provider', 'consumer'] as const)('the graph of the %s is this', async (name) => {
  const found = compiled.find(({ graph }) => graph.owner === seedNetworks[name].owner);
  await expect(found && graphText(found.graph)).toMatchFileSnapshot(`${name}.graph.txt`);
});

/** What the consumer's tasks may open to those of the API, with every ACL on the way. */
function reaches(ports: readonly number[]): boolean {
  const [api, caller] = [seedNetworks.provider, seedNetworks.consumer].map(
    ({ owner }) => compiled.find(({ graph }) => graph.owner === owner)?.graph,
  );
  if (!api || !caller) throw new Error('the platform has two networks');
  return placesOf(caller, 'ecs').every((from) =>
    placesOf(api, 'ecs').every((to) => {
      const way = { what: 'call', ports };
      return (
        passes(caller, { ...way, from, to: { cidr: to.cidr } }) &&
        passes(api, { ...way, from: { cidr: from.cidr }, to })
      );
    }),
  );
}

it('the consumer reaches the API through the ACLs of both networks, and no other port of it', () => {
  expect([22, 80, 443, 8080].filter((port) => reaches([port]))).toEqual([8080]);
});

it('the networks of the platform share no address, so that they can be joined', () => {
  const [one, other] = [seedNetworks.provider, seedNetworks.consumer].map(({ cidr }) => parseIpv4Cidr(cidr));
  expect(one && other && ipv4Overlaps(one, other)).toBe(false);
});

/** Each security group of a graph with its rules, in the words of the table. */
function groupsOf(graph: Graph) {
  const rules = inputsByKey<SecurityGroupRulesInputs>(graph, 'SecurityGroupRules');
  const peerOf = (peer: string) => {
    const [, owner = graph.owner, name] = /^\$\{(?:(\S+): )?security-group\/(\S+)\.id\}$/u.exec(peer) ?? [];
    return name === undefined ? peer : groupName(graph.owner, { owner, name });
  };
  return Object.fromEntries(
    [...inputsByKey(graph, 'SecurityGroup').keys()].map((key) => {
      const of = rules.get(key.replace('security-group/', 'security-group-rules/'));
      // Without rules of its own a group lets everything out.
      if (!of) throw new Error(`${graph.owner}: ${key} has what AWS gives a new group`);
      const said = (['ingress', 'egress'] as const).flatMap((direction) =>
        of[direction].map((rule) => ({
          ...rule,
          direction: direction === 'ingress' ? ('in' as const) : ('out' as const),
          peer: peerOf(rule.peer),
        })),
      );
      return [key.slice('security-group/'.length), saidOfRules(said)];
    }),
  );
}

describe('the accounts of the platform', () => {
  it('are those of the examples, and the portal has one of its own', () => {
    const found = manifests.accounts.map(({ value: { metadata, spec } }) => [
      metadata.name,
      accountIdOf(spec),
    ]);
    // The others are of examples of no seed.
    const others = new Set(['baskets', 'shop', 'store', 'stores']);
    const ofSeeds = found.filter(([name = '']) => !others.has(name));
    expect(Object.fromEntries(ofSeeds)).toEqual(Object.fromEntries(accountIds));
  });

  it('are those of the local AWS', () => {
    expect(localAccounts).toEqual(Object.fromEntries(accountIds));
  });

  it.each(Object.entries(seedAccounts))('%s has what stands in it', (_name, { accountId, owners }) => {
    const found = compiled.filter(
      ({ graph, account }) => !OF_NO_SEED.includes(graph.owner) && accountIdOf(account.spec) === accountId,
    );
    expect(new Set(found.map(({ graph }) => graph.owner))).toEqual(new Set(owners));
  });
});

it('the security groups of the seeds have the rules of the table, and no others', () => {
  const ofSeeds = compiled.filter(({ graph }) => !OF_NO_SEED.includes(graph.owner));
  const found = ofSeeds.map(({ graph }) => [graph.owner, groupsOf(graph)] as const);
  expect(Object.fromEntries(found.filter(([, groups]) => Object.keys(groups).length > 0))).toEqual(seedRules);
});

/** Whose subnets tasks are in, or the instances that they run on. */
function networkOf(graph: Graph): string | undefined {
  const placed = ['service', 'auto-scaling-group'].flatMap((key) => graph.nodes.get(key)?.inputs ?? []);
  return placed.flatMap(referencesIn).find(({ node }) => node.startsWith('subnet/'))?.owner;
}

/** What a strategy of capacity providers comes down to. */
const launchTypeOf = (graph: Graph) => (graph.nodes.has('auto-scaling-group') ? 'EC2' : 'FARGATE');

/** What stands before a service. */
function balancerOf(graph: Graph) {
  const of = <I extends object>(key: string) => graph.nodes.get(key)?.inputs as I;
  const { type, scheme } = of<LoadBalancerInputs>('load-balancer');
  const group = of<TargetGroupInputs>('target-group');
  const { loadBalancers, healthCheckGracePeriodSeconds } = of<EcsServiceInputs>('service');
  const { healthCheck: check } = group;
  return {
    type,
    scheme,
    listeners: [...inputsByKey<ListenerInputs>(graph, 'Listener').values()].map(
      ({ protocol, port }) => `${protocol} ${port}`,
    ),
    targetGroup: group.name,
    target: loadBalancers
      .map(({ containerName, containerPort }) => `${containerName} ${containerPort}`)
      .join(),
    healthCheck: `${check.protocol} ${check.path}`,
    healthCheckSeconds: `${check.intervalSeconds} ${check.timeoutSeconds}`,
    thresholds: `${check.healthyThreshold} ${check.unhealthyThreshold}`,
    graceSeconds: healthCheckGracePeriodSeconds,
    ...(graph.nodes.has('web-acl') && {
      webAcl: `${of<WebAclInputs>('web-acl').name} with ${Object.keys(of<WebAclRulesInputs>('web-acl-rules').rules).length} rules and metrics`,
    }),
  };
}

/** On what tasks run that are not on Fargate. */
function instancesOf(graph: Graph) {
  const group = graph.nodes.get('auto-scaling-group')?.inputs as AutoScalingGroupInputs | undefined;
  if (!group) return {};
  const { minSize, maxSize, instanceTypes } = group;
  const content = contentOf(graph.nodes.get('launch-template')?.inputs as LaunchTemplateInputs);
  const { VolumeSize, VolumeType, Encrypted } = content.BlockDeviceMappings?.[0]?.Ebs ?? {};
  const { HttpTokens } = content.MetadataOptions ?? {};
  const volume = `${VolumeSize} GiB of ${Encrypted === true ? 'encrypted' : 'open'} ${VolumeType}`;
  const metadata = HttpTokens === 'required' ? 'IMDSv2' : 'IMDSv1';
  return {
    instances: `${minSize} to ${maxSize} of ${instanceTypes.join(', ')} with ${metadata} and ${volume}`,
  };
}

/** An endpoint of a list of them is told by name and port: its host is known only when it stands. */
const valueOf = (value: string) =>
  value.startsWith('[')
    ? (JSON.parse(value) as { name: string; url: string }[])
        .map(({ name, url }) => `${name} ${/:(\d+)$/u.exec(url)?.[1]}`)
        .join()
    : value;

/** Repository, and the account whose registry has it, by its name. */
function imageIn(image: string): string {
  const [, id, repository] =
    /^(\d{12})\.dkr\.ecr\.us-east-1\.amazonaws\.com\/([^/:]+):[^/:]+$/u.exec(image) ?? [];
  const account = [...accountIds].find(([, accountId]) => accountId === id)?.[0];
  return `${repository} of ${account}`;
}

const containerIn = (container: TaskDefinitionInputs['containerDefinitions'][number]) => ({
  image: imageIn(container.image),
  port: (container.portMappings ?? [])
    .map(({ protocol, containerPort, hostPort }) => `${protocol} ${containerPort} ${hostPort ?? ''}`.trim())
    .join(),
  user: container.user,
  readOnly: container.readonlyRootFilesystem,
  environment: Object.fromEntries(
    (container.environment ?? []).map(({ name, value }) => [name, valueOf(printable(value))]),
  ),
  ...(container.secrets && {
    secrets: Object.fromEntries(container.secrets.map(({ name, valueFrom }) => [name, printable(valueFrom)])),
  }),
  logPrefix: container.logConfiguration?.options?.['awslogs-stream-prefix'],
});

const alarmText = (alarm: AlarmInputs) =>
  `${alarm.namespace} ${alarm.metricName} > ${alarm.threshold}, ${alarm.statistic} of ${alarm.periodSeconds} s, ${alarm.evaluationPeriods} periods`;

describe.each(Object.entries(seedServices))('the service of the %s', (_name, seed) => {
  it('has the names, sizes and ports of the seed', () => {
    const found = compiled.find(({ graph }) => graph.owner === seed.owner);
    if (!found) throw new Error(`no example compiles to ${seed.owner}`);
    const of = <I extends object>(key: string) => found.graph.nodes.get(key)?.inputs as I;
    const definition = of<TaskDefinitionInputs>('task-definition');
    const service = of<EcsServiceInputs>('service');
    expect({
      owner: found.graph.owner,
      account: found.object.spec.accountRef.name,
      region: found.object.spec.region,
      network: networkOf(found.graph),
      cluster: of<{ name: string }>('cluster').name,
      service: service.name,
      family: definition.family,
      logGroup: of<{ name: string }>('log-group').name,
      retentionDays: of<{ retentionDays: number }>('log-group').retentionDays,
      executionRole: of<{ name: string }>('role/execution').name,
      launchType: service.launchType ?? launchTypeOf(found.graph),
      networkMode: definition.networkMode,
      ...instancesOf(found.graph),
      cpu: definition.cpu,
      memoryMiB: definition.memory,
      desiredCount: service.desiredCount,
      minimumHealthyPercent: service.deployment.minimumHealthyPercent,
      maximumPercent: service.deployment.maximumPercent,
      containers: Object.fromEntries(
        definition.containerDefinitions.map((container) => [container.name, containerIn(container)]),
      ),
      alarms: [...inputsByKey<AlarmInputs>(found.graph, 'Alarm').values()].map(alarmText),
      ...(found.graph.nodes.has('load-balancer') && { loadBalancer: balancerOf(found.graph) }),
    }).toEqual(seed);
  });
});

/** The graph of one side of the connection, with where it stands. */
function sideOf(owner: string) {
  const found = compiled.find(({ graph }) => graph.owner === owner);
  if (!found) throw new Error(`no example compiles to ${owner}`);
  const { accountRef, region } = found.object.spec;
  return {
    of: <I extends object>(key: string) => found.graph.nodes.get(key)?.inputs as I,
    is: { owner, account: accountRef.name, region },
  };
}
const ownerIn = (text: string | undefined) => referencesIn(text)[0]?.owner;

describe('the connection of the platform', () => {
  it('is provided as the seed says', () => {
    const { of, is } = sideOf(seedLinks.provider.owner);
    const service = of<EndpointServiceInputs>('endpoint-service');
    const connections = of<EndpointConnectionsInputs>('endpoint-connections');
    expect({
      ...is,
      loadBalancer: ownerIn(service.loadBalancerArns[0]),
      acceptanceRequired: service.acceptanceRequired,
      principals: of<EndpointServicePermissionsInputs>('endpoint-service-permissions').principals.map(
        (arn) => /^arn:aws:iam::(\d+):root$/u.exec(arn)?.[1],
      ),
      accepts: connections.endpoints.map(({ id }) => ownerIn(id)),
    }).toEqual(seedLinks.provider);
    expect(connections).toMatchObject({ acceptsAll: false, accountIds: [] });
  });

  it('is used as the seed says', () => {
    const { of, is } = sideOf(seedLinks.consumer.owner);
    const endpoint = of<VpcEndpointInputs>('endpoint');
    const { ingress } = of<SecurityGroupRulesInputs>('security-group-rules/endpoint');
    expect({
      ...is,
      from: ownerIn(endpoint.serviceName),
      network: ownerIn(endpoint.vpcId),
      zones: endpoint.subnetIds.length,
      open: ingress.map(({ peer, fromPort }) => `${ownerIn(peer)} ${fromPort}`),
    }).toEqual(seedLinks.consumer);
  });
});
