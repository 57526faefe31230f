import {
  GROUP_LOOK,
  MARK_LOOK,
  nameOfNetwork,
  nameOfRoute,
  nameOfService,
  OTHER_TIER,
  PLAIN_LOOK,
  TIER_LOOK,
} from './look.ts';
import { bold, box, escape, idText, indent, lineOf, small, worst } from './dot-html.ts';
import type { Marks } from './marks.ts';
import type { Flow, Group, Network, Party, Tier } from './network.ts';

const COLUMNS = 3;

/** A network with the names under which its parts stand in the picture. */
export interface NetworkDraw {
  readonly network: Network;
  readonly marks: Marks;
  /** A node's name, quoted. */
  readonly at: (key: string) => string;
  readonly cluster: (name: string) => string;
}
type Draw = NetworkDraw;

/** The lines of a network: its VPC, with what stands `inside` of other objects, what is around it, and all arrows. */
export function networkLines(draw: Draw, inside: readonly string[] = []) {
  return {
    around: outside(draw),
    vpc: vpc(draw, inside),
    arrows: [
      ...transitGateway(draw),
      ...draw.network.flows.map((flow) => flowEdge(flow, draw.at)),
      ...rows(draw),
    ],
  };
}

/** Networks that may connect, above the VPC, and services that it reaches through gateways, below it. */
function outside({ network, at }: Draw): string[] {
  const parties = network.flows.flatMap(({ from, to }) => [from, to]);
  const seen = new Map(parties.filter(({ kind }) => kind !== 'group').map((party) => [idOf(party), party]));
  return [...seen].flatMap(([id, { kind, name, who }]) => {
    const lines =
      kind === 'service'
        ? [bold(nameOfService(name)), small('through its gateway endpoint')]
        : [bold(nameOfNetwork(name)), small(name === '0.0.0.0/0' ? name : who)];
    const above =
      kind === 'network' && network.hasGateway
        ? [`${at(id)} -> ${at('internet-gateway')} [style=dotted arrowhead=none color="#94a3b8"]`]
        : [];
    return [
      `${at(id)} [label=${box(lines, { ...PLAIN_LOOK, fill: '#f8fafc' }, { rounded: true })}]`,
      ...above,
    ];
  });
}

/** The attachment, in the VPC, with the tables that lead to it; and the transit gateway, which is somebody else's. */
function transitGateway({ network, at }: Draw): string[] {
  const { transit, tiers } = network;
  if (!transit) return [];
  const lines = [bold('Transit gateway'), small(transit.gateway)];
  const node = at(transit.node);
  return [
    `${at('transit-gateway')} [label=${box(lines, { ...PLAIN_LOOK, fill: '#f8fafc' }, { rounded: true })}]`,
    // Far enough down to leave the VPC by its lower edge.
    `${node} -> ${at('transit-gateway')} [dir=none color="#94a3b8" minlen=2 weight=10]`,
    ...tiers
      .filter(({ routes }) => routes.some(({ via }) => via === transit.node))
      .map(({ table }) => `${at(table)} -> ${node} [style=dotted dir=none color="#94a3b8"]`),
  ];
}

function attachmentNode({ network: { transit }, marks, at }: Draw): string[] {
  if (!transit) return [];
  const { node, tier } = transit;
  const lines = [bold('Transit gateway attachment'), small(`in every ${tier} subnet`), idText(marks, node)];
  const look = { ...(TIER_LOOK[tier] ?? OTHER_TIER), fill: PLAIN_LOOK.fill };
  return [`${at(node)} [label=${box(lines, look, { rounded: true, mark: marks.of(node) })}]`];
}

