import type { SecureVpc } from '../api/secure-vpc.ts';
import type { SecurityGroupName } from '../api/security-groups.ts';
import type { Rule } from '../aws/ec2/security-group-permissions.ts';
import { Terminal } from '../errors.ts';
import type { GraphNode } from '../graph/graph.ts';
import { ref } from '../graph/ref.ts';
import { describePeer, type Flow, type Peer } from './flows.ts';
import type { RegionFacts } from './input.ts';
import { groupName, namespaceOf } from './names.ts';
import type { NodeBuilder } from './nodes.ts';

/** Most rules that AWS takes in one direction of a group, at the highest quota (Amazon VPC quotas, "Security groups"). */
const RULES_MAX = 1000;

/** What each group is for; AWS keeps the text as the group's description, which cannot change. */
const PURPOSE: Readonly<Record<SecurityGroupName, string>> = {
  alb: 'Load balancers',
  ecs: 'Containers and their instances',
  data: 'Databases and caches',
  endpoints: 'VPC endpoints',
  bastion: 'Jump host',
};
const GROUP_NAMES = Object.keys(PURPOSE).sort() as SecurityGroupName[];

/** The groups that the spec asks for, sorted. */
export function groupsOf(groups: Readonly<Partial<Record<SecurityGroupName, unknown>>>): SecurityGroupName[] {
  return GROUP_NAMES.filter((name) => groups[name] !== undefined);
}

/** A shell and a set of rules for each group. Throws Terminal where AWS has no room for the rules. */
export function securityGroupNodes(
  build: NodeBuilder,
  object: SecureVpc,
  flows: readonly Flow[],
  facts: RegionFacts,
): GraphNode[] {
  const { metadata, spec } = object;
  return groupsOf(spec.securityGroups).flatMap((group) => [
    build.thing('SecurityGroup', `security-group/${group}`, {
      vpcId: ref('vpc'),
      name: groupName(`${namespaceOf(metadata)}-${metadata.name}-${group}`),
      description: `${PURPOSE[group]} of ${namespaceOf(metadata)}/${metadata.name}`,
    }),
    build.facet('SecurityGroupRules', `security-group-rules/${group}`, {
      groupId: ref(`security-group/${group}`),
      ingress: counted(
        `${group} ingress`,
        flows
          .filter((flow) => isGroup(flow.to, group))
          .map((flow) => rule(flow, flow.from, `${flow.name} from ${describePeer(flow.from)}`, facts)),
      ),
      egress: counted(
        `${group} egress`,
        flows
          .filter((flow) => isGroup(flow.from, group))
          .map((flow) => rule(flow, flow.to, `${flow.name} to ${describePeer(flow.to)}`, facts)),
      ),
    }),
  ]);
}

function counted(where: string, rules: Rule[]): Rule[] {
  if (rules.length <= RULES_MAX) return rules;
  const [group, direction] = where.split(' ');
  throw new Terminal(
    'InvalidSpec',
    `spec.securityGroups.${group} would need ${rules.length} ${direction} rules, of which AWS takes at most ${RULES_MAX} at its highest quota: name fewer CIDRs or ports, or put the CIDRs into a prefix list`,
  );
}

function rule(flow: Flow, peer: Peer, description: string, facts: RegionFacts): Rule {
  const { protocol, fromPort, toPort } = flow;
  return { protocol, fromPort, toPort, peer: peerId(peer, facts), description };
}

function peerId(peer: Peer, facts: RegionFacts): string {
  if ('group' in peer) return ref(`security-group/${peer.group}`);
  if ('cidr' in peer) return peer.cidr;
  if ('prefixListId' in peer) return peer.prefixListId;
  const list = facts.prefixLists[peer.service];
  if (list !== undefined) return list;
  throw new Terminal(
    'InvalidSpec',
    `spec.endpoints[${peer.service}]: the region has no prefix list of ${peer.service}, so it has no Gateway endpoint for it: take the endpoint away`,
  );
}

function isGroup(peer: Peer, group: SecurityGroupName): boolean {
  return 'group' in peer && peer.group === group;
}
