import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../service/config.ts';

describe('the environment', () => {
  it('may be empty: a microservice on 8000 without a store', () => {
    expect(readConfig({})).toEqual({
      mode: 'microservice',
      name: 'microservice',
      port: 8000,
      version: '1.0.0',
      logLevel: 'info',
      metrics: true,
      rateLimit: 100,
      consumers: [],
      trustedProxyHops: 0,
      requestTimeoutMs: 10_000,
      drainMs: 20_000,
      database: undefined,
      redis: undefined,
      dynamo: undefined,
      admin: { user: 'admin', passwordHash: undefined },
    });
  });

  it('makes a portal on 5000, with a MySQL at its port', () => {
    const config = readConfig({ SERVICE_MODE: 'portal', DB_HOST: 'db', DB_USER: 'u', DB_PASS: 'p' });
    expect(config).toMatchObject({ mode: 'portal', name: 'portal', port: 5000 });
    expect(config.database).toEqual({
      host: 'db',
      port: 3306,
      user: 'u',
      password: 'p',
      database: 'appdb',
      tls: {},
      poolSize: 10,
    });
  });

  it('is what a DataStore tells its services', () => {
    const config = readConfig({
      DB_HOST: 'cluster',
      DB_PORT: '5432',
      DB_USER: 'postgres',
      DB_NAME: 'postgres',
      DB_PASS: 's',
      REDIS_HOST: 'cache',
      REDIS_PORT: '6379',
      REDIS_TLS: 'true',
      REDIS_PASS: 't',
      DYNAMODB_TABLE: 'api-service-dev-data',
      DYNAMODB_REGION: 'us-east-1',
    });
    expect(config.database).toMatchObject({ host: 'cluster', port: 5432, database: 'postgres', tls: {} });
    expect(config.redis).toEqual({ host: 'cache', port: 6379, password: 't', tls: {}, cluster: false });
    expect(config.dynamo).toEqual({
      table: 'api-service-dev-data',
      region: 'us-east-1',
      endpoint: undefined,
    });
  });

  it.each([
    ['INFO', 'info'],
    ['warning', 'warn'],
    ['CRITICAL', 'fatal'],
    ['Debug', 'debug'],
  ])('takes the level %s', (LOG_LEVEL, logLevel) => {
    expect(readConfig({ LOG_LEVEL }).logLevel).toBe(logLevel);
  });

  it('takes an empty variable as one that nobody set', () => {
    expect(readConfig({ SERVICE_NAME: '', DB_HOST: '', RATE_LIMIT: '' })).toMatchObject({
      name: 'microservice',
      database: undefined,
      rateLimit: 100,
    });
  });

  it('reads the authority of a store from a file', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'ca-')), 'ca.pem');
    writeFileSync(file, 'PEM');
    expect(readConfig({ REDIS_HOST: 'r', REDIS_CA_FILE: file }).redis?.tls).toEqual({ ca: 'PEM' });
    expect(readConfig({ REDIS_HOST: 'r', REDIS_TLS: 'false' }).redis?.tls).toBeUndefined();
  });

  it.each([
    [{ SERVICE_PORT: 'x' }, 'SERVICE_PORT: must be a whole number from 1 to 65535, not "x"'],
    [{ RATE_LIMIT: '1.5' }, 'RATE_LIMIT: must be a whole number from 0 to 1000000, not "1.5"'],
    [{ SERVICE_MODE: 'both' }, 'SERVICE_MODE: must be microservice or portal, not "both"'],
    [{ ENABLE_METRICS: 'yes' }, 'ENABLE_METRICS: must be true or false, not "yes"'],
    [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL: must be one of TRACE, .*CRITICAL, not "loud"$/],
    [{ CONSUMER_SERVICES: '[' }, /^CONSUMER_SERVICES: must be a JSON list such as .*, not "\["$/],
    [
      { CONSUMER_SERVICES: '[{"name": "A", "url": "http://a"}]' },
      /^CONSUMER_SERVICES\.0\.name: must be a DNS label/,
    ],
    [
      { CONSUMER_SERVICES: '[{"name": "a", "url": "file:///etc/passwd"}]' },
      /^CONSUMER_SERVICES\.0\.url: must be a URL such as/,
    ],
    [
      { CONSUMER_SERVICES: '[{"name": "a", "url": "http://me:secret@a"}]' },
      /^CONSUMER_SERVICES\.0\.url: must have no user and password in it/,
    ],
    [
      { CONSUMER_SERVICES: '[{"name": "a", "url": "http://a"}, {"name": "a", "url": "http://b"}]' },
      /^CONSUMER_SERVICES: names a service twice/,
    ],
    [{ DB_HOST: 'db' }, 'DB_USER: is needed where DB_HOST is given'],
    [{ REDIS_HOST: 'r', REDIS_CA_FILE: '/nowhere.pem' }, 'REDIS_CA_FILE: cannot read /nowhere.pem'],
    [{ DRAIN_SECONDS: '0' }, 'DRAIN_SECONDS: must be more than 0 seconds, not "0"'],
  ])('%j is refused with what to do', (environment, message) => {
    expect(() => readConfig(environment)).toThrow(
      expect.objectContaining({
        name: 'ConfigError',
        message: typeof message === 'string' ? message : expect.stringMatching(message),
      }),
    );
  });

  it('tells of everything that is wrong, and of no secret', () => {
    const environment = { SERVICE_PORT: '0', RATE_LIMIT: '-1', ADMIN_PASSWORD_HASH: 'hash' };
    expect(() => readConfig(environment)).toThrow(
      'SERVICE_PORT: must be a whole number from 1 to 65535, not "0"\nRATE_LIMIT: must be a whole number from 0 to 1000000, not "-1"',
    );
  });
});
