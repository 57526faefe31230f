import type { Graph } from '../../graph/graph.ts';
import type { Action } from '../../graph/plan.ts';
import {
  GROUP_LOOK,
  MARK_LOOK,
  nameOfNetwork,
  nameOfRoute,
  OTHER_TIER,
  PLAIN_LOOK,
  presentMarks,
  TIER_LOOK,
} from './look.ts';
import { marksOf, type Mark, type Marks, type Placed } from './marks.ts';
import { networkOf, type Flow, type Group, type Network, type Party, type Tier } from './model.ts';

const FONT = 'Helvetica,Arial,sans-serif';
const COLUMNS = 3;

/** A network in Graphviz's language: the VPC with its zones and subnets, and who may connect to whom. */
export function drawDot(graph: Graph, standing?: readonly Placed[], actions: readonly Action[] = []): string {
  const network = networkOf(graph);
  const marks = marksOf(standing, actions);
  const draw = { network, marks };
  return [
    `digraph ${quote(network.owner)} {`,
    ...indent([
      `graph [fontname=${quote(FONT)} fontsize=11 bgcolor="#ffffff" pad=0.3 nodesep=0.3 ranksep=0.55 newrank=true rankdir=TB]`,
      `node [fontname=${quote(FONT)} fontsize=10 shape=plain]`,
      `edge [fontname=${quote(FONT)} fontsize=9 color="#64748b" fontcolor="#334155" arrowsize=0.7 penwidth=1.1]`,
      ...outside(draw),
      ...vpc(draw),
      ...transitGateway(draw),
      ...network.flows.map(flowEdge),
      ...rows(draw),
      ...legend(standing === undefined ? undefined : marks, graph),
    ]),
    '}',
    '',
  ].join('\n');
}

interface Draw {
  readonly network: Network;
  readonly marks: Marks;
}

/** Networks that may connect, above the VPC, and services that it reaches through gateways, below it. */
function outside({ network }: Draw): string[] {
  const parties = network.flows.flatMap(({ from, to }) => [from, to]);
  const seen = new Map(parties.filter(({ kind }) => kind !== 'group').map((party) => [idOf(party), party]));
  return [...seen].flatMap(([id, { kind, name, who }]) => {
    const lines =
      kind === 'service'
        ? [bold(`Amazon ${name.toUpperCase()}`), small('through its gateway endpoint')]
        : [bold(nameOfNetwork(name)), small(name === '0.0.0.0/0' ? name : who)];
    const above =
      kind === 'network' && network.hasGateway
        ? [`${quote(id)} -> "internet-gateway" [style=dotted arrowhead=none color="#94a3b8"]`]
        : [];
    return [
      `${quote(id)} [label=${box(lines, { ...PLAIN_LOOK, fill: '#f8fafc' }, { rounded: true })}]`,
      ...above,
    ];
  });
}

/** The attachment, in the VPC, with the tables that lead to it; and the transit gateway, which is somebody else's. */
function transitGateway({ network }: Draw): string[] {
  const { transit, tiers } = network;
  if (!transit) return [];
  const lines = [bold('Transit gateway'), small(transit.gateway)];
  const node = quote(transit.node);
  return [
    `"transit-gateway" [label=${box(lines, { ...PLAIN_LOOK, fill: '#f8fafc' }, { rounded: true })}]`,
    // Far enough down to leave the VPC by its lower edge.
    `${node} -> "transit-gateway" [dir=none color="#94a3b8" minlen=2 weight=10]`,
    ...tiers
      .filter(({ routes }) => routes.some(({ via }) => via === transit.node))
      .map(({ table }) => `${quote(table)} -> ${node} [style=dotted dir=none color="#94a3b8"]`),
  ];
}

function attachmentNode({ network: { transit }, marks }: Draw): string[] {
  if (!transit) return [];
  const { node, tier } = transit;
  const lines = [bold('Transit gateway attachment'), small(`in every ${tier} subnet`), idText(marks, node)];
  const look = { ...(TIER_LOOK[tier] ?? OTHER_TIER), fill: PLAIN_LOOK.fill };
  return [`${quote(node)} [label=${box(lines, look, { rounded: true, mark: marks.of(node) })}]`];
}

