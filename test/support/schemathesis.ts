import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder, ensurePythonEnv } from '../../k8s-local/aws/python-env.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/schemathesis');

/** What to expect of operations, where that is not what is expected of all. */
export interface Expected {
  /** Their ids. */
  readonly of: readonly string[];
  /** All statuses that a valid request may be answered with; a 2xx, 404 and 409 unless given. */
  readonly valid?: readonly (number | '2xx')[];
  /** How a request that is not valid may be refused, too. */
  readonly invalid?: readonly number[];
}

/** What is particular to a service. */
export interface Particular {
  readonly expected?: readonly Expected[];
  /** What is thought of to ask; the same for the same number. */
  readonly seed?: number;
  /** Of each operation that random ones are thought of for, at most. */
  readonly examples?: number;
  /** An administrator, who is logged in wherever the document asks for it. */
  readonly admin?: { readonly username: string; readonly password: string };
}

/** What was asked of an operation. */
export interface Asked {
  /** Cases of what the document allows, and of what it does not. */
  positive: number;
  negative: number;
  readonly statuses: Set<number>;
}

/** What schemathesis saw of a service. */
export interface Examined {
  /** Its own words where something is not as the document says; else nothing. */
  readonly faults: string;
  /** By `GET /users/{id}`, as the document writes it. */
  readonly asked: ReadonlyMap<string, Asked>;
  /** Names of the checks that answers were looked at by. */
  readonly checks: ReadonlySet<string>;
}

/** Asks the service at `url` all that its own document says of it, and much that it does not. */
export async function examine(
  url: string,
  { expected = [], seed = 20, examples = 25, admin }: Particular = {},
): Promise<Examined> {
  const purpose = { folder: 'schemathesis', title: 'schemathesis' };
  const python = await ensurePythonEnv(join(FOLDER, 'requirements.txt'), process.env, console.log, purpose);
  const folder = await mkdtemp(join(tmpdir(), 'landfall-schemathesis-'));
  try {
    const shared = await readFile(join(FOLDER, 'schemathesis.toml'), 'utf8');
    const config = [shared, ...expected.map(tableOf)].join('\n');
    await writeFile(join(folder, 'schemathesis.toml'), config);
    const report = join(folder, 'report.ndjson');
    const what = ['run', `${url}/openapi.json`, '--no-color', '--report-ndjson-path', report];
    const how = ['--seed', `${seed}`, '--max-examples', `${examples}`];
    const child = spawn(
      python,
      ['-m', 'schemathesis.cli', '--config-file', 'schemathesis.toml', ...what, ...how],
      {
        cwd: folder,
        env: {
          PATH: process.env['PATH'],
          PYTHONPYCACHEPREFIX: join(cacheFolder(process.env), 'schemathesis', 'bytecode'),
          SCHEMATHESIS_HOOKS: join(FOLDER, 'hooks.py'),
          ...(admin && { ADMIN_USER: admin.username, ADMIN_PASSWORD: admin.password }),
        },
      },
    );
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => void (said += chunk.toString()));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    const lines = await readFile(report, 'utf8').catch((cause: unknown) => {
      throw new Error(`schemathesis has ended without a report:\n${said}`, { cause });
    });
    return { faults: code === 0 ? '' : said, ...read(lines) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const REFUSED = [400, 404, 405, 413, 415, 422];

function tableOf({ of, valid = ['2xx', 404, 409], invalid = [] }: Expected): string {
  const faults = [...valid, ...invalid].filter((status) => Number(status) >= 500);
  const statuses = {
    not_a_server_error: ['2xx', '3xx', '4xx', ...faults],
    positive_data_acceptance: valid,
    negative_data_rejection: [...REFUSED, ...invalid],
    missing_required_header: [...REFUSED, ...invalid],
  };
  const checks = Object.entries(statuses).map(
    ([check, expected]) => `checks.${check}.expected-statuses = ${JSON.stringify(expected)}`,
  );
  return ['[[operations]]', `include-operation-id = ${JSON.stringify(of)}`, ...checks, ''].join('\n');
}

/** The parts of a line of its report that are read here. */
interface Line {
  readonly ScenarioFinished?: {
    readonly recorder: {
      readonly cases: Readonly<Record<string, { readonly value: Case }>>;
      /** Not where nothing was asked or looked at. */
      readonly checks?: Readonly<Record<string, readonly { readonly name: string }[]>>;
      readonly interactions?: Readonly<Record<string, Interaction>>;
    };
  };
}

interface Case {
  readonly method: string;
  readonly path: string;
  readonly meta: { readonly generation: { readonly mode: 'positive' | 'negative' } } | null;
}

interface Interaction {
  readonly response: { readonly status_code: number } | null;
}

function read(report: string): Pick<Examined, 'asked' | 'checks'> {
  const asked = new Map<string, Asked>();
  const checks = new Set<string>();
  for (const line of report.split('\n').filter(Boolean)) {
    const recorder = (JSON.parse(line) as Line).ScenarioFinished?.recorder;
    for (const [id, { value }] of Object.entries(recorder?.cases ?? {})) {
      const name = `${value.method} ${value.path}`;
      const seen = asked.get(name) ?? { positive: 0, negative: 0, statuses: new Set<number>() };
      asked.set(name, seen);
      if (value.meta) seen[value.meta.generation.mode] += 1;
      const status = recorder?.interactions?.[id]?.response?.status_code;
      if (status !== undefined) seen.statuses.add(status);
      for (const check of recorder?.checks?.[id] ?? []) checks.add(check.name);
    }
  }
  return { asked, checks };
}
