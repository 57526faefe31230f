import { describe, expect, it } from 'vitest';
import { windowsOverlap } from '../../../../operator/api/data-store/windows.ts';
import { DATA_STORE_NODES } from '../../../../operator/compile/data-store/data-store.ts';
import { ref } from '../../../../operator/graph/ref.ts';
import { inputsOf, nodeOf } from '../fixtures.ts';
import { compile, network, store } from './fixtures.ts';

const mysql = (spec: object = {}, around: object = {}) =>
  store({ networkRef: { name: 'net' }, mysql: spec, ...around });
/** Of the server itself, and of what no cluster has of it. */
const instance = (spec: object = {}, around: object = {}) => {
  const { own, ...rest } = inputsOf<{ own: object }>(compile(mysql(spec, around)), 'db-instance');
  return { ...rest, ...own };
};

describe('a database of MySQL', () => {
  it('is a server with what it is started with, in the subnets of its tier', () => {
    const graph = compile(mysql({ databaseName: 'appdb' }, { environment: 'dev' }));
    expect([...graph.nodes.keys()].sort()).toEqual([
      'db-instance',
      'db-option-group',
      'db-options',
      'db-parameter-group',
      'db-parameters',
      'db-subnet-group',
      'security-group-rules/store',
      'security-group/store',
    ]);
    expect([...graph.nodes.values()].every(({ type }) => DATA_STORE_NODES.includes(type as never))).toBe(
      true,
    );
    expect(inputsOf(graph, 'db-parameter-group')).toMatchObject({ name: 'orders-dev', family: 'mysql8.0' });
    expect(nodeOf(graph, 'db-instance').dependsOn).toEqual(['db-parameters', 'db-options']);
    expect(inputsOf(graph, 'db-instance')).toMatchObject({
      name: 'orders-dev-instance',
      engine: 'mysql',
      applyImmediately: false,
      own: {
        databaseName: 'appdb',
        masterUsername: 'admin',
        managesPassword: true,
        logExports: ['audit', 'error'],
        iamAuthentication: false,
      },
    });
  });

  it('has the plugin that writes its audit log, which shows no query and so no password', () => {
    const graph = compile(mysql({ engineVersion: '8.4.3' }));
    expect(inputsOf(graph, 'db-option-group')).toMatchObject({
      name: 'orders',
      engine: 'mysql',
      majorVersion: '8.4',
    });
    expect(inputsOf(graph, 'db-options')).toMatchObject({
      options: { MARIADB_AUDIT_PLUGIN: { SERVER_AUDIT_EVENTS: 'CONNECT' } },
      applyImmediately: false,
    });
    expect(instance()).toMatchObject({ optionGroupName: ref('db-option-group', 'name') });
  });

  it('without an audit log has AWS’s own option group', () => {
    const quiet = mysql({ logExports: ['error'], engineVersion: '8.4.3' });
    expect([...compile(quiet).nodes.keys()]).not.toContain('db-option-group');
    expect(instance({ logExports: ['error'], engineVersion: '8.4.3' })).toMatchObject({
      optionGroupName: 'default:mysql-8-4',
    });
  });

  it('always encrypts connections, and is started with utf8mb4 unless told otherwise', () => {
    const parameters = [
      { name: 'character_set_server', value: 'latin1' },
      { name: 'wait_timeout', value: '600' },
    ];
    expect(inputsOf(compile(mysql({ parameters })), 'db-parameters')).toMatchObject({
      family: 'mysql8.0',
      parameters: {
        require_secure_transport: '1',
        character_set_server: 'latin1',
        collation_server: 'utf8mb4_0900_ai_ci',
        wait_timeout: '600',
      },
    });
    expect(() => mysql({ parameters: [{ name: 'require_secure_transport', value: '0' }] })).toThrow(
      /connections to a store are always encrypted/,
    );
  });

  it.each([
    [
      undefined,
      { instanceClass: 'db.t3.micro', storageGiB: 20, maxStorageGiB: 100, backupDays: 7, multiAz: false },
      false,
    ],
    [
      'dev',
      { instanceClass: 'db.t3.micro', storageGiB: 20, maxStorageGiB: 100, backupDays: 7, multiAz: false },
      false,
    ],
    [
      'staging',
      { instanceClass: 'db.t3.small', storageGiB: 20, maxStorageGiB: 100, backupDays: 14, multiAz: false },
      false,
    ],
    [
      'prod',
      {
        instanceClass: 'db.r5.large',
        storageGiB: 100,
        maxStorageGiB: 500,
        backupDays: 30,
        multiAz: true,
        insightsDays: 7,
      },
      true,
    ],
  ])('of environment %s has the size of it', (environment, size, deletionProtection) => {
    expect(instance({}, environment === undefined ? {} : { environment })).toMatchObject({
      ...size,
      deletionProtection,
    });
  });

  it('has what its spec says, whatever the environment', () => {
    const spec = {
      instanceClass: 'db.t3.medium',
      storageGiB: 50,
      maxStorageGiB: 50,
      multiAz: 'Disabled',
      backup: { retentionDays: 3 },
      deletionProtection: 'Disabled',
      performanceInsights: { retentionDays: 31 },
      applyChanges: 'Immediately',
    };
    const found = instance(spec, { environment: 'prod' });
    expect(found).toMatchObject({
      instanceClass: 'db.t3.medium',
      storageGiB: 50,
      multiAz: false,
      backupDays: 3,
      deletionProtection: false,
      insightsDays: 31,
      applyImmediately: true,
    });
    // The same as its size: it does not grow by itself.
    expect(found).not.toHaveProperty('maxStorageGiB');
  });

  it('is told how far its volume grows only where it can', () => {
    const inProd = (most: number) => () => instance({ maxStorageGiB: most }, { environment: 'prod' });
    for (const most of [50, 109])
      expect(inProd(most)).toThrow(/maxStorageGiB \d+ is less than a tenth above the 100 GiB .* make it 100/);
    expect(inProd(100)()).not.toHaveProperty('maxStorageGiB');
    expect(inProd(110)()).toMatchObject({ storageGiB: 100, maxStorageGiB: 110 });
    expect(instance({ maxStorageGiB: 22 })).toMatchObject({ storageGiB: 20, maxStorageGiB: 22 });
  });

  it('of the smallest class measures nothing by itself', () => {
    expect(instance({ instanceClass: 'db.t4g.small' }, { environment: 'prod' })).not.toHaveProperty(
      'insightsDays',
    );
    expect(() => compile(mysql({ performanceInsights: {} }))).toThrow(/class db.t3.micro has none/);
  });

  it('of another major version is started with parameters of that', () => {
    const graph = compile(mysql({ engineVersion: '8.4.3' }));
    expect(inputsOf(graph, 'db-parameter-group')).toMatchObject({ family: 'mysql8.4' });
  });

  it('stands in two zones at least, which AWS asks for', () => {
    const one = network({ zones: { count: 1 } });
    expect(() => compile(mysql(), one)).toThrow(/in us-east-1a only, but this store needs them in 2 zones/);
  });
});

describe('windows', () => {
  it.each([
    ['03:00-03:30', 'sun:03:15-sun:04:15', true],
    ['03:00-03:30', 'sun:03:30-sun:04:00', false],
    ['23:45-00:15', 'mon:00:00-mon:00:30', true],
    ['23:45-00:15', 'sun:23:00-sun:23:45', false],
    ['00:00-00:30', 'sun:23:45-mon:00:15', true],
  ])('%s and %s are in each other’s way: %s', (daily, weekly, overlap) =>
    expect(windowsOverlap(daily, weekly)).toBe(overlap),
  );

  it('that are in each other’s way are refused', () => {
    const spec = { backup: { window: '03:00-03:30' }, maintenanceWindow: 'sun:03:15-sun:04:15' };
    expect(() => compile(mysql(spec))).toThrow(/are in each other's way, which AWS refuses/);
  });
});
