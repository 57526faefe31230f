import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { hasUsualImages, STAND_INS } from './images.ts';

const root = join(import.meta.dirname, '../..');

/** Does what needs images: here, or in this command begun again where images made of Debian packages stand in for the usual ones. */
export async function withImages(work: () => Promise<void>, say: (line: string) => void): Promise<void> {
  if (process.env[STAND_INS] !== undefined || (await hasUsualImages(process.env))) {
    await work();
    return;
  }
  say('the usual images are not to be had here: others are made of Debian packages');
  const child = spawn('bash', ['.ci/docker', process.execPath, ...process.argv.slice(1)], {
    cwd: root,
    stdio: 'inherit',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
}
