import { GROUP, VERSION } from '../api/common.ts';
import type { DataStore, DataStoreStatus } from '../api/data-store.ts';
import { readCredentials, type Credentials } from '../aws/secretsmanager/value.ts';
import type { AwsSession } from '../aws/session.ts';
import { Terminal } from '../errors.ts';
import { shortHash } from '../graph/ownership.ts';
import type { KubeClient } from '../kube/client.ts';
import { isNotFound } from '../kube/errors.ts';
import { resourcePath } from '../kube/path.ts';
import type { KubeObject } from '../kube/types.ts';
import type { Publication } from './making.ts';

/** Which version of the secret that it is made of it has, and a hash of what it is to hold: so that nothing is read to see that nothing changed. */
const VERSION_ANNOTATION = 'landfall.dev/version';
const CHECKSUM_ANNOTATION = 'landfall.dev/checksum';
const FIELD_MANAGER = 'landfall';
const OWNER = { apiVersion: `${GROUP}/${VERSION}`, kind: 'DataStore' } as const;

/** The schemes of addresses, by engine as the secret names it. */
const SCHEMES: Readonly<Record<string, string>> = {
  mysql: 'mysql',
  postgres: 'postgresql',
  redis: 'rediss',
  valkey: 'rediss',
};

interface KubeSecret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** Where a Secret is written, and for whom. */
interface At extends Omit<Publication<DataStore>, 'client' | 'session'> {
  readonly client: Pick<KubeClient, 'get' | 'apply' | 'delete'>;
}

/** Where what the Secret is to hold is kept. */
interface Source {
  /** Another for other credentials. */
  readonly version: string;
  /** Undefined as long as nobody knows where the store answers. */
  read(): Promise<Values | undefined>;
}
type Values = Readonly<Record<string, string>>;

/**
 * Keeps the Secret with what a client of the store needs in step with the secret in AWS, and takes a former one away. Of Secrets it
 * reads the two that may be its own, by name. Returns what status remembers of it. Throws Terminal (`NameTaken`) where somebody else's has the name.
 */
export function keepConnectionSecret(
  at: At & { readonly session: AwsSession },
): Promise<Pick<DataStoreStatus, 'connectionSecret'>> {
  const { arn: secretArn, currentVersionId: versionId } = outputsOfSecret(at);
  if (secretArn === undefined || versionId === undefined) return keep(at, undefined);
  return keep(at, {
    version: versionId,
    read: async () => valuesOf(await readCredentials(at.session, { secretArn, versionId })),
  });
}

/** The same in step with the Secret of the cluster that the store's password was made in, which keeps its name whatever the spec says. */
export async function keepLocalConnectionSecret(at: At): Promise<Pick<DataStoreStatus, 'connectionSecret'>> {
  const { name, version } = outputsOfSecret(at);
  if (name === undefined || version === undefined) return keep(at, undefined);
  // Of the same name, it is that one, with the same keys.
  if (at.object.spec.connectionSecret?.name === name) return { connectionSecret: { name } };
  return keep(at, {
    version,
    async read() {
      const { data } = (await read(at, name)) ?? {};
      return data && mapped(data, (value) => Buffer.from(value, 'base64').toString());
    },
  });
}

function outputsOfSecret({ standing }: At): Partial<Record<string, string>> {
  return standing.find(({ node }) => node === 'secret')?.outputs ?? {};
}

async function keep(at: At, source: Source | undefined): Promise<Pick<DataStoreStatus, 'connectionSecret'>> {
  const { spec, status } = at.object;
  const name = spec.connectionSecret?.name;
  const former = status.connectionSecret?.name;
  if (former !== undefined && former !== name) await takeAway(at, former);
  const isThere = name !== undefined && source !== undefined && (await isKept(at, name, source));
  return { connectionSecret: isThere ? { name } : undefined };
}

/** Writes it where it is another. Returns whether it is there: there is none before the store is. */
async function isKept(at: At, name: string, source: Source): Promise<boolean> {
  const found = await read(at, name);
  if (found && !isOwn(at, found))
    throw new Terminal(
      'NameTaken',
      `spec.connectionSecret.name: there is a Secret ${name} already, which is not of this object; delete it, or choose another name`,
    );
  const { annotations = {}, ownerReferences = [] } = found?.metadata ?? {};
  if (
    ownerReferences.some(({ uid }) => uid === at.object.metadata.uid) &&
    annotations[VERSION_ANNOTATION] === source.version &&
    annotations[CHECKSUM_ANNOTATION] === checksumOf(found?.data ?? {})
  )
    return true;
  const values = await source.read();
  if (!values) return false;
  const data = mapped(values, (value) => Buffer.from(value).toString('base64'));
  await write(at, name, { versionId: source.version, data });
  return true;
}

function mapped(values: Values, map: (value: string) => string): Values {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}

/** What clients need; undefined as long as nobody knows where the store answers. */
function valuesOf(credentials: Credentials): Values | undefined {
  const { engine, host, port, username, password, dbname } = credentials;
  if (host === undefined || port === undefined) return undefined;
  const user = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`;
  const uri = `${SCHEMES[engine] ?? engine}://${user}@${host}:${port}${dbname === undefined ? '' : `/${dbname}`}`;
  return {
    host,
    port: String(port),
    username,
    password,
    ...(dbname !== undefined && { dbname }),
    uri,
  };
}

function checksumOf(data: Readonly<Record<string, string>>): string {
  const entries = Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1));
  return shortHash(JSON.stringify(entries), 32);
}

async function write(
  at: At,
  name: string,
  { versionId, data }: { readonly versionId: string; readonly data: Readonly<Record<string, string>> },
): Promise<void> {
  const { metadata } = at.object;
  at.assertLeading();
  await at.client.apply(
    pathOf(at, name),
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name,
        namespace: metadata.namespace,
        annotations: { [VERSION_ANNOTATION]: versionId, [CHECKSUM_ANNOTATION]: checksumOf(data) },
        // Kubernetes deletes it with the object.
        ownerReferences: [{ ...OWNER, name: metadata.name, uid: metadata.uid, controller: true }],
      },
      type: 'Opaque',
      data,
    },
    { fieldManager: FIELD_MANAGER, force: true },
  );
}

async function takeAway(at: At, name: string): Promise<void> {
  const found = await read(at, name);
  if (!found || !isOwn(at, found)) return;
  at.assertLeading();
  await at.client.delete(pathOf(at, name), { body: { preconditions: { uid: found.metadata.uid } } });
}

async function read(at: At, name: string): Promise<KubeSecret | undefined> {
  try {
    return await at.client.get<KubeSecret>(pathOf(at, name));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** One of a former object of the name is its own, too: Kubernetes deletes that a while after the object. */
function isOwn({ object }: At, { metadata: { ownerReferences = [] } }: KubeSecret): boolean {
  return ownerReferences.some(
    ({ apiVersion, kind, name }) =>
      apiVersion === OWNER.apiVersion && kind === OWNER.kind && name === object.metadata.name,
  );
}

function pathOf({ object }: At, name: string): string {
  return resourcePath({ version: 'v1', plural: 'secrets', namespace: object.metadata.namespace, name });
}
