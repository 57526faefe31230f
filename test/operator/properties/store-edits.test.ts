import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { DataStore } from '../../../operator/api/data-store.ts';
import { ENGINES, type Engine } from '../../../operator/api/data-store/rules.ts';
import { parseManifest } from '../../../operator/api/parse.ts';
import { awsKinds } from '../../../operator/aws/kinds.ts';
import type { Instance } from '../../../operator/aws/rds/db-instance-record.ts';
import { compileDataStore } from '../../../operator/compile/data-store/data-store.ts';
import { compileSecureVpc } from '../../../operator/compile/secure-vpc.ts';
import { Terminal } from '../../../operator/errors.ts';
import type { Graph } from '../../../operator/graph/graph.ts';
import { isStore, kindOf } from '../../../operator/graph/kind.ts';
import type { Plan } from '../../../operator/graph/plan.ts';
import { account, inputFor as networkInput } from '../compile/fixtures.ts';
import { inputFor, network } from '../compile/data-store/fixtures.ts';
import { planIn, things } from './account.ts';
import { property, reportProperties } from './property.ts';
import { settledBeside, type Records } from './settled.ts';
import { differing, edited, editsOf, LEAVES, type StoreEdit } from './store-edits.ts';

reportProperties();

/** How many edits of one standing store are planned, each beside the ones before it. */
const EDITS = 8;
/** Tables have twice the fields of the others. */
const STORIES: Readonly<Record<Engine, number>> = {
  mysql: 300,
  auroraPostgresql: 250,
  redis: 250,
  dynamodb: 500,
};

const NETWORKS = [network(), network({}, { name: 'net2' })];
const GRAPHS = NETWORKS.map((one) => compileSecureVpc(networkInput(one)));
const ACCOUNT = account({
  grants: [
    { name: 'keys', arns: ['arn:aws:kms:us-east-1:123456789012:key/*'], namespaces: ['team'] },
    { name: 'copies', arns: ['arn:aws:backup:us-west-2:123456789012:*'], namespaces: ['team'] },
    { name: 'topics', arns: ['arn:aws:sns:us-east-1:123456789012:*'], namespaces: ['team'] },
  ],
});

const NET = { networkRef: { name: 'net' } };
const KEY = { partitionKey: { name: 'id', type: 'String' } };
const SORT = { sortKey: { name: 'at', type: 'Number' } };
const HELD = { projection: 'Include', projectedAttributes: ['x'] };
const BY_KIND = { name: 'by-kind', partitionKey: { name: 'kind', type: 'String' }, ...SORT, ...HELD };
const INDEXED = {
  ...KEY,
  ...SORT,
  globalIndexes: [BY_KIND],
  localIndexes: [{ name: 'by-at', sortKey: { name: 'kind', type: 'String' }, ...HELD }],
};
const BOUNDS = { read: { minUnits: 2, maxUnits: 20 }, write: { minUnits: 2, maxUnits: 20 } };
const SCALED = { mode: 'Provisioned', readUnits: 5, writeUnits: 5, autoscaling: BOUNDS };

/** What a store begins with: the least that it has to say, and what further fields ask for. */
const BEGINNINGS: Readonly<Record<Engine, readonly [object, ...object[]]>> = {
  mysql: [
    { mysql: {}, ...NET },
    { mysql: { storageGiB: 500 }, ...NET },
    { mysql: { storageGiB: 400, instanceClass: 'db.r5.large', performanceInsights: {} }, ...NET },
  ],
  auroraPostgresql: [
    { auroraPostgresql: {}, ...NET },
    { auroraPostgresql: { instances: 3 }, ...NET },
  ],
  redis: [
    { redis: {}, ...NET },
    { redis: { clusterMode: { shards: 2 } }, ...NET },
  ],
  dynamodb: [
    { dynamodb: KEY },
    { dynamodb: { ...INDEXED, stream: 'NewImage' } },
    { dynamodb: { ...INDEXED, billing: SCALED, globalIndexes: [{ ...BY_KIND, autoscaling: BOUNDS }] } },
  ],
};
const specOf = (beginning: object) => ({
  accountRef: { name: 'main' },
  region: 'us-east-1',
  environment: 'dev',
  ...beginning,
});
const leastOf = (engine: Engine) => specOf(BEGINNINGS[engine][0]);

/** The store that a spec makes; undefined where the spec is wrong. */
function storeOf(spec: object): DataStore | undefined {
  const parsed = parseManifest('DataStore', {
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'DataStore',
    metadata: { name: 'orders', namespace: 'team' },
    spec,
  });
  return parsed.ok ? parsed.value : undefined;
}

/** Its graph; undefined where the operator refuses the spec. */
function graphOf(spec: object): Graph | undefined {
  const object = storeOf(spec);
  if (!object) return undefined;
  const wanted = object.spec.networkRef?.name;
  const only = NETWORKS.find(({ metadata }) => metadata.name === wanted);
  try {
    return compileDataStore({ ...inputFor(object, only), account: ACCOUNT });
  } catch (error) {
    if (error instanceof Terminal) return undefined;
    throw error;
  }
}

