import type { Paint } from '../terminal.ts';
import { nameOfNetwork, nameOfRoute } from './look.ts';
import type { Marks } from './marks.ts';
import type { Flow, Network, Party } from './network.ts';
import { labelOf, leavingBranches, type Branch } from './tree.ts';

/** A network, how its things stand, and the colours to draw it with. */
interface Draw {
  readonly network: Network;
  readonly marks: Marks;
  readonly paint: Paint;
}

/**
 * A network as a branch: tiers with their subnets, security groups with who may connect, endpoints, and what stands in it
 * of other objects.
 */
export function networkBranch(draw: Draw, inside: readonly Branch[] = []): Branch {
  const { network, paint } = draw;
  return {
    line: labelOf(draw, 'vpc', `${paint.bold(`VPC ${network.name}`)}  ${network.cidr}`),
    below: [...branchesOf(draw), ...inside],
  };
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

function peerText(arrow: string, { kind, name, who }: Party, { ports }: Flow): string {
  const label = kind === 'network' ? nameOfNetwork(name) : name;
  const role = kind === 'network' && label === name && who !== '' ? ` (${who})` : '';
  return `${arrow} ${label}${role} ${ports.join(', ')}`;
}
