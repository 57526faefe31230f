import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The programs that this machine lacks for databases and caches that really run (`LANDFALL_AWS_ENGINES=real`). */
export async function missingEngines(env: NodeJS.ProcessEnv): Promise<string[]> {
  return promisify(execFile)('python3', ['-m', 'landfall_aws.engines.programs'], {
    env: { ...env, PYTHONPATH: import.meta.dirname, PYTHONDONTWRITEBYTECODE: '1' },
  }).then(
    ({ stdout }) => stdout.split('\n').filter(Boolean),
    () => ['python3'],
  );
}
