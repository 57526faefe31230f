import type { Layout } from './credentials.ts';

/** Command line of etcd, for this machine alone. */
export const etcdArgs = (files: Layout, clientPort: number, peerPort: number): string[] => [
  `--data-dir=${files.etcdData}`,
  `--listen-client-urls=http://127.0.0.1:${clientPort}`,
  `--advertise-client-urls=http://127.0.0.1:${clientPort}`,
  `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
  '--log-level=warn',
  // Nothing here outlives the machine, and fsync is most of the time of a write.
  '--unsafe-no-fsync',
];

/** Where an API server is, and whom it believes. */
export interface ApiServerPlace {
  readonly etcdPort: number;
  readonly address: string;
  readonly port: number;
  readonly serviceCidr: string;
  readonly authorization: string;
}

/** Command line of an API server that serves itself a certificate and believes tokens of a file. */
export const apiServerArgs = (files: Layout, place: ApiServerPlace): string[] => [
  `--etcd-servers=http://127.0.0.1:${place.etcdPort}`,
  `--bind-address=${place.address}`,
  `--advertise-address=${place.address}`,
  `--secure-port=${place.port}`,
  `--cert-dir=${files.certs}`,
  `--token-auth-file=${files.tokens}`,
  `--authorization-mode=${place.authorization}`,
  '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
  `--service-account-key-file=${files.serviceAccountKey}`,
  `--service-account-signing-key-file=${files.serviceAccountKey}`,
  `--service-cluster-ip-range=${place.serviceCidr}`,
  '--allow-privileged=true',
  '--profiling=false',
];
