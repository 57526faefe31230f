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
