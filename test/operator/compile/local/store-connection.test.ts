import { describe, expect, it } from 'vitest';
import { localConnectionTo, localStoreName } from '../../../../operator/compile/local/store-connection.ts';
import { store, table } from '../data-store/fixtures.ts';

const placed = (engine: object, spec: object = {}) =>
  store({ networkRef: { name: 'net' }, environment: 'dev', ...engine, ...spec });

describe('what a store in the cluster is called', () => {
  it('is what holds the data in AWS', () => {
    expect(localStoreName(placed({ mysql: {} }))).toBe('orders-dev-instance');
    expect(localStoreName(placed({ auroraPostgresql: {} }))).toBe('orders-dev-cluster');
    expect(localStoreName(placed({ redis: {} }))).toBe('orders-dev-redis');
    expect(localStoreName(table({}, { environment: 'dev' }))).toBe('orders-dev-data');
  });

  it('is a name that a Service and the label of a StatefulSet can have', () => {
    const named = (name: string) =>
      localStoreName(store({ dynamodb: { partitionKey: { name: 'id', type: 'String' } } }, { name }));
    expect(named('2.orders')).toBe('db-2-orders-data');
    expect(named('o'.repeat(63))).toMatch(/^o{43}-[0-9a-f]{8}$/);
  });
});

describe('how a store in the cluster is reached', () => {
  it('is by its Service, without TLS, with the Secret that AWS would have', () => {
    expect(localConnectionTo(placed({ auroraPostgresql: { credentials: { mode: 'Generated' } } }))).toEqual({
      owner: 'DataStore/team/orders',
      engine: 'auroraPostgresql',
      host: 'orders-dev-cluster.team.svc',
      readerHost: 'orders-dev-cluster.team.svc',
      port: 5432,
      secretName: 'orders-dev-rds-secret',
      table: undefined,
      endpoint: undefined,
      tls: false,
      notYet: undefined,
    });
  });

  it('is with a Secret whose name nothing changes that may change later', () => {
    const secretOf = (engine: object, spec: object = {}) =>
      localConnectionTo(placed(engine, spec)).secretName;
    const generated = { credentials: { mode: 'Generated' } };
    expect(secretOf({ mysql: {} })).toBe('orders-dev-rds-secret');
    expect(secretOf({ mysql: generated })).toBe('orders-dev-rds-secret');
    expect(secretOf({ mysql: generated }, { connectionSecret: { name: 'db' } })).toBe(
      'orders-dev-rds-secret',
    );
  });

  it('is without one where a cache asks for no password, as in AWS', () => {
    expect(localConnectionTo(placed({ redis: {} })).secretName).toBeUndefined();
    expect(localConnectionTo(placed({ redis: { credentials: { mode: 'Generated' } } })).secretName).toBe(
      'orders-dev-redis-secret',
    );
  });

  it('is by a URL of its own where it is a table', () => {
    expect(localConnectionTo(table({}, { environment: 'dev' }))).toMatchObject({
      engine: 'dynamodb',
      table: 'orders-dev-data',
      port: 8000,
      endpoint: 'http://orders-dev-data.team.svc:8000',
      secretName: 'orders-dev-data-secret',
    });
  });

  it('is not before it takes connections', () => {
    expect(localConnectionTo({ ...placed({ mysql: {} }), isComing: true }).notYet).toBe(
      'waits for DataStore/team/orders, which is being made and takes no connections yet',
    );
  });
});
