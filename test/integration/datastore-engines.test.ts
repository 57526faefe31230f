import { DescribeReplicationGroupsCommand, ElastiCacheClient } from '@aws-sdk/client-elasticache';
import { DescribeDBSnapshotsCommand, RDSClient } from '@aws-sdk/client-rds';
import {
  GetSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingEngines } from '../../k8s-local/aws/engines.ts';
import { type Access, type Driver, mysql, postgres, redis } from '../../k8s-local/databases/drivers.ts';
import type { DataStoreStatus } from '../../operator/api/data-store.ts';
import type { KubeObject } from '../../operator/kube/types.ts';
import { CopiesByHand } from '../support/copies-by-hand.ts';
import { eventually } from '../support/eventually.ts';
import { portal } from '../support/manifests.ts';
import { Pool, underLoad } from '../support/store-clients.ts';
import { storeInNetwork, storeNetwork } from '../support/store-manifests.ts';
import { type Manifest, World } from '../support/world.ts';

const missing = await missingEngines(process.env);
const generated = { credentials: { mode: 'Generated' } };
const portalDb = storeInNetwork('portal', {
  connectionSecret: { name: 'portal-db' },
  mysql: { databaseName: 'appdb', ...generated },
});
const ledger = storeInNetwork('ledger', {
  auroraPostgresql: { databaseName: 'ledger', instances: 1 },
});
const sessions = storeInNetwork('sessions', { redis: generated });
const another = (name: string, made: Manifest): Manifest => ({
  ...made,
  metadata: { ...made.metadata, name },
});
const from = (made: Manifest, snapshot: string | undefined): Manifest => ({
  ...made,
  spec: { ...(made.spec as object), restoreFrom: { snapshot } },
});

if (process.env['CI'] === 'true') {
  it('in CI the engines are there', () => expect(missing, 'see .ci/run').toEqual([]));
}

