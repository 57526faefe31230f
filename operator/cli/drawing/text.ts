import type { Graph } from '../../graph/graph.ts';
import type { Action } from '../../graph/plan.ts';
import { PLAIN, type Paint } from '../terminal.ts';
import { MARK_LOOK, nameOfNetwork, nameOfRoute, presentMarks } from './look.ts';
import { marksOf, type Mark, type Marks, type Placed } from './marks.ts';
import { networkOf, type Flow, type Network, type Party } from './model.ts';

/** What a drawing in text may be told besides the graph. */
interface TextOptions {
  readonly actions?: readonly Action[];
  /** Default: no colours. */
  readonly paint?: Paint;
}

/** A branch of the tree: a line and what hangs below it. */
interface Branch {
  readonly line: string;
  readonly below?: readonly Branch[];
}

/**
 * A network as a tree for the terminal: tiers with their subnets, security groups with who may connect,
 * endpoints. `standing` gives ids and marks what exists; a status's `resources` will do.
 */
export function drawText(graph: Graph, standing?: readonly Placed[], options: TextOptions = {}): string {
  const { actions = [], paint = PLAIN } = options;
  const network = networkOf(graph);
  const marks = marksOf(standing, actions);
  const draw: Draw = { network, marks, paint };
  const head = labelOf(draw, 'vpc', `${paint.bold(`VPC ${network.name}`)}  ${network.cidr}`);
  const legend = presentMarks(marks, graph.nodes.keys());
  return [
    head,
    ...treeLines(branchesOf(draw), ''),
    ...(legend.length === 0
      ? []
      : ['', legend.map((mark) => `${signOf(mark, paint)}${MARK_LOOK[mark].text}`).join('   ')]),
  ].join('\n');
}

interface Draw {
  readonly network: Network;
  readonly marks: Marks;
  readonly paint: Paint;
}

function branchesOf(draw: Draw): Branch[] {
  const { network } = draw;
  return [
    ...(network.hasGateway ? [{ line: labelOf(draw, 'internet-gateway', 'internet gateway') }] : []),
    ...natBranches(draw),
    ...(network.transit
      ? [
          {
            line: labelOf(
              draw,
              network.transit.node,
              `transit gateway ${network.transit.gateway}, ${network.transit.tier} tier`,
            ),
          },
        ]
      : []),
    ...tierBranches(draw),
    ...groupBranches(draw),
    ...endpointBranches(draw),
    ...leavingBranches(draw),
    ...(network.logs
      ? [
          {
            line: labelOf(
              draw,
              network.logs.node,
              `flow logs → ${network.logs.group}, ${network.logs.days} days`,
            ),
          },
        ]
      : []),
  ];
}

function natBranches(draw: Draw): Branch[] {
  return draw.network.nats.map(({ node, zone, address }) => ({
    line: labelOf(draw, node, `NAT gateway  ${zone}`),
    below: [
      {
        line: labelOf(
          draw,
          address,
          address.startsWith('elastic-ip/') ? 'elastic IP' : `elastic IP ${address}`,
        ),
      },
    ],
  }));
}

function tierBranches(draw: Draw): Branch[] {
  const { network, paint } = draw;
  return network.tiers.map(({ name, table, routes, subnets }) => {
    const ways = routes.length === 0 ? 'only inside the VPC' : routes.map(nameOfRoute).join(', ');
    // Of a tier with several tables each is told apart by its zone.
    const where = table.endsWith(`/${name}`) ? '' : `, zone ${table.at(-1)}`;
    return {
      line: labelOf(draw, table, `${paint.bold(name)} tier${where}  ${paint.dim(ways)}`),
      below: subnets.map(({ node, zone, cidr }) => ({
        line: labelOf(draw, node, `${zone}  ${cidr.padEnd(18)}`),
      })),
    };
  });
}

function groupBranches(draw: Draw): Branch[] {
  const { network, paint } = draw;
  if (network.groups.length === 0) return [];
  const below = network.groups.map(({ node, name }): Branch => {
    const into = network.flows.filter(({ to }) => to.kind === 'group' && to.name === name);
    const out = network.flows.filter(({ from, to }) => from.name === name && to.kind !== 'group');
    const flows = [
      ...into.map((flow) => peerText('←', flow.from, flow)),
      ...out.map((flow) => peerText('→', flow.to, flow)),
    ];
    return {
      line: labelOf(draw, node, paint.bold(name)),
      below: flows.map((line) => ({ line: paint.dim(line) })),
    };
  });
  return [
    {
      line: `${paint.bold('security groups')}  ${paint.dim('← who may connect, on which TCP ports')}`,
      below,
    },
  ];
}

function endpointBranches(draw: Draw): Branch[] {
  const { network, paint } = draw;
  if (network.endpoints.length === 0) return [];
  const width = Math.max(...network.endpoints.map(({ service }) => service.length));
  const below = network.endpoints.map(({ node, service, type, tier }) => ({
    line: labelOf(
      draw,
      node,
      `${service.padEnd(width)}  ${paint.dim(type === 'Gateway' ? 'gateway' : `interface, ${tier} tier`)}`,
    ),
  }));
  return [{ line: paint.bold('endpoints'), below }];
}

function leavingBranches({ marks, paint }: Draw): Branch[] {
  if (marks.leaving.length === 0) return [];
  const below = marks.leaving.map(({ node, id }) => ({
    line: `${signOf('delete', paint)}${node}  ${paint.cyan(id)}`,
  }));
  return [{ line: paint.bold('to delete'), below }];
}

function peerText(arrow: string, { kind, name, who }: Party, { ports }: Flow): string {
  const label = kind === 'network' ? nameOfNetwork(name) : name;
  const role = kind === 'network' && label === name && who !== '' ? ` (${who})` : '';
  return `${arrow} ${label}${role} ${ports.join(', ')}`;
}

function labelOf({ marks, paint }: Draw, node: string, text: string): string {
  const mark = marks.of(node);
  const id = marks.id(node);
  return `${mark === undefined ? '' : signOf(mark, paint)}${text.trimEnd()}${id === undefined ? '' : `  ${paint.cyan(id)}`}`;
}

function signOf(mark: Mark, paint: Paint): string {
  const colors: Record<Mark, (text: string) => string> = {
    exists: paint.green,
    create: paint.blue,
    change: paint.yellow,
    replace: paint.magenta,
    delete: paint.red,
    wait: paint.gray,
  };
  return `${colors[mark](MARK_LOOK[mark].sign)} `;
}

function treeLines(branches: readonly Branch[], indent: string): string[] {
  return branches.flatMap(({ line, below = [] }, index) => {
    const isLast = index === branches.length - 1;
    return [
      `${indent}${isLast ? '└─' : '├─'} ${line}`,
      ...treeLines(below, `${indent}${isLast ? '   ' : '│  '}`),
    ];
  });
}
