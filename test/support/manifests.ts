import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { localTransitGateway } from '../../k8s-local/aws/identity-files.ts';
import type { SecureVpcSpec } from '../../operator/api/secure-vpc.ts';
import type { Manifest } from './world.ts';

const examples = join(import.meta.dirname, '..', '..', 'manifests', 'examples', 'portal');

/** The portal as its example has it: namespace, Account and network. */
export const portal = {
  namespace: example('base/namespace'),
  account: example('account'),
  network: example('base/network') as Manifest & { readonly spec: SecureVpcSpec },
};

/** A rule of a network ACL that lets no mail out. */
export const noMail = {
  name: 'no-mail',
  ruleNumber: 100,
  direction: 'Egress',
  action: 'Deny',
  fromPort: 25,
  cidr: '0.0.0.0/0',
};
/** A rule of a network ACL for the messages by which a path tells how large packets may be. */
export const mtu = {
  name: 'mtu',
  ruleNumber: 200,
  direction: 'Ingress',
  action: 'Allow',
  protocol: 'icmp',
  icmpType: 3,
  icmpCode: 4,
  cidr: '10.0.0.0/8',
};

/** One rule of each sort that a group may have of its own. */
const groupRules = [
  { name: 'api', direction: 'Ingress', fromPort: 8080, toPort: 8090, cidr: '10.11.0.0/16' },
  { name: 'gossip', direction: 'Ingress', protocol: 'udp', fromPort: 7946, group: 'ecs' },
  { name: 'ping', direction: 'Ingress', protocol: 'icmp', icmpType: 8, cidr: '10.11.0.0/16' },
  { name: 'files', direction: 'Egress', fromPort: 80, prefixList: 's3' },
  { name: 'partner', direction: 'Egress', protocol: 'all', cidr: '10.12.0.0/16' },
];
/** And of each sort that a network ACL may have. */
const aclRules = [
  noMail,
  mtu,
  {
    name: 'rest',
    ruleNumber: 32_766,
    direction: 'Ingress',
    action: 'Deny',
    protocol: 'all',
    cidr: '0.0.0.0/0',
  },
];

/** The portal's network with what else a network may have, so that it has every kind of node and of rule. */
export const fullNetwork = {
  ...portal.network,
  spec: {
    ...portal.network.spec,
    tiers: portal.network.spec.tiers.map((tier) =>
      tier.name === 'private' ? { ...tier, networkAclRules: aclRules } : tier,
    ),
    securityGroups: { ...portal.network.spec.securityGroups, ecs: { rules: groupRules } },
    secondaryCidrs: ['100.64.0.0/16'],
    dhcpOptions: { domainName: 'corp.example.com', domainNameServers: ['10.0.0.2', '192.0.2.53'] },
    transitGateway: {
      id: localTransitGateway,
      routes: [{ destination: '10.11.0.0/16', tiers: ['private'] }],
    },
  },
};

