import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { isMap, LineCounter, parseAllDocuments, type Document } from 'yaml';
import { type Account, accountIdOf } from '../api/account.ts';
import type { LocalAccount } from '../api/local-account.ts';
import { API_VERSION, GROUP } from '../api/common.ts';
import { type Kind, KINDS } from '../api/kinds.ts';
import { parseManifest } from '../api/parse.ts';
import { type ObjectKey, ownerOfKey } from '../compile/references.ts';
import { GRAPH_KINDS, providersOf } from '../controllers/graph-kinds.ts';
import { ownerOf, type GraphObject } from '../controllers/resource-status.ts';
import { isOverlay, unbuilt } from './overlay.ts';
import { type Failure, Failures, UsageError } from './usage.ts';
import { alternatives, counted } from './words.ts';

/** Where an object was read. */
interface Place {
  readonly file: string;
  readonly document: number;
  readonly line: number;
}

/** An object with the place where it was read. */
export interface Found<T> {
  readonly place: Place;
  readonly value: T;
}

/** Landfall's objects among the manifests, checked and with every default filled in. */
export interface Manifests {
  readonly accounts: readonly Found<Account>[];
  /** What makes things in AWS, of whatever kind. */
  readonly resources: readonly Found<GraphObject>[];
}

const RESOURCE_KINDS = GRAPH_KINDS.map(({ kind }) => kind);
/** The kinds that make things in AWS, in words: `SecureVpc, EcsService or …`. */
export const RESOURCE_WORDS = alternatives(RESOURCE_KINDS);
const ANY_WORDS = alternatives(['Account', ...RESOURCE_KINDS]);

interface ReadOptions {
  /** Namespace of objects that name none; default `default`. */
  readonly namespace?: string;
  /** Whether what makes things is looked for, and Accounts alone are too little where a folder has yet to be built. */
  readonly resources?: boolean;
  /** What `-` stands for. */
  readonly stdin?: NodeJS.ReadableStream;
}

const EXTENSIONS = new Set(['.yaml', '.yml', '.json']);

/**
 * Reads Accounts and what makes things in AWS from files, folders with everything below them, and `-` for the standard input;
 * objects of other API groups are passed over. Throws {@link UsageError} where there is nothing to read, and
 * {@link Failures} with everything that is wrong in all files.
 */
export async function readManifests(paths: readonly string[], options: ReadOptions = {}): Promise<Manifests> {
  const folders = await Promise.all(paths.map(async (path) => ({ path, files: await filesBelow(path) })));
  const files = new Set(folders.flatMap(({ files }) => files));
  const used = new Set<string>();
  const failures: Failure[] = [];
  const seen = new Map<string, Place>();
  const accounts: Found<Account>[] = [];
  const resources: Found<GraphObject>[] = [];
  for (const file of files) {
    const source = file === '-' ? await text(options.stdin ?? process.stdin) : await contentOf(file);
    for (const { place, value } of objectsIn(file === '-' ? 'stdin' : file, source, failures)) {
      const read = readObject(withNamespace(value, options.namespace ?? 'default'), place);
      if (read === undefined) continue;
      used.add(file);
      if ('failures' in read) failures.push(...read.failures);
      else if (!isTwin(read.object, place, seen, failures)) {
        if (isAccount(read.object)) accounts.push({ place, value: read.object });
        else resources.push({ place, value: read.object });
      }
    }
  }
  if (failures.length > 0) throw new Failures(failures);
  if (resources.length === 0 && (accounts.length === 0 || options.resources === true)) {
    const missing = `${accounts.length === 0 ? ANY_WORDS : RESOURCE_WORDS} of ${GROUP}`;
    const idle = folders.filter(({ files }) => !files.some((file) => used.has(file)));
    for (const { path } of idle) if (await isOverlay(path)) throw unbuilt(path, { paths, missing });
  }
  if (accounts.length + resources.length === 0) {
    throw new UsageError(
      `no ${ANY_WORDS} of ${GROUP} in ${paths.join(', ')} (${counted(files.size, 'file')} read): give the folder with your manifests`,
      { instead: (command) => `${command} -f manifests/` },
    );
  }
  return { accounts, resources };
}

/** What to do about an object that is referred to and in none of the files. */
export const FILE_ADVICE = 'give the file that has it with another -f';

/** Looks up objects that others refer to among the same manifests. */
export function finderIn({ resources }: Pick<Manifests, 'resources'>) {
  const byOwner = new Map(resources.map(({ value }) => [ownerOf(value), value]));
  return (key: ObjectKey): GraphObject | undefined => byOwner.get(ownerOfKey(key));
}

/** Those among the same manifests that name an object which has to let them in. */
export function consumersIn({ resources }: Pick<Manifests, 'resources'>, owner: string): GraphObject[] {
  return resources.map(({ value }) => value).filter((object) => providersOf(object).includes(owner));
}