function vpc({ network, marks }: Draw): string[] {
  const title = [bold(`VPC ${network.name}`), escape(network.cidr), idText(marks, 'vpc')]
    .filter(Boolean)
    .join('  ');
  return [
    `subgraph cluster_vpc {`,
    ...indent([
      `graph [label=<${title}> labeljust=l fontsize=13 style="rounded" color="${lineOf(marks.of('vpc'), '#475569')}" penwidth=1.6 margin=18]`,
      ...(network.hasGateway
        ? [
            `"internet-gateway" [label=${box([bold('Internet gateway'), idText(marks, 'internet-gateway')], PLAIN_LOOK, { rounded: true, mark: marks.of('internet-gateway') })}]`,
          ]
        : []),
      'subgraph cluster_routes {',
      ...indent([
        'graph [peripheries=0 label="" margin=4]',
        ...network.tiers.map((tier) => `${quote(tier.table)} [label=${tableLabel(tier, marks)}]`),
      ]),
      '}',
      ...network.zones.flatMap((zone) => zoneCluster(zone, { network, marks })),
      ...network.tiers.flatMap((tier) => tierEdges(tier, network)),
      ...attachmentNode({ network, marks }),
      ...groupCluster({ network, marks }),
      ...logsNode({ network, marks }),
      ...leavingNode(marks),
    ]),
    '}',
  ];
}

function zoneCluster(zone: string, { network, marks }: Draw): string[] {
  return [
    `subgraph ${quote(`cluster_${zone}`)} {`,
    ...indent([
      `graph [label=<${escape(zone)}> labeljust=c fontsize=11 style="rounded,dashed" color="#94a3b8" fontcolor="#475569" penwidth=1 margin=12]`,
      ...network.tiers.flatMap((tier) =>
        tier.subnets
          .filter((subnet) => subnet.zone === zone)
          .map(({ node, cidr }) => {
            const look = TIER_LOOK[tier.name] ?? OTHER_TIER;
            const lines = [bold(`${tier.name} subnet`), escape(cidr), idText(marks, node)];
            return `${quote(node)} [label=${box(lines, look, { mark: marks.of(node), width: 120 })}]`;
          }),
      ),
      ...network.nats
        .filter((nat) => nat.zone === zone)
        .map(({ node, address }) => {
          const lines = [bold('NAT gateway'), idText(marks, node), small(marks.id(address) ?? address)];
          return `${quote(node)} [label=${box(lines, PLAIN_LOOK, { rounded: true, mark: worst([marks.of(node), marks.of(address)]) })}]`;
        }),
    ]),
    '}',
  ];
}

function tableLabel({ name, table, routes, acl }: Tier, marks: Marks): string {
  const look = TIER_LOOK[name] ?? OTHER_TIER;
  const lines = [
    bold(`${name} routes`),
    idText(marks, table),
    ...(routes.length === 0
      ? [small('only inside the VPC')]
      : routes.map((route) => small(nameOfRoute(route)))),
    ...(acl === undefined ? [] : [small(`network ACL ${marks.id(acl) ?? 'of its own'}`)]),
  ];
  return box(
    lines,
    { ...look, fill: '#ffffff' },
    { mark: worst([marks.of(table), acl === undefined ? undefined : marks.of(acl)]) },
  );
}

/** Colours and names say which table is whose; lines would cross the arrows of the groups. */
function tierEdges({ table, routes }: Tier, network: Network): string[] {
  const edge = (from: string) => `${quote(from)} -> ${quote(table)} [style=dotted dir=none color="#94a3b8"]`;
  return [
    ...(network.hasGateway && routes.some(({ via }) => via === 'internet-gateway')
      ? [edge('internet-gateway')]
      : []),
    ...routes.filter(({ via }) => via.startsWith('nat-gateway/')).map(({ via }) => edge(via)),
  ];
}

