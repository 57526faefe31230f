import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlPlane, startControlPlane } from '../../k8s-local/cluster/control-plane.ts';
import type { Graph } from '../../operator/graph/graph.ts';
import { compileAll } from '../operator/compile/local/compiled.ts';
import { compileService } from '../operator/compile/local/ecs-service/fixtures.ts';
import { objectsOf } from '../operator/compile/local/examples.ts';
import { objectOf, type PlainObject } from '../operator/compile/local/manifest-text.ts';
import { networkWith } from '../operator/compile/service-input.ts';

/** A service with whatever pods, Services and autoscalers may have. */
function fullService(): Graph {
  const healthCheck = { command: ['CMD', 'true'], startPeriodSeconds: 15 };
  return compileService(
    {
      task: {
        ephemeralStorageGiB: 30,
        containers: [
          {
            name: 'App',
            image: 'shop:1',
            entryPoint: ['/bin/run'],
            command: ['$(serve)'],
            ports: [{ port: 80 }, { port: 53, protocol: 'udp' }],
            environment: [{ name: 'dotted.name-1', value: '$(x)' }],
            user: '1000:1000',
            readonlyRootFilesystem: false,
            dependsOn: [
              { container: 'proxy', condition: 'Healthy' },
              { container: 'setup', condition: 'Success' },
            ],
          },
          { name: 'proxy', image: 'proxy:1', healthCheck },
          { name: 'setup', image: 'setup:1', essential: false },
        ],
      },
      service: {
        autoscaling: { minCount: 0, maxCount: 4, cpuPercent: 60, memoryPercent: 70 },
        deployment: { minimumHealthyPercent: 0, maximumPercent: 100, circuitBreaker: 'Disabled' },
      },
      loadBalancer: {
        type: 'Application',
        listeners: [{ port: 80, protocol: 'HTTP' }],
        healthCheck: { path: '/health' },
      },
    },
    {
      metadata: { annotations: { 'landfall.dev/restarted-at': 'monday' } },
      network: networkWith({
        nat: { mode: 'Single' },
        tiers: [{ name: 'public' }, { name: 'private' }],
        securityGroups: {
          alb: {},
          ecs: { rules: [{ name: 'all', direction: 'Ingress', protocol: 'all', group: 'ecs' }] },
        },
      }),
    },
  );
}

const SETS: Readonly<Record<string, readonly Graph[]>> = {
  platform: compileAll(objectsOf('platform')),
  portal: compileAll(objectsOf('portal')),
  'service with everything': [fullService()],
};

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(() => plane.stop());

const listOf = (items: readonly object[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

/** What the API server says of some objects, with every warning. */
async function applied(items: readonly object[], ...more: string[]): Promise<object> {
  const { code, stderr } = await plane.kubectl(
    ['apply', '--server-side', '--validate=strict', '-f', '-', ...more],
    { input: listOf(items) },
  );
  return { code, stderr };
}

const ACCEPTED = { code: 0, stderr: '' };

/** A namespace that takes restricted pods alone, with the account that a controller would put into it. */
function restricted(name: string): object[] {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } },
  ];
}

/** The pods that Deployments and StatefulSets would make. */
function podsIn(objects: readonly PlainObject[]): object[] {
  return objects
    .filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
    .map(({ metadata: { namespace, name }, ...body }) => {
      const { template } = body['spec'] as { template: { metadata: object; spec: object } };
      return {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { ...template.metadata, namespace, name },
        spec: template.spec,
      };
    });
}

describe.each(Object.entries(SETS))('the %s in a cluster', (_name, graphs) => {
  const objects = graphs.flatMap(({ nodes }) => [...nodes.values()]).flatMap((node) => objectOf(node) ?? []);

  it('is taken by the API server as it stands, and its pods by restricted Pod Security', async () => {
    const namespaces = [...new Set(objects.map(({ metadata }) => metadata.namespace))];
    expect(await applied(namespaces.flatMap(restricted))).toEqual(ACCEPTED);
    expect(await applied(objects, '--dry-run=server')).toEqual(ACCEPTED);
    // Pods are taken only beside their accounts.
    expect(await applied(objects.filter(({ kind }) => kind === 'ServiceAccount'))).toEqual(ACCEPTED);
    expect(await applied(podsIn(objects), '--dry-run=server')).toEqual(ACCEPTED);
  });
});

it('a pod that is not restricted is refused by the same means', async () => {
  const namespace = 'asked';
  expect(await applied(restricted(namespace))).toEqual(ACCEPTED);
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name: 'open' },
    spec: { containers: [{ name: 'open', image: 'open:1' }] },
  };
  expect(await applied([pod], '--dry-run=server')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('violates PodSecurity "restricted') as string,
  });
});
