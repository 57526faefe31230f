import type { DataStoreStatus } from '../../api/data-store.ts';
import type { Standing } from '../../graph/plan.ts';

/** The fields of the status that say what was made. */
export type DataStoreOutputs = Pick<
  DataStoreStatus,
  | 'engine'
  | 'engineVersion'
  | 'restoredFrom'
  | 'state'
  | 'endpoint'
  | 'readerEndpoint'
  | 'secretArn'
  | 'securityGroupId'
  | 'tableName'
  | 'tableArn'
  | 'streamArn'
  | 'pendingModifications'
>;

type Outputs = Readonly<Record<string, string>>;

const PENDING_MAX = 50;

/**
 * What was made, from where the nodes stand. Of a database it is the outputs of its cluster, or of its only instance: `engine`,
 * `engineVersion`, `state`, `address`, `port`, `readerAddress`, `secretArn`, and `pending`, which are lines of text.
 */
export function outputsOfDataStore(standing: readonly Standing[]): DataStoreOutputs {
  const at = (key: string) =>
    standing.find(({ node, state }) => node === key && state.phase !== 'deleting')?.outputs;
  const table = at('table');
  const settings = at('table-settings');
  const store = at('db-cluster') ?? at('db-instance') ?? at('replication-group');
  const pending = [...linesOf(store), ...pendingOfMembers(standing)];
  return {
    engine: table ? 'dynamodb' : text(store, 'engine'),
    engineVersion: text(store, 'engineVersion'),
    restoredFrom: text(table ?? store, 'restoredFrom'),
    state: text(settings ?? store, 'state'),
    endpoint: endpointOf(store, 'address'),
    readerEndpoint: endpointOf(store, 'readerAddress'),
    secretArn: text(at('secret'), 'arn') ?? text(store, 'secretArn'),
    securityGroupId: text(at('security-group/store'), 'id'),
    tableName: text(table, 'name'),
    tableArn: text(table, 'arn'),
    streamArn: text(settings, 'streamArn'),
    pendingModifications: pending.length > 0 ? pending.slice(0, PENDING_MAX) : undefined,
  };
}

function linesOf(outputs: Outputs | undefined): string[] {
  return text(outputs, 'pending')?.split('\n') ?? [];
}

/** What waits of the members of a cluster, each by its name. */
function pendingOfMembers(standing: readonly Standing[]): string[] {
  return standing
    .filter(({ node, state }) => node.startsWith('db-instance/') && state.phase !== 'deleting')
    .flatMap(({ outputs }) => linesOf(outputs).map((line) => `${outputs['name']}: ${line}`));
}

/** What an output says; undefined where it says nothing yet. */
function text(outputs: Outputs | undefined, name: string): string | undefined {
  const said = outputs?.[name];
  return said === undefined || said === '' ? undefined : said;
}

function endpointOf(outputs: Outputs | undefined, name: string): DataStoreOutputs['endpoint'] {
  const [address, port] = [text(outputs, name), text(outputs, 'port')];
  return address === undefined || port === undefined ? undefined : { address, port: Number(port) };
}
