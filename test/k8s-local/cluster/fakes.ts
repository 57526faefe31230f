import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Environment } from '../../../k8s-local/cluster/paths.ts';
import { goPlatform, readPins } from '../../../k8s-local/cluster/pins.ts';
import { onPath, run } from '../../../k8s-local/cluster/run.ts';

/** A machine of its own: an empty PATH but for the basics, an empty cache, and a go.mod that pins v1.36.1. */
export const fakeMachine = async () => {
  const root = await mkdtemp(join(tmpdir(), 'landfall-fake-'));
  const folder = (name: string) => join(root, name);
  for (const name of ['bin', 'modules', 'cache']) await mkdir(folder(name));
  for (const tool of ['sh', 'tar', 'gzip', 'cp', 'cat', 'chmod', 'mkdir', 'sleep']) {
    const real = await onPath(tool, process.env);
    if (real !== undefined) await symlink(real, join(folder('bin'), tool));
  }
  const goMod =
    'module fake\n\ngo 1.26.0\n\nrequire (\n\tgo.etcd.io/etcd/server/v3 v3.6.8\n\tk8s.io/kubernetes v1.36.1\n)\n';
  await writeFile(join(folder('modules'), 'go.mod'), goMod);
  await writeFile(join(folder('modules'), 'go.sum'), 'sums\n');
  const env: Record<string, string> = {
    PATH: folder('bin'),
    LANDFALL_CACHE: folder('cache'),
    LANDFALL_ENVTEST_INDEX: 'off',
  };
  const lines: string[] = [];
  const script = async (file: string, text: string) => {
    await writeFile(file, `#!/bin/sh\n${text}\n`);
    await chmod(file, 0o755);
  };
  return {
    root,
    env: env as Environment & Record<string, string>,
    modules: folder('modules'),
    cache: folder('cache'),
    /** Everything that was told. */
    lines,
    progress: (line: string) => void lines.push(line),
    install: (name: string, text: string) => script(join(folder('bin'), name), text),
    /** Puts three programs that only tell their version into a folder. */
    programs: async (dir: string, version: string, names = ['etcd', 'kube-apiserver', 'kubectl']) => {
      await mkdir(dir, { recursive: true });
      for (const name of names) await script(join(dir, name), `echo Kubernetes ${version}`);
      return dir;
    },
    fillCache: async function (this: { programs: (dir: string, version: string) => Promise<string> }) {
      const { key } = await readPins(folder('modules'));
      const dir = await this.programs(join(folder('cache'), 'bin', key), 'v1.36.1');
      await writeFile(join(dir, 'landfall.json'), '{"version":"v1.36.1","source":"go build"}');
      return dir;
    },
    remove: () => rm(root, { recursive: true }),
  };
};

/** What `fakeMachine` gives. */
export type FakeMachine = Awaited<ReturnType<typeof fakeMachine>>;

/** How a script answers `go version`: with one that is new enough. */
export const GO_VERSION = '[ $1 = version ] && echo go version go1.26.3 linux/amd64 && exit';

/** A `go` that lists two packages, downloads one module, and builds empty programs; `log` gets its arguments. */
export const fakeGo = (log: string): string => `
echo "$@" >> ${log}
echo "mod=$GOMODCACHE cache=$GOCACHE flags=$GOFLAGS" >> ${log}
echo "go: downloading k8s.io/api v0.36.1" >&2
case $1 in
  version) echo go version go1.26.3 linux/amd64 ;;
  list) echo a/b; echo c/d ;;
  build)
    echo a/b >&2; sleep 0.2; echo c/d >&2
    while [ "$1" != -o ]; do shift; done
    for name in server kube-apiserver kubectl; do echo '#!/bin/sh' > "$2/$name"; chmod +x "$2/$name"; done ;;
esac`;

/** An index with one archive on loopback. `paths` lists what was asked for. */
export const archiveServer = async (machine: FakeMachine, version: string, hash?: string) => {
  const dir = join(machine.root, 'archive');
  await machine.programs(join(dir, 'controller-tools', 'envtest'), version);
  const file = join(machine.root, 'archive.tar.gz');
  const tar = await run('tar', ['-czf', file, '-C', dir, 'controller-tools']);
  if (tar.code !== 0) throw new Error(tar.stderr);
  const bytes = await readFile(file);
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? '');
    if (request.url === '/archive.tar.gz') {
      response.end(bytes);
      return;
    }
    const sum = hash ?? createHash('sha512').update(bytes).digest('hex');
    const entry = { hash: sum, selfLink: `http://${request.headers.host}/archive.tar.gz` };
    response.end(
      JSON.stringify({ releases: { [version]: { [`envtest-${version}-${goPlatform()}.tar.gz`]: entry } } }),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    index: `http://127.0.0.1:${address.port}/index.yaml`,
    paths,
    close: () => once(server.close(), 'close'),
  };
};