function vpc(draw: Draw, inside: readonly string[]): string[] {
  const { network, marks, at, cluster } = draw;
  const title = [bold(`VPC ${network.name}`), escape(network.cidr), idText(marks, 'vpc')]
    .filter(Boolean)
    .join('  ');
  return [
    `subgraph ${cluster('vpc')} {`,
    ...indent([
      `graph [label=<${title}> labeljust=l fontsize=14 style="rounded" color="${lineOf(marks.of('vpc'), '#475569')}" penwidth=1.6 margin=18]`,
      ...(network.hasGateway
        ? [
            `${at('internet-gateway')} [label=${box([bold('Internet gateway'), idText(marks, 'internet-gateway')], PLAIN_LOOK, { rounded: true, mark: marks.of('internet-gateway') })}]`,
          ]
        : []),
      `subgraph ${cluster('routes')} {`,
      ...indent([
        'graph [peripheries=0 label="" margin=4]',
        ...network.tiers.map((tier) => `${at(tier.table)} [label=${tableLabel(tier, marks)}]`),
      ]),
      '}',
      ...network.zones.flatMap((zone) => zoneCluster(zone, draw)),
      ...network.tiers.flatMap((tier) => tierEdges(tier, draw)),
      ...attachmentNode(draw),
      ...groupCluster(draw),
      ...logsNode(draw),
      ...leavingNode(draw),
      ...inside,
    ]),
    '}',
  ];
}

