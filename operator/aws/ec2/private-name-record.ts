import type { ServiceConfiguration } from '@aws-sdk/client-ec2';
import { removeRecord, type DnsRecord } from '../route53/records.ts';
import type { AwsSession } from '../session.ts';
import { tagsOf } from '../tags.ts';

/**
 * The tag in which an endpoint service keeps the hosted zone of the record that proves its private name: it is no node's, and
 * nobody compares it.
 */
export const NAME_ZONE_TAG = 'landfall.dev/hosted-zone';

/** The hosted zone of the record that proves the private name of a service; empty where somebody makes it by hand. */
export function nameZoneOf(service: ServiceConfiguration): string {
  return tagsOf(service)[NAME_ZONE_TAG] ?? '';
}

/**
 * The record that proves the private name of a service, where it has one and the record is Landfall's to make; `zoneId` is the
 * one that its tag names unless told otherwise.
 */
export function provingRecordOf(
  service: ServiceConfiguration,
  zoneId = nameZoneOf(service),
): DnsRecord | undefined {
  const { Name: label, Value: value } = service.PrivateDnsNameConfiguration ?? {};
  if (zoneId === '' || label === undefined || value === undefined) return undefined;
  // Of `*.example.com` the domain itself is proved: AWS PrivateLink Guide, "Manage DNS names".
  const domain = (service.PrivateDnsName ?? '').replace(/^\*\./, '');
  return { zoneId, name: `${label}.${domain}`, content: { type: 'TXT', value } };
}

/** Takes the record away that proves the private name of a service, if it is Landfall's. */
export async function removeProvingRecord(session: AwsSession, service: ServiceConfiguration): Promise<void> {
  const record = provingRecordOf(service);
  if (record) await removeRecord(session, record, service.ServiceId ?? '');
}
