import { bold, escape, indent, quote, small } from './dot-html.ts';
import { networkLines } from './dot-network.ts';
import { linkEdge, servicesLines, elsewhereNodes, storeNode } from './dot-service.ts';
import { MARK_LOOK, presentMarks } from './look.ts';
import { pictureOf, type Drawable, type DrawnAccount, type DrawnNetwork, type Picture } from './picture.ts';

const FONT = 'Helvetica,Arial,sans-serif';

/** Objects in Graphviz's language: accounts with their networks, what stands in these, and who may connect to whom. */
export function drawDot(drawables: readonly Drawable[]): string {
  const picture = pictureOf(drawables);
  const { alone, accounts } = picture;
  return [
    `digraph ${quote(alone?.owner ?? 'Landfall')} {`,
    ...indent([
      `graph [fontname=${quote(FONT)} fontsize=12 bgcolor="#ffffff" pad=0.3 nodesep=0.3 ranksep=0.55 newrank=true rankdir=TB]`,
      `node [fontname=${quote(FONT)} fontsize=11 shape=plain]`,
      `edge [fontname=${quote(FONT)} fontsize=10 color="#64748b" fontcolor="#334155" arrowsize=0.7 penwidth=1.1]`,
      ...(alone ? aloneLines(alone) : accounts.flatMap(accountLines)),
      ...elsewhereNodes(picture),
      ...picture.links.map(linkEdge),
      ...stack(picture),
      ...legend(picture),
    ]),
    '}',
    '',
  ].join('\n');
}

function aloneLines({ network, marks }: DrawnNetwork): string[] {
  const { around, vpc, arrows } = networkLines({
    network,
    marks,
    at: quote,
    cluster: (name) => quote(`cluster_${name}`),
  });
  return [...around, ...vpc, ...arrows];
}

function accountLines(account: DrawnAccount): string[] {
  const networks = account.networks.map((drawn) => {
    const { network, marks, owner } = drawn;
    const at = (key: string) => quote(`${owner} ${key}`);
    const cluster = (name: string) => quote(`cluster_${owner} ${name}`);
    return networkLines({ network, marks, at, cluster }, servicesLines(drawn, at));
  });
  const title = [bold(`Account ${account.name}`), escape(account.id), small(account.regions.join(', '))].join(
    '  ',
  );
  return [
    ...networks.flatMap(({ around }) => around),
    `subgraph ${quote(`cluster_account ${account.name}`)} {`,
    ...indent([
      `graph [label=<${title}> labeljust=l fontsize=14 style="rounded,filled" fillcolor="#f8fafc" color="#94a3b8" penwidth=1.4 margin=20]`,
      ...networks.flatMap(({ vpc }) => vpc),
      ...account.stores.map(storeNode),
    ]),
    '}',
    ...networks.flatMap(({ arrows }) => arrows),
  ];
}

/** One network below the other: side by side they would be too wide to be read. */
function stack({ alone, accounts }: Picture): string[] {
  if (alone) return [];
  const networks = accounts.flatMap(({ networks }) => networks);
  return networks.slice(1).flatMap(({ owner, network }, index) => {
    const above = networks[index];
    const top = quote(`${owner} ${network.tiers[0]?.table ?? 'vpc'}`);
    return above ? [`${bottomOf(above)} -> ${top} [style=invis minlen=4 weight=1]`] : [];
  });
}

function legend({ all, alone, accounts }: Picture): string[] {
  const cells = presentMarks(all).map(
    (mark) =>
      `<td><font color="${MARK_LOOK[mark].line}">${MARK_LOOK[mark].sign} ${MARK_LOOK[mark].text}</font></td>`,
  );
  if (cells.length === 0) return [];
  const last = accounts.at(-1)?.networks.at(-1);
  return [
    `legend [label=<<table border="0" cellspacing="4"><tr>${cells.join('')}</tr></table>>]`,
    ...(alone || !last ? [] : [`${bottomOf(last)} -> legend [style=invis minlen=3]`]),
  ];
}

function bottomOf({ owner, network }: DrawnNetwork): string {
  return quote(`${owner} ${network.tiers.at(-1)?.table ?? 'vpc'}`);
}
