import {
  ACMClient,
  DeleteCertificateCommand,
  DescribeCertificateCommand,
  ListCertificatesCommand,
  RequestCertificateCommand,
  type KeyAlgorithm,
  type RequestCertificateCommandInput,
} from '@aws-sdk/client-acm';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  GetChangeCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
  type ChangeAction,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { beforeEach, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { aws, clientOptions, given, refused } from './harness.ts';

/** Certificates of ACM, and the records of Route 53 that prove their names. */
export function certificates(): void {
  const acm = () => new ACMClient({ ...clientOptions(aws()), maxAttempts: 1 });
  const route53 = () => new Route53Client({ ...clientOptions(aws()), maxAttempts: 1 });
  let zone: string;

  const request = async (input: Partial<RequestCertificateCommandInput> = {}) => {
    const DomainName = 'shop.example.com';
    const made = await acm().send(
      new RequestCertificateCommand({ DomainName, ValidationMethod: 'DNS', ...input }),
    );
    return given(made.CertificateArn);
  };
  const described = async (CertificateArn: string) =>
    given((await acm().send(new DescribeCertificateCommand({ CertificateArn }))).Certificate);
  const proof = async (arn: string): Promise<ResourceRecordSet> => {
    const records = await eventually('ACM says which records it wants', async () => {
      const { DomainValidationOptions: options = [] } = await described(arn);
      return options[0]?.ResourceRecord;
    });
    return { Name: records.Name, Type: 'CNAME', TTL: 300, ResourceRecords: [{ Value: records.Value }] };
  };
  const change = (...changes: [ChangeAction, ResourceRecordSet][]) =>
    route53().send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: zone,
        ChangeBatch: {
          Changes: changes.map(([Action, record]) => ({ Action, ResourceRecordSet: record })),
        },
      }),
    );
  const text = (Name: string, ...values: string[]): ResourceRecordSet => ({
    Name,
    Type: 'TXT',
    TTL: 300,
    ResourceRecords: values.map((value) => ({ Value: `"${value}"` })),
  });

  beforeEach(async () => {
    await aws().reset();
    const made = await route53().send(
      new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: 'test' }),
    );
    zone = given(made.HostedZone?.Id).split('/').at(-1) ?? '';
  });

  test('certificates with other keys than short RSA ones are listed to whoever asks for them', async () => {
    const arn = await request({ KeyAlgorithm: 'EC_prime256v1' });
    const listed = async (...keyTypes: KeyAlgorithm[]) => {
      const Includes = keyTypes.length > 0 ? { keyTypes } : undefined;
      const { CertificateSummaryList: all = [] } = await acm().send(
        new ListCertificatesCommand({ Includes }),
      );
      return all.map(({ CertificateArn }) => CertificateArn);
    };
    expect(await listed()).toEqual([]);
    expect(await listed('RSA_4096')).toEqual([]);
    expect(await listed('RSA_2048', 'EC_prime256v1')).toEqual([arn]);
    await acm().send(new DeleteCertificateCommand({ CertificateArn: arn }));
  });

  test('a certificate is issued when its record is there, the same one for the name with and without a star', async () => {
    const arn = await request({ SubjectAlternativeNames: ['*.shop.example.com'] });
    const first = await described(arn);
    expect(first).toMatchObject({ Status: 'PENDING_VALIDATION', Type: 'AMAZON_ISSUED' });
    expect(first.DomainValidationOptions?.[0]?.ResourceRecord).toBeUndefined();
    const record = await proof(arn);
    const names = (await described(arn)).DomainValidationOptions?.map((one) => one.ResourceRecord?.Name);
    expect(new Set(names).size).toBe(1);
    await change(['CREATE', { ...record, ResourceRecords: [{ Value: 'elsewhere.example.org' }] }]);
    expect((await described(arn)).Status).toBe('PENDING_VALIDATION');
    await change(['UPSERT', record]);
    await eventually('issued', async () => (await described(arn)).Status === 'ISSUED');
    // Whoever asks once more has nothing to prove.
    const again = await request({ DomainName: '*.shop.example.com' });
    await eventually('issued at once', async () => (await described(again)).Status === 'ISSUED');
    const { CertificateSummaryList: list, NextToken } = await acm().send(
      new ListCertificatesCommand({ MaxItems: 1 }),
    );
    expect([list?.length, list?.[0]?.InUse, typeof NextToken]).toEqual([1, false, 'string']);
  });

  test('a token gives the same certificate for an hour, whatever else is asked', async () => {
    const arn = await request({ IdempotencyToken: 'one' });
    expect(await request({ IdempotencyToken: 'one', DomainName: 'www.example.com' })).toBe(arn);
    await aws().hold();
    await aws().letPass(3601);
    expect(await request({ IdempotencyToken: 'one' })).not.toBe(arn);
    await aws().release();
  });

  test('names are those of ACM, at most ten, the first of 64 characters', async () => {
    await refused(request({ DomainName: 'shop' }), 'ValidationException');
    await refused(request({ DomainName: `${'a'.repeat(60)}.example.com` }), 'ValidationException', /64/);
    const many = Array.from({ length: 10 }, (_, index) => `n${index}.example.com`);
    await refused(request({ SubjectAlternativeNames: many }), 'LimitExceededException');
    const arn = await request({ DomainName: 'shop.internal' });
    await eventually('failed', async () => (await described(arn)).Status === 'FAILED');
    expect((await described(arn)).FailureReason).toBe('INVALID_PUBLIC_DOMAIN');
    await acm().send(new DeleteCertificateCommand({ CertificateArn: arn }));
    await refused(described(arn), 'ResourceNotFoundException');
  });

  test('records change in batches, of which all is done or nothing', async () => {
    await change(['CREATE', text('a.example.com', 'one')]);
    await refused(
      change(['CREATE', text('b.example.com', 'x')], ['CREATE', text('a.example.com', 'two')]),
      'InvalidChangeBatch',
      /Tried to create resource record set \[name='a\.example\.com\.', type='TXT'\] but it already exists/,
    );
    await refused(
      change(['DELETE', text('a.example.com', 'two')]),
      'InvalidChangeBatch',
      /the values provided do not match the current values/,
    );
    await refused(change(['DELETE', text('b.example.com', 'x')]), 'InvalidChangeBatch', /was not found/);
    await change(['DELETE', text('a.example.com', 'one')], ['CREATE', text('a.example.com', 'one', 'two')]);
    const alias = {
      Name: 'a.example.com',
      Type: 'CNAME' as const,
      TTL: 1,
      ResourceRecords: [{ Value: 'b.test' }],
    };
    await refused(change(['CREATE', alias]), 'InvalidChangeBatch', /conflicts with other records/);
    await refused(
      change(['CREATE', text('a.example.org', 'x')]),
      'InvalidChangeBatch',
      /not permitted in zone/,
    );
    const unquoted = { ...text('c.example.com'), ResourceRecords: [{ Value: 'x' }] };
    await refused(change(['CREATE', unquoted]), 'InvalidChangeBatch', /enclosed in quotation marks/);
    const target = { DNSName: 'none.elb.amazonaws.com', HostedZoneId: 'Z9', EvaluateTargetHealth: true };
    await refused(
      change(['CREATE', { Name: 'd.example.com', Type: 'A', AliasTarget: target }]),
      'InvalidChangeBatch',
      /does not lie within the target zone/,
    );
  });

  test('records are listed from a name on, stars in Route 53’s spelling; a zone that has some stays', async () => {
    const made = await change(
      ['CREATE', text('*.example.com', 'one')],
      ['CREATE', text('b.example.com', 'x')],
    );
    expect(made.ChangeInfo?.Status).toBe('PENDING');
    await eventually('everywhere', async () => {
      const { ChangeInfo } = await route53().send(new GetChangeCommand({ Id: made.ChangeInfo?.Id }));
      return ChangeInfo?.Status === 'INSYNC';
    });
    const list = async (StartRecordName: string) => {
      const answer = await route53().send(
        new ListResourceRecordSetsCommand({
          HostedZoneId: zone,
          StartRecordName,
          StartRecordType: 'TXT',
          MaxItems: 1,
        }),
      );
      return answer.ResourceRecordSets?.[0]?.Name;
    };
    expect([await list('*.example.com'), await list('a.example.com')]).toEqual([
      '\\052.example.com.',
      'b.example.com.',
    ]);
    await refused(route53().send(new DeleteHostedZoneCommand({ Id: zone })), 'HostedZoneNotEmpty');
    await change(['DELETE', text('*.example.com', 'one')], ['DELETE', text('b.example.com', 'x')]);
    await route53().send(new DeleteHostedZoneCommand({ Id: zone }));
    await refused(list('a.example.com'), 'NoSuchHostedZone');
  });
}
