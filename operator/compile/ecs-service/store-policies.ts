import type { EcsService } from '../../api/ecs-service.ts';
import type { CompileInput } from '../input.ts';
import { policyText } from '../policies.ts';
import { DECRYPTING_SECRETS, DECRYPTING_TABLES, ROLE_ACTIONS } from '../role-actions.ts';
import { connectionsOf, type UsedConnection } from './data-stores.ts';

/** Name of the policies that lead to stores; tasks that run, or are gone back to, keep the former. */
export const STORE_POLICY = 'stores';

/** Leave to read just the passwords that the containers get when they start. */
export function storeSecretsPolicy(input: CompileInput<EcsService>): Record<string, string> {
  const stores = connectionsOf(input).filter(({ secret }) => secret !== undefined);
  if (stores.length === 0) return {};
  const keys = stores.flatMap(({ keyArn }) => keyArn ?? []);
  return named([
    allow(
      ROLE_ACTIONS.readSecrets,
      stores.flatMap(({ secret }) => secret?.arn ?? []),
    ),
    ...(keys.length > 0 ? [decrypt([...new Set(keys)].sort(), DECRYPTING_SECRETS)] : []),
  ]);
}

/** Leave to use just the tables of a service, as it says, and to have itself known to its databases without a password. */
export function storeUsePolicy(input: CompileInput<EcsService>): Record<string, string> {
  return named(connectionsOf(input).flatMap((connection) => statementsOf(input, connection)));
}

function statementsOf({ facts, object }: CompileInput<EcsService>, connection: UsedConnection): object[] {
  const { store, used, of, keyArn } = connection;
  const { mysql, auroraPostgresql } = store.spec;
  if (connection.engine === 'dynamodb') {
    const actions = [
      ...ROLE_ACTIONS.readTables,
      ...(used.access === 'ReadWrite' ? ROLE_ACTIONS.writeTables : []),
    ];
    return [
      allow(actions.sort(), [of('arn'), `${of('arn')}/index/*`]),
      ...(keyArn === undefined ? [] : [decrypt([keyArn], DECRYPTING_TABLES)]),
    ];
  }
  if ((mysql ?? auroraPostgresql)?.iamAuthentication !== 'Enabled') return [];
  // Which user it is, the database decides: Amazon RDS User Guide, "IAM policy for IAM database access".
  const users = `arn:${facts.partition}:rds-db:${object.spec.region}:${facts.accountId}:dbuser:${of('resourceId')}/*`;
  return [allow(ROLE_ACTIONS.connectToDatabases, [users])];
}

function named(statements: readonly object[]): Record<string, string> {
  return statements.length === 0 ? {} : { [STORE_POLICY]: policyText(...statements) };
}

function allow(actions: readonly string[], Resource: readonly string[]) {
  return { Effect: 'Allow', Action: actions.length === 1 ? actions[0] : actions, Resource };
}

/** Only as a part of reading and writing by that service. */
function decrypt(keys: readonly string[], service: string) {
  return { ...allow(ROLE_ACTIONS.decrypt, keys), Condition: { StringLike: { 'kms:ViaService': service } } };
}
