import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerAnswers } from '../../k8s-local/aws/container.ts';
import { freePorts } from '../../k8s-local/cluster/ports.ts';
import type { Database } from '../../k8s-local/databases/container.ts';
import { type DynamoTable, startDynamoTable } from '../../k8s-local/databases/dynamo.ts';
import { startMysql } from '../../k8s-local/databases/mysql.ts';
import { startPostgres } from '../../k8s-local/databases/postgres.ts';
import { startRedis } from '../../k8s-local/databases/redis.ts';
import { environmentOf } from '../support/check-databases.ts';
import { eventually } from '../support/eventually.ts';
import { lyingService } from '../support/lying-service.ts';
import { ADMIN, startPortal } from '../support/portal.ts';
import { examine, type Expected, type Particular } from '../support/schemathesis.ts';
import { AWAY, startService } from '../support/service.ts';

const docker = await dockerAnswers(process.env);
if (process.env['CI'] === 'true') {
  it('in CI a Docker daemon answers', () => expect(docker, 'see .ci/docker').toBe(true));
}

/** What each answer is looked at by. */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'positive_data_acceptance',
  'missing_required_header',
  'unsupported_method',
  'allow_header_conformance',
  'use_after_free',
  'ensure_resource_availability',
  'ignored_auth',
  'max_response_time',
];

/** Operations of the microservice that are limited and need no store, those that need one, and those of the portal. */
const LIMITED = ['about', 'hello', 'helloBack', 'status', 'services', 'callService', 'databaseHealth'];
const OF_STORES = [
  'createUser',
  'findUser',
  'listActivity',
  'createSession',
  'findSession',
  'setCacheEntry',
  'cacheEntry',
  'deleteCacheEntry',
];
const OF_ANYBODY = ['registerCompany', 'company', 'logIn'];
const OF_ADMINISTRATORS = ['companies', 'decideCompany', 'logOut', 'session'];

/** Where the statuses matter, and not what is asked. */
const FEW = { examples: 5 };

interface Document {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { operationId: string; responses: object }>>>
  >;
}

/** Examines a service; then looks whether all of it was asked, what is valid and what is not, and so answered. */
async function expectAsDocumented(
  url: string,
  expected: readonly Expected[] = [],
  more: Particular = {},
): Promise<void> {
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as Document;
  const { faults, asked, checks } = await examine(url, { expected, ...more });
  expect(faults).toBe('');
  expect([...checks].toSorted()).toEqual(CHECKS.toSorted());
  let cases = 0;
  for (const [path, methods] of Object.entries(paths))
    for (const [method, { operationId, responses }] of Object.entries(methods)) {
      const name = `${method.toUpperCase()} ${path}`;
      const { positive, negative, statuses } = asked.get(name) ?? { positive: 0, negative: 0, statuses: [] };
      cases += positive + negative;
      expect(positive, name).toBeGreaterThan(0);
      expect(negative, name).toBeGreaterThan(0);
      const { valid } = expected.find(({ of }) => of.includes(operationId)) ?? {};
      const wanted = valid ?? Object.keys(responses).filter((status) => status.startsWith('2'));
      expect([...statuses], name).toEqual(expect.arrayContaining(wanted.map(Number)));
    }
  expect(cases).toBeGreaterThan(200);
}

/** A service that is its own consumer: it has something to call, by the name that its document gives as an example. */
async function startConsumer(env: Readonly<Record<string, string>> = {}) {
  const [port] = await freePorts(1);
  const service = await startService({
    SERVICE_PORT: `${port}`,
    CONSUMER_SERVICES: JSON.stringify([{ name: 'api-service', url: `http://127.0.0.1:${port}` }]),
    REQUEST_TIMEOUT_SECONDS: '4',
    ...env,
  });
  return { ...service, [Symbol.asyncDispose]: () => service.stop() };
}

describe('what examines', () => {
  it('finds what is not as the document says', async () => {
    await using liar = await lyingService();
    const { faults } = await examine(liar.url);
    const kinds = faults.match(/(?<=^ {2}❌ )(.+)(?=: \d+$)/gm) ?? [];
    expect(kinds.toSorted()).toEqual([
      'API accepted schema-violating request',
      'API accepts requests without authentication',
      'API rejected schema-compliant request',
      'Missing header not rejected',
      'Missing required headers',
      'Response violates schema',
      'Server error',
      'Undocumented HTTP status code',
    ]);
    expect(faults).toContain('"many" is not of type "integer"');
  });
});

describe('without stores', () => {
  it('an API tells of a limit as its document says', async () => {
    // The document is asked for here, and by what examines.
    await using service = await startConsumer({ RATE_LIMIT: '2' });
    await expectAsDocumented(
      service.url,
      [{ of: [...LIMITED, ...OF_STORES], valid: [429], invalid: [429] }],
      FEW,
    );
  });

  it('the API of the microservice is as its document says, where it cannot reach them', async () => {
    await using service = await startConsumer(AWAY);
    await expectAsDocumented(
      service.url,
      [{ of: [...OF_STORES, 'ready', 'databaseHealth'], valid: [503] }],
      FEW,
    );
  });

  it('the API of the microservice is as its document says', async () => {
    await using service = await startConsumer();
    await expectAsDocumented(service.url, [{ of: OF_STORES, valid: [503] }]);
  });

  it('the API of the portal is as its document says', async () => {
    await using service = await startConsumer({ SERVICE_MODE: 'portal' });
    await expectAsDocumented(service.url, [
      { of: OF_ANYBODY, valid: [503] },
      // Nobody can be logged in, so who is not learns that first.
      { of: OF_ADMINISTRATORS, valid: [503], invalid: [503] },
    ]);
  });
});

describe.runIf(docker)('with stores', () => {
  let mysql: Database;
  let postgres: Database;
  let redis: Database;
  let table: DynamoTable;
  beforeAll(async () => {
    const starting = [startMysql(), startPostgres(), startRedis(), startDynamoTable()] as const;
    [mysql, postgres, redis, table] = await Promise.all(starting);
  });
  afterAll(() => Promise.all([mysql, postgres, redis, table].map((one) => one?.stop())));

  it('the API of the microservice is as its document says', async () => {
    await using sql = await environmentOf('DB', postgres);
    await using cache = await environmentOf('REDIS', redis);
    await using service = await startConsumer({
      ...sql.env,
      ...cache.env,
      ...table.env,
      DYNAMODB_TABLE: table.table,
      DYNAMODB_REGION: table.region,
      AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    });
    await eventually('the stores to work', async () => (await fetch(`${service.url}/ready`)).ok);
    await expectAsDocumented(service.url);
  });

  it('the API of the portal is as its document says to anybody', async () => {
    await using portal = await startPortal(mysql);
    await expectAsDocumented(portal.url, [
      { of: OF_ADMINISTRATORS, valid: [401], invalid: [401] },
      { of: ['logIn'], valid: [401, 429] },
    ]);
  });

  it('the API of the portal is as its document says to an administrator', async () => {
    await using portal = await startPortal(mysql);
    // Another seed: the same companies would be registered already.
    const more = { seed: 21, admin: ADMIN };
    await expectAsDocumented(portal.url, [{ of: OF_ADMINISTRATORS, invalid: [401, 403] }], more);
  });
});
