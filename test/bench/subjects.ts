import { memberBoundaryArn, memberRoleArn } from '../../k8s-local/aws/identity-files.ts';
import { type Fewest, NETWORK_CALLS, PLATFORM_CALLS } from './fewest-calls.ts';

/** The installation id of the operator that is measured. */
export const INSTALLATION = 'bench';

/** What the bench makes some of. */
export interface Subject {
  /** In the plural, as the command line has it. */
  readonly name: string;
  readonly accounts: readonly object[];
  readonly objects: (index: number) => object[];
  /** Of the objects, as kubectl takes them. */
  readonly plurals: readonly string[];
  readonly fewest: readonly Fewest[];
  /** What the slow lane reads one by one. */
  readonly slow: readonly ReadAlone[];
}

/** A sort of things that AWS reads one by one, of which each of a subject has one. */
interface ReadAlone {
  readonly action: string;
  /** Calls that one thing takes; default 1. */
  readonly calls?: number;
  /** Accounts that have one; default 1. */
  readonly accounts?: number;
}

/** The bench network: 20 objects that a person would name (VPC, 4 subnets, gateway, 2 route tables, 2 NACLs, 4 groups, 6 endpoints). */
function benchNetwork(index: number): object {
  return {
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'SecureVpc',
    metadata: { name: `bench-${String(index).padStart(3, '0')}`, namespace: 'bench' },
    spec: {
      accountRef: { name: 'bench' },
      region: 'us-east-1',
      cidr: `10.${index}.0.0/16`,
      zones: { count: 2 },
      tiers: [{ name: 'public' }, { name: 'private' }],
      securityGroups: { alb: {}, ecs: {}, data: { ports: [{ name: 'mysql', port: 3306 }] }, endpoints: {} },
      endpoints: ['s3', 'ecr.api', 'ecr.dkr', 'logs', 'ssm', 'secretsmanager'].map((service) => ({
        service,
      })),
      flowLogs: { destination: 'None' },
    },
  };
}

function benchAccount(name: string, aws: object): object {
  return {
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'Account',
    metadata: { name },
    spec: { aws: { ...aws, regions: ['us-east-1'], namespaces: ['bench'] } },
  };
}

export const NETWORKS: Subject = {
  name: 'networks',
  // The local AWS's default one.
  accounts: [benchAccount('bench', { accountId: '123456789012' })],
  objects: (index) => [benchNetwork(index)],
  plurals: ['securevpcs'],
  fewest: NETWORK_CALLS,
  // AWS reads one attribute a call.
  slow: [{ action: 'DescribeVpcAttribute', calls: 2 }],
};

const accountOf = (role: string) => `${role}-account`;
const nameOf = (role: string, index: number) => `${role}-${String(index).padStart(3, '0')}`;

/** As in the examples: reached by the role that manifests/bootstrap makes, from the operator's own credentials. */
function platformAccount(role: string, accountId: string): object {
  return benchAccount(accountOf(role), {
    accountId,
    roleArn: memberRoleArn(accountId),
    permissionsBoundaryArn: memberBoundaryArn(accountId),
  });
}

