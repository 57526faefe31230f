import type { Place } from './links.ts';
import { MARK_LOOK, nameOfNetwork, nameOfRoute, nameOfService, shortId } from './look.ts';
import type { Mark, Marks } from './marks.ts';
import type { Network, Party, Tier } from './network.ts';

/** A network with the names under which its parts stand in the chart. */
export interface NetworkDraw {
  readonly network: Network;
  readonly marks: Marks;
  /** The name of a node. */
  readonly key: (node: string) => string;
}
type Draw = NetworkDraw;

/** The lines of a network: what is around it, the VPC with what stands `inside` of other objects, and all arrows. */
export function networkLines(draw: Draw, inside: readonly string[] = []) {
  const { network, key } = draw;
  const parties = network.flows.flatMap(({ from, to }) => [from, to]).filter(({ kind }) => kind !== 'group');
  const outside = new Map(parties.map((party) => [idOf(party, key), party]));
  return {
    around: [...outside].map(([id, party]) => `  ${id}(["${partyName(party)}"])`),
    vpc: [
      `  subgraph ${key('vpc')}["${label(draw, 'vpc', `VPC ${network.name}`, network.cidr)}"]`,
      ...(network.hasGateway
        ? [`    ${key('igw')}["${label(draw, 'internet-gateway', 'Internet gateway')}"]`]
        : []),
      ...network.zones.flatMap((zone) => zoneLines(zone, draw)),
      ...network.nats.map(({ node }) => `    ${key(node)}["${label(draw, node, 'NAT gateway')}"]`),
      ...network.tiers.map((tier) => `    ${key(tier.table)}["${tableText(tier, draw)}"]:::${tier.name}`),
      ...attachmentLines(draw),
      `    subgraph ${key('groups')}["Security groups: who may connect to whom"]`,
      ...network.groups.map(({ node, name }) => `      ${key(node)}["${label(draw, node, name)}"]:::group`),
      ...endpointLines(draw),
      '    end',
      ...leavingLines(draw),
      ...inside.map((line) => `    ${line}`),
      '  end',
    ],
    arrows: [
      ...network.flows.map(
        ({ from, to, ports }) => `  ${idOf(from, key)} -->|"${ports.join(', ')}"| ${idOf(to, key)}`,
      ),
      ...network.tiers.flatMap((tier) => edgesOf(tier, key)),
      ...network.nats.map(({ node, subnet }) => `  ${key(node)} -.- ${key(subnet)}`),
      ...transitLines(draw),
    ],
  };
}

function zoneLines(zone: string, draw: Draw): string[] {
  const { key } = draw;
  const subnets = draw.network.tiers.flatMap(({ name, subnets }) =>
    subnets
      .filter((subnet) => subnet.zone === zone)
      .map(
        ({ node, cidr }) => `      ${key(node)}["${label(draw, node, `${name} subnet`, cidr)}"]:::${name}`,
      ),
  );
  return [`    subgraph ${key(`zone/${zone}`)}["${zone}"]`, ...subnets, '    end'];
}

function tableText({ name, table, routes }: Tier, draw: Draw): string {
  const ways = routes.length === 0 ? ['only inside the VPC'] : routes.map(nameOfRoute);
  return label(draw, table, `${name} routes`, ...ways);
}

function attachmentLines(draw: Draw): string[] {
  const { network, key } = draw;
  const { transit } = network;
  if (!transit) return [];
  const { node, tier } = transit;
  const text = label(draw, node, 'Transit gateway attachment', `in every ${tier} subnet`);
  return [`    ${key(node)}["${text}"]:::${tier}`];
}

/** The transit gateway is somebody else's, and stands outside. */
function transitLines({ network: { transit, tiers }, key }: Draw): string[] {
  if (!transit) return [];
  const { node, gateway } = transit;
  return [
    `  ${key('transit-gateway')}(["Transit gateway<br/>${gateway}"])`,
    ...tiers
      .filter(({ routes }) => routes.some(({ via }) => via === node))
      .map(({ table }) => `  ${key(table)} -.- ${key(node)}`),
    `  ${key(node)} --- ${key('transit-gateway')}`,
  ];
}

function endpointLines(draw: Draw): string[] {
  const services = draw.network.endpoints.filter(({ type }) => type === 'Interface');
  if (services.length === 0) return [];
  const lines = services.map(({ node, service }) => label(draw, node, service));
  return [
    `      ${draw.key('interfaces')}["Interface endpoints<br/>${lines.join('<br/>')}"]`,
    `      ${draw.key('security-group/endpoints')} -.- ${draw.key('interfaces')}`,
  ];
}

function leavingLines({ marks: { leaving }, key }: Draw): string[] {
  if (leaving.length === 0) return [];
  return [
    `    ${key('leaving')}["To delete<br/>${leaving.map(({ node, id }) => `${node} ${id}`).join('<br/>')}"]`,
  ];
}

function edgesOf({ table, subnets, routes }: Tier, key: Draw['key']): string[] {
  return [
    ...subnets.map(({ node }) => `  ${key(node)} -.- ${key(table)}`),
    ...(routes.some(({ via }) => via === 'internet-gateway') ? [`  ${key(table)} -.- ${key('igw')}`] : []),
    ...routes.flatMap(({ via }) =>
      via.startsWith('nat-gateway/') ? [`  ${key(table)} -.- ${key(via)}`] : [],
    ),
  ];
}

/** What stands in a box: its mark, some lines, its id. */
export function label(
  { marks }: Pick<Draw, 'marks'>,
  node: string,
  ...lines: readonly [string, ...string[]]
): string {
  return labelled(marks.of(node), marks.id(node), lines);
}

/** The same, of a box that stands for several things. */
export function labelled(
  mark: Mark | undefined,
  id: string | undefined,
  [first, ...others]: readonly [string, ...string[]],
): string {
  const head = mark === undefined ? first : `${MARK_LOOK[mark].sign} ${first}`;
  return [head, ...others, ...(id === undefined ? [] : [shortId(id)])].join('<br/>');
}

function partyName({ kind, name, who }: Party): string {
  if (kind === 'service') return nameOfService(name);
  const called = nameOfNetwork(name);
  return `${called}<br/>${called === name ? who : name}`;
}

function idOf({ kind, name }: Party, key: Draw['key']): string {
  return kind === 'group' ? key(`security-group/${name}`) : key(`${kind}/${name}`);
}

/** A text as the name of a node. */
export function keyOf(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9]/g, '_');
}

/** The name of a node of one object among several. A slash stands out, so that `a-b/c` is not `a/b-c`. */
export function placeKey({ owner, node }: Place): string {
  return keyOf(`${owner.replaceAll('/', '//')} ${node}`);
}
