import { join } from 'node:path';
import { established } from '../../k8s-local/cluster/established.ts';
import type { LocalCluster } from '../../k8s-local/node/local-cluster.ts';
import { type OperatorProcess, startOperator } from '../../k8s-local/operator-process.ts';
import { bundle, compileCache } from './prepared.ts';
import { PROBE_IMAGE } from './probe-image.ts';
import { kubectlOk } from './probed-cluster.ts';
import { QUICK } from './world.ts';

/** The operator as a process beside a cluster in which pods run, with its CRDs in it. */
export async function operatorBeside(cluster: LocalCluster): Promise<OperatorProcess> {
  const kubectl = (...args: string[]) => kubectlOk(cluster, args);
  await kubectl('create', 'namespace', 'landfall-system');
  await kubectl('apply', '--server-side', '-k', join(import.meta.dirname, '../../crds'));
  await established(kubectl);
  return startOperator({
    kubeconfigPath: cluster.kubeconfigPath,
    ...(bundle !== undefined && { bundled: bundle }),
    env: { ...compileCache, ...QUICK, POD_NAME: 'operator' },
    onLine: (line) => {
      if (process.env['LANDFALL_TEST_LOG']) console.log(JSON.stringify(line));
    },
  });
}

/** A service of the API of Landfall that is scaled by what its pods use, in a network of its own. */
export const scaledService = (namespace: string): string => {
  const object = (kind: string, spec: object) =>
    JSON.stringify({
      apiVersion: 'landfall.dev/v1alpha1',
      kind,
      metadata: { name: namespace },
      spec,
    });
  const placed = { accountRef: { name: namespace }, region: 'us-east-1' };
  const cooldowns = { scaleOutCooldownSeconds: 0, scaleInCooldownSeconds: 0 };
  return [
    object('Account', { local: { namespaces: [namespace] } }),
    object('SecureVpc', {
      ...placed,
      cidr: '10.0.0.0/16',
      zones: { count: 2 },
      tiers: [{ name: 'private' }],
      securityGroups: { ecs: {} },
    }),
    object('EcsService', {
      ...placed,
      networkRef: { name: namespace },
      environment: 'dev',
      task: {
        containers: [
          {
            name: 'app',
            image: PROBE_IMAGE,
            command: ['serve', '8080'],
            ports: [{ port: 8080 }],
            user: '65532',
          },
        ],
      },
      service: { autoscaling: { minCount: 1, maxCount: 2, cpuPercent: 50, ...cooldowns } },
    }),
  ].join('\n---\n');
};
