import type { Container } from '../../api/containers.ts';
import type { Engine } from '../../api/data-store/rules.ts';
import { byName } from '../names.ts';
import type { UsedConnection } from './data-stores.ts';

/** How the variables begin where a spec does not say. */
export const PREFIXES: Readonly<Record<Engine, string>> = {
  mysql: 'DB',
  auroraPostgresql: 'DB',
  redis: 'REDIS',
  dynamodb: 'DYNAMODB',
};

/** A variable, with its value or with where ECS reads it. */
interface Variables {
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly secrets: readonly { readonly name: string; readonly valueFrom: string }[];
}

/** The database that there always is. */
const POSTGRES = 'postgres';

/** What tells a container where its stores are, less what it says itself. */
export function storeVariables(connections: readonly UsedConnection[], container: Container): Variables {
  const own = new Set(
    [...container.environment, ...container.secrets, ...container.environmentFrom].map(({ name }) => name),
  );
  const all = connections.map(variablesOf);
  const others = <V extends { readonly name: string }>(variables: readonly V[]) =>
    byName(variables.filter(({ name }) => !own.has(name)));
  return {
    environment: others(all.flatMap(({ environment }) => environment)),
    secrets: others(all.flatMap(({ secrets }) => secrets)),
  };
}

/** Names of the variables of a store. */
export function variableNames(connection: UsedConnection): string[] {
  const { environment, secrets } = variablesOf(connection);
  return [...environment, ...secrets].map(({ name }) => name);
}

function variablesOf(connection: UsedConnection): Variables {
  const { prefix, store, used, of, secret } = connection;
  const variable = (name: string, value: string) => ({ name: `${prefix}_${name}`, value });
  // Of what has several, those that only read are behind another address.
  const host = variable('HOST', of(used.access === 'ReadOnly' ? 'readerAddress' : 'address'));
  const port = variable('PORT', of('port'));
  // Of a secret that is a JSON object, one key: Amazon ECS Developer Guide, "Pass Secrets Manager secrets".
  const secrets = secret ? [{ name: `${prefix}_PASS`, valueFrom: `${secret.arn}:password::` }] : [];
  const { mysql, auroraPostgresql } = store.spec;
  if (connection.engine === 'dynamodb')
    return {
      environment: [variable('TABLE', of('name')), variable('REGION', store.spec.region)],
      secrets,
    };
  if (connection.engine === 'redis') return { environment: [host, port, variable('TLS', 'true')], secrets };
  const database = mysql?.databaseName ?? (auroraPostgresql && (auroraPostgresql.databaseName ?? POSTGRES));
  const { masterUsername = '' } = mysql ?? auroraPostgresql ?? {};
  return {
    environment: [
      host,
      port,
      variable('USER', masterUsername),
      ...(database === undefined ? [] : [variable('NAME', database)]),
      ...(auroraPostgresql ? [variable('READER_HOST', of('readerAddress'))] : []),
    ],
    secrets,
  };
}
