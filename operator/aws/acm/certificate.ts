import {
  AddTagsToCertificateCommand,
  DeleteCertificateCommand,
  KeyAlgorithm,
  ListCertificatesCommand,
  RemoveTagsFromCertificateCommand,
  RequestCertificateCommand,
  type ACMClient,
  type CertificateSummary,
  type Tag,
} from '@aws-sdk/client-acm';
import { DescribeRegionsCommand } from '@aws-sdk/client-ec2';
import { READY, type Change, type State } from '../../graph/kind.ts';
import { tagWrites } from '../../graph/tags.ts';
import { errorCode, PartialFailure, unlessGone } from '../errors.ts';
import { must, pages, type AwsCollection, type AwsKind } from '../kind.ts';
import { NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import { onOwn, reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { removeRecord } from '../route53/records.ts';
import { retagged, tagList, tagsOf } from '../tags.ts';
import {
  certificateTags,
  describeCertificate,
  provingRecords,
  withoutStar,
  ZONE_TAG,
} from './description.ts';

const CERTIFICATES = 'acm:{region}:{account}:certificate/*';
const PAGE = 1000;

export interface CertificateInputs {
  /** At most 64 characters. */
  readonly domainName: string;
  /** Sorted, without the first. */
  readonly subjectAlternativeNames: readonly string[];
  /** The hosted zone in which the records that prove the names stand. */
  readonly hostedZoneId: string;
}

/** A certificate as it is listed, with its tags. */
export interface Certificate extends CertificateSummary {
  readonly Tags?: readonly Tag[];
}

/** Certificates. AWS lists them without tags, which the tagging API knows. */
export const certificates: AwsCollection<Certificate> = {
  name: 'acm/certificates',
  lane: 'fast',
  scope: 'region',
  iam: [...reads('acm:ListCertificates'), ...NOMINATION_ACTIONS],
  async *list(session, installation) {
    for await (const tags of nominated(session, 'acm:certificate', installation))
      for await (const page of everyCertificate(session.acm))
        yield page.flatMap((certificate) => {
          const own = tags.get(arnOf(certificate));
          return own ? [{ ...certificate, Tags: tagList(own) }] : [];
        });
  },
  async get(session, arns) {
    const found = await Promise.all(arns.map((arn) => read(session, arn)));
    return found.flatMap((certificate) => certificate ?? []);
  },
  id: arnOf,
  tags(certificate) {
    const { [ZONE_TAG]: _, ...tags } = tagsOf(certificate);
    return tags;
  },
};

/** A public certificate, which AWS issues and renews as long as the records are there that prove its names. */
export const certificateKind: AwsKind<CertificateInputs, Certificate> = {
  type: 'Certificate',
  collection: certificates,
  idempotency: 'token',
  iam: [
    // It knows no resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscertificatemanager.html
    { action: 'acm:RequestCertificate', on: 'new', resource: '*' },
    // With tags, RequestCertificate asks for it too: ACM User Guide, "Tag ACM resources".
    { action: 'acm:AddTagsToCertificate', on: 'untagged', resource: CERTIFICATES },
    ...onOwn('acm:AddTagsToCertificate', 'acm:RemoveTagsFromCertificate', 'acm:DeleteCertificate').map(
      (permission) => ({ ...permission, resource: CERTIFICATES }),
    ),
    ...reads('acm:ListTagsForCertificate', 'acm:DescribeCertificate', 'ec2:DescribeRegions'),
  ],
  after: [],
  heldBy: ['Listener'],

  diff(inputs, certificate) {
    if (!certificate) return [];
    const fixed: [string, unknown, unknown][] = [
      ['domainName', certificate.DomainName, inputs.domainName],
      ['subjectAlternativeNames', otherNames(certificate).join(), inputs.subjectAlternativeNames.join()],
      ['hostedZoneId', zoneOf(certificate) ?? inputs.hostedZoneId, inputs.hostedZoneId],
    ];
    return fixed
      .filter(([, from, to]) => from !== to)
      .map(([path, from, to]): Change => ({ path, from, to, replace: true }));
  },
  state: stateOf,
  outputs: (certificate) => ({
    id: arnOf(certificate),
    domainName: certificate.DomainName ?? '',
    status: certificate.Status ?? '',
  }),
  gone: () => false,
  needs: () => [],

  // A token holds for an hour only ("within one hour": API reference, RequestCertificate), by when listings show it.
  async create({ session, tags, token }, { domainName, subjectAlternativeNames, hostedZoneId }) {
    const Tags = tagList({ ...tags, [ZONE_TAG]: hostedZoneId });
    const answer = await session.acm.send(
      new RequestCertificateCommand({
        DomainName: domainName,
        ...(subjectAlternativeNames.length > 0 && { SubjectAlternativeNames: [...subjectAlternativeNames] }),
        ValidationMethod: 'DNS',
        IdempotencyToken: token,
        Tags,
      }),
    );
    return {
      CertificateArn: must(answer.CertificateArn, 'CertificateArn'),
      DomainName: domainName,
      SubjectAlternativeNameSummaries: [domainName, ...subjectAlternativeNames],
      Status: 'PENDING_VALIDATION',
      Tags,
    };
  },
  async update({ session, wrote }, _inputs, certificate, changes) {
    const CertificateArn = arnOf(certificate);
    const writes = tagWrites(changes);
    const Tags = tagList(writes.set);
    if (Tags.length > 0) await session.acm.send(new AddTagsToCertificateCommand({ CertificateArn, Tags }));
    if (writes.unset.length > 0)
      await session.acm.send(
        new RemoveTagsFromCertificateCommand({
          CertificateArn,
          Tags: writes.unset.map((Key) => ({ Key })),
        }),
      );
    wrote(certificates, CertificateArn, (record) => record && retagged(record, writes));
  },
  async delete({ session }, certificate) {
    const arn = arnOf(certificate);
    const described = await describeCertificate(session, arn);
    if (!described) return undefined;
    const { InUseBy: users = [] } = described;
    // One that is used goes on being renewed.
    if (users.length > 0)
      throw new PartialFailure('DeleteCertificate', 'ResourceInUseException', `used by ${users.join(', ')}`);
    const zoneId = zoneOf(certificate);
    let others: Promise<ReadonlySet<string> | undefined> | undefined;
    const mayBeNeeded = async (name: string) => {
      others ??= provedForOthers(session, arn);
      return (await others)?.has(name) ?? true;
    };
    if (zoneId !== undefined)
      for (const record of provingRecords(described, zoneId))
        await removeRecord(session, record, arn, () => mayBeNeeded(record.for));
    await unlessGone(session.acm.send(new DeleteCertificateCommand({ CertificateArn: arn })));
    return undefined;
  },
};

/** Without key types AWS lists certificates with short RSA keys alone. */
async function* everyCertificate(acm: ACMClient): AsyncGenerator<readonly CertificateSummary[]> {
  const Includes = { keyTypes: Object.values(KeyAlgorithm) };
  yield* pages<CertificateSummary>(async (NextToken) => {
    const answer = await acm.send(
      new ListCertificatesCommand({
        MaxItems: PAGE,
        Includes,
        ...(NextToken !== undefined && { NextToken }),
      }),
    );
    return { items: answer.CertificateSummaryList, next: answer.NextToken };
  });
}

/**
 * The names, without `*.`, that other certificates of the account are proved for: one record serves all of a name, in every
 * region (ACM User Guide, "DNS validation"), and who asks for another certificate need not make it again. Undefined where
 * that cannot be known.
 */
async function provedForOthers(session: AwsSession, arn: string): Promise<ReadonlySet<string> | undefined> {
  const { Regions = [] } = await session.ec2.send(new DescribeRegionsCommand({}));
  const elsewhere = Regions.flatMap(({ RegionName: name }) =>
    name === undefined || name === session.region ? [] : session.acmIn(name),
  );
  const found = await Promise.all([
    provedNames(session.acm, arn),
    ...elsewhere.map((acm) => unlessUnknown(provedNames(acm, arn))),
  ]);
  return found.includes(undefined) ? undefined : new Set(found.flatMap((names) => names ?? []));
}

/** Undefined where a region does not let us look, or does not answer: no deletion waits for all of AWS. */
async function unlessUnknown<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}

/** Of one region; undefined where a certificate has more names than are listed. */
async function provedNames(acm: ACMClient, arn: string): Promise<string[] | undefined> {
  const names: string[] = [];
  for await (const page of everyCertificate(acm)) {
    const others = page.filter((one) => one.CertificateArn !== arn && one.Type !== 'IMPORTED');
    if (others.some((one) => one.HasAdditionalSubjectAlternativeNames === true)) return undefined;
    names.push(...others.flatMap(namesOf).map(withoutStar));
  }
  return names;
}

async function read(session: AwsSession, arn: string): Promise<Certificate | undefined> {
  const described = await describeCertificate(session, arn);
  if (!described) return undefined;
  const { DomainName, SubjectAlternativeNames: SubjectAlternativeNameSummaries = [], Status } = described;
  return {
    CertificateArn: arn,
    ...(DomainName !== undefined && { DomainName }),
    SubjectAlternativeNameSummaries,
    ...(Status && { Status }),
    Tags: await certificateTags(session, arn),
  };
}

/** What AWS lists of it; the rest its validation says. */
function stateOf(certificate: Certificate): State {
  const { Status: status = 'PENDING_VALIDATION' } = certificate;
  if (status === 'ISSUED') return READY;
  if (status === 'PENDING_VALIDATION')
    return { phase: 'pending', reason: 'WaitingForAws', message: 'AWS has not issued the certificate yet' };
  const message = `certificate ${arnOf(certificate)} is ${status}`;
  return { phase: 'failed', reason: 'AwsRefused', message };
}

function namesOf({
  DomainName: first = '',
  SubjectAlternativeNameSummaries: all = [],
}: Certificate): string[] {
  return [...new Set([first, ...all])];
}

function otherNames(certificate: Certificate): string[] {
  return namesOf(certificate)
    .filter((name) => name !== certificate.DomainName)
    .sort();
}

function zoneOf(certificate: Certificate): string | undefined {
  return tagsOf(certificate)[ZONE_TAG];
}

function arnOf(certificate: CertificateSummary): string {
  return must(certificate.CertificateArn, 'CertificateArn');
}