function zoneCluster(zone: string, { network, marks, at, cluster }: Draw): string[] {
  return [
    `subgraph ${cluster(zone)} {`,
    ...indent([
      `graph [label=<${escape(zone)}> labeljust=c fontsize=12 style="rounded,dashed" color="#94a3b8" fontcolor="#475569" penwidth=1 margin=12]`,
      ...network.tiers.flatMap((tier) =>
        tier.subnets
          .filter((subnet) => subnet.zone === zone)
          .map(({ node, cidr }) => {
            const look = TIER_LOOK[tier.name] ?? OTHER_TIER;
            const lines = [bold(`${tier.name} subnet`), escape(cidr), idText(marks, node)];
            return `${at(node)} [label=${box(lines, look, { mark: marks.of(node), width: 120 })}]`;
          }),
      ),
      ...network.nats
        .filter((nat) => nat.zone === zone)
        .map(({ node, address }) => {
          const lines = [bold('NAT gateway'), idText(marks, node), small(marks.id(address) ?? address)];
          return `${at(node)} [label=${box(lines, PLAIN_LOOK, { rounded: true, mark: worst([marks.of(node), marks.of(address)]) })}]`;
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
function tierEdges({ table, routes }: Tier, { network, at }: Draw): string[] {
  const edge = (from: string) => `${at(from)} -> ${at(table)} [style=dotted dir=none color="#94a3b8"]`;
  return [
    ...(network.hasGateway && routes.some(({ via }) => via === 'internet-gateway')
      ? [edge('internet-gateway')]
      : []),
    ...routes.filter(({ via }) => via.startsWith('nat-gateway/')).map(({ via }) => edge(via)),
  ];
}

function groupCluster(draw: Draw): string[] {
  const { network, marks, at, cluster } = draw;
  if (network.groups.length === 0) return [];
  return [
    `subgraph ${cluster('groups')} {`,
    ...indent([
      `graph [label=<${bold('Security groups')}  who may connect to whom, on which TCP ports> labeljust=l fontsize=12 style="rounded,filled" fillcolor="#fffaf3" color="#e8c9a0" fontcolor="${GROUP_LOOK.text}" margin=14]`,
      ...network.groups.map(({ node, name }) => {
        const lines = [bold(name), idText(marks, node)];
        return `${at(node)} [label=${box(lines, GROUP_LOOK, { rounded: true, mark: marks.of(node), width: 96 })}]`;
      }),
      ...endpointsNode(draw),
    ]),
    '}',
  ];
}

/** All interface endpoints in one box of several columns: they share a group, so an arrow each would say nothing. */
function endpointsNode({ network, marks, at }: Draw): string[] {
  const interfaces = network.endpoints.filter(({ type }) => type === 'Interface');
  if (interfaces.length === 0) return [];
  const cells = interfaces.map(({ node, service }) => {
    const mark = marks.of(node);
    const sign =
      mark === undefined ? '' : `<font color="${MARK_LOOK[mark].line}">${MARK_LOOK[mark].sign}</font> `;
    const id = marks.id(node);
    const below =
      id === undefined ? '' : `<br align="left"/><font point-size="8" color="#64748b">${escape(id)}</font>`;
    return `<td align="left" balign="left">${sign}${escape(service)}${below}</td>`;
  });
  const rows: string[] = [];
  for (let index = 0; index < cells.length; index += COLUMNS)
    rows.push(`<tr>${cells.slice(index, index + COLUMNS).join('')}</tr>`);
  const head = `<tr><td colspan="${COLUMNS}" align="left">${bold('Interface endpoints')}  in every ${escape(interfaces[0]?.tier ?? '')} subnet</td></tr>`;
  const table = `<<table border="1" cellborder="0" cellspacing="0" cellpadding="3" style="rounded" color="${GROUP_LOOK.line}" bgcolor="#ffffff">${head}${rows.join('')}</table>>`;
  return [
    `${at('interface-endpoints')} [label=${table}]`,
    `${at('security-group/endpoints')} -> ${at('interface-endpoints')} [style=dotted arrowhead=none color="${GROUP_LOOK.line}"]`,
  ];
}

function logsNode({ network, marks, at }: Draw): string[] {
  if (!network.logs) return [];
  const { node, group, days } = network.logs;
  const lines = [bold('Flow logs'), small(`${group}, kept ${days} days`), idText(marks, node)];
  return [`${at('flow-log')} [label=${box(lines, PLAIN_LOOK, { mark: marks.of(node) })}]`];
}

function leavingNode({ marks: { leaving }, at }: Draw): string[] {
  if (leaving.length === 0) return [];
  const lines = [bold('To delete'), ...leaving.map(({ node, id }) => `${escape(node)} ${small(id)}`)];
  return [`${at('leaving')} [label=${box(lines, PLAIN_LOOK, { mark: 'delete' })}]`];
}

function flowEdge({ from, to, ports }: Flow, at: Draw['at']): string {
  return `${at(idOf(from))} -> ${at(idOf(to))} [label=" ${ports.join(', ')} "]`;
}

/** One row per tier, outermost first: its routes, its subnets and the groups that stand there. */
function rows({ network, marks, at }: Draw): string[] {
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
    ...order.map((keys) => `{ rank=same; ${keys.map(at).join('; ')} }`),
    ...network.zones.flatMap((zone) => {
      const stack = network.tiers.flatMap((tier) => tier.subnets.filter((subnet) => subnet.zone === zone));
      return stack
        .slice(1)
        .map(({ node }, index) => `${at(stack[index]?.node ?? '')} -> ${at(node)} [style=invis weight=50]`);
    }),
    ...network.tiers
      .slice(1)
      .map(
        (tier, index) =>
          `${at(network.tiers[index]?.table ?? '')} -> ${at(tier.table)} [style=invis weight=50]`,
      ),
    ...(network.logs && last ? [`${at(last.table)} -> ${at('flow-log')} [style=invis weight=10]`] : []),
    ...(network.transit && network.endpoints.some(({ type }) => type === 'Interface')
      ? [`{ rank=same; ${at(network.transit.node)}; ${at('interface-endpoints')} }`]
      : []),
    ...(network.transit && last
      ? [`${at(last.table)} -> ${at(network.transit.node)} [style=invis weight=10]`]
      : []),
    ...(marks.leaving.length > 0 && last
      ? [`${at(last.subnets[0]?.node ?? last.table)} -> ${at('leaving')} [style=invis weight=10]`]
      : []),
  ];
}

function idOf({ kind, name }: Party): string {
  return kind === 'group' ? `security-group/${name}` : `${kind}/${name}`;
}
