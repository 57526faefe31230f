import type { GraphNode } from '../../operator/graph/graph.ts';
import type { KubeInputs } from '../../operator/local/inputs.ts';
import type { LocalNodeBuilder, LocalNodeType } from '../../operator/compile/local/nodes.ts';

/** A kind of plain objects with all that the compilers use of it, and more. */
export interface LocalCase {
  readonly type: Exclude<LocalNodeType, 'GeneratedSecret' | 'SecretCopy' | 'AliasEndpoints'>;
  /** Where such objects are in the API, without group and version. */
  readonly path: (namespace: string, name?: string) => string;
  readonly body: Readonly<Record<string, unknown>>;
  /** How many of its fields others can change or take away at least: the others are fixed, or needed. */
  readonly drifts: number;
  /** A field that is taken out of the body, as `spec.paused`. */
  readonly removed: string;
}

const at =
  (root: string, plural: string) =>
  (namespace: string, name?: string): string =>
    `${root}/namespaces/${namespace}/${plural}${name === undefined ? '' : `/${name}`}`;

const LABELS = { 'app.kubernetes.io/name': 'api' };

const template = {
  metadata: { labels: LABELS, annotations: { 'landfall.dev/restarted-at': '2026-01-01T00:00:00Z' } },
  spec: {
    serviceAccountName: 'api',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    hostNetwork: false,
    terminationGracePeriodSeconds: 40,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' }, fsGroup: 1000 },
    initContainers: [
      {
        name: 'proxy',
        image: 'proxy:1',
        restartPolicy: 'Always',
        resources: { requests: { cpu: '0.1', memory: '0.5Gi' } },
      },
    ],
    containers: [
      {
        name: 'app',
        image: 'app:1',
        command: ['node', 'main.ts'],
        ports: [{ name: 'http-8080', containerPort: 8080, protocol: 'TCP' }, { containerPort: 9090 }],
        env: [
          { name: 'MODE', value: '1000m' },
          { name: 'EMPTY', value: '' },
          { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
          { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ],
        envFrom: [{ configMapRef: { name: 'settings' } }],
        resources: { requests: { cpu: '1000m', memory: '1024Mi' }, limits: { memory: '1Gi' } },
        readinessProbe: { httpGet: { path: '/health', port: 8080 }, periodSeconds: 5 },
        livenessProbe: { exec: { command: ['true'] }, failureThreshold: 5 },
        lifecycle: { preStop: { sleep: { seconds: 5 } } },
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          readOnlyRootFilesystem: true,
        },
        volumeMounts: [
          { name: 'tmp', mountPath: '/tmp' },
          { name: 'data', mountPath: '/data', readOnly: true },
        ],
      },
    ],
    volumes: [
      { name: 'tmp', emptyDir: {} },
      { name: 'data', emptyDir: { medium: 'Memory', sizeLimit: '1.5Gi' } },
    ],
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: LABELS },
      },
    ],
  },
};

export const LOCAL_CASES: readonly LocalCase[] = [
  {
    type: 'ServiceAccount',
    path: at('/api/v1', 'serviceaccounts'),
    body: { automountServiceAccountToken: false, imagePullSecrets: [{ name: 'registry' }] },
    drifts: 3,
    removed: 'imagePullSecrets',
  },
  {
    type: 'PersistentVolumeClaim',
    path: at('/api/v1', 'persistentvolumeclaims'),
    body: {
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'standard',
        resources: { requests: { storage: '1024Mi' } },
      },
    },
    drifts: 2,
    removed: 'metadata.labels.tier',
  },
  {
    type: 'Service',
    path: at('/api/v1', 'services'),
    body: {
      spec: {
        type: 'LoadBalancer',
        selector: LABELS,
        ports: [
          { name: 'http', port: 80, targetPort: 'http-8080' },
          { name: 'admin', port: 9090, targetPort: 9090, protocol: 'TCP' },
        ],
        sessionAffinity: 'None',
      },
    },
    drifts: 8,
    removed: 'spec.ports[1]',
  },
  {
    type: 'NetworkPolicy',
    path: at('/apis/networking.k8s.io/v1', 'networkpolicies'),
    body: {
      spec: {
        podSelector: { matchLabels: LABELS },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [
          {
            from: [{ namespaceSelector: {}, podSelector: { matchLabels: LABELS } }],
            ports: [{ port: 8080 }],
          },
        ],
        egress: [
          { to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }] },
          { ports: [{ port: 53, protocol: 'UDP' }] },
        ],
      },
    },
    drifts: 8,
    removed: 'spec.egress[0].to',
  },
  {
    type: 'Deployment',
    path: at('/apis/apps/v1', 'deployments'),
    body: {
      spec: {
        replicas: 2,
        minReadySeconds: 5,
        paused: false,
        revisionHistoryLimit: 5,
        progressDeadlineSeconds: 900,
        selector: { matchLabels: LABELS },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '100%', maxUnavailable: 0 } },
        template,
      },
    },
    drifts: 60,
    removed: 'spec.template.spec.containers[0].env[0]',
  },
  {
    type: 'StatefulSet',
    path: at('/apis/apps/v1', 'statefulsets'),
    body: {
      spec: {
        replicas: 1,
        serviceName: 'api',
        selector: { matchLabels: LABELS },
        template,
      },
    },
    drifts: 55,
    removed: 'spec.template.spec.containers[0].livenessProbe',
  },
  {
    type: 'HorizontalPodAutoscaler',
    path: at('/apis/autoscaling/v2', 'horizontalpodautoscalers'),
    body: {
      spec: {
        minReplicas: 2,
        maxReplicas: 8,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' },
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
          },
          {
            type: 'Resource',
            resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1024Mi' } },
          },
        ],
        behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
      },
    },
    drifts: 10,
    removed: 'spec.behavior',
  },
];

/** The node of a case, with a label and an annotation of its own. */
export function nodeOf(
  build: LocalNodeBuilder,
  { type, body }: Pick<LocalCase, 'type' | 'body'>,
  { namespace, ...more }: Partial<KubeInputs> & { readonly namespace: string },
): GraphNode {
  return build(type, 'thing', {
    namespace,
    name: 'api',
    labels: { tier: 'ecs', 'app.kubernetes.io/name': 'api' },
    annotations: { 'example.com/note': 'kept' },
    body,
    ...more,
  });
}
