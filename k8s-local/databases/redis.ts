import { redis } from './drivers.ts';
import { type Database, type DatabaseOptions, startDatabase, TLS } from './container.ts';

const PORT = 6379;

/** Starts a Redis, TEST_REDIS_IMAGE, which has each write on disk before it answers. */
export function startRedis(options: DatabaseOptions = {}): Promise<Database> {
  return startDatabase(
    {
      image: process.env['TEST_REDIS_IMAGE'] ?? 'redis:7-alpine',
      port: PORT,
      driver: redis,
      username: 'default',
      environment: () => ({}),
      command: ({ password, certificates }) => [
        '--requirepass',
        password,
        '--appendonly',
        'yes',
        '--appendfsync',
        'always',
        ...(certificates
          ? ['--port', '0', '--tls-port', String(PORT), '--tls-auth-clients', 'no'].concat(
              ['--tls-ca-cert-file', TLS.ca],
              ['--tls-cert-file', TLS.certificate, '--tls-key-file', TLS.key],
            )
          : []),
      ],
    },
    options,
  );
}
