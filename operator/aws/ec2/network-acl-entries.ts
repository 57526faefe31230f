import {
  CreateNetworkAclEntryCommand,
  DeleteNetworkAclEntryCommand,
  ReplaceNetworkAclEntryCommand,
  type NetworkAcl,
  type NetworkAclEntry,
} from '@aws-sdk/client-ec2';
import { READY, type Change } from '../../graph/kind.ts';
import { unlessGone, unlessThere } from '../errors.ts';
import { must, type AwsKind } from '../kind.ts';
import { onOwn } from '../permissions.ts';
import { icmpText } from './icmp.ts';
import { networkAcls } from './network-acl.ts';

/** Numbers above this are AWS's own: the last entry, `*`, denies everything and cannot be changed. */
const LAST_RULE_NUMBER = 32766;
const PROTOCOL_NUMBER = { tcp: '6', udp: '17', icmp: '1', all: '-1' } as const;

export interface AclEntry {
  readonly direction: 'ingress' | 'egress';
  /** 1–32766; lower ones are tried first. */
  readonly ruleNumber: number;
  readonly action: 'allow' | 'deny';
  readonly protocol: keyof typeof PROTOCOL_NUMBER;
  /** Of icmp the type, of which -1 is every one. Ignored for `all`. */
  readonly fromPort: number;
  /** Of icmp the code, of which -1 is every one. Ignored for `all`. */
  readonly toPort: number;
  readonly cidr: string;
}

export interface NetworkAclEntriesInputs {
  readonly networkAclId: string;
  /** All entries besides AWS's own last one. */
  readonly entries: readonly AclEntry[];
}

/**
 * The entries of a network ACL, as an exclusive set keyed by direction and rule number. Lower numbers are written first
 * and taken away last: an entry never stands without those that decide before it.
 */
export const networkAclEntriesKind: AwsKind<NetworkAclEntriesInputs, NetworkAcl> = {
  type: 'NetworkAclEntries',
  collection: networkAcls,
  idempotency: 'natural',
  iam: onOwn('ec2:CreateNetworkAclEntry', 'ec2:ReplaceNetworkAclEntry', 'ec2:DeleteNetworkAclEntry'),
  after: [],

  find: (view, inputs) => view.get(inputs.networkAclId),
  diff(inputs, acl) {
    const actual = new Map((acl?.Entries ?? []).filter(isOurs).map((entry) => [keyOf(entry), textOf(entry)]));
    const wanted = new Map(
      [...inputs.entries]
        .sort((a, b) => a.ruleNumber - b.ruleNumber)
        .map(asEntry)
        .map((entry) => [keyOf(entry), textOf(entry)]),
    );
    const changes: Change[] = [];
    for (const [key, to] of wanted) {
      const from = actual.get(key);
      if (from !== to) changes.push({ path: `entries[${key}]`, ...(from !== undefined && { from }), to });
    }
    for (const [key, from] of [...actual].sort(([a], [b]) => numberIn(b) - numberIn(a))) {
      if (!wanted.has(key)) changes.push({ path: `entries[${key}]`, from });
    }
    return changes;
  },
  state: () => READY,
  outputs: (acl) => ({ id: must(acl.NetworkAclId, 'NetworkAclId') }),
  gone: () => false,
  needs: () => [],

  async update({ session, wrote }, { networkAclId, entries }, _acl, changes) {
    const wanted = new Map(entries.map(asEntry).map((entry) => [keyOf(entry), entry]));
    for (const { path, from } of changes) {
      const key = path.slice('entries['.length, -1);
      const entry = wanted.get(key);
      const at = {
        NetworkAclId: networkAclId,
        Egress: key.startsWith('egress'),
        RuleNumber: numberIn(key),
      };
      if (!entry) await unlessGone(session.ec2.send(new DeleteNetworkAclEntryCommand(at)));
      else if (from === undefined)
        await unlessThere(session.ec2.send(new CreateNetworkAclEntryCommand({ ...at, ...fieldsOf(entry) })));
      else await session.ec2.send(new ReplaceNetworkAclEntryCommand({ ...at, ...fieldsOf(entry) }));
      wrote(networkAcls, networkAclId, (record) => {
        if (!record) return undefined;
        const others = (record.Entries ?? []).filter((other) => keyOf(other) !== key);
        return { ...record, Entries: entry ? [...others, entry] : others };
      });
    }
  },
};

function asEntry(entry: AclEntry): NetworkAclEntry {
  return {
    Egress: entry.direction === 'egress',
    RuleNumber: entry.ruleNumber,
    RuleAction: entry.action,
    Protocol: PROTOCOL_NUMBER[entry.protocol],
    CidrBlock: entry.cidr,
    ...portsOf(entry),
  };
}

function portsOf({
  protocol,
  fromPort,
  toPort,
}: AclEntry): Pick<NetworkAclEntry, 'PortRange' | 'IcmpTypeCode'> {
  if (protocol === 'all') return {};
  if (protocol === 'icmp') return { IcmpTypeCode: { Type: fromPort, Code: toPort } };
  return { PortRange: { From: fromPort, To: toPort } };
}

function fieldsOf(entry: NetworkAclEntry) {
  return {
    Protocol: must(entry.Protocol, 'Protocol'),
    RuleAction: must(entry.RuleAction, 'RuleAction'),
    CidrBlock: entry.CidrBlock,
    PortRange: entry.PortRange,
    IcmpTypeCode: entry.IcmpTypeCode,
  };
}

function isOurs(entry: NetworkAclEntry): boolean {
  return (entry.RuleNumber ?? 0) <= LAST_RULE_NUMBER;
}

function keyOf(entry: NetworkAclEntry): string {
  return `${entry.Egress ? 'egress' : 'ingress'} ${entry.RuleNumber}`;
}

function numberIn(key: string): number {
  return Number(key.split(' ')[1]);
}

function textOf(entry: NetworkAclEntry): string {
  const ports = entry.PortRange ? ` ${entry.PortRange.From}-${entry.PortRange.To}` : '';
  const icmp =
    entry.Protocol === PROTOCOL_NUMBER.icmp
      ? icmpText(entry.IcmpTypeCode?.Type, entry.IcmpTypeCode?.Code)
      : '';
  const protocol =
    Object.entries(PROTOCOL_NUMBER).find(([, number]) => number === entry.Protocol)?.[0] ?? entry.Protocol;
  return `${entry.RuleAction} ${protocol}${ports}${icmp} ${entry.CidrBlock ?? entry.Ipv6CidrBlock}`;
}