function groupCluster({ network, marks }: Draw): string[] {
  if (network.groups.length === 0) return [];
  return [
    'subgraph cluster_groups {',
    ...indent([
      `graph [label=<${bold('Security groups')}  who may connect to whom, on which TCP ports> labeljust=l fontsize=11 style="rounded,filled" fillcolor="#fffaf3" color="#e8c9a0" fontcolor="${GROUP_LOOK.text}" margin=14]`,
      ...network.groups.map(({ node, name }) => {
        const lines = [bold(name), idText(marks, node)];
        return `${quote(node)} [label=${box(lines, GROUP_LOOK, { rounded: true, mark: marks.of(node), width: 96 })}]`;
      }),
      ...endpointsNode({ network, marks }),
    ]),
    '}',
  ];
}

/** All interface endpoints in one box of several columns: they share a group, so an arrow each would say nothing. */
function endpointsNode({ network, marks }: Draw): string[] {
  const interfaces = network.endpoints.filter(({ type }) => type === 'Interface');
  if (interfaces.length === 0) return [];
  const cells = interfaces.map(({ node, service }) => {
    const mark = marks.of(node);
    const sign =
      mark === undefined ? '' : `<font color="${MARK_LOOK[mark].line}">${MARK_LOOK[mark].sign}</font> `;
    const id = marks.id(node);
    const below =
      id === undefined ? '' : `<br align="left"/><font point-size="7" color="#64748b">${escape(id)}</font>`;
    return `<td align="left" balign="left">${sign}${escape(service)}${below}</td>`;
  });
  const rows: string[] = [];
  for (let index = 0; index < cells.length; index += COLUMNS)
    rows.push(`<tr>${cells.slice(index, index + COLUMNS).join('')}</tr>`);
  const head = `<tr><td colspan="${COLUMNS}" align="left">${bold('Interface endpoints')} in every ${escape(interfaces[0]?.tier ?? '')} subnet</td></tr>`;
  const table = `<<table border="1" cellborder="0" cellspacing="0" cellpadding="3" style="rounded" color="${GROUP_LOOK.line}" bgcolor="#ffffff">${head}${rows.join('')}</table>>`;
  return [
    `"interface-endpoints" [label=${table}]`,
    `"security-group/endpoints" -> "interface-endpoints" [style=dotted arrowhead=none color="${GROUP_LOOK.line}"]`,
  ];
}

function logsNode({ network, marks }: Draw): string[] {
  if (!network.logs) return [];
  const { node, group, days } = network.logs;
  const lines = [bold('Flow logs'), small(`${group}, kept ${days} days`), idText(marks, node)];
  return [`"flow-log" [label=${box(lines, PLAIN_LOOK, { mark: marks.of(node) })}]`];
}

function leavingNode({ leaving }: Marks): string[] {
  if (leaving.length === 0) return [];
  const lines = [bold('To delete'), ...leaving.map(({ node, id }) => `${escape(node)} ${small(id)}`)];
  return [`"leaving" [label=${box(lines, PLAIN_LOOK, { mark: 'delete' })}]`];
}

function flowEdge({ from, to, ports }: Flow): string {
  return `${quote(idOf(from))} -> ${quote(idOf(to))} [label=" ${ports.join(', ')} "]`;
}

