import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { certificateFor } from '../certificates.ts';
import { layout, writeKubeconfig } from '../cluster/credentials.ts';

/** Name of the only node. */
export const NODE_NAME = 'landfall';

/** Files of a node beside those of its control plane, all below its folder. */
export const nodeLayout = (dir: string) => ({
  ...layout(dir),
  /** What the API server shows to the kubelet, and whom the kubelet believes. */
  kubeletClient: join(dir, 'certs', 'kubelet-client'),
  /** What the API server shows to the metrics server, in the name of a user. */
  frontProxy: join(dir, 'certs', 'front-proxy'),
  config: join(dir, 'config'),
  logs: join(dir, 'logs'),
  services: join(dir, 'services.sh'),
  auditPolicy: join(dir, 'config', 'audit.yaml'),
  /** A line of JSON for each request, where somebody's are recorded. */
  auditLog: join(dir, 'logs', 'audit.log'),
  /** Its being there says that the API server answers. */
  answers: join(dir, 'answers'),
  kubeconfigOf: (component: string) => join(dir, 'config', `${component}.kubeconfig`),
});

/** The files' absolute paths. */
export type NodeLayout = ReturnType<typeof nodeLayout>;

/** Who talks to the API server, as whom. */
const COMPONENTS = {
  'kube-controller-manager': { user: 'system:kube-controller-manager' },
  'kube-scheduler': { user: 'system:kube-scheduler' },
  kubelet: { user: `system:node:${NODE_NAME}`, group: 'system:nodes' },
  'kube-proxy': { user: 'system:kube-proxy' },
  'kube-router': { user: 'landfall:network-policies' },
  volumes: { user: 'landfall:volumes' },
  'load-balancers': { user: 'landfall:load-balancers' },
} as const satisfies Record<string, { user: string; group?: string }>;

const pair = async (path: string, subject: string): Promise<void> => {
  const { ca, certificate, key } = await certificateFor({ subject, days: 3650 });
  await writeFile(`${path}-ca.pem`, ca);
  await writeFile(`${path}.pem`, certificate);
  await writeFile(`${path}.key`, key, { mode: 0o600 });
};

/** Makes the certificates of the API server as a client, and a token for each component; returns what writes the kubeconfigs. */
export const prepareNodeCredentials = async (dir: string) => {
  const files = nodeLayout(dir);
  await mkdir(files.certs, { recursive: true });
  await mkdir(files.config, { recursive: true });
  await Promise.all([
    pair(files.kubeletClient, '/O=system:masters/CN=kube-apiserver-kubelet-client'),
    pair(files.frontProxy, '/CN=front-proxy-client'),
  ]);
  const tokens = new Map<string, string>();
  for (const [component, who] of Object.entries(COMPONENTS)) {
    const token = randomBytes(24).toString('hex');
    tokens.set(component, token);
    const group = 'group' in who ? `,${who.group}` : '';
    await appendFile(files.tokens, `${token},${who.user},${who.user}${group}\n`);
  }
  /** The API server has to have made its certificate. */
  return async (url: string, adminToken: string): Promise<void> => {
    const ca = await readFile(files.ca, 'utf8');
    await writeKubeconfig(files.kubeconfig, { url, ca, token: adminToken, user: 'admin' });
    for (const [component, token] of tokens) {
      await writeKubeconfig(files.kubeconfigOf(component), { url, ca, token, user: component });
    }
  };
};