export function namespace(name: string): Manifest {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** An Account that reaches AWS by the default credentials, unless told otherwise. */
export function account(name: string, namespaces: readonly string[], aws: object = {}): Manifest {
  return {
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'Account',
    metadata: { name },
    spec: { aws: { accountId: '123456789012', regions: ['us-east-1'], namespaces, ...aws } },
  };
}

/** A network of one private tier in one zone without flow logs: the least that still has most kinds, unless told otherwise. */
export function smallNetwork(name: string, inNamespace: string, spec: object = {}): Manifest {
  return {
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'SecureVpc',
    metadata: { name, namespace: inNamespace },
    spec: {
      accountRef: { name: 'main' },
      region: 'us-east-1',
      cidr: '10.1.0.0/16',
      zones: { count: 1 },
      tiers: [{ name: 'private' }],
      flowLogs: { destination: 'None' },
      ...spec,
    },
  };
}

/** A service of one task with one container: the least that still has every kind, unless told otherwise. */
export function smallService(
  name: string,
  inNamespace: string,
  network: string,
  spec: object = {},
): Manifest {
  return {
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'EcsService',
    metadata: { name, namespace: inNamespace },
    spec: {
      accountRef: { name: 'main' },
      region: 'us-east-1',
      environment: 'dev',
      networkRef: { name: network },
      task: { containers: [{ name: 'app', image: `${name}:1` }] },
      ...spec,
    },
  };
}

/** A network of the portal's namespace and account in which a service can be. */
export const serviceNetwork = smallNetwork('services', 'portal', {
  accountRef: { name: 'portal' },
  zones: { count: 2 },
  securityGroups: { ecs: {}, endpoints: {} },
  // Without them no task could pull its image or read its parameters, and no instance join its cluster.
  endpoints: ['s3', 'ecr.api', 'ecr.dkr', 'logs', 'ssm', 'ecs', 'ecs-agent', 'ecs-telemetry'].map(
    (service) => ({ service }),
  ),
});

/** What services of the portal's namespace may name: a parameter, which is not made by Landfall, and a topic. */
export const granted = {
  parameter: 'arn:aws:ssm:us-east-1:123456789012:parameter/shop/url',
  topic: 'arn:aws:sns:us-east-1:123456789012:on-call',
};
/** The portal's Account with the grants for it. */
export const serviceAccount: Manifest = {
  ...portal.account,
  spec: {
    aws: {
      ...(portal.account.spec as { readonly aws: object }).aws,
      grants: [{ name: 'shop', namespaces: ['portal'], arns: [granted.parameter, granted.topic] }],
    },
  },
};

/**
 * A service on Fargate with all that one may have, so that it has every kind of node and of setting: what a service may have
 * more is added here, and is then created, edited, deleted, drifted and withheld with the rest. What cannot stand beside
 * it, instances and a count that AWS sets, `scaledService` has.
 */
export const fullService: Manifest = {
  ...smallService('shop', 'portal', 'services', {
    accountRef: { name: 'portal' },
    environment: 'staging',
    cluster: { create: { containerInsights: 'Enabled' } },
    service: { executeCommand: 'Enabled' },
    task: {
      ephemeralStorageGiB: 30,
      taskRoleName: 'shop-tasks',
      containers: [
        {
          name: 'app',
          image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/shop:1',
          entryPoint: ['/bin/run'],
          command: ['serve'],
          stopTimeoutSeconds: 60,
          ports: [{ port: 8080 }],
          environment: [{ name: 'STAGE', value: 'staging' }],
          secrets: [{ name: 'URL', valueFrom: granted.parameter }],
          healthCheck: {
            command: ['CMD-SHELL', 'curl -f localhost:8080/health'],
            startPeriodSeconds: 15,
          },
          ulimits: [{ name: 'nofile', soft: 1024, hard: 4096 }],
          user: '1000:1000',
          // A shell is opened in it.
          readonlyRootFilesystem: false,
          dependsOn: [{ container: 'proxy' }],
        },
        { name: 'proxy', image: 'envoy:1', essential: false },
      ],
    },
    loadBalancer: {
      type: 'Application',
      listeners: [{ port: 80, protocol: 'HTTP' }],
      ingress: [{ name: 'office', cidr: '10.11.0.0/16' }],
      healthCheck: { path: '/health' },
      deregistrationDelaySeconds: 0,
    },
    alarms: [
      { name: 'cpu', metric: 'CpuPercent', topicArns: [granted.topic] },
      { name: 'targets', metric: 'UnhealthyTargets' },
    ],
  }),
  metadata: {
    name: 'shop',
    namespace: 'portal',
    annotations: { 'landfall.dev/restarted-at': 'monday' },
  },
};

/** A service on instances, whose count AWS sets, with all that belongs to that, behind a Network load balancer. */
export const scaledService: Manifest = smallService('jobs', 'portal', 'services', {
  accountRef: { name: 'portal' },
  capacity: { type: 'EC2', minInstances: 1, maxInstances: 3, instanceTypes: ['t3.micro', 't3a.micro'] },
  task: { cpu: 256, memoryMiB: 256, containers: [{ name: 'app', image: 'jobs:1', ports: [{ port: 8080 }] }] },
  service: {
    autoscaling: {
      minCount: 1,
      maxCount: 4,
      cpuPercent: 60,
      schedules: [
        {
          name: 'night',
          schedule: 'cron(0 20 * * ? *)',
          timeZone: 'Europe/Berlin',
          minCount: 1,
          maxCount: 2,
        },
      ],
    },
  },
  loadBalancer: {
    type: 'Network',
    listeners: [{ port: 8080, protocol: 'TCP' }],
    deregistrationDelaySeconds: 0,
  },
});

function example(name: string): Manifest {
  return parse(readFileSync(join(examples, `${name}.yaml`), 'utf8')) as Manifest;
}
