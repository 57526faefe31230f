import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashOfSources } from '../cluster/source-hash.ts';

/** The tags of names that tell what an image is made of begin so. */
const OF = 'of-';

/**
 * The name by which an image says what it is made of, besides its own: `microservice:of-0123456789ab`. Of another Dockerfile, or of
 * anything else in what that copies, it is another one.
 */
export async function sourceName(image: string, dockerfile: string, root: string): Promise<string> {
  const copied = copiedBy(await readFile(join(root, dockerfile), 'utf8'));
  const sources = [dockerfile, '.dockerignore', ...copied].map((path) => join(root, path));
  return `${repositoryOf(image)}:${OF}${await hashOfSources(sources)}`;
}

/** Which names of an image are of that sort, as a reference of `docker image ls`. */
export function sourceNames(image: string): string {
  return `${repositoryOf(image)}:${OF}*`;
}

/** The files and folders that a Dockerfile copies from beside it. */
export function copiedBy(dockerfile: string): string[] {
  return [...dockerfile.matchAll(/^COPY +(?!--)(.+) +\S+ *$/gmu)].flatMap(([, from = '']) =>
    from.split(/ +/),
  );
}

function repositoryOf(image: string): string {
  return image.split(':')[0] ?? image;
}
