import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { GenericContainer, getContainerRuntimeClient } from 'testcontainers';
import { freePorts } from '../cluster/ports.ts';
import type { Certificates } from '../certificates.ts';
import { makeCertificates } from './certificates.ts';
import type { Access, Driver } from './drivers.ts';

/** A database in a container. Its port and its data stay the same until `stop`. */
export interface Database {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly database: string;
  /** The authority of its certificate (PEM); undefined where it is without TLS. */
  readonly ca: string | undefined;
  /** Ends it at once (SIGKILL). */
  kill(): Promise<void>;
  /** Starts it after `kill`, and resolves when it lets clients in. */
  start(): Promise<void>;
  /** Ends it in good order and starts it, and resolves when it lets clients in. */
  restart(): Promise<void>;
  /** It stands still: connections stay open, new ones are made, nothing is answered. */
  pause(): Promise<void>;
  unpause(): Promise<void>;
  /** Ends it, and removes it with its data. */
  stop(): Promise<void>;
}

export interface DatabaseOptions {
  /** Nobody is let in without TLS (the default), or everybody is without. */
  readonly tls?: boolean;
}

/** Who may come in, and what it shows. */
export interface Setup {
  readonly username: string;
  readonly password: string;
  readonly database: string;
  readonly certificates: Certificates | undefined;
}

/** What the sorts of databases differ in. */
export interface Engine {
  readonly image: string;
  readonly port: number;
  readonly driver: Driver;
  readonly username: string;
  readonly environment: (setup: Setup) => Record<string, string>;
  readonly command: (setup: Setup) => string[];
  /** Files of the container by path, which everybody may read. */
  readonly files?: (setup: Setup) => Record<string, string>;
}

/** Where the container has what it shows. */
export const TLS = { ca: '/tls/ca.pem', certificate: '/tls/server.pem', key: '/tls/server.key' };

/** On a machine that others keep busy. */
const ANSWERS_MS = 120_000;

/** Starts one of a sort, and resolves when it lets clients in. */
export async function startDatabase(engine: Engine, { tls = true }: DatabaseOptions): Promise<Database> {
  const { driver, username } = engine;
  const host = '127.0.0.1';
  const [port = 0] = await freePorts(1);
  const certificates = tls ? await makeCertificates() : undefined;
  const setup = { username, password: randomBytes(12).toString('hex'), database: 'appdb', certificates };
  const { password, database } = setup;
  const started = await new GenericContainer(engine.image)
    .withEnvironment(engine.environment(setup))
    .withCommand(engine.command(setup))
    .withCopyContentToContainer(filesOf(certificates, engine.files?.(setup)))
    .withExposedPorts({ container: engine.port, host: port })
    .start();
  const { container: containers } = await getContainerRuntimeClient();
  const container = containers.getById(started.getId());

  const access: Access = { host, port, username, password, dbname: database };
  const answers = async () => {
    const deadline = performance.now() + ANSWERS_MS;
    while (true) {
      try {
        await (await driver.open(access, certificates?.ca)).close();
        return;
      } catch (cause) {
        if (performance.now() > deadline)
          throw new Error(`${engine.image} does not answer: ${String(cause)}`, { cause });
        await sleep(50);
      }
    }
  };
  const stop = () => container.remove({ force: true, v: true });

  await answers().catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    host,
    port,
    username,
    password,
    database,
    ca: certificates?.ca,
    async kill() {
      await container.kill({ signal: 'SIGKILL' });
      await container.wait();
    },
    async start() {
      await container.start();
      await answers();
    },
    async restart() {
      await container.restart({ t: 30 });
      await answers();
    },
    pause: () => container.pause(),
    unpause: () => container.unpause(),
    stop,
  };
}

/** What a server shows, where {@link TLS} says, and other files by their path. */
export function filesOf(
  certificates: Certificates | undefined,
  others: Readonly<Record<string, string>> = {},
) {
  const tls = certificates && {
    [TLS.ca]: certificates.ca,
    [TLS.certificate]: certificates.certificate,
    [TLS.key]: certificates.key,
  };
  const files = { ...tls, ...others };
  // Which number the server's user has differs from image to image.
  return Object.entries(files).map(([target, content]) => ({ target, content, mode: 0o644 }));
}