/** Id of the account of an Account among the same manifests. */
export function accountIdIn(manifests: Pick<Manifests, 'accounts'>, name: string): string | undefined {
  const found = accountIn(manifests, name);
  return found && accountIdOf(found.spec);
}

/** What an Account among the same manifests says of the cluster itself, where it leads there. */
export function localAccountIn(
  manifests: Pick<Manifests, 'accounts'>,
  name: string,
): LocalAccount | undefined {
  return accountIn(manifests, name)?.spec.local;
}

function accountIn({ accounts }: Pick<Manifests, 'accounts'>, name: string): Account | undefined {
  return accounts.find(({ value }) => value.metadata.name === name)?.value;
}

/** `SecureVpc portal/portal`, `Account portal`. */
export function titleOf(object: {
  kind: string;
  metadata: { name: string; namespace?: string | undefined };
}): string {
  const { namespace, name } = object.metadata;
  return `${object.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

async function filesBelow(path: string): Promise<string[]> {
  if (path === '-') return [path];
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new UsageError(`there is no file or folder ${path}`);
  if (found.isFile()) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  const below = await Promise.all(
    entries
      .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(async (entry): Promise<string[]> => {
        const full = join(path, entry.name);
        if (entry.isDirectory()) return filesBelow(full);
        return EXTENSIONS.has(extname(entry.name)) ? [full] : [];
      }),
  );
  return below.flat();
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
}

function objectsIn(file: string, source: string, failures: Failure[]): Found<unknown>[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(source, { lineCounter: lines });
  if (!Array.isArray(documents)) return [];
  return (documents as Document.Parsed[]).flatMap((document, index): Found<unknown>[] => {
    const start = document.contents?.range[0] ?? document.range[0];
    const place = { file, document: index + 1, line: lines.linePos(start).line };
    const [error] = document.errors;
    if (error) {
      const line = error.linePos?.[0].line ?? place.line;
      const message = `cannot be read as YAML: ${error.message.split('\n')[0]?.replace(/:$/, '') ?? ''}`;
      failures.push({ ...place, line, reason: 'InvalidYaml', message });
      return [];
    }
    if (!isMap(document.contents)) return [];
    const value = document.toJS() as Record<string, unknown>;
    const items = value['items'];
    // `kubectl get -o yaml` gives a List.
    if (value['kind'] === 'List' && Array.isArray(items))
      return items.map((item) => ({ place, value: item }));
    return [{ place, value }];
  });
}

function withNamespace(value: unknown, namespace: string): unknown {
  const object = value as { kind?: unknown; metadata?: { namespace?: unknown } };
  if (
    KINDS[String(object.kind) as Kind]?.scope !== 'Namespaced' ||
    object.metadata === null ||
    typeof object.metadata !== 'object'
  )
    return value;
  return { ...object, metadata: { ...object.metadata, namespace: object.metadata.namespace ?? namespace } };
}

type Read = { readonly object: Account | GraphObject } | { readonly failures: Failure[] };

function readObject(value: unknown, place: Place): Read | undefined {
  const { apiVersion, kind, metadata } = (value ?? {}) as {
    apiVersion?: unknown;
    kind?: unknown;
    metadata?: { name?: unknown; namespace?: unknown };
  };
  const isKnown = typeof kind === 'string' && Object.hasOwn(KINDS, kind);
  const isOurs = typeof apiVersion === 'string' && apiVersion.startsWith(`${GROUP}/`);
  if (!isOurs && !(isKnown && apiVersion === undefined)) return undefined;
  const name = [metadata?.namespace, metadata?.name].filter((part) => typeof part === 'string').join('/');
  const object = `${String(kind)}${name === '' ? '' : ` ${name}`}`;
  if (!isKnown) {
    const message = `unknown kind ${String(kind)}: ${API_VERSION} has ${Object.keys(KINDS).join(', ')}`;
    return {
      failures: [{ ...place, object, field: 'kind', value: kind, reason: 'UnknownKind', message }],
    };
  }
  const parsed = parseManifest(kind as Kind, value);
  if (parsed.ok) {
    const object = parsed.value;
    // An approval is checked, and says nothing about what to make.
    return object.kind === 'PlanApproval' ? undefined : { object };
  }
  return {
    failures: parsed.issues.map(({ path, value: shown, message }) => ({
      ...place,
      object,
      field: path,
      value: shown,
      reason: 'InvalidSpec',
      message,
    })),
  };
}

function isAccount(object: Account | GraphObject): object is Account {
  return object.kind === 'Account';
}

function isTwin(
  object: Account | GraphObject,
  place: Place,
  seen: Map<string, Place>,
  failures: Failure[],
): boolean {
  const title = titleOf(object);
  const first = seen.get(title);
  seen.set(title, first ?? place);
  if (!first) return false;
  failures.push({
    ...place,
    object: title,
    reason: 'Duplicate',
    message: `stands in ${first.file}:${first.line} too; a cluster would keep only one of them: take one away, or give it another name`,
  });
  return true;
}
