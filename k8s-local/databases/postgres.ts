import { postgres } from './drivers.ts';
import { type Database, type DatabaseOptions, type Setup, startDatabase, TLS } from './container.ts';

/** The first start runs it as the server's user, who alone may be able to read the key. */
const settle = ({ certificates }: Setup) => `
cat >"$PGDATA/pg_hba.conf" <<END
local all all trust
${certificates ? 'hostssl' : 'host'} all all all scram-sha-256
END
${
  certificates
    ? `install -m 600 ${TLS.key} "$PGDATA/server.key"
echo "ssl = on
ssl_cert_file = '${TLS.certificate}'" >>"$PGDATA/postgresql.conf"`
    : ''
}
`;

/** Starts a PostgreSQL, TEST_POSTGRES_IMAGE. */
export function startPostgres(options: DatabaseOptions = {}): Promise<Database> {
  return startDatabase(
    {
      image: process.env['TEST_POSTGRES_IMAGE'] ?? 'postgres:15-alpine',
      port: 5432,
      driver: postgres,
      username: 'app',
      environment: ({ username, password, database }) => ({
        POSTGRES_USER: username,
        POSTGRES_PASSWORD: password,
        POSTGRES_DB: database,
      }),
      command: () => ['-c', 'shared_buffers=32MB', '-c', 'max_connections=200'],
      files: (setup) => ({ '/docker-entrypoint-initdb.d/settle.sh': settle(setup) }),
    },
    options,
  );
}
