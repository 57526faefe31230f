import { expect } from 'vitest';
import type { LocalCluster } from '../../k8s-local/node/local-cluster.ts';
import { startLocalCluster } from '../../k8s-local/node/local-cluster.ts';
import { PROBE_IMAGE, probeImage } from './probe-image.ts';

/** Standard output of a kubectl call that must succeed. */
export async function kubectlOk(
  cluster: Pick<LocalCluster, 'kubectl'>,
  args: readonly string[],
  input?: string,
): Promise<string> {
  const done = await cluster.kubectl(args, input === undefined ? {} : { input });
  expect(done, `kubectl ${args.join(' ')}: ${done.stderr}`).toMatchObject({ code: 0 });
  return done.stdout.trim();
}

/** A cluster with the image of the tests' pods. */
export async function startProbedCluster(): Promise<LocalCluster> {
  const archive = await probeImage();
  const cluster = await startLocalCluster();
  await cluster.loadImage(archive);
  return cluster;
}

/** What restricted pod security asks of a container, as JSON. */
export const RESTRICTED = JSON.stringify({
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
});

export interface ServerOptions {
  readonly replicas?: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Manifests of a Deployment whose pods say who they are on port 8080, and of its Service on port 80. */
export const server = (name: string, { replicas = 1, labels = {} }: ServerOptions = {}): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: ${JSON.stringify({ app: name, ...labels })} }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: server
          image: ${PROBE_IMAGE}
          args: [serve, '8080']
          readinessProbe: { httpGet: { path: /, port: 8080 }, periodSeconds: 1 }
          resources: { requests: { cpu: 50m } }
          securityContext: ${RESTRICTED}
---
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec:
  selector: { app: ${name} }
  ports: [{ port: 80, targetPort: 8080 }]
`;
