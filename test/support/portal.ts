import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashPassword } from '../../service/portal/admin/password.ts';
import type { Database } from '../../k8s-local/databases/container.ts';
import { eventually } from './eventually.ts';
import { type Service, startService } from './service.ts';

/** Who may log in to the portals of the tests. */
export const ADMIN = { username: 'admin', password: 'correct horse battery staple' } as const;

/** A portal in this process. */
export type Portal = Service & AsyncDisposable;

interface Options {
  readonly env?: Readonly<Record<string, string>>;
  /** Its clock. */
  readonly now?: () => number;
}

const passwordHash = hashPassword(ADMIN.password);

/** Starts a portal on this database, and resolves when it is ready. */
export async function startPortal(
  database: Database,
  { env = {}, now = Date.now }: Options = {},
): Promise<Portal> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-portal-'));
  await writeFile(join(folder, 'ca.pem'), database.ca ?? '');
  const given = {
    SERVICE_MODE: 'portal',
    TRUSTED_PROXY_HOPS: '1',
    REQUEST_TIMEOUT_SECONDS: '4',
    DB_HOST: database.host,
    DB_PORT: String(database.port),
    DB_USER: database.username,
    DB_PASS: database.password,
    DB_NAME: database.database,
    DB_CA_FILE: join(folder, 'ca.pem'),
    ADMIN_PASSWORD_HASH: await passwordHash,
    ...env,
  };
  const service = await startService(given, now);
  await rm(folder, { recursive: true });
  const ready = async () => (await fetch(`${service.url}/ready`)).ok;
  await eventually('the portal to be ready', ready).catch(async (error: unknown) => {
    await service.stop();
    throw error;
  });
  return { ...service, [Symbol.asyncDispose]: () => service.stop() };
}

/** An answer, its JSON read. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

interface Asked {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Somebody with a browser's memory: a cookie, and the token of the page. */
export interface Visitor {
  cookie: string;
  csrfToken: string;
  ask(method: string, path: string, asked?: Asked): Promise<Answered>;
  logIn(credentials?: { username: string; password: string }): Promise<Answered>;
}

/** Somebody who has never been there, and comes from this address. */
export function visitor(url: string, address = '192.0.2.1'): Visitor {
  const self: Visitor = {
    cookie: '',
    csrfToken: '',
    async ask(method, path, { body, headers = {} } = {}) {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          'X-Forwarded-For': address,
          ...(self.cookie === '' ? {} : { Cookie: self.cookie }),
          ...(self.csrfToken === '' ? {} : { 'X-CSRF-Token': self.csrfToken }),
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const [set] = response.headers.getSetCookie();
      if (set !== undefined) self.cookie = set.split(';')[0] ?? '';
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
      };
    },
    async logIn(credentials = ADMIN) {
      const answer = await self.ask('POST', '/admin/login', { body: credentials });
      if (answer.status === 200) self.csrfToken = String(answer.body['csrfToken']);
      return answer;
    },
  };
  return self;
}

let registered = 0;

/** What registers a company that nobody has registered. */
export function someCompany(over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  registered += 1;
  return {
    companyName: `Company ${registered}`,
    registrationNumber: `HRB ${process.pid}-${registered}`,
    businessType: 'LLC',
    address: '123 Test St',
    contactPerson: 'John Doe',
    email: 'john.doe@example.com',
    phone: '555-0123',
    ...over,
  };
}
