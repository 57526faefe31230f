import type { Change } from './kind.ts';
import { shortHash, TAG } from './ownership.ts';
import type { Action, Plan, Standing } from './plan.ts';
import { printable } from './ref.ts';

/**
 * What a plan asks a person for, piece by piece: a thing to be made, one change of something that is there, a thing to be
 * deleted. Each is a short hash that stays the same while other pieces are carried out. Waiting asks for nothing, and
 * neither does the tag that notes the uid of the Kubernetes object. Sorted; empty where nothing needs a person.
 */
export function askedFor(made: Plan): string[] {
  return [...new Set(made.actions.flatMap((action) => piecesOf(action)))].sort();
}

/** A short hash of what a plan asks for; another plan with the same hash does the same, in a cluster or out of it. */
export function planHash(made: Plan): string {
  // With a letter in front, so that YAML never takes it for a number.
  return `p${shortHash(JSON.stringify([made.owner, ...askedFor(made)]), 16)}`;
}

/** Whether everything that a plan asks for was approved: as it is, or as it read before what it refers to was made. */
export function isCovered(approved: ReadonlySet<string>, left: Plan): boolean {
  const names = namesOf(left.standing);
  return left.actions.every((action) => {
    // Of what was to be made, every setting was.
    if (!isRemade(action) && approved.has(pieceOfMaking(action))) return true;
    const [now, before] = [piecesOf(action), piecesOf(action, names)];
    return now.every((piece, index) => approved.has(piece) || approved.has(before[index] ?? ''));
  });
}

type Names = readonly (readonly [value: string, name: string])[];

function piecesOf(action: Action, names: Names = []): string[] {
  const { verb, node, type, id } = action;
  if (verb === 'wait' || verb === 'refuse') return [];
  if (verb === 'delete') return [piece(verb, node, type, id)];
  if (isRemade(action)) return [pieceOfMaking(action), pieceOfRemaking(action)];
  if (verb === 'create' || id === undefined) return [pieceOfMaking(action)];
  return (
    action.changes
      .filter(({ path }) => path !== `tags.${TAG.uid}`)
      // What is taken over in part is changed in the next pass.
      .map((change) => piece('change', node, type, id, textOfChange(change, names)))
  );
}

/** All that a node is to be; a replacement is another thing than the first. */
function pieceOfMaking(action: Action): string {
  const revision = action.verb === 'create' ? action.revision : undefined;
  return piece('make', action.node, action.type, action.wants, revision);
}

/** Whether an action makes a store anew, and empty, that was there and is gone. */
export function isRemade(action: Action): boolean {
  return action.verb === 'create' && action.remade === true;
}

/** What is approved, less the making anew of what stands by now: lost once more, it takes an approval of its own. */
export function unspent(pieces: readonly string[], standing: readonly Standing[]): string[] {
  const spent = new Set(standing.map(pieceOfRemaking));
  return pieces.filter((piece) => !spent.has(piece));
}

function pieceOfRemaking({ node, type }: { readonly node: string; readonly type: string }): string {
  return piece('remake', node, type);
}

function textOfChange({ path, from, to }: Change, names: Names): string {
  // Its value is the time, which says nothing about what is done.
  const change = path === `tags.${TAG.retained}` ? { path, gone: to === undefined } : { path, from, to };
  return names.reduce(
    (text, [value, name]) => text.replaceAll(value, name),
    JSON.stringify(printable(change)),
  );
}

/** Outputs by which others refer to a thing that stands, as they read before it did; the longest first. */
function namesOf(standing: readonly Standing[]): Names {
  return standing
    .flatMap(({ node, outputs }) =>
      ['arn', 'id', 'name'].flatMap((output): [string, string][] => {
        const value = outputs[output];
        return value === undefined || value === '' ? [] : [[value, `\${${node}.${output}}`]];
      }),
    )
    .sort(([a], [b]) => b.length - a.length);
}

function piece(...parts: readonly (string | undefined)[]): string {
  return shortHash(JSON.stringify(parts), 12);
}
