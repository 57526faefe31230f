import { apiServerArgs, etcdArgs } from '../cluster/server-args.ts';
import type { Addresses } from './addresses.ts';
import { CONTAINERD } from './config.ts';
import type { NodeLayout } from './credentials.ts';
import { NODE_NAME } from './credentials.ts';
import type { NodePrograms } from './programs.ts';

type Command = readonly string[];

const ETCD_PORT = 2379;

const audit = (files: NodeLayout): string[] => [
  `--audit-policy-file=${files.auditPolicy}`,
  `--audit-log-path=${files.auditLog}`,
  // A request is answered when its line is written.
  '--audit-log-mode=blocking',
];

const apiServer = (files: NodeLayout, { node, serviceCidr }: Addresses): string[] => [
  ...apiServerArgs(files, {
    etcdPort: ETCD_PORT,
    address: node,
    port: 6443,
    serviceCidr,
    authorization: 'Node,RBAC',
  }),
  '--enable-admission-plugins=NodeRestriction',
  `--client-ca-file=${files.kubeletClient}-ca.pem`,
  `--kubelet-client-certificate=${files.kubeletClient}.pem`,
  `--kubelet-client-key=${files.kubeletClient}.key`,
  '--kubelet-preferred-address-types=InternalIP',
  // For metrics-server: it believes the API server in the name of a user, by this certificate.
  `--requestheader-client-ca-file=${files.frontProxy}-ca.pem`,
  '--requestheader-allowed-names=front-proxy-client',
  '--requestheader-username-headers=X-Remote-User',
  '--requestheader-group-headers=X-Remote-Group',
  '--requestheader-extra-headers-prefix=X-Remote-Extra-',
  `--proxy-client-cert-file=${files.frontProxy}.pem`,
  `--proxy-client-key-file=${files.frontProxy}.key`,
];

const asComponent = (files: NodeLayout, component: string): string[] =>
  ['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map(
    (flag) => `--${flag}=${files.kubeconfigOf(component)}`,
  );

const controllerManager = (files: NodeLayout, { podCidr }: Addresses): string[] => [
  ...asComponent(files, 'kube-controller-manager'),
  '--bind-address=127.0.0.1',
  '--leader-elect=false',
  '--use-service-account-credentials=true',
  `--service-account-private-key-file=${files.serviceAccountKey}`,
  `--root-ca-file=${files.ca}`,
  '--allocate-node-cidrs=true',
  `--cluster-cidr=${podCidr}`,
  '--node-cidr-mask-size=24',
  '--profiling=false',
  // Nobody wants to wait minutes to see a laptop scale.
  '--horizontal-pod-autoscaler-sync-period=5s',
  '--horizontal-pod-autoscaler-initial-readiness-delay=5s',
  '--horizontal-pod-autoscaler-cpu-initialization-period=30s',
];

const kubelet = (files: NodeLayout, { node }: Addresses): string[] => [
  `--config=${files.config}/kubelet.yaml`,
  `--kubeconfig=${files.kubeconfigOf('kubelet')}`,
  `--hostname-override=${NODE_NAME}`,
  // Not a loopback address: exec, logs and port-forward find the kubelet by it.
  `--node-ip=${node}`,
];

const kubeProxy = (files: NodeLayout, { podCidr }: Addresses): string[] => [
  `--kubeconfig=${files.kubeconfigOf('kube-proxy')}`,
  `--hostname-override=${NODE_NAME}`,
  '--proxy-mode=iptables',
  `--cluster-cidr=${podCidr}`,
  // These are the whole machine's, not the node's.
  '--conntrack-max-per-core=0',
  '--conntrack-tcp-timeout-established=0',
  '--conntrack-tcp-timeout-close-wait=0',
];

const kubeRouter = (files: NodeLayout, { serviceCidr }: Addresses): string[] => [
  `--kubeconfig=${files.kubeconfigOf('kube-router')}`,
  `--hostname-override=${NODE_NAME}`,
  '--run-firewall=true',
  '--run-router=false',
  '--run-service-proxy=false',
  `--service-cluster-ip-range=${serviceCidr}`,
];

const quote = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

const keep = (name: string, command: Command): string => `keep ${name} ${command.map(quote).join(' ')}`;

/**
 * What init.sh does in the namespaces: keeps each component running, in the order in which they need each other. A
 * component that ends is started again after a second.
 */
export const servicesScript = (
  files: NodeLayout,
  addresses: Addresses,
  programs: NodePrograms,
  options: { readonly gogc: string | undefined; readonly isAudited: boolean },
): string => `# Of the node in ${files.config}; read by init.sh.
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" TMPDIR=${quote(`${files.config}/tmp`)}
${options.gogc === undefined ? '' : `export GOGC=${quote(options.gogc)}`}
mkdir -p "$TMPDIR" /var/lib/kubelet
hostname ${NODE_NAME}
# Where these are modules.
modprobe -a br_netfilter ip_set xt_set nf_conntrack 2>/dev/null || :
until ip link show eth0 >/dev/null 2>&1; do sleep 0.05; done
echo 1 >/proc/sys/net/ipv4/ip_forward
# Between two pods of one bridge, too, packets pass iptables: Services and NetworkPolicies are made of it.
echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables
# What has no pod (yet) would go to the machine, whose route leads back here, and so on.
for from in eth0 cni0; do
  for range in ${addresses.serviceCidr} ${addresses.loadBalancerCidr}; do ip rule add iif $from to $range unreachable; done
done
${keep('etcd', [programs.controlPlane.etcd, ...etcdArgs(files, ETCD_PORT, ETCD_PORT + 1)])}
${keep('containerd', ['containerd', `--config=${files.config}/containerd.toml`])}
${keep('kube-apiserver', [programs.controlPlane.kubeApiserver, ...apiServer(files, addresses), ...(options.isAudited ? audit(files) : [])])}
until [ -e ${quote(files.answers)} ]; do sleep 0.05; done
${keep('kube-controller-manager', [programs.controllerManager, ...controllerManager(files, addresses)])}
${keep('kube-scheduler', [programs.scheduler, ...asComponent(files, 'kube-scheduler'), '--leader-elect=false'])}
${keep('kube-proxy', [programs.kubeProxy, ...kubeProxy(files, addresses)])}
${keep('kube-router', [programs.networkPolicies, ...kubeRouter(files, addresses)])}
${keep('volumes', [programs.volumes, files.kubeconfigOf('volumes'), NODE_NAME, '/var/lib/landfall/volumes'])}
${keep('load-balancers', [programs.loadBalancers, files.kubeconfigOf('load-balancers'), addresses.loadBalancerCidr])}
until [ -S ${CONTAINERD} ]; do sleep 0.05; done
${keep('kubelet', [programs.kubelet, ...kubelet(files, addresses)])}
`;
