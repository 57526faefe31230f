import {
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  type Change as RecordChange,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { Terminal, Waiting } from '../../errors.ts';
import type { Permission } from '../../graph/kind.ts';
import { isNoZone, isRaced } from '../errors.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';

/** Seconds for which resolvers keep what does not say it itself. */
const TTL = 300;
/** How the values begin by which we know our records: external-dns and others mark theirs in the same way. */
const HERITAGE = 'heritage=landfall,for=';
/** Before the name of a record stands this in that of the record which says whose it is. */
const MARKER = '_landfall';

/** A record of ours, as it is to be. */
export interface DnsRecord {
  readonly zoneId: string;
  /** Without a dot at the end. */
  readonly name: string;
  readonly content: RecordContent;
}

/** What a record says: a value, or for an alias the name and the zone of a load balancer. */
export type RecordContent =
  | { readonly type: 'CNAME' | 'TXT'; readonly value: string }
  | { readonly type: 'A'; readonly aliasOf: string; readonly aliasZoneId: string };

/** What stands under the name of a record, and what stands beside it. */
export interface FoundRecord {
  /** What it says, in words that are the same for what is wanted and for what is there; undefined where nothing is. */
  readonly content: string | undefined;
  /** ARNs of the things for which it was made, sorted; undefined where Landfall made nothing. */
  readonly claims: readonly string[] | undefined;
}

/** The same with what AWS answered: whoever deletes a record says all of it. */
interface ReadRecord extends FoundRecord {
  readonly answered: ResourceRecordSet | undefined;
}

/** A hosted zone of whichever account calls. */
const ZONES = 'route53:::hostedzone/*';
/** What reading records needs. */
export const RECORD_READS = reads('route53:ListResourceRecordSets');
/**
 * A hosted zone is the account's, and carries no tag of ours: which one an object may name its grant says. Here the types of
 * records are bounded: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-rrset-conditions.html
 */
export const RECORD_WRITES: Permission[] = [
  {
    action: 'route53:ChangeResourceRecordSets',
    on: 'anything',
    resource: ZONES,
    when: { 'ForAllValues:route53:ChangeResourceRecordSetsRecordTypes': ['A', 'CNAME', 'TXT'] },
  },
];

/** What there is of a record. A zone that is gone has none. */
export async function findRecord(session: AwsSession, record: DnsRecord): Promise<FoundRecord> {
  const { content, claims } = await read(session, record);
  return { content, claims };
}

/** What a record is to say, in the words of {@link FoundRecord}. */
export function wantedContent(record: DnsRecord): string {
  return wordsOf(asAws(record));
}

/** Whether a record is as it is to be. One that another has made, and that says the same, is. */
export function isInPlace(record: DnsRecord, found: FoundRecord, claimant: string): boolean {
  return found.content === wantedContent(record) && (found.claims?.includes(claimant) ?? true);
}

/**
 * Makes a record for something, by its ARN, or joins those for which it stands already. What another has made under the
 * name stays as it is: Terminal (`NameTaken`) where it says something else.
 *
 * Route 53 knows neither tags nor tokens, but carries a batch out as a whole. So a record is made together with a TXT record
 * that says for whom, and neither is ever there without the other having been made; a batch that takes away the former text
 * and makes the new one fails where somebody else was faster, which is then looked at again.
 */
export async function makeRecord(
  session: AwsSession,
  record: DnsRecord,
  claimant: string,
): Promise<FoundRecord> {
  const found = await findRecord(session, record);
  const wanted = wantedContent(record);
  if (found.content !== undefined && found.content !== wanted)
    throw new Terminal(
      'NameTaken',
      `record ${record.name} (${record.content.type}) in hosted zone ${record.zoneId} says ${found.content}, and is to say ${wanted}; Landfall did not write that, and leaves it alone: delete it, or give the name up`,
    );
  if (isInPlace(record, found, claimant)) return found;
  const claims = [...(found.claims ?? []).filter((claim) => claim !== claimant), claimant].sort();
  await change(session, record.zoneId, [
    ...(found.content === undefined ? [{ Action: 'CREATE' as const, ResourceRecordSet: asAws(record) }] : []),
    ...remark(record.name, found.claims, claims),
  ]);
  return { content: wanted, claims };
}

/**
 * Gives a record up for something that goes. It is deleted with the last for whom it stood, unless somebody has written
 * something else in its place. `isNeeded` may keep it for others who never said that they use it.
 */
export async function removeRecord(
  session: AwsSession,
  record: DnsRecord,
  claimant: string,
  isNeeded: () => Promise<boolean> = () => Promise.resolve(false),
): Promise<void> {
  const { content, claims, answered } = await read(session, record);
  if (claims?.includes(claimant) !== true) return;
  const others = claims.filter((claim) => claim !== claimant);
  const goes = others.length === 0 && content === wantedContent(record) && !(await isNeeded());
  await change(session, record.zoneId, [
    ...(goes && answered ? [{ Action: 'DELETE' as const, ResourceRecordSet: answered }] : []),
    ...remark(record.name, claims, others),
  ]);
}

/** The changes from one text of a marker to another; the former one has to be there just as it was read. */
function remark(name: string, from: readonly string[] | undefined, to: readonly string[]): RecordChange[] {
  const changes: RecordChange[] = [];
  if (from?.join() === to.join()) return changes;
  if (from !== undefined) changes.push({ Action: 'DELETE', ResourceRecordSet: asMarker(name, from) });
  if (to.length > 0) changes.push({ Action: 'CREATE', ResourceRecordSet: asMarker(name, to) });
  return changes;
}

async function change(session: AwsSession, zoneId: string, Changes: RecordChange[]): Promise<void> {
  try {
    await session.route53.send(
      new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: { Changes } }),
    );
  } catch (error) {
    if (!isRaced(error)) throw error;
    const message = `somebody else has just changed records in hosted zone ${zoneId}; they are looked at again`;
    throw new Waiting('WaitingForAws', message, { cause: error });
  }
}