describe.runIf(missing.length === 0)('stores whose engines really run', () => {
  let world: World;
  let rds: RDSClient;
  let elasticache: ElastiCacheClient;
  let secrets: SecretsManagerClient;
  let copies: CopiesByHand;
  let ca: string;

  beforeAll(async () => {
    world = await World.start({ LANDFALL_AWS_ENGINES: 'real' });
    await world.claim();
    rds = new RDSClient(world.clientOptions());
    elasticache = new ElastiCacheClient(world.clientOptions());
    secrets = new SecretsManagerClient(world.clientOptions());
    copies = new CopiesByHand(world);
    ca = (await world.aws.authority()) ?? '';
    world.operator();
    await world.apply([portal.namespace, portal.account, storeNetwork]);
    await world.ready(storeNetwork);
    await world.apply([portalDb, ledger, sessions]);
    for (const object of [portalDb, ledger, sessions]) await world.ready(object, 90_000);
  });
  afterAll(async () => {
    rds?.destroy();
    elasticache?.destroy();
    secrets?.destroy();
    copies?.destroy();
    await world?.stop();
  });

  const statusOf = async (of: Manifest) => (await world.read(of))?.status as unknown as DataStoreStatus;
  const valueOf = async (SecretId: string): Promise<Partial<Access>> => {
    const { SecretString = '{}' } = await secrets.send(new GetSecretValueCommand({ SecretId }));
    return JSON.parse(SecretString) as Partial<Access>;
  };
  /** As it is published: the address in the status, who comes in by the secret that the status names. */
  const accessOf = async (of: Manifest): Promise<Access> => {
    const { endpoint, secretArn = '' } = await statusOf(of);
    const where = { host: endpoint?.address ?? '', port: endpoint?.port ?? 0 };
    return { username: '', password: '', ...(await valueOf(secretArn)), ...where };
  };
  /** As a pod has it. */
  const accessOfPod = async (): Promise<Access> => {
    const path = '/api/v1/namespaces/portal/secrets/portal-db';
    const { data = {} } = await world.kube.get<KubeObject & { data?: Record<string, string> }>(path);
    const text = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString('utf8');
    const [host, username, password] = [text('host'), text('username'), text('password')];
    return { host, port: Number(text('port')), username, password, dbname: text('dbname') };
  };
  const rotate = (of: Manifest, at: string) =>
    world.kubectl(
      'annotate',
      '--overwrite',
      '-n',
      'portal',
      `dst/${of.metadata.name}`,
      `landfall.dev/rotated-at=${at}`,
    );
  /** Rotates while a pool asks, until the store has another password and nothing else would let anybody in. */
  const rotated = async (of: Manifest, pool: Pool, statement: string, begin: () => Promise<unknown>) => {
    const { password: before } = await accessOf(of);
    await underLoad(pool, statement, async (answered) => {
      await eventually('requests before', async () => answered() > 20);
      await begin();
      await eventually(
        'another password',
        async () => {
          const { password } = await accessOf(of);
          return password !== before;
        },
        { timeoutMs: 60_000 },
      );
      await world.ready(of, 60_000);
      const then = answered();
      await eventually('requests afterwards', async () => answered() > then + 20);
    });
    return before;
  };

  /** The server takes a new password a moment after the secret has it, or before. */
  const isRefused = (driver: Driver, access: Access) =>
    eventually('the former password to be refused', () =>
      driver.open(access, ca).then(async (open) => {
        await open.close();
        return false;
      }, driver.isRefused),
    );

  describe('MySQL', () => {
    let pool: Pool;
    beforeAll(() => {
      pool = new Pool(mysql, accessOfPod, ca);
    });
    afterAll(() => pool.close());

    it('lets in who has the connection Secret, over TLS and not without', async () => {
      expect(await pool.run('SELECT 1')).toEqual([1]);
      // In MariaDB's words, and not in those about insecure transport that MySQL has.
      await expect(mysql.open(await accessOfPod(), undefined)).rejects.toSatisfy(mysql.isRefused);
      expect(await pool.run('SELECT @@character_set_database')).toEqual(['utf8mb4']);
      expect(await pool.run("SHOW STATUS LIKE 'Ssl_cipher'")).toEqual(['Ssl_cipher']);
    });

    it('fails no request while its password is rotated, and lets nobody in by the former one', async () => {
      await pool.run('CREATE TABLE visits (id INT AUTO_INCREMENT PRIMARY KEY, page TEXT)');
      const insert = "INSERT INTO visits (page) VALUES ('home')";
      const before = await rotated(portalDb, pool, insert, () => rotate(portalDb, 'one'));
      await isRefused(mysql, { ...(await accessOf(portalDb)), password: before });
    });

    it('has its rows in the last snapshot of a store that is gone, and they are there after a restore', async () => {
      const [rows] = await pool.run('SELECT COUNT(*) FROM visits');
      expect(Number(rows)).toBeGreaterThan(20);
      const access = await accessOf(portalDb);
      await pool.close();
      await world.remove(portalDb);
      await world.gone(portalDb, 60_000);
      await eventually('the end of its server', () =>
        mysql.open(access, ca).then(
          async (open) => open.close().then(() => false),
          (error: unknown) => String(error).includes('ECONNREFUSED'),
        ),
      );
      const found = await rds.send(new DescribeDBSnapshotsCommand({ SnapshotType: 'manual' }));
      const again = from(portalDb, found.DBSnapshots?.[0]?.DBSnapshotIdentifier);
      await world.apply([again]);
      await world.ready(again, 90_000);
      const open = await mysql.open(await accessOf(again), ca);
      expect(await open.run('SELECT COUNT(*) FROM visits')).toEqual([rows]);
      await open.close();
    });
  });

  describe('Aurora PostgreSQL', () => {
    let pool: Pool;
    beforeAll(() => {
      pool = new Pool(postgres, async () => ({ ...(await accessOf(ledger)), dbname: 'ledger' }), ca);
    });
    afterAll(() => pool.close());

    it('lets in who has the secret of RDS’s own, over TLS and not without', async () => {
      expect(await pool.run('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).toEqual([true]);
      await expect(postgres.open(await accessOf(ledger), undefined)).rejects.toThrow(/no encryption/);
    });

    it('fails no request while RDS rotates its password, and lets nobody in by the former one', async () => {
      await pool.run('CREATE TABLE entries (id SERIAL PRIMARY KEY, amount INT)');
      const before = await rotated(ledger, pool, 'INSERT INTO entries (amount) VALUES (1)', async () => {
        const { secretArn: SecretId } = await statusOf(ledger);
        await secrets.send(new RotateSecretCommand({ SecretId }));
      });
      await isRefused(postgres, { ...(await accessOf(ledger)), password: before });
    });

    it('has after a restore the rows that were written before the snapshot, and no others', async () => {
      const [rows] = await pool.run('SELECT COUNT(*)::int FROM entries');
      const before = await copies.ofCluster('ledger-dev-cluster', 'before');
      await pool.run('DELETE FROM entries');
      const restored = from(another('ledger-again', ledger), before);
      await world.apply([restored]);
      await world.ready(restored, 90_000);
      // It has got a password of its own.
      const again = await postgres.open({ ...(await accessOf(restored)), dbname: 'ledger' }, ca);
      expect(await again.run('SELECT COUNT(*)::int FROM entries')).toEqual([rows]);
      await again.close();
      expect(await pool.run('SELECT COUNT(*)::int FROM entries')).toEqual([0]);
    });
  });

  describe('Redis', () => {
    let pool: Pool;
    beforeAll(() => {
      pool = new Pool(redis, () => accessOf(sessions), ca);
    });
    afterAll(() => pool.close());

    const group = async () => {
      const asked = new DescribeReplicationGroupsCommand({ ReplicationGroupId: 'sessions-dev-redis' });
      return (await elasticache.send(asked)).ReplicationGroups?.[0];
    };

    it('lets in who has the token, over TLS and not without', async () => {
      expect(await pool.run('PING')).toEqual(['PONG']);
      await expect(redis.open(await accessOf(sessions), undefined)).rejects.toThrow();
      await expect(redis.open({ ...(await accessOf(sessions)), password: 'x' }, ca)).rejects.toSatisfy(
        redis.isRefused,
      );
    });

    it('takes either token while one follows the other, so that no request fails; then the new one alone', async () => {
      // Of the two steps the second is AWS's to refuse for a while, so that what is between them can be looked at.
      const mark = await world.mark();
      const setting = { service: 'elasticache', action: 'ModifyReplicationGroup', skip: 1, times: 0 };
      await world.aws.setDifficulty({ faults: [{ ...setting, code: 'InternalFailure' }] });
      const former = await accessOf(sessions);
      await underLoad(pool, 'INCR visits', async (answered) => {
        await rotate(sessions, 'one');
        const current = await eventually('another token', async () => {
          const access = await accessOf(sessions);
          return access.password !== former.password && access;
        });
        for (const access of [former, current]) await (await redis.open(access, ca)).close();
        await world.aws.setDifficulty({ faults: [] });
        await eventually('the end of the former token', async () => {
          const changes = (await world.writes(mark)).filter(
            ({ action, error }) => action === 'ModifyReplicationGroup' && error === null,
          );
          return changes.length === 2 && (await group())?.Status === 'available';
        });
        await world.ready(sessions, 60_000);
        const then = answered();
        await eventually('requests afterwards', async () => answered() > then + 20);
      });
      await expect(redis.open(former, ca)).rejects.toSatisfy(redis.isRefused);
      expect(await pool.run('PING')).toEqual(['PONG']);
    });

    it('has after a restore what was there before the snapshot', async () => {
      const [visits] = await pool.run('GET visits');
      const before = await copies.ofCache('sessions-dev-redis', 'before');
      await pool.run('SET visits none');
      const restored = from(another('sessions-again', sessions), before);
      await world.apply([restored]);
      await world.ready(restored, 90_000);
      const again = await redis.open(await accessOf(restored), ca);
      expect(await again.run('GET visits')).toEqual([visits]);
      await again.close();
      expect(await pool.run('GET visits')).toEqual(['none']);
    });
  });
});
