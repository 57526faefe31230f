import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { conditionsOf } from '../../../operator/api/conditions.ts';
import type { StructuralSchema } from '../../../operator/api/crd.ts';
import { generatedFiles } from '../../../operator/api/generate.ts';
import { type Kind, KINDS } from '../../../operator/api/kinds.ts';
import { parseManifest } from '../../../operator/api/parse.ts';
import { openApi } from './fixtures.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const kinds = Object.keys(KINDS) as Kind[];

/** Every field of a kind with its path. */
function fields(kind: Kind): { path: string; schema: StructuralSchema }[] {
  const found: { path: string; schema: StructuralSchema }[] = [];
  const visit = (path: string, schema: StructuralSchema): void => {
    found.push({ path, schema });
    for (const [name, field] of Object.entries(schema.properties ?? {})) visit(`${path}.${name}`, field);
    if (schema.items) visit(`${path}[]`, schema.items);
    if (schema.additionalProperties) visit(`${path}.<key>`, schema.additionalProperties);
  };
  visit('', openApi(kind));
  return found;
}

describe('generated files', () => {
  it('are current', async () => {
    for (const [path, text] of await generatedFiles())
      expect(readFileSync(join(root, path), 'utf8'), path).toBe(text);
  });

  it('pass the check of the command', async () => {
    const run = promisify(execFile)(process.execPath, ['operator/api/generate.ts', '--check'], { cwd: root });
    await expect(run).resolves.toMatchObject({ stderr: '' });
  });
});

describe.each(kinds)('the schema of %s', (kind) => {
  const all = fields(kind);

  it('describes every field', () => {
    const silent = all.filter(({ path, schema }) => {
      const plain = path === '.metadata' || path.endsWith('[]') || path.endsWith('<key>');
      return !plain && schema.description === undefined;
    });
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it('says of every list how it merges', () => {
    const lists = all.filter(({ schema }) => schema.type === 'array');
    for (const { path, schema } of lists) {
      const isOfObjects = schema.items?.type === 'object';
      const type = schema['x-kubernetes-list-type'];
      // A list whose order counts belongs to one writer, as all of the status does.
      const isOrdered = type === 'atomic' && (!isOfObjects || path.startsWith('.status'));
      if (!isOrdered) expect(type, path).toBe(isOfObjects ? 'map' : 'set');
      if (type === 'map') expect(schema['x-kubernetes-list-map-keys'], path).toHaveLength(1);
    }
  });

  it('has no default inside of a list item, which Argo CD would show as a difference for ever', () => {
    const defaults = all.filter(({ path, schema }) => path.includes('[]') && schema.default !== undefined);
    expect(defaults.map(({ path }) => path)).toEqual([]);
  });

  it('bounds every list, map and string of the spec, on which the cost of rules depends', () => {
    const unbounded = all
      .filter(({ path }) => path.startsWith('.spec'))
      .filter(({ schema }) => {
        if (schema.type === 'array') return schema.maxItems === undefined;
        if (schema.additionalProperties) return schema.maxProperties === undefined;
        return schema.type === 'string' && schema.maxLength === undefined && schema.enum === undefined;
      });
    expect(unbounded.map(({ path }) => path)).toEqual([]);
  });

  it('has a page that names every field and every reason', () => {
    const page = readFileSync(join(root, 'docs', 'reference', `${kind.toLowerCase()}.md`), 'utf8');
    const names = all
      .filter(({ path }) => /^\.(?:spec|status)\./u.test(path) && /\w$/u.test(path))
      .map(({ path }) => path.split('.').at(-1));
    for (const name of names) expect(page).toContain(`| \`${name}\` `);
    for (const condition of KINDS[kind].silent === true ? [] : conditionsOf(kind)) {
      expect(page).toContain(`### ${condition.type}\n`);
      for (const [reason] of condition.reasons) expect(page).toContain(`| \`${reason}\` `);
    }
  });

  it.each(KINDS[kind].examples)('shows what it is: $shows ($file)', ({ shows, file }) => {
    const text = readFileSync(join(root, file), 'utf8');
    expect(parseManifest(kind, parse(text))).toMatchObject({ ok: true });
    const page = readFileSync(join(root, 'docs', 'reference', `${kind.toLowerCase()}.md`), 'utf8');
    expect(page).toContain(`### ${shows}\n\n\`${file}\`:\n\n\`\`\`yaml\n${text}\`\`\``);
  });

  it('has links that lead to headings', () => {
    const page = readFileSync(join(root, 'docs', 'reference', `${kind.toLowerCase()}.md`), 'utf8');
    const anchors = [...page.matchAll(/^#+ (.+)$/gmu)].map((match) =>
      (match[1] ?? '').toLowerCase().replaceAll(/[^\w-]/gu, ''),
    );
    for (const match of page.matchAll(/\]\(#([^)]+)\)/gu)) expect(anchors).toContain(match[1]);
  });

  it('is for a CRD with the status subresource, short names and the category', () => {
    const file = `crds/landfall.dev_${KINDS[kind].plural}.yaml`;
    const crd: unknown = parse(readFileSync(join(root, file), 'utf8'));
    expect(crd).toMatchObject({
      metadata: { name: `${KINDS[kind].plural}.landfall.dev` },
      spec: {
        names: { shortNames: KINDS[kind].shortNames, categories: ['landfall'] },
        versions: [{ name: 'v1alpha1', subresources: { status: {} } }],
      },
    });
  });
});

describe('conditions', () => {
  it('have CamelCase reasons, each with a meaning', () => {
    for (const condition of conditionsOf()) {
      for (const [reason, doc] of condition.reasons) {
        expect(reason).toMatch(/^[A-Z][A-Za-z]+$/u);
        expect(doc.means).toMatch(/\.$/u);
      }
    }
  });

  it('tell what to do about everything that stalls', () => {
    const stalled = conditionsOf().find((condition) => condition.type === 'Stalled');
    for (const [reason, doc] of stalled?.reasons ?? []) expect(doc.todo, reason).toMatch(/\.$/u);
  });
});
