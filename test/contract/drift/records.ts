import * as route53 from '@aws-sdk/client-route-53';
import { type DriftCase, type DriftContext, one, type StalledCase } from './case.ts';

/** Where somebody else has said that a record is theirs. */
const THEIRS = '"heritage=landfall,for=arn:aws:acm:us-east-1:123456789012:certificate/theirs"';
const MARKER = '_landfall.';

/** The types of the records that Landfall makes, besides the texts that say for whom they are. */
type RecordType = 'A' | 'CNAME' | 'TXT';

const ELSEWHERE = { A: '192.0.2.1', CNAME: 'elsewhere.example.com', TXT: '"elsewhere"' };

type RecordSet = route53.ResourceRecordSet;

/** The one hosted zone that there is. */
export async function zoneOf(at: DriftContext): Promise<string> {
  const { HostedZones } = await at.route53.send(new route53.ListHostedZonesCommand({}));
  return one(HostedZones, 'hosted zone').Id ?? '';
}

/** Writes a record by hand. */
export async function changed(
  at: DriftContext,
  Action: route53.ChangeAction,
  record: RecordSet,
): Promise<void> {
  const HostedZoneId = await zoneOf(at);
  const ChangeBatch = { Changes: [{ Action, ResourceRecordSet: record }] };
  await at.route53.send(new route53.ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch }));
}

/** The record of a type, and the text beside it that says for whom it was made. */
export async function recordOf(
  at: DriftContext,
  type: RecordType,
): Promise<{ record: RecordSet; marker: RecordSet }> {
  const HostedZoneId = await zoneOf(at);
  const found = await at.route53.send(new route53.ListResourceRecordSetsCommand({ HostedZoneId }));
  const sets = found.ResourceRecordSets ?? [];
  const record = one(
    sets.filter(({ Name = '', Type }) => Type === type && !Name.startsWith(MARKER)),
    `record of type ${type}`,
  );
  const marker = one(
    sets.filter(({ Name, Type }) => Type === 'TXT' && Name === `${MARKER}${record.Name}`),
    `marker of ${record.Name}`,
  );
  return { record, marker };
}

/** Somebody deletes it, and not the text beside it. */
export const recordDeleted = (node: string, type: RecordType, refreshes: number): DriftCase => ({
  node,
  refreshes,
  drift: async (at) => changed(at, 'DELETE', (await recordOf(at, type)).record),
});

/** Somebody has written themselves in our place: we join them, and do not take them away. */
export const claimed = (node: string, type: RecordType, refreshes: number): DriftCase => ({
  node,
  refreshes,
  async drift(at) {
    const { marker } = await recordOf(at, type);
    await changed(at, 'UPSERT', { ...marker, ResourceRecords: [{ Value: THEIRS }] });
    return () => changed(at, 'UPSERT', marker);
  },
});

/** Somebody leads the name elsewhere, who may live on that. */
export const ledElsewhere = (node: string, type: RecordType): StalledCase => ({
  node,
  stalls: 'NameTaken',
  async drift(at) {
    const { record } = await recordOf(at, type);
    const { Name, Type } = record;
    const elsewhere = { Name, Type, TTL: 60, ResourceRecords: [{ Value: ELSEWHERE[type] }] };
    await changed(at, 'UPSERT', elsewhere);
    return () => changed(at, 'UPSERT', record);
  },
});
