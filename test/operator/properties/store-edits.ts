import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { ENGINES, type Engine } from '../../../operator/api/data-store/rules.ts';

/** As much of the schema of a CRD as tells what values a field takes. */
interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
}

const crd = parse(readFileSync('crds/landfall.dev_datastores.yaml', 'utf8')) as {
  spec: { versions: [{ schema: { openAPIV3Schema: Schema } }] };
};
const SPEC = crd.spec.versions[0].schema.openAPIV3Schema.properties?.['spec'] ?? {};

const TOPIC_ARN = 'arn:aws:sns:us-east-1:123456789012:alarms';
const KEY_ARN = 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555';
const BACKUP_ARN = 'arn:aws:dynamodb:us-east-1:123456789012:table/orders-data/backup/01489602797149';
const VAULT_ARN = 'arn:aws:backup:us-west-2:123456789012:backup-vault:';

/**
 * What texts may stand in a field, by the end of its path, where the schema does not list them: rules that no schema tells
 * decide which are right. A field that is new has to be given some.
 */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  'accountRef.name': ['main'],
  region: ['us-east-1'],
  'tags{}': ['', 'a', 'b'],
  'adopt[].node': ['security-group/store'],
  'adopt[].id': ['sg-0123456789abcdef0', 'sg-0123456789abcdef1'],
  'alarms.topicArns[]': [`${TOPIC_ARN}-day`, `${TOPIC_ARN}-night`],
  baseName: ['api', 'api-service', 'orders'],
  'networkRef.name': ['net', 'net2'],
  'networkRef.namespace': ['team'],
  'encryption.keyArn': [KEY_ARN],
  'connectionSecret.name': ['orders-db'],
  'mysql.engineVersion': ['8.0', '8.0.40', '8.4', '8.4.3'],
  'mysql.instanceClass': ['db.t3.micro', 'db.t3.medium', 'db.r5.large'],
  'auroraPostgresql.engineVersion': ['14.9', '15.4', '15.6', '16.1'],
  'auroraPostgresql.instanceClass': ['db.t3.medium', 'db.r5.large'],
  databaseName: ['appdb', 'other'],
  masterUsername: ['keeper', 'admin', 'postgres'],
  'redis.parameters[].name': ['timeout', 'maxmemory-policy', 'databases'],
  'parameters[].name': ['max_connections', 'timeout', 'work_mem'],
  'parameters[].value': ['1', '60', '100'],
  'backup.schedule': ['cron(0 5 * * ? *)', 'cron(0 3 ? * SUN *)'],
  'copyTo.vaultArn': [`${VAULT_ARN}copies`, `${VAULT_ARN}others`],
  'backup.window': ['03:00-03:30', '05:00-06:00'],
  maintenanceWindow: ['sun:04:00-sun:05:00', 'mon:05:00-mon:06:00'],
  'redis.engineVersion': ['6.2', '7.0', '7.1', '7.2', '8.0'],
  nodeType: ['cache.t3.micro', 'cache.t3.small', 'cache.r5.large'],
  snapshotWindow: ['03:00-04:00', '06:00-07:00'],
  'partitionKey.name': ['id', 'customer'],
  'sortKey.name': ['at', 'kind'],
  'Indexes[].name': ['by-kind', 'by-at'],
  'projectedAttributes[]': ['x', 'y'],
  'timeToLive.attribute': ['endsAt', 'until'],
  'allowReferencesFrom[]': ['other', 'third'],
  'restoreFrom.snapshot': ['orders-final-1', 'by-hand'],
  'restoreFrom.backup': [`${BACKUP_ARN}-1`, `${BACKUP_ARN}-2`],
  'pointInTime.source': ['orders', 'former'],
  'pointInTime.time': ['2026-03-01T12:00:00Z', '2026-03-02T12:00:00Z'],
};
/** More items of a list are no other sort of change. */
const ITEMS_MAX = 2;
/** As many as tell of more: each shard has alarms of its own. */
const AT_MOST: Readonly<Record<string, number>> = { 'clusterMode.shards': 5 };
/** Numbers that lie at the bounds of others. */
const NUMBERS = [1, 2, 3, 5, 7, 20, 31, 62, 100, 399, 400, 500, 3000, 12_000];

/** A field of the schema: its path as `mysql.parameters[].name`, and what it may hold. */
interface Field {
  readonly path: string;
  readonly values: fc.Arbitrary<unknown>;
}

/** One field of a spec given another value, or taken away where that is undefined. */
export interface StoreEdit {
  readonly path: string;
  readonly value: unknown;
}

const FIELDS: readonly Field[] = fieldsOf(SPEC, '');

/** Every field that holds a value and no further fields, of one engine or of all, and can have more than one. */
export const LEAVES: readonly string[] = leavesOf(SPEC, '').filter(
  (path) => !['accountRef.name', 'region'].includes(path),
);

