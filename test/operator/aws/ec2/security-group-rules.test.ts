import type { IpPermission, SecurityGroup } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import {
  permissionOf,
  permissionsToGroups,
  ruleKey,
  rulesOf,
  withoutDescription,
  type Rule,
} from '../../../../operator/aws/ec2/security-group-permissions.ts';
import {
  securityGroupRulesKind as kind,
  type SecurityGroupRulesInputs,
} from '../../../../operator/aws/ec2/security-group-rules.ts';
import { securityGroups } from '../../../../operator/aws/ec2/security-group.ts';
import type { AwsSession } from '../../../../operator/aws/session.ts';
import { foreignRef } from '../../../../operator/graph/ref.ts';
import { Shelf } from '../../../../operator/inventory/shelf.ts';
import { linesOf } from '../changes.ts';

const rule = (peer: string, port: number, description = ''): Rule => ({
  protocol: 'tcp',
  fromPort: port,
  toPort: port,
  peer,
  description,
});
const web = rule('0.0.0.0/0', 443, 'web');
const fromAlb = rule('sg-alb', 8080, 'from the alb');
const toS3 = rule('pl-s3', 443, 'S3');
const icmp = (type: number, code: number): Rule => ({
  ...rule('10.9.0.0/16', type),
  protocol: 'icmp',
  toPort: code,
});
const inputs: SecurityGroupRulesInputs = { groupId: 'sg-1', ingress: [web, fromAlb], egress: [toS3] };

const group = (ingress: IpPermission[], egress: IpPermission[]): SecurityGroup => ({
  GroupId: 'sg-1',
  IpPermissions: ingress,
  IpPermissionsEgress: egress,
});
const asWanted = group([web, fromAlb].map(permissionOf), [permissionOf(toS3)]);
const diff = (wanted: Partial<SecurityGroupRulesInputs>, record: SecurityGroup | undefined = asWanted) =>
  linesOf(kind.diff({ ...inputs, ...wanted }, record));

describe('rules for whoever comes', () => {
  const group2 = foreignRef('EcsService/shop/api', 'security-group/tasks');
  const tasks = (peer: string) => rule(peer, 3306, 'Tasks of shop/api');
  const patient = (wanted: Rule, found: readonly Rule[]) =>
    diff({ ingress: [wanted], egress: [], patient: true }, group(found.map(permissionOf), []));

  it('keep nobody waiting before they are there, and come with the group', () => {
    expect(patient(tasks(group2), [])).toEqual([]);
    expect(patient(tasks('sg-new'), [])).toEqual([
      'ingress[tcp 3306 sg-new]: (nothing) -> Tasks of shop/api',
    ]);
    expect(diff({ ingress: [tasks(group2)], egress: [] }, group([], []))).toHaveLength(1);
  });

  it('let in whom they let in as long as nobody knows of another group', () => {
    expect(patient(tasks(group2), [tasks('sg-old')])).toEqual([]);
    expect(patient(tasks('sg-new'), [tasks('sg-old')])).toHaveLength(2);
    expect(patient(tasks(group2), [rule('sg-old', 3306, 'Tasks of shop/old')])).toEqual([
      'ingress[tcp 3306 sg-old]: Tasks of shop/old -> (nothing)',
    ]);
  });

  it('are written one by one, as no others are', () => {
    expect(kind.memberwiseFor?.({ ...inputs, patient: true })).toBe(true);
    expect(kind.memberwiseFor?.(inputs)).toBe(false);
  });
});

