import { describe, expect, it } from 'vitest';
import { certificateKind, certificates, type Certificate } from '../../../../operator/aws/acm/certificate.ts';
import {
  certificateRecordsKind,
  certificateValidationKind,
  validations,
  type Validation,
} from '../../../../operator/aws/acm/validation.ts';
import { interpret } from '../../../../operator/aws/errors.ts';
import { makeRecord } from '../../../../operator/aws/route53/records.ts';
import type { AwsSession } from '../../../../operator/aws/session.ts';
import { contextOf, refusal } from '../ecs/fake-session.ts';
import { Zone } from '../route53/zone.ts';
import { ARN, CERTIFICATE_CASES } from './cases.ts';

const record = CERTIFICATE_CASES['Certificate']?.record as Certificate;
const validation = CERTIFICATE_CASES['CertificateValidation']?.record as Validation;
const PROOF = {
  DomainName: '*.web.example.com',
  ResourceRecord: { Name: '_a.web.example.com.', Type: 'CNAME', Value: '_b.acm-validations.aws.' },
};
const REGIONS = ['eu-central-1', 'eu-west-1', 'us-east-1'];
const CNAME = {
  zoneId: 'Z1',
  name: '_a.web.example.com',
  content: { type: 'CNAME', value: '_b.acm-validations.aws' },
} as const;

interface Sent {
  readonly constructor: { readonly name: string };
  readonly input?: { readonly Includes?: object };
}

/** A session with a zone, an ACM that describes one certificate so and lists these, and what another region lists, or throws. */
function sessionOf(
  described: object,
  listed: readonly object[] = [],
  elsewhere: readonly object[] | Error = [],
) {
  const zone = new Zone();
  const sent: string[] = [];
  const acmOf = (list: readonly object[] | Error) => ({
    send({ constructor: { name }, input }: Sent) {
      sent.push(name.replace(/Command$/, ''));
      if (name.startsWith('Describe')) return Promise.resolve({ Certificate: described });
      if (!name.startsWith('List')) return Promise.resolve({});
      expect(input?.Includes).toMatchObject({
        keyTypes: expect.arrayContaining(['RSA_2048', 'RSA_4096', 'EC_prime256v1']),
      });
      return list instanceof Error ? Promise.reject(list) : Promise.resolve({ CertificateSummaryList: list });
    },
  });
  const session = {
    region: 'eu-central-1',
    acm: acmOf(listed),
    acmIn: (region: string) => acmOf(region === 'us-east-1' ? elsewhere : []),
    ec2: { send: () => Promise.resolve({ Regions: REGIONS.map((RegionName) => ({ RegionName })) }) },
    route53: zone,
  };
  return { session: session as unknown as AwsSession, sent, zone };
}

describe('a certificate', () => {
  it('goes together with the record that proves it', async () => {
    const { session, sent, zone } = sessionOf({ DomainValidationOptions: [PROOF] }, [record]);
    await makeRecord(session, CNAME, ARN);
    await certificateKind.delete?.(contextOf(session).context, record);
    expect(zone.texts()).toEqual({});
    const lists = REGIONS.map(() => 'ListCertificates');
    expect(sent).toEqual(['DescribeCertificate', ...lists, 'DeleteCertificate']);
  });

  const theirs = { CertificateArn: 'arn:theirs', DomainName: 'web.example.com', Type: 'AMAZON_ISSUED' };
  const denied = refusal('AccessDeniedException', 'with an explicit deny in a service control policy');

  it.each<[string, object[], object[] | Error]>([
    ['of somebody else for the same domain, with a star or without', [record, theirs], []],
    ['of another region', [record], [theirs]],
    [
      'that has more names than are listed',
      [{ ...theirs, DomainName: 'a.example.com', HasAdditionalSubjectAlternativeNames: true }],
      [],
    ],
    ['that may be where nobody may look', [record], denied],
    ['that may be where nobody answers', [record], refusal('InternalFailure', 'try again')],
  ])('leaves the record to a certificate %s', async (_, here, elsewhere) => {
    const { session, zone } = sessionOf({ DomainValidationOptions: [PROOF] }, here, elsewhere);
    await makeRecord(session, CNAME, ARN);
    await certificateKind.delete?.(contextOf(session).context, record);
    expect(Object.keys(zone.texts())).toEqual(['_a.web.example.com CNAME']);
  });

  it('that is used keeps its record, and waits', async () => {
    const { session, sent, zone } = sessionOf({ InUseBy: ['arn:lb'], DomainValidationOptions: [PROOF] });
    await makeRecord(session, CNAME, ARN);
    const error: unknown = await certificateKind
      .delete?.(contextOf(session).context, record)
      .catch((thrown: unknown) => thrown);
    expect(interpret(error)).toMatchObject({ kind: 'inUse', message: expect.stringContaining('arn:lb') });
    expect(sent).toEqual(['DescribeCertificate']);
    expect(Object.keys(zone.texts())).toHaveLength(2);
  });

  it('keeps the zone of its records in a tag that is no node’s', () => {
    expect(
      certificates.tags({ ...record, Tags: [...(record.Tags ?? []), { Key: 'a', Value: 'b' }] }),
    ).toEqual({
      a: 'b',
    });
  });
});

describe('what proves a certificate', () => {
  it('is not known at first, and is made when it is', async () => {
    const inputs = { certificateArn: ARN, hostedZoneId: 'Z1' };
    const early = sessionOf({ DomainValidationOptions: [{ DomainName: 'web.example.com' }] });
    await expect(
      certificateRecordsKind.update(contextOf(early.session).context, inputs, {} as never, []),
    ).rejects.toMatchObject({ reason: 'WaitingForAws' });
    expect(early.zone.batches).toBe(0);
    const both = [PROOF, { ...PROOF, DomainName: 'web.example.com' }];
    const { session, zone } = sessionOf({ DomainValidationOptions: both });
    const { context, laidOver } = contextOf(session);
    await certificateRecordsKind.update(context, inputs, {} as never, []);
    expect(zone.batches).toBe(1);
    expect(certificateRecordsKind.diff(inputs, laidOver(undefined as never))).toEqual([]);
  });
});

describe('how far a certificate is', () => {
  const stateOf = (more: Partial<Validation>) => certificateValidationKind.state({ ...validation, ...more });

  it.each([
    ['ISSUED', '', 'ready', undefined],
    ['PENDING_VALIDATION', '', 'pending', 'AWS prepares the certificate'],
    [
      'VALIDATION_TIMED_OUT',
      '',
      'failed',
      /VALIDATION_TIMED_OUT\): AWS saw no proof of its names within 72 hours/,
    ],
    [
      'FAILED',
      'CAA_ERROR',
      'failed',
      /\(FAILED, CAA_ERROR\): a CAA record of the domain .*; delete it in ACM/,
    ],
    ['REVOKED', '', 'failed', /is not usable \(REVOKED\); delete it in ACM/],
  ])('%s %s is %s', (status, failure, phase, message) => {
    const state = stateOf({ status, failure });
    expect(state.phase).toBe(phase);
    if (message !== undefined && state.phase !== 'ready') expect(state.message).toMatch(message);
    expect(validations.settled?.({ ...validation, status, failure })).toBe(phase === 'ready');
  });
});
