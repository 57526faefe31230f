import { rename } from 'node:fs/promises';
import { join } from 'node:path';

import { findGo } from './go-tool.ts';
import type { Guard } from './guard.ts';
import type { Environment } from './paths.ts';
import type { Pins } from './pins.ts';
import { run } from './run.ts';

/** Where a build happens, and who hears of it. */
export interface GoBuildPlace {
  /** Folder with go.mod and go.sum. */
  readonly modules: string;
  readonly cache: string;
  /** An existing folder that gets the programs. */
  readonly into: string;
  /** Ends Go when this process dies. */
  readonly guard: Guard;
  readonly env: Environment;
  readonly progress: (line: string) => void;
  /** Least time between two lines of progress, in milliseconds. Default 5000. */
  readonly everyMs?: number;
}

/** What to build, and where to. */
export interface GoBuildRequest extends GoBuildPlace {
  readonly packages: readonly string[];
  /** The first line of progress: what is built, and how long that takes. */
  readonly about: string;
  /** How many modules go.mod requires: the upper bound of a download. */
  readonly moduleCount?: number;
  /** For the linker, beside what makes programs small. */
  readonly ldflags?: readonly string[];
  /** Programs that need no library of the machine, and so run in an empty image. */
  readonly static?: boolean;
}

const minutes = (ms: number): string =>
  `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;

/** Builds programs of Go modules, each named after its package. A failure is an Error in Go's own words. */
export const goBuild = async (request: GoBuildRequest): Promise<void> => {
  const { into, guard, packages } = request;
  const tool = await findGo(request);
  const env = request.static ? { ...tool.env, CGO_ENABLED: '0' } : tool.env;
  request.progress(request.about);
  const started = Date.now();
  let told = 0;
  let modules = 0;
  let compiled = 0;
  let total = 0;
  const tell = () => {
    if (Date.now() - told < (request.everyMs ?? 5_000)) return;
    told = Date.now();
    const of = request.moduleCount === undefined ? '' : ` of up to ${request.moduleCount}`;
    const what =
      total === 0 ? `${modules}${of} modules downloaded` : `${compiled} of up to ${total} packages compiled`;
    request.progress(`${what}, ${minutes(Date.now() - started)}`);
  };
  const goRun = async (args: readonly string[]) => {
    const complaints: string[] = [];
    let pid = 0;
    const ticker = setInterval(tell, 1_000);
    const done = await run(tool.go, args, {
      cwd: request.modules,
      env,
      onStart: (started) => guard.watch((pid = started)),
      onErrorLine: (line) => {
        if (line.startsWith('go: downloading ')) modules += 1;
        else if (/^[\w./-]+$/.test(line)) compiled += 1;
        else if (line.trim() !== '') complaints.push(line);
        tell();
      },
    }).finally(() => {
      clearInterval(ticker);
      guard.forget(pid);
    });
    if (done.code !== 0) throw new Error(`go ${args[0]} failed: ${complaints.slice(-5).join('; ')}`);
    return done.stdout;
  };
  total = (await goRun(['list', '-deps', ...packages])).trim().split('\n').length;
  compiled = 0;
  const ldflags = ['-s -w', ...(request.ldflags ?? [])].join(' ');
  await goRun(['build', '-v', '-trimpath', `-ldflags=${ldflags}`, '-o', `${into}/`, ...packages]);
  request.progress(`built in ${minutes(Date.now() - started)}`);
};

/** Without these the programs of Kubernetes say v0.0.0, and clients refuse or warn about the skew. */
export const kubernetesVersion = (pins: Pins): string[] => {
  const [major, minor] = pins.kubernetes.slice(1).split('.');
  const version = 'k8s.io/component-base/version';
  return [
    `-X ${version}.gitVersion=${pins.kubernetes}`,
    `-X ${version}.gitMajor=${major}`,
    `-X ${version}.gitMinor=${minor}`,
  ];
};

/** Builds etcd, kube-apiserver and kubectl. Returns their version; a failure is an Error in Go's own words. */
export const buildFromModules = async (request: GoBuildPlace & { readonly pins: Pins }): Promise<string> => {
  const { pins, into } = request;
  await goBuild({
    ...request,
    packages: [
      'go.etcd.io/etcd/server/v3',
      'k8s.io/kubernetes/cmd/kube-apiserver',
      'k8s.io/kubernetes/cmd/kubectl',
    ],
    about:
      `building etcd ${pins.etcd}, kube-apiserver and kubectl ${pins.kubernetes} from Go modules, once: nothing cached ` +
      `in ${request.cache} fits; about 7 minutes on two cores`,
    moduleCount: pins.moduleCount,
    ldflags: kubernetesVersion(pins),
  });
  // Go names a program after the last element of its path that is not a version.
  await rename(join(into, 'server'), join(into, 'etcd'));
  return pins.kubernetes;
};
