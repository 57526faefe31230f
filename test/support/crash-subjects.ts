import { localTransitGateway } from '../../k8s-local/aws/identity-files.ts';
import {
  account,
  fullService,
  granted,
  namespace,
  portal,
  scaledService,
  serviceAccount,
  serviceNetwork,
  smallNetwork,
} from './manifests.ts';
import { putParameter } from './plain-call.ts';
import type { Manifest, World } from './world.ts';

/** An object whose whole life is disturbed at every write: of any kind, as it is made and as it is edited. */
export interface Subject {
  readonly name: string;
  /** What it needs to stand before it is made. */
  readonly setting: readonly Manifest[];
  /** Makes what Landfall is given and does not make. */
  readonly prepare?: (world: World) => Promise<void>;
  readonly made: Manifest;
  readonly edited: Manifest;
  /** Whether an edit that AWS alone shows to be over is so, besides that the object is Ready. */
  readonly ended?: (world: World) => Promise<boolean>;
  /** Takes away what it leaves on purpose once it is deleted, so that AWS can be as before. */
  readonly forget?: (world: World) => Promise<void>;
}

/** Two tiers in one zone, with every kind of node; edited, it gains a tier and loses an endpoint, and most else changes. */
const made = smallNetwork('small', 'crash', {
  tiers: [{ name: 'public' }, { name: 'private' }],
  securityGroups: { alb: {}, ecs: {}, endpoints: {} },
  endpoints: [{ service: 's3' }, { service: 'logs' }],
  transitGateway: { id: localTransitGateway, routes: [{ destination: '10.11.0.0/16' }] },
  nat: { mode: 'Single' },
  secondaryCidrs: ['100.64.0.0/16'],
  dhcpOptions: { domainName: 'first.example' },
  flowLogs: { retentionDays: 7 },
  tags: { stage: 'first', gone: 'soon' },
});
const edited = smallNetwork('small', 'crash', {
  tiers: [{ name: 'public', networkAcl: 'None' }, { name: 'private' }, { name: 'data' }],
  securityGroups: {
    alb: { ingress: { cidrs: ['198.51.100.0/24'], ports: [{ name: 'https', port: 443 }] } },
    ecs: {},
    data: { ports: [{ name: 'mysql', port: 3306 }] },
    endpoints: {},
  },
  endpoints: [{ service: 's3' }, { service: 'kms' }],
  transitGateway: {
    id: localTransitGateway,
    tier: 'data',
    routes: [{ destination: '10.11.0.0/16' }, { destination: '10.12.0.0/16', tiers: ['public', 'data'] }],
    applianceMode: 'Enabled',
  },
  nat: { mode: 'PerZone' },
  secondaryCidrs: ['100.65.0.0/16'],
  // A set of DHCP options cannot change either: the VPC moves to another.
  dhcpOptions: { domainName: 'second.example', domainNameServers: ['10.0.0.2'] },
  // The traffic type of a flow log cannot change: it is replaced.
  flowLogs: { retentionDays: 14, trafficType: 'REJECT' },
  tags: { stage: 'second' },
});

const { spec } = portal.network;

export const small: Subject = {
  name: 'small',
  setting: [namespace('crash'), account('main', ['crash'])],
  made,
  edited,
};

export const wholePortal: Subject = {
  name: 'portal',
  setting: [portal.namespace, portal.account],
  made: portal.network,
  edited: {
    ...portal.network,
    spec: {
      ...spec,
      environment: 'staging',
      zones: { count: 3 },
      tiers: spec.tiers.map((tier) => (tier.name === 'data' ? { ...tier, networkAcl: 'None' } : tier)),
      securityGroups: {
        ...spec.securityGroups,
        alb: { ingress: { cidrs: ['198.51.100.0/24'], ports: [{ name: 'https', port: 443 }] } },
      },
      endpoints: spec.endpoints.filter(({ service }) => service !== 'kms'),
      flowLogs: { retentionDays: 30, trafficType: 'REJECT' },
    },
  },
};

interface ServiceSpec {
  readonly task: { readonly containers: readonly object[] };
  readonly loadBalancer: object;
  readonly alarms: readonly object[];
}
const ofService = {
  setting: [portal.namespace, serviceAccount, serviceNetwork],
  prepare: (world: World) => putParameter(world, granted.parameter),
};
const service = fullService.spec as ServiceSpec;
const scaled = scaledService.spec as ServiceSpec;

/**
 * A service in a network that stands; edited, it is rolled out anew, restarted, scaled, and most of its settings change:
 * it listens on another port for others, and an alarm takes the place of another.
 */
export const aService: Subject = {
  name: 'service',
  ...ofService,
  made: fullService,
  edited: {
    ...fullService,
    metadata: { ...fullService.metadata, annotations: { 'landfall.dev/restarted-at': 'tuesday' } },
    spec: {
      ...service,
      environment: 'staging',
      cluster: { create: { containerInsights: 'Disabled' } },
      service: { desiredCount: 1, executeCommand: 'Disabled', deployment: { minimumHealthyPercent: 100 } },
      task: {
        ...service.task,
        cpu: 1024,
        memoryMiB: 2048,
        ephemeralStorageGiB: 40,
        containers: service.task.containers.map((container) => ({ ...container, image: 'shop:2' })),
      },
      loadBalancer: {
        ...service.loadBalancer,
        listeners: [{ port: 8081, protocol: 'HTTP' }],
        ingress: [{ name: 'office', cidr: '10.12.0.0/16' }],
        healthCheck: { path: '/ready', intervalSeconds: 10 },
        deregistrationDelaySeconds: 5,
      },
      alarms: [
        { name: 'targets', metric: 'UnhealthyTargets', threshold: 1 },
        { name: 'memory', metric: 'MemoryPercent' },
      ],
      logs: { retentionDays: 30 },
      tags: { stage: 'second' },
    },
  },
};

/** One on instances that AWS scales; edited, it has other instances, other bounds and schedules, and one port more. */
export const aScaledService: Subject = {
  name: 'scaled',
  ...ofService,
  made: scaledService,
  edited: {
    ...scaledService,
    spec: {
      ...scaled,
      capacity: { type: 'EC2', minInstances: 1, maxInstances: 2, instanceTypes: ['t3.small'], volumeGiB: 50 },
      service: {
        autoscaling: {
          minCount: 1,
          maxCount: 3,
          memoryPercent: 70,
          schedules: [{ name: 'day', schedule: 'cron(0 8 * * ? *)', minCount: 1 }],
        },
      },
      loadBalancer: {
        ...scaled.loadBalancer,
        listeners: [
          { port: 8080, protocol: 'TCP' },
          { port: 9090, protocol: 'TCP' },
        ],
      },
      tags: { stage: 'second' },
    },
  },
};

/** Without any thing in AWS: only its writes to Kubernetes. */
export const anAccount: Subject = {
  name: 'account',
  setting: [namespace('crash')],
  made: account('other', ['crash']),
  edited: account('other', ['crash', 'default']),
};
