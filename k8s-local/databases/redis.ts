import { redis } from './drivers.ts';
import { type Database, type DatabaseOptions, type Setup, startDatabase, TLS } from './container.ts';

const PORT = 6379;

/** The image of a Redis: TEST_REDIS_IMAGE. */
export const REDIS_IMAGE = process.env['TEST_REDIS_IMAGE'] ?? 'redis:7-alpine';

/** Options of a server that lets in who knows the password, and has each write on disk before it answers. */
export function redisOptions({ password, certificates }: Pick<Setup, 'password' | 'certificates'>): string[] {
  const tls = ['--tls-ca-cert-file', TLS.ca, '--tls-auth-clients', 'no'].concat(
    ['--tls-cert-file', TLS.certificate],
    ['--tls-key-file', TLS.key],
  );
  return ['--requirepass', password, '--appendonly', 'yes', '--appendfsync', 'always'].concat(
    certificates ? tls : [],
  );
}

/** Starts a Redis which has each write on disk before it answers. */
export function startRedis(options: DatabaseOptions = {}): Promise<Database> {
  return startDatabase(
    {
      image: REDIS_IMAGE,
      port: PORT,
      driver: redis,
      username: 'default',
      environment: () => ({}),
      command: (setup) => [
        ...redisOptions(setup),
        ...(setup.certificates ? ['--port', '0', '--tls-port', String(PORT)] : []),
      ],
    },
    options,
  );
}
