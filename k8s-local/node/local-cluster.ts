import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { prepareCredentials } from '../cluster/credentials.ts';
import { startGuard } from '../cluster/guard.ts';
import type { Kubectl } from '../cluster/kubectl.ts';
import { kubectlWith } from '../cluster/kubectl.ts';
import type { Environment } from '../cluster/paths.ts';
import { waitReady } from '../cluster/ready.ts';
import { applyAddons } from './addons.ts';
import type { Addresses } from './addresses.ts';
import { cgroupRemoval, makeCgroups } from './cgroups.ts';
import { writeAuditPolicy, writeConfig } from './config.ts';
import { nodeLayout, prepareNodeCredentials } from './credentials.ts';
import type { Remains } from './ending.ts';
import { ifindexOf, linkRemoval, REMAINS, removeNode } from './ending.ts';
import { importArchive, loadImage } from './load-image.ts';
import { prepareMachine } from './machine.ts';
import { connect, startNamespaces } from './namespaces.ts';
import type { NodePrograms } from './programs.ts';
import { resolveNodePrograms } from './programs.ts';
import { servicesScript } from './services.ts';
import { waitUntilUp } from './up.ts';

/** How to start a local cluster; everything has a default. */
export interface LocalClusterOptions {
  /** Folder of its state. Default: a new one. It is removed by `stop`. */
  readonly dir?: string;
  /** What to run. Default: what `resolveNodePrograms` finds or makes. */
  readonly programs?: NodePrograms;
  /** Gets a line while programs are built, and when something starts. Default: standard error. */
  readonly progress?: (line: string) => void;
  /** Default: `process.env`. */
  readonly env?: Environment;
  /** User whose requests the API server writes down in `auditLog`. Default: nobody. */
  readonly audited?: string;
}

/** A cluster of one node whose pods run. It ends with this process, however that ends, unless detached. */
export interface LocalCluster {
  readonly dir: string;
  /** The admin's. */
  readonly kubeconfigPath: string;
  /** Where the requests of `audited` are. */
  readonly auditLog: string;
  /** Of the API server, as this machine reaches it. */
  readonly url: string;
  readonly adminToken: string;
  /** PEM bundle that verifies the API server. */
  readonly caPath: string;
  readonly addresses: Addresses;
  /** Kubernetes version with a leading v. */
  readonly version: string;
  /** The first process of the node, as this machine numbers it. */
  readonly pid: number;
  /** The kubectl of its version. */
  readonly kubectlPath: string;
  /** Runs kubectl to its end; a failing one resolves, with its exit code. */
  readonly kubectl: Kubectl;
  /** Gives the node an image: the file of an archive as `docker save` writes it, or the name of an image that Docker has. */
  loadImage(archiveOrImage: string): Promise<void>;
  /** Ends everything and removes the folder. May be called twice. */
  stop(): Promise<void>;
  /** Lets it live on after this process; `removeNode` of its folder ends it then. */
  detach(): Promise<void>;
}

/**
 * Starts a cluster of one node, built from source, with a pod network, cluster DNS, metrics and NetworkPolicies. Needs
 * Linux and root. Resolves when the node is Ready and the DNS and the metrics answer.
 */
export const startLocalCluster = async (options: LocalClusterOptions = {}): Promise<LocalCluster> => {
  const env = options.env ?? process.env;
  const progress = options.progress ?? ((line: string) => process.stderr.write(`local cluster: ${line}\n`));
  const machine = await prepareMachine(env, progress);
  const programs = options.programs ?? (await resolveNodePrograms({ env, progress }));
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'landfall-node-')));
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const files = nodeLayout(dir);
  const guard = startGuard();
  guard.removeFolder(dir);
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= (async () => {
      await removeNode(dir);
      await guard.release();
    })();
    return stopped;
  };
  try {
    const since = Date.now();
    const adminToken = await prepareCredentials(dir);
    const [namespaces, writeKubeconfigs] = await Promise.all([
      startNamespaces(dir, programs.folders, guard),
      prepareNodeCredentials(dir),
    ]);
    const { pid, outer } = namespaces;
    const addresses = await connect(pid);
    const { url, link } = addresses;
    const cgroup = `landfall-${randomBytes(4).toString('hex')}`;
    const ifindex = await ifindexOf(link);
    guard.finally(`${linkRemoval(link, ifindex)}; ${cgroupRemoval(cgroup)}`);
    const remains: Remains = { pid, cgroup, link, ifindex };
    await writeFile(join(dir, REMAINS), JSON.stringify(remains));
    await makeCgroups(cgroup);
    await writeConfig(files, addresses, cgroup, machine);
    const { audited } = options;
    if (audited !== undefined) await writeAuditPolicy(files, audited);
    const script = servicesScript(files, addresses, programs, {
      gogc: env['LANDFALL_GOGC'],
      isAudited: audited !== undefined,
    });
    await writeFile(`${files.services}.tmp`, script);
    await rename(`${files.services}.tmp`, files.services);
    await waitReady({ url, caFile: files.ca, token: adminToken }, [outer]);
    await writeKubeconfigs(url, adminToken);
    await writeFile(files.answers, '');
    const kubectl = kubectlWith(programs.controlPlane.kubectl, files);
    const loaded = programs.images.map((archive) => importArchive(pid, archive));
    await Promise.all([...loaded, applyAddons(kubectl, addresses)]);
    await waitUntilUp(kubectl, outer);
    progress(`node Ready at ${url} after ${Math.round((Date.now() - since) / 100) / 10} s`);
    return {
      dir,
      kubeconfigPath: files.kubeconfig,
      auditLog: files.auditLog,
      url,
      adminToken,
      caPath: files.ca,
      addresses,
      version: programs.controlPlane.version,
      pid,
      kubectlPath: programs.controlPlane.kubectl,
      kubectl,
      loadImage: (archiveOrImage) => loadImage(pid, archiveOrImage, env),
      stop,
      detach: () => guard.release(),
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
