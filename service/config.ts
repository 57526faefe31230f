import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { PORTS } from './ports.ts';

const whole = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most}`;
  return z.coerce.number(error).int(error).min(least, error).max(most, error);
};

const port = whole(1, 65_535);

const seconds = (fallback: number) =>
  z.coerce
    .number('must be a number of seconds')
    .positive('must be more than 0 seconds')
    .max(3600, 'must be at most 3600 seconds')
    .default(fallback)
    .transform((value) => value * 1000);

const flag = (fallback: boolean) =>
  z
    .string()
    .toLowerCase()
    .pipe(z.enum(['true', 'false'], 'must be true or false'))
    .transform((value) => value === 'true')
    .default(fallback);

/** Names of the levels as the platform writes them, and as pino does. */
const LEVELS = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARNING: 'warn',
  WARN: 'warn',
  ERROR: 'error',
  CRITICAL: 'fatal',
} as const;

const ConsumerService = z.strictObject({
  name: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be a DNS label such as api-service'),
  url: z
    .url({ protocol: /^https?$/, error: 'must be a URL such as http://api-service:8080' })
    .refine((url) => new URL(url).username === '', 'must have no user and password in it'),
});

const consumers = z
  .string()
  .default('[]')
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue(
        'must be a JSON list such as [{"name": "api-service", "url": "http://api-service:8080"}]',
      );
      return z.NEVER;
    }
  })
  .pipe(z.array(ConsumerService, 'must be a JSON list of {"name", "url"}'))
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'names a service twice');

const Environment = z.object({
  SERVICE_MODE: z.enum(['microservice', 'portal'], 'must be microservice or portal').default('microservice'),
  SERVICE_NAME: z.string().max(100, 'must have at most 100 characters').optional(),
  SERVICE_PORT: port.optional(),
  SERVICE_VERSION: z.string().default('1.0.0'),
  LOG_LEVEL: z
    .string()
    .toUpperCase()
    .pipe(
      z.enum(
        Object.keys(LEVELS) as (keyof typeof LEVELS)[],
        `must be one of ${Object.keys(LEVELS).join(', ')}`,
      ),
    )
    .default('INFO'),
  ENABLE_METRICS: flag(true),
  RATE_LIMIT: whole(0, 1_000_000).default(100),
  CONSUMER_SERVICES: consumers,
  TRUSTED_PROXY_HOPS: whole(0, 10).default(0),
  REQUEST_TIMEOUT_SECONDS: seconds(10),
  DRAIN_SECONDS: seconds(20),
  DB_HOST: z.string().optional(),
  DB_PORT: port.optional(),
  DB_USER: z.string().optional(),
  DB_PASS: z.string().optional(),
  DB_NAME: z.string().optional(),
  DB_TLS: flag(true),
  DB_CA_FILE: z.string().optional(),
  DB_POOL_SIZE: whole(1, 1000).default(10),
  REDIS_HOST: z.string().optional(),
  REDIS_PORT: port.default(6379),
  REDIS_PASS: z.string().optional(),
  REDIS_TLS: flag(true),
  REDIS_CLUSTER: flag(false),
  REDIS_CA_FILE: z.string().optional(),
  DYNAMODB_TABLE: z.string().optional(),
  DYNAMODB_REGION: z.string().default('us-east-1'),
  AWS_ENDPOINT_URL_DYNAMODB: z.url('must be a URL such as http://127.0.0.1:4566').optional(),
  ADMIN_USER: z.string().max(200, 'must have at most 200 characters').default('admin'),
  ADMIN_PASSWORD_HASH: z
    .string()
    .regex(
      /^scrypt\$(16384|32768|65536|131072)\$8\$([1-9]|10)\$[\w-]{22,}\$[\w-]{43}$/,
      'must be what npm run hash-password -w service prints',
    )
    .optional(),
});

/** How TLS to a store is made: with AWS's and the system's authorities, and those of `ca` (PEM). `undefined`: none. */
export interface Tls {
  readonly ca?: string;
}

/** A database of users (PostgreSQL) or of companies (MySQL). */
export interface DatabaseConfig {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  readonly database: string;
  readonly tls: Tls | undefined;
  /** Connections that one process holds at most. */
  readonly poolSize: number;
}

/** A cache. `cluster`: one with shards, as ElastiCache has them in cluster mode. */
export interface RedisConfig {
  readonly host: string;
  readonly port: number;
  readonly password: string | undefined;
  readonly tls: Tls | undefined;
  readonly cluster: boolean;
}

/** A table of sessions. */
export interface DynamoConfig {
  readonly table: string;
  readonly region: string;
  /** Another address than AWS's own. */
  readonly endpoint: string | undefined;
}

/** A service that this one may call. */
export type Consumer = z.infer<typeof ConsumerService>;

/** Everything that the environment decides. Durations are in milliseconds here and in seconds in the environment. */
export interface Config {
  readonly mode: 'microservice' | 'portal';
  readonly name: string;
  /** Default 8000, and 5000 for the portal. */
  readonly port: number;
  readonly version: string;
  readonly logLevel: (typeof LEVELS)[keyof typeof LEVELS];
  readonly metrics: boolean;
  /** Requests per minute and address; 0 for any number. */
  readonly rateLimit: number;
  readonly consumers: readonly Consumer[];
  /** Proxies in front, whose X-Forwarded-For is believed: 1 behind a load balancer of AWS that reads HTTP. */
  readonly trustedProxyHops: number;
  /** A request that has no answer by then is told 504. */
  readonly requestTimeoutMs: number;
  /** How long requests that are under way may take once the process is told to end. */
  readonly drainMs: number;
  readonly database: DatabaseConfig | undefined;
  readonly redis: RedisConfig | undefined;
  readonly dynamo: DynamoConfig | undefined;
  readonly admin: { readonly user: string; readonly passwordHash: string | undefined };
}

/** The environment says something that cannot be; the message has a line for each variable, and no value that is a secret. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

const SECRET = /PASS|HASH/;

/**
 * Reads the environment once.
 *
 * @throws ConfigError with all that is wrong, not only the first.
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  // An empty variable is one that nobody set: that is how manifests write "none".
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  if (!parsed.success)
    throw new ConfigError(parsed.error.issues.map((issue) => told(issue, given)).join('\n'));
  const env = parsed.data;
  const portal = env.SERVICE_MODE === 'portal';
  return {
    mode: env.SERVICE_MODE,
    name: env.SERVICE_NAME ?? env.SERVICE_MODE,
    port: env.SERVICE_PORT ?? PORTS[env.SERVICE_MODE],
    version: env.SERVICE_VERSION,
    logLevel: LEVELS[env.LOG_LEVEL],
    metrics: env.ENABLE_METRICS,
    rateLimit: env.RATE_LIMIT,
    consumers: env.CONSUMER_SERVICES,
    trustedProxyHops: env.TRUSTED_PROXY_HOPS,
    requestTimeoutMs: env.REQUEST_TIMEOUT_SECONDS,
    drainMs: env.DRAIN_SECONDS,
    database: database(env, portal),
    redis:
      env.REDIS_HOST === undefined
        ? undefined
        : {
            host: env.REDIS_HOST,
            port: env.REDIS_PORT,
            password: env.REDIS_PASS,
            tls: tls('REDIS_CA_FILE', env.REDIS_TLS, env.REDIS_CA_FILE),
            cluster: env.REDIS_CLUSTER,
          },
    dynamo:
      env.DYNAMODB_TABLE === undefined
        ? undefined
        : { table: env.DYNAMODB_TABLE, region: env.DYNAMODB_REGION, endpoint: env.AWS_ENDPOINT_URL_DYNAMODB },
    admin: { user: env.ADMIN_USER, passwordHash: env.ADMIN_PASSWORD_HASH },
  };
}

function database(env: z.infer<typeof Environment>, portal: boolean): DatabaseConfig | undefined {
  if (env.DB_HOST === undefined) return undefined;
  if (env.DB_USER === undefined) throw new ConfigError('DB_USER: is needed where DB_HOST is given');
  return {
    host: env.DB_HOST,
    port: env.DB_PORT ?? (portal ? 3306 : 5432),
    user: env.DB_USER,
    password: env.DB_PASS,
    database: env.DB_NAME ?? (portal ? 'appdb' : 'postgres'),
    tls: tls('DB_CA_FILE', env.DB_TLS, env.DB_CA_FILE),
    poolSize: env.DB_POOL_SIZE,
  };
}

function tls(variable: string, wanted: boolean, file: string | undefined): Tls | undefined {
  if (!wanted) return undefined;
  if (file === undefined) return {};
  try {
    return { ca: readFileSync(file, 'utf8') };
  } catch (cause) {
    throw new ConfigError(`${variable}: cannot read ${file}`, { cause });
  }
}

function told(issue: z.core.$ZodIssue, given: NodeJS.ProcessEnv): string {
  const [variable, ...rest] = issue.path.map(String);
  const value = given[variable ?? ''];
  const where = [variable, ...rest].join('.');
  const seen = value === undefined || SECRET.test(where) ? '' : `, not ${JSON.stringify(value)}`;
  return `${where}: ${issue.message}${seen}`;
}
