import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/** A short hash of files and of all files in folders, with their names: what is made of them is the same where it is. */
export const hashOfSources = async (sources: readonly string[]): Promise<string> => {
  const hash = createHash('sha256');
  for (const source of sources) {
    const inside = await readdir(source, { recursive: true, withFileTypes: true }).catch(() => undefined);
    const files = inside
      ?.filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    for (const file of files?.sort() ?? [source]) {
      hash.update(`${relative(dirname(source), file)}\0`).update(await readFile(file));
    }
  }
  return hash.digest('hex').slice(0, 12);
};
