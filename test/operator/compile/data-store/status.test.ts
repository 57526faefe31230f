import { describe, expect, it } from 'vitest';
import { outputsOfDataStore } from '../../../../operator/compile/data-store/status.ts';
import { READY, type State } from '../../../../operator/graph/kind.ts';

const standing = (node: string, outputs: Readonly<Record<string, string>>, state: State = READY) => ({
  node,
  type: 'Any',
  id: node,
  state,
  outputs,
});
/** What is said at all. */
const said = (...all: ReturnType<typeof standing>[]) =>
  Object.fromEntries(Object.entries(outputsOfDataStore(all)).filter(([, value]) => value !== undefined));

describe('the status of a store', () => {
  it('says nothing of what is not there, or is being deleted', () => {
    expect(said()).toEqual({});
    const leaving: State = { phase: 'deleting', reason: 'WaitingForAws', message: 'table goes' };
    expect(said(standing('table', { arn: 'arn:table' }, leaving))).toEqual({});
  });

  it('tells of a table what it is called, how far it is, and its stream', () => {
    const table = standing('table', { id: 'arn:table', arn: 'arn:table', name: 'orders-data' });
    expect(said(table)).toEqual({ engine: 'dynamodb', tableName: 'orders-data', tableArn: 'arn:table' });
    const settings = standing('table-settings', { state: 'active', streamArn: 'arn:stream' });
    expect(said(table, settings)).toMatchObject({ state: 'active', streamArn: 'arn:stream' });
  });

  it('tells of a database where it is reached and what waits, once there is something to tell', () => {
    const outputs = { engine: 'mysql', engineVersion: '8.0.42', state: 'creating', address: '', port: '' };
    expect(said(standing('db-instance', outputs))).toEqual({
      engine: 'mysql',
      engineVersion: '8.0.42',
      state: 'creating',
    });
    const made = { ...outputs, address: 'db.example', port: '3306', secretArn: 'arn:s', pending: 'a=1\nb=2' };
    expect(
      said(standing('db-instance', made), standing('security-group/store', { id: 'sg-1' })),
    ).toMatchObject({
      endpoint: { address: 'db.example', port: 3306 },
      secretArn: 'arn:s',
      securityGroupId: 'sg-1',
      pendingModifications: ['a=1', 'b=2'],
    });
  });

  it('takes of a cluster what the cluster says, not its members, and a secret of Landfall’s before RDS’s own', () => {
    const member = standing('db-instance/1', { address: 'one', port: '5432', engine: 'aurora-postgresql' });
    const cluster = standing('db-cluster', {
      engine: 'aurora-postgresql',
      address: 'writer',
      readerAddress: 'reader',
      port: '5432',
      secretArn: 'arn:managed',
    });
    expect(said(member, cluster, standing('secret', { arn: 'arn:own' }))).toMatchObject({
      endpoint: { address: 'writer', port: 5432 },
      readerEndpoint: { address: 'reader', port: 5432 },
      secretArn: 'arn:own',
    });
  });
});
