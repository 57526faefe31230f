import { LINK_LOOK, OTHER_TIER, SERVICE_LOOK, STORE_LOOK, TIER_LOOK, GROUP_LOOK, type Look } from './look.ts';
import { keyOf, networkLines, placeKey } from './mermaid-network.ts';
import { elsewhereNodes, linkArrow, serviceLines, storeLine } from './mermaid-service.ts';
import { pictureOf, type Drawable, type DrawnAccount, type DrawnNetwork, type Picture } from './picture.ts';

/** Objects as a Mermaid flowchart, which GitHub and GitLab draw in Markdown. */
export function drawMermaid(drawables: readonly Drawable[]): string {
  const picture = pictureOf(drawables);
  return [
    'flowchart TB',
    ...(picture.alone ? aloneLines(picture.alone) : picture.accounts.flatMap(accountLines)),
    ...elsewhereNodes(picture).map((line) => `  ${line}`),
    ...picture.links.map((link) => `  ${linkArrow(link)}`),
    ...classes(picture),
    '',
  ].join('\n');
}

function aloneLines({ network, marks }: DrawnNetwork): string[] {
  const { around, vpc, arrows } = networkLines({ network, marks, key: keyOf });
  return [...around, ...vpc, ...arrows];
}

function accountLines({ name, id, regions, networks, stores }: DrawnAccount): string[] {
  const lines = networks.map((drawn) => {
    const { network, marks, owner } = drawn;
    return networkLines({ network, marks, key: (node) => placeKey({ owner, node }) }, serviceLines(drawn));
  });
  return [
    ...lines.flatMap(({ around }) => around),
    `  subgraph ${keyOf(`account ${name}`)}["Account ${name}<br/>${id}, ${regions.join(', ')}"]`,
    ...lines.flatMap(({ vpc }) => vpc.map((line) => `  ${line}`)),
    ...stores.map((store) => `    ${storeLine(store)}`),
    '  end',
    ...lines.flatMap(({ arrows }) => arrows),
  ];
}

function classes({ accounts, all }: Picture): string[] {
  const tiers = accounts
    .flatMap(({ networks }) => networks.flatMap(({ network }) => network.tiers.map(({ name }) => name)))
    .filter((name) => !(name in TIER_LOOK));
  const looks: [string, Look][] = [
    ...Object.entries(TIER_LOOK),
    ['group', GROUP_LOOK],
    ...(all.length > 1
      ? ([
          ['service', SERVICE_LOOK],
          ['link', LINK_LOOK],
        ] as [string, Look][])
      : []),
    ...(all.some(({ owner }) => owner.startsWith('DataStore/'))
      ? ([['store', STORE_LOOK]] as [string, Look][])
      : []),
    ...[...new Set(tiers)].map((name): [string, Look] => [name, OTHER_TIER]),
  ];
  return looks.map(
    ([name, { fill, line, text }]) => `  classDef ${name} fill:${fill},stroke:${line},color:${text}`,
  );
}
