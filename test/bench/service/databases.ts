import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cacheFolder, ensurePythonEnv } from '../../../k8s-local/aws/python-env.ts';

const LOCAL_AWS = join(import.meta.dirname, '../../../k8s-local/aws');

/** A PostgreSQL and a Redis of this machine's programs, on loopback addresses of their own, with TLS. */
export interface Databases extends AsyncDisposable {
  /** What tells a service where they are and how it comes in. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts them as the local AWS does, which does not let them run as root. They end with this process in any case. */
export async function startDatabases(): Promise<Databases> {
  const python = await ensurePythonEnv(join(LOCAL_AWS, 'requirements.txt'), process.env, console.error);
  const child = spawn(python, [join(import.meta.dirname, 'databases.py')], {
    env: {
      ...process.env,
      PYTHONPATH: LOCAL_AWS,
      PYTHONPYCACHEPREFIX: join(cacheFolder(process.env), 'aws', 'bytecode'),
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const line = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([line]) => String(line)),
    exited.then(([code]) => {
      throw new Error(`PostgreSQL and Redis did not start (${String(code)}).`);
    }),
  ]);
  return {
    environment: JSON.parse(line) as Record<string, string>,
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exited;
    },
  };
}
