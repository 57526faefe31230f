import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Database } from '../../k8s-local/databases/container.ts';

const main = resolve(import.meta.dirname, '../../service/check-databases/main.ts');

/** What `npm run check:databases` said, and how it ended. */
export interface Checked {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Rows of its tables as `store check: RESULT detail`, with one space between words. */
  readonly rows: readonly string[];
}

/** Runs it in an environment that holds nothing else. */
export async function checkDatabases(
  env: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<Checked> {
  const { PATH = '' } = process.env;
  const ended = await promisify(execFile)(process.execPath, [main, ...args], { env: { PATH, ...env } }).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      out: error.stdout,
      err: error.stderr,
    }),
  );
  const rows = ended.out.split('\n').filter((line) => /^(postgresql|mysql|redis|dynamodb) /.test(line));
  return { ...ended, rows: rows.map((row) => row.replaceAll(/ +/g, ' ')) };
}

/** Where a database is, and who may come in. */
export type Reached = Pick<Database, 'host' | 'port' | 'username' | 'password' | 'database' | 'ca'>;

/** How the service is told of a database, with the file of its authority, which goes with the scope. */
export async function environmentOf(
  prefix: 'DB' | 'REDIS',
  { host, port, username, password, database, ca = '' }: Reached,
): Promise<{ readonly env: Record<string, string> } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-authority-'));
  const file = join(folder, 'ca.pem');
  await writeFile(file, ca);
  return {
    env: {
      [`${prefix}_HOST`]: host,
      [`${prefix}_PORT`]: String(port),
      [`${prefix}_PASS`]: password,
      [`${prefix}_CA_FILE`]: file,
      ...(prefix === 'DB' && { DB_USER: username, DB_NAME: database }),
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
