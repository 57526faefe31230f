import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { crdOf, type StructuralSchema } from '../../../operator/api/crd.ts';
import { type Kind, KINDS } from '../../../operator/api/kinds.ts';
import type { CelRule } from '../../../operator/api/rule.ts';

/** A manifest of `test/fixtures/invalid`; with two documents, a change from the first to the second. */
export interface InvalidFixture {
  readonly name: string;
  readonly kind: Kind;
  readonly expect: string;
  readonly by: 'apiserver' | 'operator';
  readonly reason: string | undefined;
  readonly documents: readonly object[];
  /** The document that is refused. */
  readonly refused: object;
}

const root = join(import.meta.dirname, '..', '..', 'fixtures', 'invalid');
const folders = {
  account: 'Account',
  datastore: 'DataStore',
  ecsservice: 'EcsService',
  planapproval: 'PlanApproval',
  privatelinkendpoint: 'PrivateLinkEndpoint',
  securevpc: 'SecureVpc',
} as const;

/** Every invalid manifest, in the order of its name. */
export function invalidFixtures(): InvalidFixture[] {
  return Object.entries(folders).flatMap(([folder, kind]) =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith('.yaml'))
      .sort()
      .map((file) => read(folder, file, kind)),
  );
}

function read(folder: string, file: string, kind: Kind): InvalidFixture {
  const text = readFileSync(join(root, folder, file), 'utf8');
  const header = (key: string) => new RegExp(`^# ${key}: (.+)$`, 'mu').exec(text)?.[1];
  const documents = parseAllDocuments(text).map((document) => document.toJS() as object);
  const refused = documents.at(-1);
  const [expect, by, reason] = [header('expect'), header('by'), header('reason')];
  if (!expect || !refused || (by !== 'apiserver' && by !== 'operator'))
    throw new Error(`${file} lacks its header`);
  return { name: `${folder}/${file}`, kind, expect, by, reason, documents, refused };
}

/** Every rule of a kind's CRD, each once, however many fields have it. */
export function rulesOf(kind: Kind): CelRule[] {
  const rules = new Map<string, CelRule>();
  const visit = (schema: StructuralSchema): void => {
    for (const rule of schema['x-kubernetes-validations'] ?? [])
      rules.set(`${rule.rule} ${rule.message}`, rule);
    for (const field of Object.values(schema.properties ?? {})) visit(field);
    if (schema.items) visit(schema.items);
    if (schema.additionalProperties) visit(schema.additionalProperties);
  };
  visit(openApi(kind));
  return [...rules.values()];
}

/** The schema that the CRD of a kind carries. */
export function openApi(kind: Kind): StructuralSchema {
  const crd = crdOf(KINDS[kind]) as {
    spec: { versions: { schema: { openAPIV3Schema: StructuralSchema } }[] };
  };
  const schema = crd.spec.versions[0]?.schema.openAPIV3Schema;
  if (!schema) throw new Error(`no schema for ${kind}`);
  return schema;
}

/** A pattern that a rule's message matches whatever values it shows. */
export function messagePattern(message: string): RegExp {
  const literals = message
    .split(/\{[\w.]+\}/u)
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`));
  return new RegExp(`^${literals.join('.+')}$`, 'u');
}

/** A value with the defaults of a schema filled in, as the API server does. */
export function defaulted(schema: StructuralSchema, value: unknown): unknown {
  if (Array.isArray(value))
    return value.map((item: unknown) => (schema.items ? defaulted(schema.items, item) : item));
  if (value === null || typeof value !== 'object' || !schema.properties) return value;
  const result: Record<string, unknown> = { ...value };
  for (const [name, field] of Object.entries(schema.properties)) {
    const given = result[name] ?? structuredClone(field.default);
    if (given !== undefined) result[name] = defaulted(field, given);
  }
  return result;
}
