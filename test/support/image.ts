import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { buildImage } from '../../k8s-local/build-image.ts';

const root = resolve(import.meta.dirname, '../..');
// Another base image than the public one, where that cannot be pulled; .ci/docker makes it.
const nodeImage = process.env['LANDFALL_TEST_NODE_IMAGE'];

/** How a command ended. */
export interface Run {
  code: number;
  out: string;
  err: string;
}

/** Runs the Docker command line; a failure is an answer, too. */
export function docker(...args: string[]): Promise<Run> {
  return promisify(execFile)('docker', args, { cwd: root, maxBuffer: 64 * 1024 * 1024 }).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      out: error.stdout,
      err: error.stderr,
    }),
  );
}

/** Builds an image of Node's from a Dockerfile of the repository. Throws what the build said where it fails. */
export async function build(tag: string, dockerfile = 'Dockerfile'): Promise<void> {
  await buildImage({ tag, dockerfile, base: nodeImage });
}

/** Prints who runs it, in which Node, and all that it could write to. */
export const WHO_AND_WHAT = `
  const { accessSync, constants, readdirSync } = require('node:fs');
  const writable = [];
  (function walk(folder) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = folder + (folder === '/' ? '' : '/') + entry.name;
      if (['/proc', '/sys', '/dev'].includes(path)) continue;
      try { accessSync(path, constants.W_OK); writable.push(path); } catch {}
      if (entry.isDirectory()) walk(path);
    }
  })('/');
  console.log(JSON.stringify({ uid: process.getuid(), gid: process.getgid(), major: process.versions.node.split('.')[0], writable }));`;

/** The files of an image. Those of Node and its libraries that should not be there are `foreign`. */
export async function filesOf(
  image: string,
): Promise<{ readonly files: string[]; readonly foreign: string[] }> {
  const { out: container } = await docker('create', image);
  try {
    const { stdout } = await promisify(execFile)(
      'bash',
      ['-o', 'pipefail', '-c', `docker export ${container.trim()} | tar -t`],
      { maxBuffer: 16 * 1024 * 1024 },
    );
    const files = stdout.split('\n').filter((path) => path !== '' && !path.endsWith('/'));
    const known = /^(usr\/local\/bin\/node$|lib(64)?\/|usr\/lib\/|app\/)/;
    // Docker's own: empty files that it mounts over.
    const mounted = /^(\.dockerenv|dev\/console|etc\/(hostname|hosts|mtab|resolv\.conf))$/;
    const isLibrary = (path: string) => /\.so(\.\d+)*$/.test(path);
    const foreign = files.filter(
      (path) => (!known.test(path) && !mounted.test(path)) || (/^(usr\/)?lib/.test(path) && !isLibrary(path)),
    );
    return { files, foreign };
  } finally {
    await docker('rm', container.trim());
  }
}
