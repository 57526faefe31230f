import {
  DescribeCertificateCommand,
  ListTagsForCertificateCommand,
  type CertificateDetail,
  type Tag,
} from '@aws-sdk/client-acm';
import { unlessGone } from '../errors.ts';
import type { DnsRecord } from '../route53/records.ts';
import type { AwsSession } from '../session.ts';

/** The tag in which a certificate keeps the hosted zone of its records: it is no node's, and nobody compares it. */
export const ZONE_TAG = 'landfall.dev/hosted-zone';

/** A record that proves a name to AWS. */
export interface ProvingRecord extends DnsRecord {
  readonly content: { readonly type: 'CNAME'; readonly value: string };
  /** The name, without `*.`: both are proved by the same record. */
  readonly for: string;
}

/** What AWS says of one certificate; undefined where it is gone. */
export async function describeCertificate(
  session: AwsSession,
  CertificateArn: string,
): Promise<CertificateDetail | undefined> {
  const answer = await unlessGone(session.acm.send(new DescribeCertificateCommand({ CertificateArn })));
  return answer?.Certificate;
}

/** The tags of a certificate; none where it is gone. */
export async function certificateTags(session: AwsSession, CertificateArn: string): Promise<Tag[]> {
  const answer = await unlessGone(session.acm.send(new ListTagsForCertificateCommand({ CertificateArn })));
  return answer?.Tags ?? [];
}

/** The records that prove the names of a certificate, as far as AWS has given them: it takes some seconds. */
export function provingRecords(certificate: CertificateDetail, zoneId: string): ProvingRecord[] {
  const options = certificate.DomainValidationOptions ?? [];
  const records = options.flatMap(({ DomainName: domain = '', ResourceRecord: record }): ProvingRecord[] => {
    if (!record) return [];
    const content = { type: 'CNAME' as const, value: withoutDot(record.Value) };
    return [{ zoneId, name: withoutDot(record.Name), content, for: withoutStar(domain) }];
  });
  return [...new Map(records.map((record) => [record.name, record])).values()];
}

/** A name without `*.`. */
export function withoutStar(name: string): string {
  return name.replace(/^\*\./, '');
}

function withoutDot(name = ''): string {
  return name.replace(/\.$/, '');
}
