import { join } from 'node:path';

import type { Binaries } from '../cluster/binaries.ts';
import { resolveBinaries } from '../cluster/binaries.ts';
import { cachedPrograms } from '../cluster/cached.ts';
import { goBuild, kubernetesVersion } from '../cluster/go-build.ts';
import type { Environment } from '../cluster/paths.ts';
import { cacheRoot, modulesFolder } from '../cluster/paths.ts';
import { readPins } from '../cluster/pins.ts';
import { makeImage } from './image.ts';

/** Everything that a node is started from, as absolute paths. */
export interface NodePrograms {
  readonly controlPlane: Binaries;
  readonly controllerManager: string;
  readonly scheduler: string;
  readonly kubelet: string;
  readonly kubeProxy: string;
  /** kube-router, which enforces NetworkPolicies and does nothing else here. */
  readonly networkPolicies: string;
  /** What makes a folder for each claim of a volume. */
  readonly volumes: string;
  /** What gives addresses to Services of type LoadBalancer. */
  readonly loadBalancers: string;
  /** Archives of images. */
  readonly images: readonly string[];
  /** Folders that all of them are in. */
  readonly folders: readonly string[];
}

/** Where programs are looked for, and who hears of a build. */
export interface NodeProgramOptions {
  readonly env: Environment;
  readonly progress: (line: string) => void;
}

const here = import.meta.dirname;
/** Folder of the go.mod that pins CoreDNS and metrics-server. */
export const addonModules = join(here, 'addons');
const policies = join(here, 'network-policies');

/** Names of the images that a node has from the beginning. */
export const images = {
  pause: 'landfall.local/pause:1',
  coredns: 'landfall.local/coredns:1',
  metricsServer: 'landfall.local/metrics-server:1',
} as const;

const ofKubernetes = async ({ env, progress }: NodeProgramOptions): Promise<string> => {
  const pins = await readPins(modulesFolder);
  const programs = ['kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'];
  return cachedPrograms({
    name: `node-${pins.kubernetes}`,
    sources: [modulesFolder],
    programs,
    env,
    progress,
    make: (into, guard) =>
      goBuild({
        modules: modulesFolder,
        packages: programs.map((name) => `k8s.io/kubernetes/cmd/${name}`),
        about: `building ${programs.join(', ')} ${pins.kubernetes} from Go modules, once: about 3 minutes on two cores`,
        moduleCount: pins.moduleCount,
        ldflags: kubernetesVersion(pins),
        cache: cacheRoot(env),
        into,
        guard,
        env,
        progress,
      }),
  });
};

const ofPolicies = ({ env, progress }: NodeProgramOptions): Promise<string> =>
  cachedPrograms({
    name: 'network-policies',
    sources: [policies],
    programs: ['kube-router'],
    env,
    progress,
    make: (into, guard) =>
      goBuild({
        modules: policies,
        packages: ['github.com/cloudnativelabs/kube-router/v2/cmd/kube-router'],
        about: 'building kube-router from Go modules, once: about 2 minutes on two cores',
        cache: cacheRoot(env),
        into,
        guard,
        env,
        progress,
      }),
  });

const ofAddons = ({ env, progress }: NodeProgramOptions): Promise<string> =>
  cachedPrograms({
    name: 'addons',
    sources: [addonModules, join(here, 'image.ts')],
    programs: ['coredns', 'metrics-server', 'pause', 'volumes', 'load-balancers'],
    env,
    progress,
    make: async (into, guard) => {
      await goBuild({
        modules: addonModules,
        packages: [
          './coredns',
          './pause',
          './volumes',
          './load-balancers',
          'sigs.k8s.io/metrics-server/cmd/metrics-server',
        ],
        about: 'building CoreDNS and metrics-server from Go modules, once: about 4 minutes on two cores',
        static: true,
        cache: cacheRoot(env),
        into,
        guard,
        env,
        progress,
      });
      for (const [program, name] of [
        ['coredns', images.coredns],
        ['metrics-server', images.metricsServer],
        ['pause', images.pause],
      ] as const) {
        await makeImage({ name, program: join(into, program), archive: join(into, `${program}.tar`) });
      }
    },
  });

/** Finds the programs of a node or makes them: about a quarter of an hour on two cores, once. Safe in several processes at once. */
export const resolveNodePrograms = async (options: NodeProgramOptions): Promise<NodePrograms> => {
  // One after the other: each of these takes all cores.
  const controlPlane = await resolveBinaries(options);
  const node = await ofKubernetes(options);
  const router = await ofPolicies(options);
  const pods = await ofAddons(options);
  return {
    controlPlane,
    controllerManager: join(node, 'kube-controller-manager'),
    scheduler: join(node, 'kube-scheduler'),
    kubelet: join(node, 'kubelet'),
    kubeProxy: join(node, 'kube-proxy'),
    networkPolicies: join(router, 'kube-router'),
    volumes: join(pods, 'volumes'),
    loadBalancers: join(pods, 'load-balancers'),
    images: ['pause', 'coredns', 'metrics-server'].map((name) => join(pods, `${name}.tar`)),
    folders: [controlPlane.dir, node, router, pods],
  };
};
