import { describe, expect, it } from 'vitest';
import type { DataStore } from '../../../../../operator/api/data-store.ts';
import { VOLUME_POLICY } from '../../../../../operator/local/persistent-volume-claim.ts';
import { store, table } from '../../data-store/fixtures.ts';
import { compileLocal, engineOf, inputsAt, podOf, secretAt } from './fixtures.ts';

const placed = (engine: object, spec: object = {}) =>
  store({ networkRef: { name: 'net' }, environment: 'dev', ...engine, ...spec });
const made = (object: DataStore, account: object = {}) => engineOf(compileLocal(object, account));
const variables = (object: DataStore) =>
  Object.fromEntries(made(object).env.map(({ name, value }) => [name, value]));
const named = (...parameters: [string, string][]) => ({
  parameters: parameters.map(([name, value]) => ({ name, value })),
});

describe('the image of a store', () => {
  it.each([
    [{ mysql: {} }, 'mysql:8.0'],
    [{ mysql: { engineVersion: '8.4.3' } }, 'mysql:8.4'],
    [{ auroraPostgresql: { engineVersion: '16.4' } }, 'postgres:16'],
    [{ redis: {} }, 'redis:7.0'],
    [{ redis: { engineVersion: '7.1' } }, 'redis:7.0'],
    [{ redis: { engine: 'Valkey' } }, 'valkey/valkey:8.0'],
  ])('of %j is the public one of its major version', (engine, image) => {
    expect(made(placed(engine)).image).toBe(image);
  });

  it('is another where the Account says so', () => {
    const imageRewrites = [
      { prefix: 'postgres:15', replacement: 'landfall-postgres:1' },
      { prefix: 'amazon/dynamodb-local:2.5.2', replacement: 'landfall-dynamodb:1' },
      { prefix: 'node:24-bookworm-slim', replacement: 'landfall:dev' },
    ];
    expect(made(placed({ auroraPostgresql: {} }), { imageRewrites }).image).toBe('landfall-postgres:1');
    const { containers } = podOf(compileLocal(table(), { imageRewrites })).spec;
    expect(containers.map(({ image }) => image)).toEqual(['landfall-dynamodb:1', 'landfall:dev']);
  });
});

describe('the size of a store', () => {
  const limits = (object: DataStore, account: object = {}) => made(object, account).resources.limits;
  const asked = (object: DataStore, account: object = {}) =>
    (inputsAt(compileLocal(object, account), 'volume').body['spec'] as { resources: unknown }).resources;
  const storage = (size: string) => ({ requests: { storage: size } });

  it('follows its class, else its environment, and sizeFactor', () => {
    expect(limits(placed({ mysql: {} }))).toEqual({ cpu: '2000m', memory: '1024Mi' });
    expect(limits(placed({ mysql: { instanceClass: 'db.m5.xlarge' } }))).toEqual({
      cpu: '4000m',
      memory: '16384Mi',
    });
    expect(limits(placed({ auroraPostgresql: {} }, { environment: 'prod' }), { sizeFactor: 0.1 })).toEqual({
      cpu: '500m',
      memory: '1638Mi',
    });
    expect(
      limits(placed({ auroraPostgresql: { serverlessV2: { minCapacityUnits: 0.5, maxCapacityUnits: 4 } } })),
    ).toEqual({ cpu: '1000m', memory: '8192Mi' });
    expect(limits(placed({ redis: { nodeType: 'cache.t3.medium' } }))).toEqual({
      cpu: '2000m',
      memory: '4096Mi',
    });
  });

  it('is that of its volume, too', () => {
    expect(asked(placed({ mysql: {} }))).toEqual(storage('20Gi'));
    expect(asked(placed({ mysql: { storageGiB: 200 } }), { sizeFactor: 0.1 })).toEqual(storage('20Gi'));
    expect(asked(placed({ redis: {} }))).toEqual(storage('2Gi'));
    expect(asked(table())).toEqual(storage('10Gi'));
  });
});

