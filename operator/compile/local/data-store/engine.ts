import type { DataStore } from '../../../api/data-store.ts';
import type { LocalAccount } from '../../../api/local-account.ts';
import type { Resources } from './size.ts';

/** A command that tells by its exit code whether all is well. */
type Probe =
  | { readonly exec: { readonly command: readonly string[] } }
  | { readonly httpGet: { readonly path: string; readonly port: string } }
  | { readonly tcpSocket: { readonly port: string } };

type Variable =
  { readonly name: string; readonly value: string } | { readonly name: string; readonly valueFrom: object };

/** One container of a store, without what all of them have in common. */
export interface EngineContainer {
  readonly name: string;
  readonly image: string;
  /** Default: the image's own entrypoint. */
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env: readonly Variable[];
  readonly port: { readonly name: string; readonly containerPort: number };
  /** Whether it takes connections. */
  readonly ready: Probe;
  /** Whether it does anything at all, where that is another question. */
  readonly alive?: Probe;
  readonly preStop?: readonly string[];
  readonly resources: Resources;
}

/** What the engines differ in. */
export interface LocalEngine {
  /** What it is here, as `postgresql`, and the version that its image is of. */
  readonly name: string;
  readonly version: string;
  /** The user of its image, by number, so that Kubernetes can tell that it is not root. */
  readonly user: number;
  /** Folders besides /tmp that it writes to and that end with the pod; they are in memory. */
  readonly scratch: Readonly<Record<string, string>>;
  /** GiB of its volume in AWS, or what comes near it. */
  readonly storageGiB: number;
  /** The first one is the engine, whose port is that of the Service. */
  readonly containers: readonly EngineContainer[];
}

/** What an engine is made of. */
export interface EngineInput<S> {
  readonly object: DataStore;
  readonly account: LocalAccount;
  readonly spec: S;
  /** Name of the Secret with the password; undefined where there is none. */
  readonly secretName: string | undefined;
}

/** Where every engine has its volume. It keeps its data in a folder of its own there: the top of a volume may hold `lost+found`. */
export const DATA = '/data';

/** A variable that holds a key of a Secret. */
export function fromSecret(name: string, secret: string, key: string): Variable {
  return { name, valueFrom: { secretKeyRef: { name: secret, key } } };
}

/** Parameters that AWS computes of the size of the server mean nothing elsewhere. */
export function isPlain({ value }: { readonly value: string }): boolean {
  return !value.includes('{');
}

/** The Secret of an engine that always has one. */
export function secretOf({ secretName }: Pick<EngineInput<unknown>, 'secretName'>): string {
  if (secretName === undefined) throw new Error('a database without a password');
  return secretName;
}
