import { Writable } from 'node:stream';
import { pino } from 'pino';
import { freePorts } from '../../k8s-local/cluster/ports.ts';
import { readConfig } from '../../service/config.ts';
import { serve } from '../../service/server.ts';

/** The service in this process. */
export interface Service {
  readonly url: string;
  /** What it has logged, a line of JSON each. */
  readonly lines: readonly string[];
  stop(): Promise<void>;
}

/** Stores of either mode that cannot be reached: nobody listens there. */
export const AWAY = {
  DB_HOST: '127.0.0.1',
  DB_PORT: '1',
  DB_USER: 'app',
  REDIS_HOST: '127.0.0.1',
  REDIS_PORT: '1',
  DYNAMODB_TABLE: 'sessions',
  AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
} as const;

/** Starts the service on a free port, with this environment and no rate limit unless it says one; `now` is its clock. */
export async function startService(
  env: Readonly<Record<string, string>> = {},
  now: () => number = Date.now,
): Promise<Service> {
  // The SDK of AWS finds its credentials in the environment of the process itself.
  for (const [name, value] of Object.entries(env)) if (name.startsWith('AWS_')) process.env[name] = value;
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(...chunk.toString().split('\n').filter(Boolean));
      done();
    },
  });
  const [port] = await freePorts(1);
  const config = readConfig({ RATE_LIMIT: '0', DRAIN_SECONDS: '2', SERVICE_PORT: `${port}`, ...env });
  const running = await serve(config, pino({ level: config.logLevel }, sink), now);
  return { url: `http://127.0.0.1:${running.port}`, lines, stop: () => running.stop() };
}
