import { endpointType } from '../api/endpoints.ts';
import type { GroupRule } from '../api/group-rules.ts';
import type { SecureVpcSpec } from '../api/secure-vpc.ts';
import type { SecurityGroupName } from '../api/security-groups.ts';
import { Terminal } from '../errors.ts';
import type { RegionFacts } from './input.ts';

const HTTPS = 443;
const SSH = 22;
const EVERYWHERE = '0.0.0.0/0';

/**
 * One end of a flow: a security group, addresses outside, an AWS service behind a gateway endpoint, or the addresses of
 * another prefix list.
 */
export type Peer =
  | { readonly group: SecurityGroupName }
  | { readonly cidr: string; readonly who: string }
  | { readonly service: string }
  | { readonly prefixListId: string; readonly who: string };

export type Protocol = GroupRule['protocol'];
/** Stands for every type, or every code of a type, of ICMP. */
export const EVERY = -1;

/** Connections that the network allows: who opens them, to whom, on which ports. */
export interface Flow {
  /** What it is for: the name that a person gave to the port, or the protocol. */
  readonly name: string;
  readonly from: Peer;
  readonly to: Peer;
  readonly protocol: Protocol;
  /** Of icmp the type, of which -1 is every one; 0 of all. */
  readonly fromPort: number;
  /** Of icmp the code, of which -1 is every one; 0 of all. */
  readonly toPort: number;
}

/**
 * Every connection that the tiers need of each other, then those of the groups' own rules, and nothing else: security
 * groups and network ACLs are both derived from this list, so they cannot disagree. What a group that is not in the
 * spec would need is absent. Throws Terminal for own rules that no group can have.
 */
export function flowsOf(spec: SecureVpcSpec, facts: Pick<RegionFacts, 'prefixLists'>): Flow[] {
  const computed = computedFlows(spec);
  return [...computed, ...ownFlows(spec, computed, facts)];
}

function computedFlows(spec: SecureVpcSpec): Flow[] {
  const { alb, ecs, data, bastion, endpoints } = spec.securityGroups;
  const dataPorts = data ? single(data.ports) : [];
  const ssh = { name: 'ssh', fromPort: SSH, toPort: SSH };
  const https = { name: 'https', fromPort: HTTPS, toPort: HTTPS };
  const flows: Flow[] = [];
  const allow = (from: Peer, to: Peer, ports: readonly PortRange[]) => {
    flows.push(
      ...ports.map(({ name, fromPort, toPort }) => ({
        name,
        from,
        to,
        protocol: 'tcp' as const,
        fromPort,
        toPort,
      })),
    );
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

interface OwnRule {
  /** `spec.securityGroups.ecs.rules[metrics]`. */
  readonly field: string;
  readonly group: SecurityGroupName;
  readonly rule: GroupRule;
}

/**
 * What the own rules open besides the computed flows. One that a computed flow opens already is left out and takes
 * over where that goes: AWS keeps one rule for a peer and its ports, and refuses a second.
 */
function ownFlows(
  spec: SecureVpcSpec,
  computed: readonly Flow[],
  facts: Pick<RegionFacts, 'prefixLists'>,
): Flow[] {
  const isComputed = new Set(computed.map(flowKey));
  const fields = new Map<string, string>();
  return ownRules(spec).flatMap((own) => {
    const flow = ownFlow(spec, own, facts);
    const key = flowKey(flow);
    const earlier = fields.get(key);
    if (earlier !== undefined)
      throw new Terminal(
        'InvalidSpec',
        `${own.field} opens what ${earlier} opens already, and AWS keeps one rule for it: keep one of them`,
      );
    fields.set(key, own.field);
    return isComputed.has(key) ? [] : [flow];
  });
}

function ownRules({ securityGroups }: SecureVpcSpec): OwnRule[] {
  const groups = Object.entries(securityGroups) as [SecurityGroupName, { rules?: GroupRule[] } | undefined][];
  return groups
    .flatMap(([group, given]) =>
      (given?.rules ?? []).map((rule) => ({
        field: `spec.securityGroups.${group}.rules[${rule.name}]`,
        group,
        rule,
      })),
    )
    .sort((a, b) => (a.field < b.field ? -1 : 1));
}

function ownFlow(
  spec: SecureVpcSpec,
  { field, group, rule }: OwnRule,
  facts: Pick<RegionFacts, 'prefixLists'>,
): Flow {
  const here = { group };
  const there = peerOf(spec, field, rule, facts);
  const [from, to] = rule.direction === 'Ingress' ? [there, here] : [here, there];
  return { name: rule.name, from, to, protocol: rule.protocol, ...portsOf(rule) };
}

function peerOf(
  spec: SecureVpcSpec,
  field: string,
  { cidr, group, prefixList = '', exposure }: GroupRule,
  { prefixLists }: Pick<RegionFacts, 'prefixLists'>,
): Peer {
  if (cidr !== undefined) return { cidr, who: exposure === undefined ? 'outside' : 'the internet' };
  if (group !== undefined) {
    if (spec.securityGroups[group]) return { group };
    throw new Terminal(
      'InvalidSpec',
      `${field}.group is ${group}, which spec.securityGroups does not have: add the group, or name another peer`,
    );
  }
  const isId = prefixList.startsWith('pl-');
  const name = isId ? Object.keys(prefixLists).find((one) => prefixLists[one] === prefixList) : prefixList;
  if (name !== undefined && gatewayServices(spec).includes(name)) return { service: name };
  if (isId) return { prefixListId: prefixList, who: name ?? prefixList };
  const prefixListId = prefixLists[prefixList];
  if (prefixListId !== undefined) return { prefixListId, who: prefixList };
  throw new Terminal(
    'InvalidSpec',
    `${field}.prefixList is ${prefixList}, and AWS has no list of that name in ${spec.region}: write the id of a prefix list, or one of ${Object.keys(prefixLists).sort().join(', ')}`,
  );
}

/** Ports of a rule, or what stands in their place for a protocol without ports. */
export function portsOf(
  rule: Pick<GroupRule, 'protocol' | 'fromPort' | 'toPort' | 'icmpType' | 'icmpCode'>,
): {
  fromPort: number;
  toPort: number;
} {
  if (rule.protocol === 'icmp') return { fromPort: rule.icmpType ?? EVERY, toPort: rule.icmpCode ?? EVERY };
  const { fromPort = 0, toPort = fromPort } = rule;
  return { fromPort, toPort };
}

/** What tells one flow from another, in AWS's eyes. */
function flowKey({ from, to, protocol, fromPort, toPort }: Flow): string {
  const endOf = (peer: Peer) => {
    if ('group' in peer) return peer.group;
    if ('cidr' in peer) return peer.cidr;
    return 'service' in peer ? peer.service : peer.prefixListId;
  };
  return [endOf(from), endOf(to), protocol, fromPort, toPort].join(' ');
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

/** The lists of AWS's own that rules name, by made-up ids: which there are, only AWS knows. */
export function namedLists({ securityGroups }: SecureVpcSpec): Record<string, string> {
  const names = Object.values(securityGroups)
    .flatMap((group) => group?.rules ?? [])
    .flatMap(({ prefixList }) => prefixList ?? [])
    .filter((list) => !list.startsWith('pl-'));
  return Object.fromEntries(names.map((name) => [name, `pl-${name}`]));
}
