import { readdir } from 'node:fs/promises';
import { release } from 'node:os';

import type { Environment } from '../cluster/paths.ts';
import { isExecutable, onPath, run } from '../cluster/run.ts';

/** What a node takes of the machine, and the Debian package that has it. */
const PROGRAMS: Readonly<Record<string, string>> = {
  containerd: 'containerd',
  ctr: 'containerd',
  runc: 'runc',
  ip: 'iproute2',
  iptables: 'iptables',
  ipset: 'ipset',
  conntrack: 'conntrack',
  openssl: 'openssl',
  unshare: 'util-linux',
  nsenter: 'util-linux',
  pivot_root: 'util-linux',
  mount: 'mount',
  awk: 'mawk',
};

const CNI_PACKAGE = 'containernetworking-plugins';
/** Where Debian, Fedora, and the project itself put them. */
const CNI_FOLDERS = ['/usr/lib/cni', '/usr/libexec/cni', '/opt/cni/bin'];
const CNI_PROGRAMS = ['bridge', 'host-local', 'portmap', 'loopback'];

const cniFolder = async (): Promise<string | undefined> => {
  for (const folder of CNI_FOLDERS) {
    const names = await readdir(folder).catch((): string[] => []);
    if (CNI_PROGRAMS.every((name) => names.includes(name))) return folder;
  }
  return undefined;
};

/** What this machine lacks: the names of Debian packages. */
export const missingPackages = async (env: Environment): Promise<string[]> => {
  const missing = new Set<string>();
  for (const [program, pack] of Object.entries(PROGRAMS)) {
    // A user's PATH has no administrator's programs, and root's from a cron job neither.
    const found = (await onPath(program, env)) ?? (await isExecutable(`/usr/sbin/${program}`));
    if (!found) missing.add(pack);
  }
  if ((await cniFolder()) === undefined) missing.add(CNI_PACKAGE);
  return [...missing].sort();
};

const install = async (packages: readonly string[], progress: (line: string) => void): Promise<void> => {
  progress(`installing ${packages.join(', ')}`);
  // RUNLEVEL: their programs are wanted, not servers of the machine's.
  const env = { ...process.env, RUNLEVEL: '1', DEBIAN_FRONTEND: 'noninteractive' };
  const get = (...args: string[]) => run('apt-get', [...args], { env });
  const flags = ['install', '-y', '-q', '--no-install-recommends', ...packages];
  const first = await get(...flags);
  if (first.code === 0) return;
  await get('update', '-q');
  const second = await get(...flags);
  if (second.code !== 0) {
    throw new Error(`apt-get cannot install ${packages.join(', ')}: ${second.stderr.trim()}`);
  }
};

/** Of the machine, what a node's configuration has to know. */
export interface Machine {
  readonly cniFolder: string;
}

/** Why this machine cannot have a node, if so: for a choice between several ways to a cluster. */
export const refusal = (): string | undefined => {
  if (process.platform !== 'linux') return `it needs Linux, and this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'it needs root, for namespaces, mounts and iptables';
  return undefined;
};

/** Installs what is missing where apt-get can; throws one sentence that says what is missing where it cannot. */
export const prepareMachine = async (
  env: Environment,
  progress: (line: string) => void,
): Promise<Machine> => {
  const reason = refusal();
  if (reason !== undefined) {
    throw new Error(`A cluster from source cannot be made on this machine (${release()}): ${reason}.`);
  }
  const missing = await missingPackages(env);
  if (missing.length > 0) {
    if ((await onPath('apt-get', env)) === undefined) {
      throw new Error(
        `A cluster from source needs the programs of these packages (named as in Debian), and there is no apt-get ` +
          `to install them: ${missing.join(', ')}.`,
      );
    }
    await install(missing, progress);
  }
  const folder = await cniFolder();
  if (folder === undefined) throw new Error(`${CNI_PACKAGE} gave none of ${CNI_FOLDERS.join(', ')}.`);
  return { cniFolder: folder };
};