const covered = new Map<string, number>();
let tried = 0;
let plans = 0;
let refusals = 0;

afterAll(() => {
  const fields = LEAVES.map((path) => `${path} ${covered.get(path) ?? 0}`).join(', ');
  console.log(
    `${tried} edits, ${plans} of which are right and planned, ${refusals} plans refuse something; edits by field: ${fields}`,
  );
});

/** Fails where a plan takes away what a standing store holds, or makes a store smaller. */
function expectKept(made: Plan, records: Records, what: string): void {
  const standing = things(records).filter(({ kind, record }) => isStore(kind, { record }));
  expect(standing.length, what).toBeGreaterThan(0);
  const ids = new Set(standing.map(({ id }) => id));
  const refused = new Set<string>();
  for (const action of made.actions) {
    const { verb, node, id = '' } = action;
    const kind = kindOf(awsKinds, action.type);
    if (verb === 'create' && isStore(kind, { inputs: action.inputs }))
      expect(action.revision, `${what}: ${node}`).toBeUndefined();
    if (!ids.has(id)) continue;
    expect(['update', 'refuse', 'wait'], `${what}: ${verb} ${node}`).toContain(verb);
    if (verb === 'refuse') refused.add(id);
    const { AllocatedStorage: sizeGiB = 0 } = (standing.find((one) => one.id === id)?.record ??
      {}) as Instance;
    for (const { path, to } of verb === 'update' ? action.changes : []) {
      if (path === 'storageGiB') expect(Number(to), `${what}: ${path}`).toBeGreaterThan(sizeGiB);
      if (path === 'maxStorageGiB' && to !== undefined)
        expect(Number(to), `${what}: ${path}`).toBeGreaterThan(sizeGiB);
    }
  }
  // What a store stands on that is refused a change stays as well.
  const deleted = new Set(made.actions.flatMap(({ verb, id }) => (verb === 'delete' ? [id] : [])));
  for (const { kind, record, id } of standing.filter((one) => refused.has(one.id))) {
    const loses = kind.needs(record).filter((used) => deleted.has(used));
    expect(loses, `${what}: what ${id} uses`).toEqual([]);
  }
}

const engines = fc.constantFrom(...ENGINES);
const stories = (engine: Engine) =>
  fc.record({
    beginning: fc.constantFrom(...BEGINNINGS[engine]).map(specOf),
    first: fc.array(editsOf(engine), { maxLength: 12 }),
    edits: fc.array(editsOf(engine), { minLength: EDITS, maxLength: EDITS }),
  });

/** The spec after those of the edits that leave it right. */
function after(spec: object, edits: readonly StoreEdit[]): object {
  return edits.reduce((now, edit) => {
    const next = edited(now, edit);
    return next && graphOf(next) ? next : now;
  }, spec);
}

describe('whatever is written into the spec of a store that stands', () => {
  for (const engine of ENGINES) {
    property(
      `no plan deletes or replaces a store or makes it smaller: ${engine}, ${EDITS} edits each`,
      STORIES[engine],
      stories(engine),
      async ({ beginning, first, edits }) => {
        const before = after(beginning, first);
        const graph = graphOf(before) ?? expect.fail('the store cannot be made');
        const records = settledBeside([...GRAPHS, graph]);
        expect((await planIn(records, graph)).actions, JSON.stringify(before)).toEqual([]);
        let now = before;
        for (const edit of edits) {
          tried += 1;
          const next = edited(now, edit);
          const wanted = next && graphOf(next);
          if (!wanted || !next) continue;
          for (const path of differing(now, next)) covered.set(path, (covered.get(path) ?? 0) + 1);
          now = next;
          const made = await planIn(records, wanted);
          plans += 1;
          if (made.actions.some(({ verb }) => verb === 'refuse')) refusals += 1;
          expectKept(made, records, `${JSON.stringify(before)} -> ${JSON.stringify(next)}`);
        }
      },
    );
  }

  property(
    'nor where another engine takes its place, which the API server refuses',
    60,
    fc.record({ from: engines, to: engines }),
    async ({ from, to }) => {
      const graph = graphOf(leastOf(from)) ?? expect.fail('the store cannot be made');
      const records = settledBeside([...GRAPHS, graph]);
      const other = graphOf(leastOf(to)) ?? expect.fail('the store cannot be made');
      expectKept(await planIn(records, other), records, `${from} -> ${to}`);
    },
  );

  it('of every field, and of most of them many times', () => {
    expect(LEAVES.filter((path) => !covered.has(path))).toEqual([]);
    expect(tried).toBeGreaterThanOrEqual(10_000);
    expect(plans).toBeGreaterThan(5000);
  });
});
