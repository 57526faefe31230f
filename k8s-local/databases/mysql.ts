import { mysql } from './drivers.ts';
import { type Database, type DatabaseOptions, startDatabase, TLS } from './container.ts';

/** Starts a MySQL, or a MariaDB in its place, TEST_MYSQL_IMAGE. */
export function startMysql(options: DatabaseOptions = {}): Promise<Database> {
  return startDatabase(
    {
      image: process.env['TEST_MYSQL_IMAGE'] ?? 'mysql:8.4',
      port: 3306,
      driver: mysql,
      username: 'app',
      environment: ({ username, password, database }) => ({
        MYSQL_ROOT_PASSWORD: password,
        MYSQL_USER: username,
        MYSQL_PASSWORD: password,
        MYSQL_DATABASE: database,
      }),
      // Each is an option of both.
      command: ({ certificates }) => [
        '--skip-name-resolve',
        '--skip-log-bin',
        '--performance-schema=OFF',
        '--innodb-buffer-pool-size=64M',
        ...(certificates
          ? [
              `--ssl-ca=${TLS.ca}`,
              `--ssl-cert=${TLS.certificate}`,
              `--ssl-key=${TLS.key}`,
              '--require-secure-transport=ON',
            ]
          : []),
      ],
    },
    options,
  );
}
