import { PLAIN, type Paint } from '../terminal.ts';
import { ELSEWHERE, type Link, type Place } from './links.ts';
import { MARK_LOOK, presentMarks } from './look.ts';
import { pictureOf, type Drawable, type DrawnAccount, type DrawnNetwork, type Picture } from './picture.ts';
import { networkBranch } from './text-network.ts';
import { providedBranch, serviceBranch, storeBranch, usedBranch } from './text-service.ts';
import { signOf, treeLines, type Branch } from './tree.ts';

/**
 * Objects as a tree for the terminal: accounts with their networks, and what stands in these; then the ways between them.
 * Plans give ids and mark what exists.
 */
export function drawText(drawables: readonly Drawable[], paint: Paint = PLAIN): string {
  const picture = pictureOf(drawables);
  const { accounts, alone, links } = picture;
  const trees = alone ? [networkTree(alone, paint)] : accounts.map((account) => accountTree(account, paint));
  if (links.length > 0)
    trees.push({ line: paint.bold('links'), below: wholeWays(links).map((way) => ({ line: wayText(way) })) });
  return [
    trees.map(({ line, below = [] }) => [line, ...treeLines(below)].join('\n')).join('\n\n'),
    ...legend(picture, paint),
  ].join('\n');
}

function accountTree({ name, id, regions, networks, stores }: DrawnAccount, paint: Paint): Branch {
  return {
    line: `${paint.bold(`Account ${name}`)}  ${id}  ${paint.dim(regions.join(', '))}`,
    below: [
      ...networks.map((network) => networkTree(network, paint)),
      ...stores.map((store) => storeBranch({ ...store, paint })),
    ],
  };
}

function networkTree(drawn: DrawnNetwork, paint: Paint): Branch {
  return networkBranch({ ...drawn, paint }, [
    ...drawn.services.map((service) =>
      serviceBranch(
        { ...service, paint },
        service.provides.map((one) => providedBranch({ ...one, paint })),
      ),
    ),
    ...drawn.uses.map((one) => usedBranch({ ...one, paint })),
    ...drawn.stores.map((one) => storeBranch({ ...one, paint })),
  ]);
}

/** Links that go on where others end, in one line. */
function wholeWays(links: readonly Link[]): Link[][] {
  const isSame = (a: Place, b: Place) => a.owner === b.owner && a.node === b.node;
  const onwards = (way: Link[], last: Link): Link[] => {
    const next = links.find(
      ({ from }) => isSame(from, last.to) && !way.some((link) => isSame(link.from, from)),
    );
    return next ? onwards([...way, next], next) : way;
  };
  return links
    .filter(({ from }) => !links.some(({ to }) => isSame(to, from)))
    .map((first) => onwards([first], first));
}

function wayText(way: readonly Link[]): string {
  const [first] = way;
  return [
    ...(first ? [placeText(first.from)] : []),
    ...way.map(({ to, text }) => `${text === '' ? '' : `─${text}`}→ ${placeText(to)}`),
  ].join(' ');
}

function placeText({ owner, node }: Place): string {
  return owner === ELSEWHERE ? node : owner;
}

function legend({ all }: Picture, paint: Paint): string[] {
  const marks = presentMarks(all);
  if (marks.length === 0) return [];
  return ['', marks.map((mark) => `${signOf(mark, paint)}${MARK_LOOK[mark].text}`).join('   ')];
}