/** One row per tier, outermost first: its routes, its subnets and the groups that stand there. */
function rows({ network, marks }: Draw): string[] {
  const last = network.tiers.at(-1);
  const groupsOf = (tier: string): Group[] => network.groups.filter((group) => group.tier === tier);
  const order = network.tiers.map((tier, index) => [
    tier.table,
    ...tier.subnets.map(({ node }) => node),
    ...(network.tiers.findIndex(({ name }) => name === tier.name) === index ? groupsOf(tier.name) : [])
      .filter(({ name }) => name !== 'endpoints' && name !== 'bastion')
      .map(({ node }) => node),
  ]);
  return [
    ...order.map((keys) => `{ rank=same; ${keys.map(quote).join('; ')} }`),
    ...network.zones.flatMap((zone) => {
      const stack = network.tiers.flatMap((tier) => tier.subnets.filter((subnet) => subnet.zone === zone));
      return stack
        .slice(1)
        .map(
          ({ node }, index) => `${quote(stack[index]?.node ?? '')} -> ${quote(node)} [style=invis weight=50]`,
        );
    }),
    ...network.tiers
      .slice(1)
      .map(
        (tier, index) =>
          `${quote(network.tiers[index]?.table ?? '')} -> ${quote(tier.table)} [style=invis weight=50]`,
      ),
    ...(network.logs && last ? [`${quote(last.table)} -> "flow-log" [style=invis weight=10]`] : []),
    ...(network.transit && network.endpoints.some(({ type }) => type === 'Interface')
      ? [`{ rank=same; ${quote(network.transit.node)}; "interface-endpoints" }`]
      : []),
    ...(network.transit && last
      ? [`${quote(last.table)} -> ${quote(network.transit.node)} [style=invis weight=10]`]
      : []),
    ...(marks.leaving.length > 0 && last
      ? [`${quote(last.subnets[0]?.node ?? last.table)} -> "leaving" [style=invis weight=10]`]
      : []),
  ];
}

function legend(marks: Marks | undefined, graph: Graph): string[] {
  if (!marks) return [];
  const cells = presentMarks(marks, graph.nodes.keys()).map(
    (mark) =>
      `<td><font color="${MARK_LOOK[mark].line}">${MARK_LOOK[mark].sign} ${MARK_LOOK[mark].text}</font></td>`,
  );
  if (cells.length === 0) return [];
  return [`legend [label=<<table border="0" cellspacing="4"><tr>${cells.join('')}</tr></table>>]`];
}

interface BoxOptions {
  readonly rounded?: boolean;
  readonly mark?: Mark | undefined;
  readonly width?: number;
}

function box(
  lines: readonly string[],
  look: { fill: string; line: string; text: string },
  options: BoxOptions = {},
): string {
  const { rounded = false, mark, width } = options;
  const sign =
    mark === undefined ? '' : `<font color="${MARK_LOOK[mark].line}">${MARK_LOOK[mark].sign}</font> `;
  const shown = lines.filter(Boolean).map((line, index) => (index === 0 ? sign + line : line));
  const cells = shown.map((line) => `<tr><td align="left">${line}</td></tr>`).join('');
  const color = mark === undefined || mark === 'exists' ? look.line : MARK_LOOK[mark].line;
  const dashed = mark === 'create' ? ',dashed' : '';
  const style = `${rounded ? 'rounded' : 'solid'}${dashed}`;
  const size = width === undefined ? '' : ` width="${width}"`;
  return `<<font color="${look.text}"><table border="${mark === undefined || mark === 'exists' ? 1 : 2}" cellborder="0" cellspacing="0" cellpadding="2" style="${style}" color="${color}" bgcolor="${look.fill}"${size}>${cells}</table></font>>`;
}

/** Of the marks of things that share a box, the one that asks for attention. */
function worst(marks: readonly (Mark | undefined)[]): Mark | undefined {
  return marks.find((mark) => mark !== undefined && mark !== 'exists') ?? marks[0];
}

function lineOf(mark: Mark | undefined, fallback: string): string {
  return mark === undefined || mark === 'exists' ? fallback : MARK_LOOK[mark].line;
}

function idText(marks: Marks, node: string): string {
  const id = marks.id(node);
  return id === undefined ? '' : small(id);
}

function idOf({ kind, name }: Party): string {
  return kind === 'group' ? `security-group/${name}` : `${kind}/${name}`;
}

function bold(text: string): string {
  return `<b>${escape(text)}</b>`;
}

function small(text: string): string {
  return `<font point-size="8.5" color="#475569">${escape(text)}</font>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function quote(text: string): string {
  return `"${text.replaceAll('"', '\\"')}"`;
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
