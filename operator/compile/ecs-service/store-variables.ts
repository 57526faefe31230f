import type { Container } from '../../api/containers.ts';
import type { Engine } from '../../api/data-store/rules.ts';
import { byName } from '../names.ts';
import type { ServiceStore, UsedConnection } from './data-stores.ts';

/** How the variables begin where a spec does not say. */
export const PREFIXES: Readonly<Record<Engine, string>> = {
  mysql: 'DB',
  auroraPostgresql: 'DB',
  redis: 'REDIS',
  dynamodb: 'DYNAMODB',
};

/** Variables, with their values or with where they are read. */
interface Variables<S> {
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly secrets: readonly { readonly name: string; readonly valueFrom: S }[];
}

/** What is known of a store, wherever it stands. */
export interface Told<S> {
  readonly host: string;
  /** Where it is only read, of what has several. */
  readonly readerHost: string;
  readonly port: string;
  readonly table: string;
  readonly tls: boolean;
  /** Where its password is read; undefined of what takes none. */
  readonly password: S | undefined;
}

/** The database that there always is. */
const POSTGRES = 'postgres';

/** What tells a container where its stores are, less what it says itself. */
export function storeVariables(
  connections: readonly UsedConnection[],
  container: Container,
): Variables<string> {
  const all = connections.map((connection) => variablesOf(connection, toldByAws(connection)));
  return {
    environment: lessOwn(
      all.flatMap(({ environment }) => environment),
      container,
    ),
    secrets: lessOwn(
      all.flatMap(({ secrets }) => secrets),
      container,
    ),
  };
}

/** Those that a container does not say itself, by name. */
export function lessOwn<V extends { readonly name: string }>(
  variables: readonly V[],
  { environment, secrets, environmentFrom }: Container,
): V[] {
  const own = new Set([...environment, ...secrets, ...environmentFrom].map(({ name }) => name));
  return byName(variables.filter(({ name }) => !own.has(name)));
}

/** Names of the variables of a store. */
export function variableNames(connection: UsedConnection): string[] {
  const { environment, secrets } = variablesOf(connection, toldByAws(connection));
  return [...environment, ...secrets].map(({ name }) => name);
}

function toldByAws({ of, secret }: UsedConnection): Told<string> {
  return {
    host: of('address'),
    readerHost: of('readerAddress'),
    port: of('port'),
    table: of('name'),
    tls: true,
    // Of a secret that is a JSON object, one key: Amazon ECS Developer Guide, "Pass Secrets Manager secrets".
    password: secret && `${secret.arn}:password::`,
  };
}

/** The variables of a store, from what is known of it. Whoever reads them takes TLS for granted where nothing is said. */
export function variablesOf<S>({ prefix, engine, store, used }: ServiceStore, told: Told<S>): Variables<S> {
  const variable = (name: string, value: string) => ({ name: `${prefix}_${name}`, value });
  // Of what has several, those that only read are behind another address.
  const host = variable('HOST', used.access === 'ReadOnly' ? told.readerHost : told.host);
  const port = variable('PORT', told.port);
  const secrets = told.password === undefined ? [] : [{ name: `${prefix}_PASS`, valueFrom: told.password }];
  const { mysql, auroraPostgresql } = store.spec;
  if (engine === 'dynamodb')
    return {
      environment: [variable('TABLE', told.table), variable('REGION', store.spec.region)],
      secrets: [],
    };
  const tls = variable('TLS', String(told.tls));
  if (engine === 'redis') return { environment: [host, port, tls], secrets };
  const database = mysql?.databaseName ?? (auroraPostgresql && (auroraPostgresql.databaseName ?? POSTGRES));
  const { masterUsername = '' } = mysql ?? auroraPostgresql ?? {};
  return {
    environment: [
      host,
      port,
      variable('USER', masterUsername),
      ...(database === undefined ? [] : [variable('NAME', database)]),
      ...(auroraPostgresql ? [variable('READER_HOST', told.readerHost)] : []),
      ...(told.tls ? [] : [tls]),
    ],
    secrets,
  };
}
