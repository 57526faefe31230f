/**
 * The name of one generation of a thing whose name is unique: the base name, and of a replacement, which is made before
 * the former thing goes, as much of it as fits with the replacement's revision.
 */
export function generationName(base: string, max: number, revision: string | undefined): string {
  if (revision === undefined) return base;
  return `${base.slice(0, max - revision.length - 1).replace(/-+$/, '')}-${revision}`;
}