describe('the parameters of a store', () => {
  it('of MySQL are options, of which one that it does not know keeps it from nothing', () => {
    const parameters = named(
      ['wait_timeout', '600'],
      ['require_secure_transport', '1'],
      ['innodb_buffer_pool_size', '{DBInstanceClassMemory*3/4}'],
    );
    expect(made(placed({ mysql: parameters })).args).toEqual([
      '--character-set-server=utf8mb4',
      '--loose-wait-timeout=600',
    ]);
  });

  it('of Aurora are settings, less those that are AWS’s own', () => {
    const parameters = named(
      ['max_connections', '50'],
      ['rds.force_ssl', '1'],
      ['apg_plan_mgmt.use_plan_baselines', '1'],
      ['shared_preload_libraries', 'pg_stat_statements,pgaudit'],
    );
    expect(made(placed({ auroraPostgresql: parameters })).args).toEqual(
      ['max_connections=50', 'shared_preload_libraries=pg_stat_statements'].flatMap((one) => ['-c', one]),
    );
  });

  it('of Redis are options, less those that are ElastiCache’s own, and none of memory beyond the limit', () => {
    const args =
      made(
        placed({
          redis: named(['maxmemory-policy', 'allkeys-lru'], ['timeout', '30'], ['reserved-memory', '100']),
        }),
        { sizeFactor: 0.5 },
      ).args ?? [];
    const options = Object.fromEntries(
      args.flatMap((arg, at) => (at % 2 === 0 ? [[arg, args[at + 1]]] : [])),
    );
    expect(options).toEqual({
      '--port': '6379',
      '--dir': '/data/redis',
      '--protected-mode': 'no',
      '--appendonly': 'yes',
      '--maxmemory': '384mb',
      '--maxmemory-policy': 'allkeys-lru',
      '--timeout': '30',
    });
  });
});

describe('the names in a store', () => {
  it('are those of the spec', () => {
    expect(variables(placed({ mysql: { databaseName: 'appdb', masterUsername: 'root' } }))).toMatchObject({
      STORE_DATABASE: 'appdb',
      STORE_USER: 'root',
    });
    expect(
      variables(placed({ auroraPostgresql: { databaseName: 'app', masterUsername: 'owner' } })),
    ).toMatchObject({ POSTGRES_DB: 'app', POSTGRES_USER: 'owner' });
    expect(variables(placed({ auroraPostgresql: {} }))).toMatchObject({ POSTGRES_DB: 'postgres' });
  });
});

describe('the Secret of a store', () => {
  const generated = { credentials: { mode: 'Generated' } };

  it('has the keys that it has in AWS', () => {
    expect(secretAt(compileLocal(placed({ mysql: { ...generated, databaseName: 'appdb' } })))).toMatchObject({
      name: 'orders-dev-rds-secret',
      values: {
        host: 'orders-dev-instance.team.svc',
        port: '3306',
        username: 'admin',
        dbname: 'appdb',
      },
      generated: { password: 40 },
      templates: { uri: 'mysql://{username}:{password}@{host}:{port}/{dbname}' },
    });
    expect(secretAt(compileLocal(placed({ redis: generated })))).toMatchObject({
      values: { host: 'orders-dev-redis.team.svc', port: '6379', username: 'default' },
      templates: { uri: 'redis://{username}:{password}@{host}:{port}' },
    });
  });

  it('is none where a cache asks for no password', () => {
    const graph = compileLocal(placed({ redis: {} }));
    expect(graph.nodes.has('secret')).toBe(false);
    expect(engineOf(graph).env.map(({ name }) => name)).not.toContain('REDISCLI_AUTH');
  });
});

describe('a cache in cluster mode', () => {
  it('is one node that speaks the cluster protocol and tells the address of its pod', () => {
    const { args, env } = made(placed({ redis: { clusterMode: { shards: 3 } } }));
    expect(args?.join(' ')).toContain('--cluster-enabled yes --cluster-announce-ip $(POD_IP)');
    expect(env).toContainEqual({ name: 'REDIS_CLUSTER', value: 'yes' });
  });
});

describe('the volume of a store', () => {
  it('is a claim of the StorageClass of the Account', () => {
    expect(inputsAt(compileLocal(table(), { storageClassName: 'fast' }), 'volume')).toMatchObject({
      name: 'orders-data',
      body: { spec: { storageClassName: 'fast', accessModes: ['ReadWriteOnce'] } },
    });
  });

  it('says that it always goes with volumePolicy Delete, which whoever deletes it reads', () => {
    const annotations = (volumePolicy: string) =>
      inputsAt(compileLocal(placed({ redis: {} }), { volumePolicy }), 'volume').annotations;
    expect(annotations('Delete')).toEqual({ [VOLUME_POLICY]: 'Delete' });
    expect(annotations('Retain')).toBeUndefined();
  });

  it('is none with volumePolicy Ephemeral', () => {
    const graph = compileLocal(placed({ redis: {} }), { volumePolicy: 'Ephemeral' });
    expect(graph.nodes.has('volume')).toBe(false);
    expect(podOf(graph).spec.volumes[0]).toEqual({ name: 'data', emptyDir: {} });
    expect(engineOf(graph).args?.join(' ')).toContain('--appendonly no');
  });
});
