import { PROBE_IMAGE } from './probe-image.ts';
import { imageRewrites } from './store-images.ts';
import type { Manifest } from './world.ts';

const API = 'landfall.dev/v1alpha1';
export const PROVIDER = 'provider';
export const CONSUMER = 'consumer';

const namespace = (name: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
});

/** Where the objects stand, and the Account by which they lead to the cluster itself. */
export const ground: readonly Manifest[] = [
  namespace(PROVIDER),
  namespace(CONSUMER),
  {
    apiVersion: API,
    kind: 'Account',
    metadata: { name: 'laptop' },
    spec: { local: { namespaces: [PROVIDER, CONSUMER], sizeFactor: 0.25, imageRewrites } },
  },
];

const at = (where: string, kind: string, name: string, spec: object): Manifest => ({
  apiVersion: API,
  kind,
  metadata: { name, namespace: where },
  spec: { accountRef: { name: 'laptop' }, region: 'us-east-1', environment: 'dev', ...spec },
});

const network = (where: string, spec: object) =>
  at(where, 'SecureVpc', 'net', { zones: { count: 2 }, ...spec });

const service = (where: string, name: string, version: number, spec: object = {}) =>
  at(where, 'EcsService', name, {
    networkRef: { name: 'net' },
    task: {
      containers: [
        {
          name: 'main',
          image: PROBE_IMAGE,
          command: ['serve', '8080'],
          ports: [{ port: 8080 }],
          user: '1000',
          stopTimeoutSeconds: 2,
          environment: [{ name: 'VERSION', value: String(version) }],
        },
      ],
    },
    ...spec,
  });

export const worker = (version: number, spec: object = {}) => service(PROVIDER, 'worker', version, spec);

/** The services, of which each version runs other pods. */
export const services = (version: number): Manifest[] => [
  service(PROVIDER, 'api', version, {
    dataStores: [{ name: 'cache' }],
    service: { autoscaling: { minCount: 1, maxCount: 2, cpuPercent: 80 } },
    loadBalancer: {
      type: 'Network',
      listeners: [{ port: 8080, protocol: 'TCP' }],
      healthCheck: { protocol: 'HTTP', path: '/', intervalSeconds: 5, timeoutSeconds: 2 },
      deregistrationDelaySeconds: 0,
    },
  }),
  worker(version),
  service(CONSUMER, 'caller', version),
];

/** An object of each kind in all that it can be here, so that everything is made that the local target makes. */
export const everything = (version: number): Manifest[] => [
  network(PROVIDER, {
    cidr: '10.1.0.0/16',
    tiers: [{ name: 'private' }, { name: 'data' }],
    securityGroups: {
      alb: { ingress: { cidrs: ['10.1.0.0/16'], ports: [{ name: 'api', port: 8080 }] } },
      ecs: { ports: [{ name: 'api', fromPort: 8080, toPort: 8080 }] },
      data: { ports: [{ name: 'redis', port: 6379 }] },
      endpoints: {},
    },
  }),
  network(CONSUMER, {
    cidr: '10.2.0.0/16',
    tiers: [{ name: 'private' }],
    securityGroups: { ecs: {}, endpoints: {} },
  }),
  at(PROVIDER, 'DataStore', 'cache', {
    networkRef: { name: 'net' },
    deletionPolicy: 'Delete',
    connectionSecret: { name: 'cache-connection' },
    redis: { credentials: { mode: 'Generated' } },
  }),
  at(PROVIDER, 'PrivateLinkEndpoint', 'api', {
    provide: { serviceRef: { name: 'api' } },
    allowReferencesFrom: [CONSUMER],
  }),
  at(CONSUMER, 'PrivateLinkEndpoint', 'api', {
    consume: {
      from: { name: 'api', namespace: PROVIDER },
      networkRef: { name: 'net' },
      ports: [{ port: 8080 }],
      allowFrom: [{ name: 'caller' }],
    },
  }),
  ...services(version),
];
