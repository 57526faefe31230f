import type { NetworkAcl, NetworkAclEntry } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import {
  networkAclEntriesKind as kind,
  type AclEntry,
} from '../../../../operator/aws/ec2/network-acl-entries.ts';
import { linesOf } from '../changes.ts';

const last = (Egress: boolean): NetworkAclEntry => ({
  Egress,
  RuleNumber: 32767,
  RuleAction: 'deny',
  Protocol: '-1',
  CidrBlock: '0.0.0.0/0',
});
const web: AclEntry = {
  direction: 'ingress',
  ruleNumber: 100,
  action: 'allow',
  protocol: 'tcp',
  fromPort: 443,
  toPort: 443,
  cidr: '0.0.0.0/0',
};
const out: AclEntry = { ...web, direction: 'egress', protocol: 'all', fromPort: 0, toPort: 0 };
const listed: NetworkAcl = {
  NetworkAclId: 'acl-1',
  Entries: [
    last(false),
    last(true),
    { Egress: true, RuleNumber: 100, RuleAction: 'allow', Protocol: '-1', CidrBlock: '0.0.0.0/0' },
    {
      Egress: false,
      RuleNumber: 100,
      RuleAction: 'allow',
      Protocol: '6',
      CidrBlock: '0.0.0.0/0',
      PortRange: { From: 443, To: 443 },
    },
  ],
};
const entryOf = ({ ruleNumber }: AclEntry): NetworkAclEntry => ({
  ...listed.Entries?.[3],
  RuleNumber: ruleNumber,
});
const diff = (entries: AclEntry[], record: NetworkAcl | undefined = listed) =>
  linesOf(kind.diff({ networkAclId: 'acl-1', entries }, record));

describe('the entries of a network ACL', () => {
  it("are as they were made, whatever their order; AWS's own last one does not count", () => {
    expect(diff([web, out])).toEqual([]);
    expect(diff([out, web])).toEqual([]);
    expect(diff([], { NetworkAclId: 'acl-1', Entries: [last(false), last(true)] })).toEqual([]);
  });

  it.each<[string, Partial<AclEntry>, string]>([
    ['action', { action: 'deny' }, 'deny tcp 443-443 0.0.0.0/0'],
    ['protocol', { protocol: 'udp' }, 'allow udp 443-443 0.0.0.0/0'],
    ['first port', { fromPort: 80 }, 'allow tcp 80-443 0.0.0.0/0'],
    ['last port', { toPort: 444 }, 'allow tcp 443-444 0.0.0.0/0'],
    ['block', { cidr: '10.0.0.0/8' }, 'allow tcp 443-443 10.0.0.0/8'],
    ['to icmp', { protocol: 'icmp', fromPort: -1, toPort: -1 }, 'allow icmp 0.0.0.0/0'],
    ['to a type', { protocol: 'icmp', fromPort: 8, toPort: -1 }, 'allow icmp type 8 0.0.0.0/0'],
    ['to a code', { protocol: 'icmp', fromPort: 3, toPort: 4 }, 'allow icmp type 3 code 4 0.0.0.0/0'],
  ])('%s changed', (_, change, to) => {
    expect(diff([{ ...web, ...change }, out])).toEqual([
      `entries[ingress 100]: allow tcp 443-443 0.0.0.0/0 -> ${to}`,
    ]);
  });

  it('one more, one less, the other direction', () => {
    expect(diff([web, out, { ...web, ruleNumber: 110 }])).toEqual([
      'entries[ingress 110]: (nothing) -> allow tcp 443-443 0.0.0.0/0',
    ]);
    expect(diff([web])).toEqual(['entries[egress 100]: allow all 0.0.0.0/0 -> (nothing)']);
    expect(diff([web, { ...web, direction: 'egress' }])).toEqual([
      'entries[egress 100]: allow all 0.0.0.0/0 -> allow tcp 443-443 0.0.0.0/0',
    ]);
  });

  it('of icmp are told apart by type and code', () => {
    const icmp = (Type: number, Code: number): NetworkAcl => ({
      NetworkAclId: 'acl-1',
      Entries: [
        { ...listed.Entries?.[3], Protocol: '1', PortRange: undefined, IcmpTypeCode: { Type, Code } },
      ],
    });
    const mtu: AclEntry = { ...web, protocol: 'icmp', fromPort: 3, toPort: 4 };
    expect(diff([mtu], icmp(3, 4))).toEqual([]);
    expect(diff([mtu], icmp(3, -1))).toEqual([
      'entries[ingress 100]: allow icmp type 3 0.0.0.0/0 -> allow icmp type 3 code 4 0.0.0.0/0',
    ]);
    expect(diff([{ ...mtu, fromPort: -1, toPort: -1 }], icmp(-1, -1))).toEqual([]);
  });

  it('are written lowest number first, and taken away highest first: none stands without those before it', () => {
    const at = (...numbers: number[]) => numbers.map((ruleNumber) => ({ ...web, ruleNumber }));
    const pathsOf = (entries: AclEntry[], record: NetworkAcl) =>
      kind.diff({ networkAclId: 'acl-1', entries }, record).map(({ path }) => path);
    const empty = { NetworkAclId: 'acl-1', Entries: [last(false), last(true)] };
    const full = { NetworkAclId: 'acl-1', Entries: at(200, 3000, 10).map(entryOf) };
    expect(pathsOf(at(3000, 10, 200), empty)).toEqual([
      'entries[ingress 10]',
      'entries[ingress 200]',
      'entries[ingress 3000]',
    ]);
    expect(pathsOf([], full)).toEqual([
      'entries[ingress 3000]',
      'entries[ingress 200]',
      'entries[ingress 10]',
    ]);
  });

  it('of an ACL that is still to be made', () => {
    expect(linesOf(kind.diff({ networkAclId: 'acl-1', entries: [web] }, undefined))).toHaveLength(1);
  });

  it('one that somebody added for IPv6 or another protocol is seen', () => {
    const entry: NetworkAclEntry = {
      Egress: false,
      RuleNumber: 5,
      RuleAction: 'allow',
      Protocol: '58',
      Ipv6CidrBlock: '::/0',
    };
    expect(diff([web, out], { ...listed, Entries: [...(listed.Entries ?? []), entry] })).toEqual([
      'entries[ingress 5]: allow 58 ::/0 -> (nothing)',
    ]);
  });
});
