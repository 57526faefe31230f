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
import { contextOf } from '../ecs/fake-session.ts';
import { Zone } from '../route53/zone.ts';
import { ARN, CERTIFICATE_CASES } from './cases.ts';

const record = CERTIFICATE_CASES['Certificate']?.record as Certificate;
const validation = CERTIFICATE_CASES['CertificateValidation']?.record as Validation;
const PROOF = {
  DomainName: '*.web.example.com',
  ResourceRecord: { Name: '_a.web.example.com.', Type: 'CNAME', Value: '_b.acm-validations.aws.' },
};
const CNAME = {
  zoneId: 'Z1',
  name: '_a.web.example.com',
  content: { type: 'CNAME', value: '_b.acm-validations.aws' },
} as const;

/** A session with a zone, and an ACM that describes one certificate so and lists these. */
function sessionOf(described: object, listed: readonly object[] = []) {
  const zone = new Zone();
  const sent: string[] = [];
  const acm = {
    send({ constructor: { name } }: { readonly constructor: { readonly name: string } }) {
      sent.push(name.replace(/Command$/, ''));
      if (name.startsWith('Describe')) return Promise.resolve({ Certificate: described });
      return Promise.resolve(name.startsWith('List') ? { CertificateSummaryList: listed } : {});
    },
  };
  return { session: { acm, route53: zone } as unknown as AwsSession, sent, zone };
}

describe('a certificate', () => {
  it('goes together with the record that proves it', async () => {
    const { session, sent, zone } = sessionOf({ DomainValidationOptions: [PROOF] }, [record]);
    await makeRecord(session, CNAME, ARN);
    await certificateKind.delete?.(contextOf(session).context, record);
    expect(zone.texts()).toEqual({});
    expect(sent).toEqual(['DescribeCertificate', 'ListCertificates', 'DeleteCertificate']);
  });

  it('leaves the record to a certificate of somebody else for the same domain, with a star or without', async () => {
    const theirs = { CertificateArn: 'arn:theirs', DomainName: 'web.example.com', Type: 'AMAZON_ISSUED' };
    const { session, zone } = sessionOf({ DomainValidationOptions: [PROOF] }, [record, theirs]);
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