describe('the rules of a security group', () => {
  it('tell where they lead to by the words of those between groups', () => {
    const leading = group(
      [],
      [toS3, rule('sg-a', 1, 'B'), rule('sg-b', 2, 'A'), rule('sg-b', 3, 'A')].map(permissionOf),
    );
    expect(kind.outputs(leading)).toEqual({ id: 'sg-1', leadsTo: 'A\nB' });
  });

  it('are as they were made', () => {
    expect(diff({})).toEqual([]);
  });

  it('that tasks may still use, between groups and with words of ours, go last', () => {
    const others = [rule('sg-alb', 22, 'ssh'), rule('0.0.0.0/0', 80, 'from the alb')];
    const found = group([web, fromAlb, ...others].map(permissionOf), [permissionOf(toS3)]);
    const changes = kind.diff({ ...inputs, ingress: [web], outlasting: ['from the'] }, found);
    expect(changes.map(({ path, late }) => [path, late])).toEqual([
      ['ingress[tcp 8080 sg-alb]', true],
      ['ingress[tcp 22 sg-alb]', undefined],
      ['ingress[tcp 80 0.0.0.0/0]', undefined],
    ]);
  });

  it('may come in any order, and several peers in one permission', () => {
    const grouped: IpPermission = {
      IpProtocol: 'tcp',
      FromPort: 443,
      ToPort: 443,
      IpRanges: [
        { CidrIp: '10.1.0.0/16', Description: 'b' },
        { CidrIp: '10.0.0.0/16', Description: 'a' },
      ],
      Ipv6Ranges: [{ CidrIpv6: '::/0' }],
      UserIdGroupPairs: [{ GroupId: 'sg-x', UserId: '111111111111' }],
      PrefixListIds: [{ PrefixListId: 'pl-x' }],
    };
    const ingress = [
      rule('pl-x', 443),
      rule('10.0.0.0/16', 443, 'a'),
      rule('sg-x', 443),
      rule('10.1.0.0/16', 443, 'b'),
      rule('::/0', 443),
    ];
    expect(diff({ ingress, egress: [] }, group([grouped], []))).toEqual([]);
    expect(diff({ ingress: ingress.slice(1), egress: [] }, group([grouped], []))).toEqual([
      'ingress[tcp 443 pl-x]:  -> (nothing)',
    ]);
  });

  it.each([
    [
      'one more',
      { ingress: [web, fromAlb, rule('10.9.0.0/16', 22)] },
      ['ingress[tcp 22 10.9.0.0/16]: (nothing) -> '],
    ],
    ['one less', { egress: [] }, ['egress[tcp 443 pl-s3]: S3 -> (nothing)']],
    [
      'another port is another rule',
      { egress: [rule('pl-s3', 80, 'S3')] },
      ['egress[tcp 80 pl-s3]: (nothing) -> S3', 'egress[tcp 443 pl-s3]: S3 -> (nothing)'],
    ],
    [
      'only another description',
      { ingress: [{ ...web, description: 'the world' }, fromAlb] },
      ['ingress[tcp 443 0.0.0.0/0].description: web -> the world'],
    ],
    [
      'a range of ports',
      { egress: [toS3, { ...toS3, toPort: 500 }] },
      ['egress[tcp 443-500 pl-s3]: (nothing) -> S3'],
    ],
    [
      'everything',
      { egress: [toS3, { ...rule('0.0.0.0/0', 0), protocol: 'all' as const }] },
      ['egress[all 0.0.0.0/0]: (nothing) -> '],
    ],
    ['every type of icmp', { egress: [toS3, icmp(-1, -1)] }, ['egress[icmp 10.9.0.0/16]: (nothing) -> ']],
    [
      'a type and another code of it',
      { egress: [toS3, icmp(8, -1), icmp(3, 4)] },
      [
        'egress[icmp type 8 10.9.0.0/16]: (nothing) -> ',
        'egress[icmp type 3 code 4 10.9.0.0/16]: (nothing) -> ',
      ],
    ],
  ])('%s', (_, wanted, lines) => {
    expect(diff(wanted)).toEqual(lines);
  });

  it('of a group that is still to be made: AWS lets everything out of it', () => {
    expect(linesOf(kind.diff({ ...inputs, ingress: [], egress: [] }, undefined))).toEqual([
      'egress[all 0.0.0.0/0]:  -> (nothing)',
    ]);
    expect(linesOf(kind.diff(inputs, undefined))).toHaveLength(4);
  });

  it('survive the way to AWS and back', () => {
    const rules: Rule[] = [
      web,
      fromAlb,
      toS3,
      rule('2001:db8::/32', 53),
      { ...rule('0.0.0.0/0', 0), protocol: 'all' },
      icmp(3, 4),
    ];
    expect(rulesOf(group(rules.map(permissionOf), []), 'ingress').sort(byPeer)).toEqual(
      [...rules].sort(byPeer),
    );
  });

  it('are named without their description when they are revoked', () => {
    expect(withoutDescription(permissionOf(fromAlb))).toEqual({
      IpProtocol: 'tcp',
      FromPort: 8080,
      ToPort: 8080,
      UserIdGroupPairs: [{ GroupId: 'sg-alb' }],
    });
  });

  it('may name their own group, which stays as it is when others change (community#2951)', () => {
    const self = rule('sg-1', 7946, 'gossip');
    const listed = group([permissionOf(self)], [permissionOf(self)]);
    expect(diff({ ingress: [self], egress: [self] }, listed)).toEqual([]);
    expect(diff({ ingress: [self, web], egress: [self] }, listed)).toEqual([
      'ingress[tcp 443 0.0.0.0/0]: (nothing) -> web',
    ]);
  });

  it('towards groups are known apart, since they hold groups together', () => {
    expect(permissionsToGroups(asWanted, 'ingress')).toEqual([withoutDescription(permissionOf(fromAlb))]);
    expect(permissionsToGroups(asWanted, 'egress')).toEqual([]);
  });
});