/** Any change of one field, also of a whole group of them, and the exchange of the engine. */
export function editsOf(engine: Engine): fc.Arbitrary<StoreEdit> {
  const fields = FIELDS.filter(({ path }) => isOf(engine, path));
  const ofFields = fields.map(({ path, values }) =>
    fc
      .oneof({ weight: 4, arbitrary: values }, { weight: 1, arbitrary: fc.constant(undefined) })
      .map((value): StoreEdit => ({ path, value })),
  );
  return fc.oneof(...ofFields);
}

function isOf(engine: Engine, path: string): boolean {
  const [first = ''] = path.split('.');
  const another = ENGINES.find((one) => one === first);
  return path !== engine && (another === undefined || another === engine);
}

/** The spec after an edit. One of an item is of the first of its list; undefined where there is none. */
export function edited(spec: object, { path, value }: StoreEdit): object | undefined {
  const copy = structuredClone(spec);
  const steps = path.split('.').flatMap((step) => (step.endsWith('[]') ? [step.slice(0, -2), 0] : [step]));
  const last = steps.at(-1) ?? '';
  let at = copy as Record<string | number, unknown>;
  for (const step of steps.slice(0, -1)) {
    const next = at[step];
    if (next === undefined && step !== 0) at[step] = {};
    at = at[step] as typeof at;
    if (at === undefined) return undefined;
  }
  if (Array.isArray(at) && at.length === 0) return undefined;
  if (value === undefined) delete at[last];
  else at[last] = structuredClone(value);
  return copy;
}

/** The leaves in which two specs differ. */
export function differing(one: unknown, other: unknown, path = ''): string[] {
  if (JSON.stringify(one) === JSON.stringify(other)) return [];
  const isGroup = (value: unknown) => value !== null && typeof value === 'object';
  if ((!isGroup(one) && !isGroup(other)) || LEAVES.includes(path)) return [path];
  const [a, b] = [one, other].map((value) => (isGroup(value) ? value : {}) as Record<string, unknown>);
  const isList = Array.isArray(one) || Array.isArray(other);
  return [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])].flatMap((key) =>
    differing(a?.[key], b?.[key], isList ? `${path}[]` : path === '' ? key : `${path}.${key}`),
  );
}

function fieldsOf(schema: Schema, path: string): Field[] {
  const own = path === '' ? [] : [{ path, values: valuesOf(schema, path) }];
  const below = Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
    fieldsOf(child, path === '' ? name : `${path}.${name}`),
  );
  const items = schema.items?.properties ? fieldsOf(schema.items, `${path}[]`).slice(1) : [];
  return [...own, ...below, ...items];
}

function leavesOf(schema: Schema, path: string): string[] {
  if (schema.items) return leavesOf(schema.items, `${path}[]`);
  if (!schema.properties) return [path];
  return Object.entries(schema.properties).flatMap(([name, child]) =>
    leavesOf(child, path === '' ? name : `${path}.${name}`),
  );
}

function valuesOf(schema: Schema, path: string): fc.Arbitrary<unknown> {
  const { type, properties, items, additionalProperties: more, required = [] } = schema;
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer' || type === 'number') return numbersOf(schema, path);
  if (items)
    return fc.uniqueArray(valuesOf(items, `${path}[]`), {
      maxLength: Math.min(schema.maxItems ?? ITEMS_MAX, ITEMS_MAX),
      selector: (item) => (item as { name?: string }).name ?? JSON.stringify(item),
    });
  if (properties)
    return fc
      .record(
        Object.fromEntries(
          Object.entries(properties).map(([name, child]) => {
            const values = valuesOf(child, `${path}.${name}`);
            return [name, required.includes(name) ? values : seldom(values)];
          }),
        ),
      )
      .map((made) => Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined)));
  if (more)
    return fc.dictionary(fc.constantFrom('team', 'stage'), valuesOf(more, `${path}{}`), { maxKeys: 2 });
  return fc.constantFrom(...textsOf(path));
}

/** Of many fields that may be left out, some do not go together: most are. */
function seldom(values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: values });
}

function numbersOf(
  { type, minimum = 0, maximum: most = 1_000_000 }: Schema,
  path: string,
): fc.Arbitrary<number> {
  const [, maximum = most] = Object.entries(AT_MOST).find(([end]) => path.endsWith(end)) ?? [];
  const within = [minimum, maximum, ...NUMBERS].filter((one) => one >= minimum && one <= maximum);
  const least = Math.ceil(minimum);
  const any = fc.integer({ min: least, max: Math.min(Math.floor(maximum), least + 20) });
  return fc.oneof(fc.constantFrom(...(type === 'integer' ? within : [...within, 0.5, 1.5])), any);
}

function textsOf(path: string): readonly string[] {
  const found = Object.entries(TEXTS).find(([end]) => path.endsWith(end));
  if (!found)
    throw new Error(`nobody knows what may stand in spec.${path}: give it texts in ${import.meta.filename}`);
  return found[1];
}
