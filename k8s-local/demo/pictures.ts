import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const exec = promisify(execFile);

/** Draws the portal as it stands in AWS: writes the SVG, returns the drawing for the terminal. */
export async function drawPictures(
  env: Readonly<Record<string, string>>,
  installation: string,
  svg: string,
  signal: AbortSignal,
): Promise<string> {
  const graph = async (...args: string[]): Promise<string> => {
    const { stdout } = await exec(
      process.execPath,
      [join(ROOT, 'operator/cli/main.ts'), 'graph', '-f', 'manifests/examples/portal', '--live', ...args],
      {
        cwd: ROOT,
        env: { ...process.env, ...env, LANDFALL_INSTALLATION: installation },
        maxBuffer: 1 << 26,
        signal,
      },
    );
    return stdout.trimEnd();
  };
  await graph('--format', 'svg', '-o', svg);
  return graph('--format', 'text');
}