/** One of the two sides of a platform: a network, the service that stands in it, and its end of the link between them. */
function side(index: number, { role, block, port }: { role: string; block: number; port: number }): object[] {
  const metadata = { name: nameOf(role, index), namespace: 'bench' };
  const common = { accountRef: { name: accountOf(role) }, region: 'us-east-1' };
  const network = {
    ...common,
    cidr: `10.${block}.0.0/16`,
    zones: { count: 2 },
    tiers: [
      { name: 'private', networkAcl: 'None' },
      ...(role === 'provider' ? [{ name: 'data', networkAcl: 'None' }] : []),
    ],
    securityGroups: { ecs: {}, endpoints: {} },
    // What tasks need to start where no NAT gateway is.
    endpoints: ['s3', 'ecr.api', 'ecr.dkr', 'logs'].map((service) => ({ service })),
    flowLogs: { destination: 'None' },
  };
  const image = '555555555555.dkr.ecr.us-east-1.amazonaws.com/microservice-dev:1.0.0';
  const service = {
    ...common,
    environment: 'dev',
    networkRef: { name: metadata.name },
    task: {
      containers: [
        {
          name: 'app',
          image,
          ports: [{ port }],
          ...(role === 'consumer' && {
            environmentFrom: [
              { name: 'SERVICES', format: 'ServiceList', endpoints: [{ name: metadata.name }] },
            ],
          }),
        },
      ],
    },
    ...(role === 'provider' && {
      dataStores: STORES.map((name) => ({ name: storeOf(name, index) })),
      loadBalancer: {
        type: 'Network',
        listeners: [{ port, protocol: 'TCP' }],
        ingress: [{ name: 'network', cidr: network.cidr }],
      },
    }),
  };
  const apiVersion = 'landfall.dev/v1alpha1';
  return [
    { apiVersion, kind: 'SecureVpc', metadata, spec: network },
    { apiVersion, kind: 'EcsService', metadata, spec: service },
    { apiVersion, kind: 'PrivateLinkEndpoint', metadata, spec: { ...common, ...linkOf(role, index) } },
    ...(role === 'provider' ? storesOf(index) : []),
  ];
}

const STORES = ['cluster', 'cache', 'table'] as const;
const storeOf = (name: string, index: number) => nameOf(name, index);

/** Of the provider: a cluster of Aurora with one member, a cache of one node, and a table that is paid for by requests. */
function storesOf(index: number): object[] {
  const engines: Readonly<Record<(typeof STORES)[number], object>> = {
    cluster: { auroraPostgresql: {} },
    cache: { redis: {} },
    table: { dynamodb: { partitionKey: { name: 'id', type: 'String' } } },
  };
  return STORES.map((name) => ({
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'DataStore',
    metadata: { name: storeOf(name, index), namespace: 'bench' },
    spec: {
      accountRef: { name: accountOf('provider') },
      region: 'us-east-1',
      environment: 'dev',
      ...(name !== 'table' && { networkRef: { name: nameOf('provider', index) } }),
      ...engines[name],
    },
  }));
}

function linkOf(role: string, index: number): object {
  const [provider, consumer] = [nameOf('provider', index), nameOf('consumer', index)];
  if (role === 'provider') return { provide: { serviceRef: { name: provider } } };
  return {
    consume: {
      from: { name: provider },
      networkRef: { name: consumer },
      ports: [{ port: 8080 }],
      allowFrom: [{ name: consumer }],
    },
  };
}

/**
 * The platform's two services, each in its network and account, the provider's behind a Network load balancer and with three
 * stores; the consumer's reaches it by PrivateLink.
 */
export const PLATFORMS: Subject = {
  name: 'platforms',
  accounts: [platformAccount('provider', '222222222222'), platformAccount('consumer', '333333333333')],
  objects: (index) => [
    ...side(index, { role: 'provider', block: index, port: 8080 }),
    ...side(index, { role: 'consumer', block: 100 + index, port: 80 }),
  ],
  plurals: ['securevpcs', 'ecsservices', 'privatelinkendpoints', 'datastores'],
  fewest: PLATFORM_CALLS,
  slow: [
    { action: 'DescribeVpcAttribute', calls: 2, accounts: 2 },
    { action: 'DescribeLoadBalancerAttributes' },
    { action: 'DescribeTargetGroupAttributes' },
    { action: 'DescribeTargetHealth' },
    { action: 'DescribeVpcEndpointServicePermissions' },
    { action: 'DescribeVpcEndpointConnectionNotifications' },
    { action: 'DescribeTable' },
    { action: 'DescribeTimeToLive' },
    { action: 'DescribeContinuousBackups' },
    { action: 'DescribeDBParameters' },
    { action: 'DescribeDBClusterParameters' },
    { action: 'DescribeCacheParameters' },
  ],
};

/** Names of the objects of so many, each once. */
export function namesOf({ objects }: Subject, count: number): string[] {
  const all = Array.from({ length: count }, (_, index) => objects(index)).flat();
  return [...new Set(all.map((object) => (object as { metadata: { name: string } }).metadata.name))];
}