describe('update', () => {
  const before = group([permissionOf(web), permissionOf(rule('10.9.0.0/16', 22))], [permissionOf(toS3)]);
  const wanted = { ...inputs, ingress: [{ ...web, description: 'the world' }, fromAlb] };

  async function update() {
    const sent: string[] = [];
    const shelf = new Shelf<SecurityGroup, AwsSession>(securityGroups);
    shelf.replace([before], { beganAt: 0, graceMs: 1_000 });
    const session = {
      ec2: {
        async send(command: { input: { IpPermissions?: IpPermission[] } }) {
          const rules = rulesOf(group(command.input.IpPermissions ?? [], []), 'ingress').map(ruleKey);
          sent.push(`${command.constructor.name}: ${rules.join(', ')}`);
          return {};
        },
      },
    } as unknown as AwsSession;
    const wrote = (_: unknown, id: string, patch: unknown) =>
      shelf.wrote(id, patch as (record: SecurityGroup | undefined) => SecurityGroup | undefined, 10);
    const context = { session, wrote, owner: 'x', node: 'x', tags: {}, token: 'x', keepsCopy: true };
    await kind.update(context, wanted, before, kind.diff(wanted, before));
    return { sent, shelf };
  }

  it('authorises what is new before it revokes what is old, and touches nothing else (community#2951)', async () => {
    const { sent, shelf } = await update();
    expect(sent).toEqual([
      'AuthorizeSecurityGroupIngressCommand: tcp 8080 sg-alb',
      'UpdateSecurityGroupRuleDescriptionsIngressCommand: tcp 443 0.0.0.0/0',
      'RevokeSecurityGroupIngressCommand: tcp 22 10.9.0.0/16',
    ]);
    expect(kind.diff(wanted, shelf.get('sg-1'))).toEqual([]);
  });

  it('a listing that shows the rules in its own grouping ends the belief in the write', async () => {
    const { shelf } = await update();
    const listed = group(
      [
        { ...permissionOf(fromAlb), IpRanges: [], Ipv6Ranges: [], PrefixListIds: [] },
        { ...permissionOf({ ...web, description: 'the world' }), UserIdGroupPairs: [] },
      ],
      [permissionOf(toS3)],
    );
    expect([...shelf.replace([before], { beganAt: 20, graceMs: 1_000 }).owners]).toEqual([]);
    expect(shelf.overlaid).toBe(1);
    shelf.replace([listed], { beganAt: 30, graceMs: 1_000 });
    expect(shelf.overlaid).toBe(0);
    expect(kind.diff(wanted, shelf.get('sg-1'))).toEqual([]);
  });
});

function byPeer(left: Rule, right: Rule): number {
  return left.peer < right.peer ? -1 : 1;
}
