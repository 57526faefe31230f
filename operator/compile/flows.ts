import { endpointType } from '../api/endpoints.ts';
import type { SecureVpcSpec } from '../api/secure-vpc.ts';
import type { SecurityGroupName } from '../api/security-groups.ts';
import { Terminal } from '../errors.ts';

const HTTPS = 443;
const SSH = 22;
const EVERYWHERE = '0.0.0.0/0';

/** One end of a flow: a security group, addresses outside, or an AWS service behind a gateway endpoint. */
export type Peer =
  | { readonly group: SecurityGroupName }
  | { readonly cidr: string; readonly who: string }
  | { readonly service: string };

/** TCP connections that the network allows: who opens them, to whom, on which ports. */
export interface Flow {
  /** What it is for: the name that a person gave to the port, or the protocol. */
  readonly name: string;
  readonly from: Peer;
  readonly to: Peer;
  readonly fromPort: number;
  readonly toPort: number;
}

/**
 * Every connection that the tiers need of each other, and nothing else: security groups and network ACLs are
 * both derived from this list, so they cannot disagree. What a group that is not in the spec would need is absent.
 */
export function flowsOf(spec: SecureVpcSpec): Flow[] {
  const { alb, ecs, data, bastion, endpoints } = spec.securityGroups;
  const dataPorts = data ? single(data.ports) : [];
  const ssh = { name: 'ssh', fromPort: SSH, toPort: SSH };
  const https = { name: 'https', fromPort: HTTPS, toPort: HTTPS };
  const flows: Flow[] = [];
  const allow = (from: Peer, to: Peer, ports: readonly PortRange[]) => {
    flows.push(...ports.map(({ name, fromPort, toPort }) => ({ name, from, to, fromPort, toPort })));
  };

  for (const cidr of [...(alb?.ingress.cidrs ?? [])].sort())
    allow({ cidr, who: 'outside' }, { group: 'alb' }, single(alb?.ingress.ports ?? []));
  for (const cidr of [...(bastion?.adminCidrs ?? [])].sort())
    allow(
      { cidr, who: 'administrators' },
      { group: 'bastion' },
      single(bastion ? [{ name: 'ssh', port: bastion.port }] : []),
    );
  if (alb && ecs) allow({ group: 'alb' }, { group: 'ecs' }, rangesOf(ecs.ports));
  if (ecs && data) allow({ group: 'ecs' }, { group: 'data' }, dataPorts);
  if (ecs && endpoints) allow({ group: 'ecs' }, { group: 'endpoints' }, [https]);
  if (ecs) for (const service of gatewayServices(spec)) allow({ group: 'ecs' }, { service }, [https]);
  if (ecs && spec.nat.mode !== 'None')
    allow({ group: 'ecs' }, { cidr: EVERYWHERE, who: 'the internet' }, [https]);
  if (bastion && ecs) allow({ group: 'bastion' }, { group: 'ecs' }, [ssh]);
  if (bastion && data) allow({ group: 'bastion' }, { group: 'data' }, dataPorts);
  if (bastion && endpoints) allow({ group: 'bastion' }, { group: 'endpoints' }, [https]);
  return flows;
}

/** Services that the network reaches through a gateway endpoint, sorted. */
export function gatewayServices(spec: SecureVpcSpec): string[] {
  return spec.endpoints
    .filter((endpoint) => endpointType(endpoint) === 'Gateway')
    .map((endpoint) => endpoint.service)
    .sort();
}

/** A peer in a word or two, for descriptions. */
export function describePeer(peer: Peer): string {
  if ('group' in peer) return peer.group;
  return 'service' in peer ? peer.service : peer.who;
}

interface PortRange {
  readonly name: string;
  readonly fromPort: number;
  readonly toPort: number;
}

function single(ports: readonly { readonly name: string; readonly port: number }[]): PortRange[] {
  return ports.map(({ name, port }) => ({ name, fromPort: port, toPort: port })).sort(byPort);
}

function rangesOf(ports: readonly PortRange[]): PortRange[] {
  const sorted = [...ports].sort(byPort);
  const twin = sorted.find((one, index) => index > 0 && byPort(one, sorted[index - 1] ?? one) === 0);
  if (!twin) return sorted;
  throw new Terminal(
    'InvalidSpec',
    `spec.securityGroups.ecs.ports has ${twin.fromPort}-${twin.toPort} twice: AWS keeps one rule for a range, so keep one of the names`,
  );
}

function byPort(a: PortRange, b: PortRange): number {
  return a.fromPort - b.fromPort || a.toPort - b.toPort;
}
