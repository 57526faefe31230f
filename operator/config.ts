import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';

/** Milliseconds from a number of seconds in the environment. */
const seconds = (fallback: number) =>
  z.coerce
    .number('must be a number of seconds')
    .positive('must be more than 0 seconds')
    .default(fallback)
    .transform((value) => value * 1000);

const whole = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most}`;
  return z.coerce.number(error).int(error).min(least, error).max(most, error);
};

const Environment = z.object({
  LANDFALL_INSTALLATION: z
    .string()
    .regex(
      /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
      'must be a DNS label: lower-case letters, digits and dashes, at most 63',
    )
    .default('default'),
  LANDFALL_NAMESPACE: z.string().default('landfall-system'),
  LANDFALL_CLUSTER_NAME: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._:/@+=-]{0,126}$/,
      'must begin with a letter or digit and have only letters, digits and . _ : / @ + = -, at most 127',
    )
    .default(''),
  LANDFALL_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error'], 'must be trace, debug, info, warn or error')
    .default('info'),
  LANDFALL_HTTP_PORT: whole(0, 65_535).default(8080),
  LANDFALL_CONCURRENCY: whole(1, 1000).default(16),
  LANDFALL_FAST_LANE_SECONDS: seconds(60),
  LANDFALL_SLOW_LANE_SECONDS: seconds(1800),
  LANDFALL_POLL_SECONDS: seconds(5),
  LANDFALL_GRACE_SECONDS: seconds(120),
  LANDFALL_STALLED_RETRY_SECONDS: seconds(600),
  LANDFALL_ACCOUNT_CHECK_SECONDS: seconds(300),
  LANDFALL_LEASE_SECONDS: seconds(15),
  LANDFALL_WATCH_SILENCE_SECONDS: seconds(150),
  LANDFALL_AWS_RATE_SCALE: z.coerce.number('must be a number').min(0, 'must be 0 or more').default(1),
  AWS_ENDPOINT_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL such as http://127.0.0.1:4566' })
    .optional(),
  KUBECONFIG: z.string().optional(),
  POD_NAME: z.string().default(`${hostname()}-${process.pid}`),
});

/** Names of the variables that {@link readConfig} reads. */
export const VARIABLES: readonly string[] = Object.keys(Environment.shape);

/** A half-open connection is dropped after one silence; after three the process has failed to mend it by itself. */
const SILENCES_UNTIL_UNHEALTHY = 3;

/** Everything that the environment decides. Durations are in milliseconds here and in seconds in the environment. */
export interface Config {
  /** Who owns what is made: the same for the operator and for `landfall plan`. Default `default`. */
  readonly installation: string;
  /** What claims on accounts call the cluster, for people; empty for its uid alone. */
  readonly clusterName: string;
  /** Namespace of the Lease. */
  readonly namespace: string;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error';
  /** Port of /metrics, /healthz and /readyz; 0 for any. */
  readonly httpPort: number;
  /** Resources reconciled at once. */
  readonly concurrency: number;
  readonly fastLaneMs: number;
  readonly slowLaneMs: number;
  readonly pollMs: number;
  readonly graceMs: number;
  readonly stalledRetryMs: number;
  /** How often Accounts are checked: whose their credentials are, and whether this cluster has the claim. */
  readonly accountCheckMs: number;
  readonly leaseMs: number;
  /** A watch that says nothing for so long, not even a bookmark (the API server sends one a minute), is opened anew. */
  readonly watchSilenceMs: number;
  /** When the watches have said nothing for so long, /healthz answers 503 and the kubelet starts the Pod anew. */
  readonly unhealthyMs: number;
  /** Share of AWS's published call rates that is used; 0 turns the buckets off. */
  readonly awsRateScale: number;
  /** Where AWS is reached instead of its own addresses; for a local AWS. */
  readonly awsEndpoint: string | undefined;
  /** One kubeconfig or several, as kubectl takes them; undefined for `~/.kube/config`, then the Pod's own account. */
  readonly kubeconfig: string | undefined;
  /** Unique per process. */
  readonly identity: string;
}

/** The environment cannot be used; the message names the variable and what it should be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads and checks the environment. Throws {@link ConfigError} naming every variable that is wrong. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  // A manifest that sets a variable to nothing means that nobody chose.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => {
      const name = path.join('.');
      return `${name} is "${given[name]}": ${message}`;
    });
    throw new ConfigError(faults.join('; '));
  }
  const env = parsed.data;
  return {
    installation: env.LANDFALL_INSTALLATION,
    clusterName: env.LANDFALL_CLUSTER_NAME,
    namespace: env.LANDFALL_NAMESPACE,
    logLevel: env.LANDFALL_LOG_LEVEL,
    httpPort: env.LANDFALL_HTTP_PORT,
    concurrency: env.LANDFALL_CONCURRENCY,
    fastLaneMs: env.LANDFALL_FAST_LANE_SECONDS,
    slowLaneMs: env.LANDFALL_SLOW_LANE_SECONDS,
    pollMs: env.LANDFALL_POLL_SECONDS,
    graceMs: env.LANDFALL_GRACE_SECONDS,
    stalledRetryMs: env.LANDFALL_STALLED_RETRY_SECONDS,
    accountCheckMs: env.LANDFALL_ACCOUNT_CHECK_SECONDS,
    leaseMs: env.LANDFALL_LEASE_SECONDS,
    watchSilenceMs: env.LANDFALL_WATCH_SILENCE_SECONDS,
    unhealthyMs: env.LANDFALL_WATCH_SILENCE_SECONDS * SILENCES_UNTIL_UNHEALTHY,
    awsRateScale: env.LANDFALL_AWS_RATE_SCALE,
    awsEndpoint: env.AWS_ENDPOINT_URL,
    kubeconfig: env.KUBECONFIG,
    identity: env.POD_NAME,
  };
}

/** Where the command line finds AWS, and how it knows. */
export interface AwsPlace {
  /** Undefined for AWS itself. */
  readonly endpoint: string | undefined;
  /** `environment` where AWS_ENDPOINT_URL says so, `file` where a local AWS left its address in the folder. */
  readonly source: 'environment' | 'file' | 'aws';
}

/** Written by `make aws-up` into the folder from which it was run. */
export const LOCAL_AWS_FILE = '.landfall/aws.env';

/** A folder from somebody else must not be able to send signed requests anywhere. */
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** These would send somebody's real identity to the local AWS, or take precedence over its own. */
const FOREIGN_IDENTITY = ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_ROLE_ARN'];

/**
 * For the command line only: where AWS_ENDPOINT_URL is not set and a local AWS was started from this folder,
 * takes its address and keys into the environment, from which the SDK reads them.
 */
export function findAws(folder: string, environment: NodeJS.ProcessEnv = process.env): AwsPlace {
  const given = environment['AWS_ENDPOINT_URL'];
  if (given !== undefined && given !== '') return { endpoint: given, source: 'environment' };
  const file = join(folder, LOCAL_AWS_FILE);
  if (!existsSync(file)) return { endpoint: undefined, source: 'aws' };
  const found = Object.fromEntries(
    Object.entries(parseEnv(readFileSync(file, 'utf8'))).filter(([name]) => /^(AWS|LANDFALL)_/.test(name)),
  );
  const endpoint = found['AWS_ENDPOINT_URL'];
  if (endpoint === undefined || endpoint === '') return { endpoint: undefined, source: 'aws' };
  if (!LOOPBACK.has(URL.parse(endpoint)?.hostname ?? '')) {
    throw new ConfigError(
      `${LOCAL_AWS_FILE} names ${endpoint}, which is not on this machine; set AWS_ENDPOINT_URL yourself if you mean it`,
    );
  }
  for (const name of FOREIGN_IDENTITY) delete environment[name];
  const installation = environment['LANDFALL_INSTALLATION'];
  Object.assign(environment, found, installation !== undefined && { LANDFALL_INSTALLATION: installation });
  return { endpoint, source: 'file' };
}

/** Whether output should be coloured when nobody said so: on a terminal, unless NO_COLOR is set (no-color.org). */
export function wantsColor(isTty: boolean, environment: NodeJS.ProcessEnv = process.env): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = environment;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0') return true;
  return isTty && TERM !== 'dumb';
}
