import type { Graph } from '../../graph/graph.ts';
import type { Action } from '../../graph/plan.ts';
import {
  GROUP_LOOK,
  MARK_LOOK,
  nameOfNetwork,
  nameOfRoute,
  OTHER_TIER,
  TIER_LOOK,
  type Look,
} from './look.ts';
import { marksOf, type Marks, type Placed } from './marks.ts';
import { networkOf, type Network, type Party, type Tier } from './model.ts';

/** A network as a Mermaid flowchart, which GitHub and GitLab draw in Markdown. */
export function drawMermaid(
  graph: Graph,
  standing?: readonly Placed[],
  actions: readonly Action[] = [],
): string {
  const network = networkOf(graph);
  const draw = { network, marks: marksOf(standing, actions) };
  const parties = network.flows.flatMap(({ from, to }) => [from, to]).filter(({ kind }) => kind !== 'group');
  const outside = new Map(parties.map((party) => [idOf(party), party]));
  return [
    'flowchart TB',
    ...[...outside].map(([id, party]) => `  ${id}(["${partyName(party)}"])`),
    `  subgraph vpc["${label(draw, 'vpc', `VPC ${network.name}`, network.cidr)}"]`,
    ...(network.hasGateway ? [`    igw["${label(draw, 'internet-gateway', 'Internet gateway')}"]`] : []),
    ...network.zones.flatMap((zone) => zoneLines(zone, draw)),
    ...network.nats.map(({ node }) => `    ${key(node)}["${label(draw, node, 'NAT gateway')}"]`),
    ...network.tiers.map((tier) => `    ${key(tier.table)}["${tableText(tier, draw)}"]:::${tier.name}`),
    ...attachmentLines(draw),
    '    subgraph groups["Security groups: who may connect to whom"]',
    ...network.groups.map(({ node, name }) => `      ${key(node)}["${label(draw, node, name)}"]:::group`),
    ...endpointLines(draw),
    '    end',
    ...leavingLines(draw),
    '  end',
    ...network.flows.map(({ from, to, ports }) => `  ${idOf(from)} -->|"${ports.join(', ')}"| ${idOf(to)}`),
    ...network.tiers.flatMap(edgesOf),
    ...network.nats.map(({ node, subnet }) => `  ${key(node)} -.- ${key(subnet)}`),
    ...transitLines(network),
    ...[...Object.entries(TIER_LOOK), ['group', GROUP_LOOK] as const].map(([name, look]) =>
      classOf(name, look),
    ),
    ...network.tiers.filter(({ name }) => !(name in TIER_LOOK)).map(({ name }) => classOf(name, OTHER_TIER)),
    '',
  ].join('\n');
}

interface Draw {
  readonly network: Network;
  readonly marks: Marks;
}

function zoneLines(zone: string, draw: Draw): string[] {
  const subnets = draw.network.tiers.flatMap(({ name, subnets }) =>
    subnets
      .filter((subnet) => subnet.zone === zone)
      .map(
        ({ node, cidr }) => `      ${key(node)}["${label(draw, node, `${name} subnet`, cidr)}"]:::${name}`,
      ),
  );
  return [`    subgraph zone_${key(zone)}["${zone}"]`, ...subnets, '    end'];
}

function tableText({ name, table, routes }: Tier, draw: Draw): string {
  const ways = routes.length === 0 ? ['only inside the VPC'] : routes.map(nameOfRoute);
  return label(draw, table, `${name} routes`, ...ways);
}

function attachmentLines(draw: Draw): string[] {
  const { transit } = draw.network;
  if (!transit) return [];
  const { node, tier } = transit;
  const text = label(draw, node, 'Transit gateway attachment', `in every ${tier} subnet`);
  return [`    ${key(node)}["${text}"]:::${tier}`];
}

/** The transit gateway is somebody else's, and stands outside. */
function transitLines({ transit, tiers }: Network): string[] {
  if (!transit) return [];
  const { node, gateway } = transit;
  return [
    `  transit_gateway(["Transit gateway<br/>${gateway}"])`,
    ...tiers
      .filter(({ routes }) => routes.some(({ via }) => via === node))
      .map(({ table }) => `  ${key(table)} -.- ${key(node)}`),
    `  ${key(node)} --- transit_gateway`,
  ];
}

function endpointLines(draw: Draw): string[] {
  const services = draw.network.endpoints.filter(({ type }) => type === 'Interface');
  if (services.length === 0) return [];
  const lines = services.map(({ node, service }) => label(draw, node, service));
  return [
    `      interfaces["Interface endpoints<br/>${lines.join('<br/>')}"]`,
    '      security_group_endpoints -.- interfaces',
  ];
}

function leavingLines({ marks: { leaving } }: Draw): string[] {
  if (leaving.length === 0) return [];
  return [`    leaving["To delete<br/>${leaving.map(({ node, id }) => `${node} ${id}`).join('<br/>')}"]`];
}

function edgesOf({ table, subnets, routes }: Tier): string[] {
  return [
    ...subnets.map(({ node }) => `  ${key(node)} -.- ${key(table)}`),
    ...(routes.some(({ via }) => via === 'internet-gateway') ? [`  ${key(table)} -.- igw`] : []),
    ...routes.flatMap(({ via }) =>
      via.startsWith('nat-gateway/') ? [`  ${key(table)} -.- ${key(via)}`] : [],
    ),
  ];
}

function label({ marks }: Draw, node: string, ...lines: string[]): string {
  const mark = marks.of(node);
  const id = marks.id(node);
  const [first = '', ...others] = lines;
  const head = mark === undefined ? first : `${MARK_LOOK[mark].sign} ${first}`;
  return [head, ...others, ...(id === undefined ? [] : [id])].join('<br/>');
}

function partyName({ kind, name, who }: Party): string {
  if (kind === 'service') return `Amazon ${name.toUpperCase()}`;
  const called = nameOfNetwork(name);
  return `${called}<br/>${called === name ? who : name}`;
}

function idOf({ kind, name }: Party): string {
  return kind === 'group' ? key(`security-group/${name}`) : key(`${kind}/${name}`);
}

function key(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9]/g, '_');
}

function classOf(name: string, { fill, line, text }: Look): string {
  return `  classDef ${name} fill:${fill},stroke:${line},color:${text}`;
}
