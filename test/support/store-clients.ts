import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';

/** Where a store answers and who may come in, as it is published. */
export interface Access {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly dbname?: string;
}

/** A connection that somebody has been let in by. */
export interface Connection {
  /** The first field of each row, or a cache's answer. */
  readonly run: (statement: string) => Promise<unknown[]>;
  readonly close: () => Promise<void>;
}

/** How the clients of one engine connect: over TLS with the certificate of an authority, or without where none is given. */
export interface Driver {
  readonly open: (access: Access, ca: string | undefined) => Promise<Connection>;
  /** Whether it was the password that was refused. */
  readonly isRefused: (error: unknown) => boolean;
}

const codeOf = (error: unknown) => (error as { code?: unknown }).code;
const PATIENCE_MS = 20_000;

export const postgres: Driver = {
  open: async ({ host, port, username: user, password, dbname = 'postgres' }, ca) => {
    const ssl = ca !== undefined && { ca };
    const client = new Client({ host, port, user, password, database: dbname, ssl });
    await client.connect();
    return {
      run: async (statement) => {
        const { rows } = await client.query<unknown[]>({ text: statement, rowMode: 'array' });
        return rows.map(([first]) => first);
      },
      close: () => client.end(),
    };
  },
  isRefused: (error) => codeOf(error) === '28P01',
};

export const mysql: Driver = {
  open: async ({ host, port, username: user, password, dbname = '' }, ca) => {
    const ssl = ca !== undefined && { ssl: { ca, verifyIdentity: true } };
    const client = await createConnection({ host, port, user, password, database: dbname, ...ssl });
    return {
      run: async (statement) => {
        const [rows] = await client.query({ sql: statement, rowsAsArray: true });
        return Array.isArray(rows) ? (rows as unknown[][]).map(([first]) => first) : [];
      },
      close: () => client.end(),
    };
  },
  isRefused: (error) => codeOf(error) === 'ER_ACCESS_DENIED_ERROR',
};

export const redis: Driver = {
  open: async ({ host, port, password }, ca) => {
    const client = new Redis({
      host,
      port,
      password,
      lazyConnect: true,
      connectTimeout: 5000,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
      ...(ca !== undefined && { tls: { ca } }),
    });
    // Who waits for the connection is told only that it was closed.
    let reason: Error | undefined;
    client.on('error', (error) => (reason ??= error));
    await client.connect().catch((error: unknown) => {
      client.disconnect();
      throw reason ?? error;
    });
    return {
      run: async (statement) => {
        const [command = '', ...rest] = statement.split(' ');
        return [await client.call(command, ...rest)];
      },
      close: async () => client.disconnect(),
    };
  },
  isRefused: (error) => /WRONGPASS|NOAUTH/.test(String(error)),
};

/**
 * As a service has it: connections that serve a few requests each. Whose password is refused reads the secret again, and
 * tries anew; a request only takes longer then.
 */
export class Pool {
  refusals = 0;
  readonly #driver: Driver;
  readonly #read: () => Promise<Access>;
  readonly #ca: string | undefined;
  readonly #idle: { connection: Connection; uses: number }[] = [];
  #access: Access | undefined;

  constructor(driver: Driver, read: () => Promise<Access>, ca: string | undefined) {
    this.#driver = driver;
    this.#read = read;
    this.#ca = ca;
  }

  async run(statement: string): Promise<unknown[]> {
    const held = this.#idle.pop() ?? { connection: await this.#open(), uses: 0 };
    const rows = await held.connection.run(statement);
    held.uses += 1;
    if (held.uses < 5) this.#idle.push(held);
    else await held.connection.close();
    return rows;
  }

  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map(({ connection }) => connection.close()));
  }

  async #open(): Promise<Connection> {
    const until = Date.now() + PATIENCE_MS;
    while (true) {
      this.#access ??= await this.#read();
      try {
        return await this.#driver.open(this.#access, this.#ca);
      } catch (error) {
        if (!this.#driver.isRefused(error) || Date.now() > until) throw error;
        this.refusals += 1;
        this.#access = undefined;
        await sleep(50);
      }
    }
  }
}

/** Asks a pool without a pause, four at a time, until `during` is over, which is told how many were answered. One that fails rejects. */
export async function underLoad(
  pool: Pool,
  statement: string,
  during: (answered: () => number) => Promise<void>,
): Promise<void> {
  const over = new AbortController();
  let answered = 0;
  const ask = async () => {
    while (!over.signal.aborted) {
      await pool.run(statement);
      answered += 1;
    }
  };
  const asking = Promise.all([ask(), ask(), ask(), ask()]);
  await Promise.race([during(() => answered), asking]).finally(() => over.abort());
  await asking;
}
