import { mkdir, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { stringify } from 'yaml';

import type { Addresses } from './addresses.ts';
import type { NodeLayout } from './credentials.ts';
import type { Machine } from './machine.ts';
import { images } from './programs.ts';

/** Where containerd is asked, in the node's own /run. */
export const CONTAINERD = '/run/containerd/containerd.sock';

const kubelet = (files: NodeLayout, { dns }: Addresses, cgroup: string): string =>
  stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: `${files.kubeletClient}-ca.pem` },
    },
    authorization: { mode: 'Webhook' },
    containerRuntimeEndpoint: `unix://${CONTAINERD}`,
    clusterDNS: [dns],
    clusterDomain: 'cluster.local',
    resolvConf: join(files.config, 'resolv.conf'),
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${cgroup}`,
    failCgroupV1: false,
    failSwapOn: false,
    enforceNodeAllocatable: [],
    localStorageCapacityIsolation: false,
    // A laptop's disk is often fuller than a server's may be: that is no reason to throw pods out or images away.
    evictionHard: { 'imagefs.available': '0%', 'nodefs.available': '0%', 'nodefs.inodesFree': '0%' },
    imageGCHighThresholdPercent: 100,
  });

/** A file system of layers cannot have another one of layers on top. */
const OVERLAY = 0x79_4c_76_30;

const containerd = async (files: NodeLayout, machine: Machine): Promise<string> => {
  const snapshotter = (await statfs(files.config)).type === OVERLAY ? 'native' : 'overlayfs';
  return `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
address = "${CONTAINERD}"
[plugins."io.containerd.internal.v1.opt"]
path = "/var/lib/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "${images.pause}"
# Not everybody may ask the kernel to spare a process.
restrict_oom_score_adj = true
# As Docker has it: who is nobody may listen on port 80.
enable_unprivileged_ports = true
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "${snapshotter}"
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "${machine.cniFolder}"
conf_dir = "${files.config}/cni"
`;
};

/** How a pod gets its interface. */
const podNetwork = ({ podCidr }: Addresses): string =>
  JSON.stringify({
    cniVersion: '0.4.0',
    name: 'landfall',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet: podCidr }]],
          routes: [{ dst: '0.0.0.0/0' }],
          dataDir: '/var/lib/cni/networks',
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  });

/** Of everybody's requests those of one user, without what they hold. */
const auditPolicy = (user: string): string =>
  stringify({
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [{ level: 'Metadata', users: [user] }, { level: 'None' }],
  });

/** Has the API server write down what this user asks of it. */
export const writeAuditPolicy = (files: NodeLayout, user: string): Promise<void> =>
  writeFile(files.auditPolicy, auditPolicy(user));

/** Writes what kubelet, containerd and the pod network are told by files; `cgroup` has all pods. */
export const writeConfig = async (
  files: NodeLayout,
  addresses: Addresses,
  cgroup: string,
  machine: Machine,
): Promise<void> => {
  const write = (name: string, text: string) => writeFile(join(files.config, name), text);
  await write('kubelet.yaml', kubelet(files, addresses, cgroup));
  await write('containerd.toml', await containerd(files, machine));
  await mkdir(join(files.config, 'cni'), { recursive: true });
  // Nothing leaves the node, so there is nobody else to ask.
  await write('resolv.conf', `nameserver ${addresses.dns}\n`);
  await write('cni/10-landfall.conflist', podNetwork(addresses));
};
