import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { goPlatform } from '../cluster/pins.ts';
import { run } from '../cluster/run.ts';

/** An image of one program that needs nothing of a system below it. */
export interface ImageRequest {
  /** As pods name it, `example.local/name:tag`. */
  readonly name: string;
  /** File of the statically linked program; it is the image's entry point. */
  readonly program: string;
  /** Where the image goes, in the form in which `docker save` writes it. */
  readonly archive: string;
}

const tar = async (archive: string, folder: string, what: readonly string[]): Promise<void> => {
  // The same program gives the same image.
  const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
  const done = await run('tar', ['-cf', archive, ...same, '-C', folder, ...what]);
  if (done.code !== 0) throw new Error(`${archive} cannot be written: ${done.stderr.trim()}`);
};

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

/** Makes an image without Docker. Its processes are nobody's (65534) unless a pod says otherwise. */
export const makeImage = async ({ name, program, archive }: ImageRequest): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-image-'));
  try {
    await mkdir(join(folder, 'root', 'tmp'), { recursive: true });
    await chmod(join(folder, 'root', 'tmp'), 0o1777);
    await copyFile(program, join(folder, 'root', basename(program)));
    await tar(join(folder, 'layer.tar'), join(folder, 'root'), ['.']);
    const [os = 'linux', architecture = 'amd64'] = goPlatform().split('-');
    const config = JSON.stringify({
      os,
      architecture,
      config: { User: '65534:65534', Entrypoint: [`/${basename(program)}`], WorkingDir: '/' },
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(await readFile(join(folder, 'layer.tar')))}`] },
    });
    const configFile = `${sha256(config)}.json`;
    await writeFile(join(folder, configFile), config);
    const manifest = [{ Config: configFile, RepoTags: [name], Layers: ['layer.tar'] }];
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
    await tar(archive, folder, ['manifest.json', configFile, 'layer.tar']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
