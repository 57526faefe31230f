import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { stringify } from 'yaml';
import { GROUP } from './common.ts';
import { crdOf } from './crd.ts';
import { conditionsPage, eventsPage, kindPage } from './docs.ts';
import { KINDS } from './kinds.ts';

const root = join(import.meta.dirname, '..', '..');
const HEADER = '# Generated from operator/api by `make generate`; edit the schema there.\n';

/** Every generated file with its text, by path from the root of the repository. */
export async function generatedFiles(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const definition of Object.values(KINDS)) {
    const crd = stringify(crdOf(definition), { lineWidth: 110, aliasDuplicateObjects: false });
    files.set(`crds/${GROUP}_${definition.plural}.yaml`, HEADER + crd);
    const textOf = (file: string) => readFileSync(join(root, file), 'utf8');
    files.set(
      `docs/reference/${definition.kind.toLowerCase()}.md`,
      await markdown(kindPage(definition, textOf)),
    );
  }
  files.set('docs/reference/conditions.md', await markdown(conditionsPage()));
  files.set('docs/reference/events.md', await markdown(eventsPage()));
  return files;
}

function markdown(text: string): Promise<string> {
  return format(text, { parser: 'markdown', printWidth: 110, singleQuote: true });
}

/** Writes what differs from the files, or with `check` says so. Gives the exit code. */
export async function bringUpToDate(
  files: ReadonlyMap<string, string>,
  { check, source }: { readonly check: boolean; readonly source: string },
): Promise<number> {
  const stale: string[] = [];
  for (const [path, text] of files) {
    const file = join(root, path);
    const current = await readFile(file, 'utf8').catch(() => undefined);
    if (current === text) continue;
    stale.push(path);
    if (check) continue;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  if (!check) return 0;
  for (const path of stale)
    console.error(`${path} is not what ${source} says: run make generate and commit it`);
  return stale.length === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  return bringUpToDate(await generatedFiles(), { check: values.check, source: 'operator/api' });
}

if (import.meta.main) process.exitCode = await main();