async function read(
  session: AwsSession,
  { zoneId, name, content: { type } }: DnsRecord,
): Promise<ReadRecord> {
  const [answered, marker] = await Promise.all([
    lookUp(session, zoneId, name, type),
    lookUp(session, zoneId, markerOf(name), 'TXT'),
  ]);
  return { content: answered && wordsOf(answered), claims: marker && claimsOf(marker), answered };
}

async function lookUp(
  session: AwsSession,
  HostedZoneId: string,
  name: string,
  type: RecordContent['type'],
): Promise<ResourceRecordSet | undefined> {
  try {
    const answer = await session.route53.send(
      new ListResourceRecordSetsCommand({
        HostedZoneId,
        StartRecordName: name,
        StartRecordType: type,
        MaxItems: 1,
      }),
    );
    // It lists from there on: the first may be another.
    const [first] = answer.ResourceRecordSets ?? [];
    return first && plainName(first.Name ?? '') === name && first.Type === type ? first : undefined;
  } catch (error) {
    if (isNoZone(error)) return undefined;
    throw error;
  }
}

function asAws({ name, content }: DnsRecord): ResourceRecordSet {
  if (content.type !== 'A') {
    const Value = content.type === 'TXT' ? `"${content.value}"` : content.value;
    return { Name: name, Type: content.type, TTL, ResourceRecords: [{ Value }] };
  }
  const { aliasOf, aliasZoneId } = content;
  return {
    Name: name,
    Type: 'A',
    AliasTarget: { DNSName: aliasOf, HostedZoneId: aliasZoneId, EvaluateTargetHealth: true },
  };
}

function asMarker(name: string, claims: readonly string[]): ResourceRecordSet {
  const ResourceRecords = claims.map((claim) => ({ Value: `"${HERITAGE}${claim}"` }));
  return { Name: markerOf(name), Type: 'TXT', TTL, ResourceRecords };
}

/** Sorted, as they are written. */
function claimsOf({ ResourceRecords = [] }: ResourceRecordSet): string[] | undefined {
  const texts = ResourceRecords.map(({ Value = '' }) => Value.replaceAll('"', ''));
  const claims = texts.filter((text) => text.startsWith(HERITAGE)).map((text) => text.slice(HERITAGE.length));
  return claims.length === 0 ? undefined : claims.sort();
}

/** `_landfall.app.example.com`, of a wildcard `_landfall-any.example.com`: a name may have a CNAME or others, never both. */
function markerOf(name: string): string {
  return name.startsWith('*.') ? `${MARKER}-any.${name.slice(2)}` : `${MARKER}.${name}`;
}

function wordsOf({
  AliasTarget: alias,
  ResourceRecords = [],
  SetIdentifier: part,
}: ResourceRecordSet): string {
  const values = ResourceRecords.map(({ Value = '' }) => plainName(Value)).sort();
  const what = alias ? `alias of ${plainTarget(alias.DNSName ?? '')}` : values.join(', ');
  return part === undefined ? what : `${what} (one of several, ${part})`;
}

/** Route 53 ends names with a dot and escapes the star: Developer Guide, "DNS domain name format". */
function plainName(name: string): string {
  return name.replace(/\.$/, '').replace(/^\\052/, '*');
}

/** The console puts `dualstack.` before the name of a load balancer, which leads to the same. */
function plainTarget(name: string): string {
  return plainName(name)
    .toLowerCase()
    .replace(/^dualstack\./, '');
}
