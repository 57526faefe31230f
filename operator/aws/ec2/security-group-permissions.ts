import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type IpPermission,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import type { AwsSession } from '../session.ts';
import { icmpText } from './icmp.ts';

export type Direction = 'ingress' | 'egress';

/** One rule of a group: one protocol, one range of ports, one peer. */
export interface Rule {
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'all';
  /** Of icmp the type, of which -1 is every one. Ignored for `all`. */
  readonly fromPort: number;
  /** Of icmp the code, of which -1 is every one. Ignored for `all`. */
  readonly toPort: number;
  /** A CIDR, a group id (`sg-…`) or a prefix list id (`pl-…`). */
  readonly peer: string;
  readonly description: string;
}

/** What tells one rule of a direction from another, in AWS's eyes: all but the description. */
export function ruleKey(rule: Rule): string {
  return `${rule.protocol}${portsText(rule)} ${rule.peer}`;
}

function portsText({ protocol, fromPort, toPort }: Rule): string {
  if (protocol === 'all') return '';
  if (protocol === 'icmp') return icmpText(fromPort, toPort);
  return fromPort === toPort ? ` ${fromPort}` : ` ${fromPort}-${toPort}`;
}

/** The rules of one direction, each with one peer, from AWS's grouped form. */
export function rulesOf(group: SecurityGroup, direction: Direction): Rule[] {
  return (permissionsOf(group, direction) ?? []).flatMap((permission) => {
    const base = {
      protocol:
        permission.IpProtocol === '-1' ? ('all' as const) : (permission.IpProtocol as Rule['protocol']),
      fromPort: permission.FromPort ?? 0,
      toPort: permission.ToPort ?? 0,
    };
    return [
      ...(permission.IpRanges ?? []).map((range) => ({
        ...base,
        peer: range.CidrIp ?? '',
        description: range.Description ?? '',
      })),
      ...(permission.Ipv6Ranges ?? []).map((range) => ({
        ...base,
        peer: range.CidrIpv6 ?? '',
        description: range.Description ?? '',
      })),
      ...(permission.UserIdGroupPairs ?? []).map((pair) => ({
        ...base,
        peer: pair.GroupId ?? '',
        description: pair.Description ?? '',
      })),
      ...(permission.PrefixListIds ?? []).map((list) => ({
        ...base,
        peer: list.PrefixListId ?? '',
        description: list.Description ?? '',
      })),
    ];
  });
}

/** AWS's form of a rule. */
export function permissionOf(rule: Rule): IpPermission {
  const Description = rule.description;
  return {
    IpProtocol: rule.protocol === 'all' ? '-1' : rule.protocol,
    ...(rule.protocol !== 'all' && { FromPort: rule.fromPort, ToPort: rule.toPort }),
    ...peerOf(rule.peer, Description),
  };
}

/** Rules as AWS lists them: one permission for a protocol and its ports, with all peers. */
export function grouped(rules: readonly Rule[]): IpPermission[] {
  const groups = Map.groupBy(rules, ({ protocol, fromPort, toPort }) =>
    protocol === 'all' ? protocol : `${protocol} ${fromPort}-${toPort}`,
  );
  return [...groups.values()].map((members) => {
    const permissions = members.map(permissionOf);
    return {
      ...permissions[0],
      IpRanges: permissions.flatMap((permission) => permission.IpRanges ?? []),
      Ipv6Ranges: permissions.flatMap((permission) => permission.Ipv6Ranges ?? []),
      UserIdGroupPairs: permissions.flatMap((permission) => permission.UserIdGroupPairs ?? []),
      PrefixListIds: permissions.flatMap((permission) => permission.PrefixListIds ?? []),
    };
  });
}

function peerOf(peer: string, Description: string): Partial<IpPermission> {
  if (peer.startsWith('sg-')) return { UserIdGroupPairs: [{ GroupId: peer, Description }] };
  if (peer.startsWith('pl-')) return { PrefixListIds: [{ PrefixListId: peer, Description }] };
  if (peer.includes(':')) return { Ipv6Ranges: [{ CidrIpv6: peer, Description }] };
  return { IpRanges: [{ CidrIp: peer, Description }] };
}

/** The permissions of one direction whose peers are groups. */
export function permissionsToGroups(group: SecurityGroup, direction: Direction): IpPermission[] {
  return rulesOf(group, direction)
    .filter((rule) => rule.peer.startsWith('sg-'))
    .map((rule) => withoutDescription(permissionOf(rule)));
}

/** Adds rules, all in one call. AWS refuses all of them where one is there already. */
export async function authorize(
  session: AwsSession,
  GroupId: string,
  direction: Direction,
  IpPermissions: IpPermission[],
): Promise<void> {
  const input = { GroupId, IpPermissions };
  if (direction === 'ingress') await session.ec2.send(new AuthorizeSecurityGroupIngressCommand(input));
  else await session.ec2.send(new AuthorizeSecurityGroupEgressCommand(input));
}

/** Takes rules away, all in one call. */
export async function revoke(
  session: AwsSession,
  GroupId: string,
  direction: Direction,
  IpPermissions: IpPermission[],
): Promise<void> {
  const input = { GroupId, IpPermissions };
  if (direction === 'ingress') await session.ec2.send(new RevokeSecurityGroupIngressCommand(input));
  else await session.ec2.send(new RevokeSecurityGroupEgressCommand(input));
}

/** AWS compares descriptions when revoking by permission, so they are left out: the rest already names the rule. */
export function withoutDescription(permission: IpPermission): IpPermission {
  const strip = <T extends { Description?: string | undefined }>(items: T[] | undefined): T[] | undefined =>
    items?.map(({ Description: _, ...rest }) => rest as T);
  return {
    ...permission,
    ...(permission.IpRanges && { IpRanges: strip(permission.IpRanges) }),
    ...(permission.Ipv6Ranges && { Ipv6Ranges: strip(permission.Ipv6Ranges) }),
    ...(permission.UserIdGroupPairs && { UserIdGroupPairs: strip(permission.UserIdGroupPairs) }),
    ...(permission.PrefixListIds && { PrefixListIds: strip(permission.PrefixListIds) }),
  };
}

function permissionsOf(group: SecurityGroup, direction: Direction): IpPermission[] | undefined {
  return direction === 'ingress' ? group.IpPermissions : group.IpPermissionsEgress;
}
