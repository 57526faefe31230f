import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { EXAMPLES } from '../example-folders.ts';

const ROOT = join(import.meta.dirname, '../..');

/** An object of Landfall's that an example has. */
export interface ExampleObject {
  /** As kubectl takes it: `securevpc`. */
  readonly kind: string;
  readonly name: string;
  /** None of an Account. */
  readonly namespace?: string;
}

/** One that makes things in AWS. */
export type PlacedObject = Required<ExampleObject>;

/** What of an example somebody breaks, as with the console. */
export interface Fragile {
  /** Account that all of it is in. */
  readonly accountId: string;
  /** The SecureVpc, whose group and route table are in its status. */
  readonly network: PlacedObject;
  /** A route that goes. */
  readonly route: { readonly table: string; readonly destination: string };
  /** What is cut off by that. */
  readonly consequence: string;
  /** The EcsService that is told to run no task. */
  readonly service: PlacedObject;
  /** The PrivateLinkEndpoint that lets its consumer in no more; none where the example connects nothing. */
  readonly link?: PlacedObject;
  /** The DataStore whose table can be restored to no second of the past any more. */
  readonly table?: PlacedObject;
  /** The DataStore whose MySQL takes connections that are not encrypted. */
  readonly database?: PlacedObject;
}

/** A system of manifests/examples that the demo brings up. */
export interface Example {
  readonly name: string;
  /** What it is, for headings: `the portal`. */
  readonly title: string;
  /** Files and folders that are applied, from the root of the repository. */
  readonly paths: readonly string[];
  readonly fragile: Fragile;
}

const SYSTEMS: readonly Example[] = [
  {
    name: 'platform',
    title: 'the platform, in two accounts,',
    paths: [
      'manifests/examples/accounts/provider-account.yaml',
      'manifests/examples/accounts/consumer-account.yaml',
      EXAMPLES.platform,
    ],
    fragile: {
      accountId: '222222222222',
      network: { kind: 'securevpc', name: 'api-service', namespace: 'api-service' },
      route: { table: 'private', destination: '10.11.0.0/16' },
      consequence: 'no answer finds its way to the consumer',
      service: { kind: 'ecsservice', name: 'api-service', namespace: 'api-service' },
      link: { kind: 'privatelinkendpoint', name: 'api-service', namespace: 'api-service' },
      table: { kind: 'datastore', name: 'api-service-sessions', namespace: 'api-service' },
    },
  },
  {
    name: 'portal',
    title: 'the portal',
    paths: ['manifests/examples/portal/account.yaml', EXAMPLES.portal],
    fragile: {
      accountId: '123456789012',
      network: { kind: 'securevpc', name: 'portal', namespace: 'portal' },
      route: { table: 'public', destination: '0.0.0.0/0' },
      consequence: 'the internet reaches nothing',
      service: { kind: 'ecsservice', name: 'backend', namespace: 'portal' },
      database: { kind: 'datastore', name: 'portal', namespace: 'portal' },
    },
  },
];

/** The example of this name; throws where there is none. */
export function exampleOf(name: string): Example {
  const found = SYSTEMS.find((example) => example.name === name);
  if (found) return found;
  throw new Error(`there is no example ${name}: EXAMPLE is ${SYSTEMS.map((one) => one.name).join(' or ')}`);
}

/** How kubectl takes a path of the repository: a folder for kustomize as such. */
export function fileArgs(path: string): string[] {
  return [existsSync(join(ROOT, path, 'kustomization.yaml')) ? '-k' : '-f', path];
}

/** What an example puts on a cluster. */
export interface ExampleContents {
  /** What makes things in AWS, in the order of the files. */
  readonly resources: readonly PlacedObject[];
  readonly accounts: readonly ExampleObject[];
  readonly accountIds: readonly string[];
  readonly namespaces: readonly string[];
}

/** Reads the manifests of an example. */
export async function contentsOf({ paths }: Example): Promise<ExampleContents> {
  const files = (await Promise.all(paths.map(filesOf))).flat();
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  const documents = texts.flatMap((text) => parseAllDocuments(text).map((one) => one.toJS() as Manifest));
  const objects = documents
    .filter(({ apiVersion }) => apiVersion.startsWith('landfall.dev/'))
    .map(({ kind, metadata }) => ({ kind: kind.toLowerCase(), ...named(metadata) }));
  return {
    resources: objects.filter((object) => isNamespaced(object)),
    accounts: objects.filter(({ kind }) => kind === 'account'),
    accountIds: documents.flatMap(({ spec }) => spec?.aws?.accountId ?? []),
    namespaces: documents.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name),
  };
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: { readonly aws?: { readonly accountId: string } };
}

function named({ name, namespace }: Manifest['metadata']) {
  return { name, ...(namespace !== undefined && { namespace }) };
}

function isNamespaced(object: ExampleObject): object is PlacedObject {
  return object.namespace !== undefined;
}

async function filesOf(path: string): Promise<string[]> {
  const at = join(ROOT, path);
  if ((await stat(at)).isFile()) return [at];
  const names = await readdir(at);
  return names
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => join(at, name));
}
