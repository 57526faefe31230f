import type { DataStore } from '../../../api/data-store.ts';
import type { GeneratedSecretInputs } from '../../../local/inputs.ts';
import { namespaceOf } from '../../names.ts';
import { localConnectionTo } from '../store-connection.ts';

/** As long as those that are made in AWS. */
const PASSWORD_LENGTH = 40;

/** Whoever gives a token is the user that every cache has. */
const CACHE_USER = 'default';

/** What the stand-in for DynamoDB asks for, and does not check. */
const NOBODY = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

/** The Secret of a store, with the keys that it has in AWS; undefined where it takes no password. */
export function localSecretOf(
  store: DataStore,
  labels: Readonly<Record<string, string>>,
): GeneratedSecretInputs | undefined {
  const { engine, host, port, secretName: name } = localConnectionTo(store);
  if (name === undefined) return undefined;
  const place = { namespace: namespaceOf(store.metadata), name, labels };
  if (engine === 'dynamodb') return { ...place, values: NOBODY, generated: {} };
  const { mysql, auroraPostgresql } = store.spec;
  const { masterUsername: username = CACHE_USER, databaseName: dbname } = mysql ?? auroraPostgresql ?? {};
  const scheme = { mysql: 'mysql', auroraPostgresql: 'postgresql', redis: 'redis' }[engine];
  return {
    ...place,
    values: { host, port: String(port), username, ...(dbname !== undefined && { dbname }) },
    generated: { password: PASSWORD_LENGTH },
    // Nothing in it needs to be escaped.
    templates: {
      uri: `${scheme}://{username}:{password}@{host}:{port}${dbname === undefined ? '' : '/{dbname}'}`,
    },
  };
}
