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
import { networkAcls } from './network-acl.ts';

/** Numbers above this are AWS's own: the last entry, `*`, denies everything and cannot be changed. */
const LAST_RULE_NUMBER = 32766;
const PROTOCOL_NUMBER = { tcp: '6', udp: '17', all: '-1' } as const;

export interface AclEntry {
  readonly direction: 'ingress' | 'egress';
  /** 1–32766; lower ones are tried first. */
  readonly ruleNumber: number;
  readonly action: 'allow' | 'deny';
  readonly protocol: keyof typeof PROTOCOL_NUMBER;
  /** Ignored for `all`. */
  readonly fromPort: number;
  readonly toPort: number;
  readonly cidr: string;
}

export interface NetworkAclEntriesInputs {
  readonly networkAclId: string;
  /** All entries besides AWS's own last one. */
  readonly entries: readonly AclEntry[];
}

/** The entries of a network ACL, as an exclusive set keyed by direction and rule number. */
export const networkAclEntriesKind: AwsKind<NetworkAclEntriesInputs, NetworkAcl> = {
  type: 'NetworkAclEntries',
  collection: networkAcls,
  idempotency: 'natural',
  iam: onOwn('ec2:CreateNetworkAclEntry', 'ec2:ReplaceNetworkAclEntry', 'ec2:DeleteNetworkAclEntry'),
  after: [],

  find: (view, inputs) => view.get(inputs.networkAclId),
  diff(inputs, acl) {
    const actual = new Map((acl?.Entries ?? []).filter(isOurs).map((entry) => [keyOf(entry), textOf(entry)]));
    const wanted = new Map(inputs.entries.map(asEntry).map((entry) => [keyOf(entry), textOf(entry)]));
    const changes: Change[] = [];
    for (const [key, to] of wanted) {
      const from = actual.get(key);
      if (from !== to) changes.push({ path: `entries[${key}]`, ...(from !== undefined && { from }), to });
    }
    for (const [key, from] of actual) {
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
        RuleNumber: Number(key.split(' ')[1]),
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
    ...(entry.protocol !== 'all' && { PortRange: { From: entry.fromPort, To: entry.toPort } }),
  };
}

function fieldsOf(entry: NetworkAclEntry) {
  return {
    Protocol: must(entry.Protocol, 'Protocol'),
    RuleAction: must(entry.RuleAction, 'RuleAction'),
    CidrBlock: entry.CidrBlock,
    PortRange: entry.PortRange,
  };
}

function isOurs(entry: NetworkAclEntry): boolean {
  return (entry.RuleNumber ?? 0) <= LAST_RULE_NUMBER;
}

function keyOf(entry: NetworkAclEntry): string {
  return `${entry.Egress ? 'egress' : 'ingress'} ${entry.RuleNumber}`;
}

function textOf(entry: NetworkAclEntry): string {
  const ports = entry.PortRange ? ` ${entry.PortRange.From}-${entry.PortRange.To}` : '';
  const protocol =
    Object.entries(PROTOCOL_NUMBER).find(([, number]) => number === entry.Protocol)?.[0] ?? entry.Protocol;
  return `${entry.RuleAction} ${protocol}${ports} ${entry.CidrBlock ?? entry.Ipv6CidrBlock}`;
}
