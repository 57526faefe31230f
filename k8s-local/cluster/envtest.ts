import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { parse } from 'yaml';

import { goPlatform } from './pins.ts';
import { run } from './run.ts';

/** Where the Kubernetes project lists the archives that it publishes for controller tests. */
export const officialEnvtestIndex =
  'https://raw.githubusercontent.com/kubernetes-sigs/controller-tools/HEAD/envtest-releases.yaml';

interface Archive {
  readonly hash?: string;
  readonly selfLink: string;
}

interface Index {
  readonly releases?: Readonly<Record<string, Readonly<Record<string, Archive>>>>;
}

/** Picks the archive of exactly this version, else of the highest patch of the same minor. */
export const pickArchive = (
  index: Index,
  version: string,
  platform: string,
): { version: string; archive: Archive } | undefined => {
  const minor = /^v\d+\.\d+\./.exec(version)?.[0] ?? version;
  const patch = (v: string) => Number(v.slice(minor.length));
  const candidates = Object.keys(index.releases ?? {})
    .filter((v) => v.startsWith(minor) && Number.isInteger(patch(v)))
    .sort((a, b) => Number(b === version) - Number(a === version) || patch(b) - patch(a));
  for (const v of candidates) {
    const archive = index.releases?.[v]?.[`envtest-${v}-${platform}.tar.gz`];
    if (archive) return { version: v, archive };
  }
  return undefined;
};

const causeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
};

const download = async (url: string, timeoutMs: number): Promise<Buffer> => {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    if (response.ok) return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    throw new Error(`${url} cannot be read: ${causeOf(error)}`, { cause: error });
  }
  throw new Error(`${url} answered ${response.status}`);
};

/** What to fetch, and where to. */
export interface EnvtestRequest {
  readonly index: string;
  readonly version: string;
  /** An existing folder that gets the three programs. */
  readonly into: string;
  readonly progress: (line: string) => void;
  /** For the index alone; the archive may take five minutes. Milliseconds, default 5000. */
  readonly timeoutMs?: number;
}

/** Downloads and unpacks the official archive; returns its version. Any failure is an Error of one line. */
export const fetchEnvtest = async (request: EnvtestRequest): Promise<string> => {
  const { index, into, progress } = request;
  if (index === 'off') throw new Error('switched off by LANDFALL_ENVTEST_INDEX');
  const list = parse((await download(index, request.timeoutMs ?? 5_000)).toString('utf8')) as Index;
  const picked = pickArchive(list, request.version, goPlatform());
  if (!picked) throw new Error(`${index} lists nothing for ${request.version} on ${goPlatform()}`);
  const { selfLink, hash } = picked.archive;
  progress(`downloading the envtest archive ${picked.version} from ${selfLink}`);
  const bytes = await download(selfLink, 300_000);
  const actual = createHash('sha512').update(bytes).digest('hex');
  if (hash !== undefined && hash.toLowerCase() !== actual) {
    throw new Error(`${selfLink} has sha512 ${actual.slice(0, 12)}…, its index says ${hash.slice(0, 12)}…`);
  }
  const unpacked = join(into, 'unpacked');
  await mkdir(unpacked);
  const file = join(into, 'archive.tar.gz');
  await writeFile(file, bytes);
  const tar = await run('tar', ['-xzf', file, '-C', unpacked]);
  if (tar.code !== 0) throw new Error(`${selfLink} cannot be unpacked: ${tar.stderr.trim()}`);
  for (const entry of await readdir(unpacked, { recursive: true })) {
    const name = basename(entry);
    if (!['etcd', 'kube-apiserver', 'kubectl'].includes(name)) continue;
    await rename(join(unpacked, entry), join(into, name));
    await chmod(join(into, name), 0o755);
  }
  await rm(unpacked, { recursive: true });
  await rm(file);
  return picked.version;
};
