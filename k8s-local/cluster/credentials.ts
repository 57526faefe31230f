import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { stringify } from 'yaml';

/** Files of a control plane, all below its folder. */
export const layout = (dir: string) => ({
  etcdData: join(dir, 'etcd'),
  certs: join(dir, 'certs'),
  // The API server writes its own certificate here, with the CA that signed it behind it.
  ca: join(dir, 'certs', 'apiserver.crt'),
  serviceAccountKey: join(dir, 'service-account.key'),
  tokens: join(dir, 'tokens.csv'),
  kubeconfig: join(dir, 'kubeconfig'),
  kubectlCache: join(dir, 'kubectl-cache'),
  etcdLog: join(dir, 'etcd.log'),
  apiServerLog: join(dir, 'kube-apiserver.log'),
});

/** The files' absolute paths. */
export type Layout = ReturnType<typeof layout>;

const readIfThere = async (file: string): Promise<string | undefined> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Writes the admin's token and the service-account key, or keeps those of an earlier run; returns the token. */
export const prepareCredentials = async (dir: string): Promise<string> => {
  const files = layout(dir);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const known = (await readIfThere(files.tokens))?.split(',')[0];
  if (known) return known;
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  });
  await writeFile(files.serviceAccountKey, privateKey, { mode: 0o600 });
  const token = randomBytes(24).toString('hex');
  // system:masters is above RBAC; everybody else needs a role.
  await writeFile(files.tokens, `${token},admin,admin,system:masters\n`, { mode: 0o600 });
  return token;
};

/** A kubeconfig with one context; the CA is embedded so that the file can be copied. */
export const writeKubeconfig = async (
  file: string,
  about: { url: string; ca: string; token: string; user: string; namespace?: string },
): Promise<void> => {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'landfall',
    clusters: [
      {
        name: 'landfall',
        cluster: {
          server: about.url,
          'certificate-authority-data': Buffer.from(about.ca).toString('base64'),
        },
      },
    ],
    users: [{ name: about.user, user: { token: about.token } }],
    contexts: [
      {
        name: 'landfall',
        context: {
          cluster: 'landfall',
          user: about.user,
          ...(about.namespace === undefined ? {} : { namespace: about.namespace }),
        },
      },
    ],
  };
  await writeFile(file, stringify(config), { mode: 0o600 });
};
