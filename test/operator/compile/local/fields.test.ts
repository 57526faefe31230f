import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describedSchema, type StructuralSchema } from '../../../../operator/api/crd.ts';
import { KINDS } from '../../../../operator/api/kinds.ts';
import { DATA_STORE_FIELDS } from '../../../../operator/compile/local/fields/data-store.ts';
import { ECS_SERVICE_FIELDS } from '../../../../operator/compile/local/fields/ecs-service.ts';
import type { FieldMeanings } from '../../../../operator/compile/local/fields/meaning.ts';
import { PRIVATE_LINK_FIELDS } from '../../../../operator/compile/local/fields/private-link-endpoint.ts';
import { SECURE_VPC_FIELDS } from '../../../../operator/compile/local/fields/secure-vpc.ts';

const TABLES = {
  DataStore: DATA_STORE_FIELDS,
  EcsService: ECS_SERVICE_FIELDS,
  PrivateLinkEndpoint: PRIVATE_LINK_FIELDS,
  SecureVpc: SECURE_VPC_FIELDS,
} as const satisfies Partial<Record<keyof typeof KINDS, FieldMeanings>>;

const TESTS = new URL('../../../', import.meta.url);

/** Every field below one that is no object itself, nor a list of such. */
function fieldsOf(path: string, schema: StructuralSchema): string[] {
  const inner = schema.properties ?? schema.items?.properties;
  if (!inner) return [path];
  const at = schema.properties ? path : `${path}[]`;
  return Object.entries(inner).flatMap(([name, field]) => fieldsOf(`${at}.${name}`, field));
}

describe.each(Object.entries(TABLES))('the table of %s', (kind, table) => {
  it('has a row for every field, and none for what is no field', () => {
    const { spec } = describedSchema(KINDS[kind as keyof typeof TABLES]).properties ?? {};
    if (!spec) throw new Error(`${kind} has no spec`);
    expect(Object.keys(table).sort()).toEqual(fieldsOf('spec', spec).sort());
  });

  it('names a test of each effect that there is', () => {
    const missing = Object.entries(table).flatMap(([path, meaning]) => {
      if (!('test' in meaning)) return [];
      const [file = '', title = ''] = meaning.test.split('#');
      const at = new URL(file, TESTS);
      const isThere = existsSync(at) && title !== '' && readFileSync(at, 'utf8').includes(title);
      return isThere ? [] : [`${path}: ${meaning.test}`];
    });
    expect(missing).toEqual([]);
  });
});

it('environment, secrets, ports, health, scaling and stores all mean something in a cluster', () => {
  const WITHOUT =
    /^spec\.(task\.containers\[\]\.(environment|secrets|ports|healthCheck)|service\.autoscaling|dataStores)/u;
  const nothing = Object.entries(ECS_SERVICE_FIELDS).flatMap(([path, meaning]) =>
    WITHOUT.test(path) && 'none' in meaning ? [path] : [],
  );
  // Each has a reason in its row.
  expect(nothing).toEqual([
    'spec.task.containers[].secrets[].versionStage',
    'spec.task.containers[].secrets[].versionId',
    'spec.service.autoscaling.requestsPerTarget',
    'spec.service.autoscaling.schedules[].name',
    'spec.service.autoscaling.schedules[].schedule',
    'spec.service.autoscaling.schedules[].timeZone',
    'spec.service.autoscaling.schedules[].minCount',
    'spec.service.autoscaling.schedules[].maxCount',
  ]);
});
