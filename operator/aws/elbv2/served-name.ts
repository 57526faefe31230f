import {
  AddTagsCommand,
  RemoveTagsCommand,
  type LoadBalancer,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Change } from '../../graph/kind.ts';
import { removeRecord, type DnsRecord } from '../route53/records.ts';
import type { AwsSession } from '../session.ts';
import { tagsOf } from '../tags.ts';
import type { Tagged } from './shared.ts';

/**
 * The tag in which a load balancer keeps the domain name that leads to it, as `<zone> <name>`: it is no node's. It is there before
 * the record is, and goes after it, so that nobody has to look through zones for what a load balancer has there.
 */
export const SERVED_NAME_TAG = 'landfall.dev/served-name';

/** The domain name that leads, or is to lead, to a load balancer; empty for none. */
export function servedNameOf(balancer: Tagged<LoadBalancer>): string {
  return tagsOf(balancer)[SERVED_NAME_TAG] ?? '';
}

/** Hosted zone and name in DNS of what `servedName` says. A tag takes no star, and no label begins with `_` that a spec may name. */
export function zoneAndName(servedName: string): { zoneId: string; name: string } {
  const [zoneId = '', name = ''] = servedName.split(' ');
  return { zoneId, name: name.replace(/^_\./, '*.') };
}

/** The record that leads to a load balancer by its domain name. */
export function aliasRecord(servedName: string, dnsName: string, dnsZoneId: string): DnsRecord {
  const content = { type: 'A', aliasOf: dnsName, aliasZoneId: dnsZoneId } as const;
  return { ...zoneAndName(servedName), content };
}

/** The difference between the name that a load balancer has and the one that it is to have. */
export function servedNameChanges(balancer: Tagged<LoadBalancer>, to = ''): Change[] {
  const from = servedNameOf(balancer);
  return from === to ? [] : [{ path: 'servedName', from, to }];
}

/** Takes the record of the former name away and notes the new one. Returns the tags to set and to take away. */
export async function renameServed(
  session: AwsSession,
  balancer: Tagged<LoadBalancer>,
  to = '',
): Promise<{ set: Record<string, string>; unset: string[] }> {
  await removeServedName(session, balancer);
  const ResourceArns = [balancer.LoadBalancerArn ?? ''];
  if (to === '') {
    await session.elbv2.send(new RemoveTagsCommand({ ResourceArns, TagKeys: [SERVED_NAME_TAG] }));
    return { set: {}, unset: [SERVED_NAME_TAG] };
  }
  const Tags = [{ Key: SERVED_NAME_TAG, Value: to }];
  await session.elbv2.send(new AddTagsCommand({ ResourceArns, Tags }));
  return { set: { [SERVED_NAME_TAG]: to }, unset: [] };
}

/** Deletes the record that leads to a load balancer, if it is Landfall's. */
export async function removeServedName(session: AwsSession, balancer: Tagged<LoadBalancer>): Promise<void> {
  const servedName = servedNameOf(balancer);
  if (servedName === '') return;
  const { LoadBalancerArn = '', DNSName = '', CanonicalHostedZoneId = '' } = balancer;
  await removeRecord(session, aliasRecord(servedName, DNSName, CanonicalHostedZoneId), LoadBalancerArn);
}
