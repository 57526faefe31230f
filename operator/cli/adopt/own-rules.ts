import type { SecurityGroup } from '@aws-sdk/client-ec2';
import { parseIpv4Cidr } from '../../api/cidr.ts';
import { GROUP_NAMES, type GroupRuleInput } from '../../api/group-rules.ts';
import { ruleKey, rulesOf, type Direction, type Rule } from '../../aws/ec2/security-group-permissions.ts';
import type { Change } from '../../graph/kind.ts';
import type { GroupDraft } from './groups.ts';
import type { VpcSurvey } from './survey.ts';

const DIRECTIONS = { ingress: 'Ingress', egress: 'Egress' } as const;
const PROTOCOLS: ReadonlySet<string> = new Set<Rule['protocol']>(['tcp', 'udp', 'icmp', 'all']);
/** Groups of a SecureVpc that may be told to let everybody in, and how few bits of a block are everybody. */
const OPEN_GROUPS: ReadonlySet<string> = new Set(['alb', 'ecs']);
const NETWORK_BITS = 8;
/** As many as a manifest may have of a group. */
const RULES_MAX = 40;

/** What changes who may connect: neither a description, nor a rule out where the group lets everything out anyway. */
export function realChanges(group: SecurityGroup | undefined, changes: readonly Change[]): Change[] {
  const isWayOut = group !== undefined && letsAllOut(group);
  return changes.filter(
    ({ path, from }) =>
      !path.endsWith('.description') && !(isWayOut && from === undefined && path.startsWith('egress[')),
  );
}

/** AWS's rule of a new group, which most that are made by hand keep. */
function letsAllOut(group: SecurityGroup): boolean {
  return rulesOf(group, 'egress').some(({ protocol, peer }) => protocol === 'all' && peer === '0.0.0.0/0');
}

/**
 * The rules that a plan would take away from a group, as own rules of the manifest; undefined where one of them cannot
 * be said there, or where the plan would change others, too.
 */
export function ownRulesFor(
  survey: VpcSurvey,
  drafts: ReadonlyMap<string, GroupDraft>,
  name: string,
  changes: readonly Change[],
): GroupRuleInput[] | undefined {
  const groupOf = (id: string | undefined) => survey.securityGroups.find(({ GroupId }) => GroupId === id);
  const group = groupOf(drafts.get(name)?.id);
  if (!group || changes.length > RULES_MAX) return undefined;
  const said: GroupRuleInput[] = [];
  const opened = new Set<string>();
  for (const { path, to } of changes) {
    const direction = path.startsWith('ingress') ? 'ingress' : 'egress';
    const rule = rulesOf(group, direction).find((one) => `${direction}[${ruleKey(one)}]` === path);
    if (to !== undefined || !rule || !PROTOCOLS.has(rule.protocol)) return undefined;
    const peer = peerOf(rule, direction, { name, id: group.GroupId ?? '', drafts, groupOf });
    const traffic = trafficOf(rule);
    if (!peer || !traffic) return undefined;
    // Between members of one group a rule is written once and opened both ways.
    const opens = JSON.stringify([traffic, peer, peer.group === name ? '' : direction]);
    if (opened.has(opens)) continue;
    opened.add(opens);
    const called = [
      direction === 'ingress' ? 'in' : 'out',
      rule.protocol,
      rule.protocol === 'all' ? [] : Math.max(rule.fromPort, 0),
    ].flat();
    said.push({
      name: `${called.join('-')}-${said.length + 1}`,
      direction: DIRECTIONS[direction],
      ...traffic,
      ...peer,
    });
  }
  return said;
}

type Traffic = Pick<GroupRuleInput, 'protocol' | 'fromPort' | 'toPort' | 'icmpType' | 'icmpCode'>;

function trafficOf({ protocol, fromPort, toPort }: Rule): Traffic | undefined {
  if (protocol === 'all') return { protocol };
  if (protocol === 'icmp')
    return {
      protocol,
      ...(fromPort >= 0 && { icmpType: fromPort }),
      ...(toPort >= 0 && { icmpCode: toPort }),
    };
  // A manifest begins at port 1.
  if (fromPort < 1) return undefined;
  return { ...(protocol === 'udp' && { protocol }), fromPort, ...(toPort !== fromPort && { toPort }) };
}

interface Place {
  readonly name: string;
  readonly id: string;
  readonly drafts: ReadonlyMap<string, GroupDraft>;
  readonly groupOf: (id: string) => SecurityGroup | undefined;
}

function peerOf(
  rule: Rule,
  direction: Direction,
  { name, id, drafts, groupOf }: Place,
): Pick<GroupRuleInput, 'cidr' | 'group' | 'prefixList' | 'exposure'> | undefined {
  const { peer } = rule;
  if (peer.startsWith('pl-')) return { prefixList: peer };
  if (peer.startsWith('sg-')) {
    const other = GROUP_NAMES.find((one) => drafts.get(one)?.id === peer);
    const there = groupOf(peer);
    // A manifest opens both ends.
    const back = direction === 'ingress' ? 'egress' : 'ingress';
    const isOpen =
      there &&
      ((direction === 'ingress' && letsAllOut(there)) ||
        rulesOf(there, back).some((one) => ruleKey(one) === ruleKey({ ...rule, peer: id })));
    return other !== undefined && isOpen ? { group: other } : undefined;
  }
  const block = parseIpv4Cidr(peer);
  if (!block) return undefined;
  if (direction === 'egress' || block.prefix >= NETWORK_BITS) return { cidr: peer };
  return OPEN_GROUPS.has(name) ? { cidr: peer, exposure: 'Internet' } : undefined;
}
