import { z } from 'zod';
import { setOf } from './fields.ts';
import { matches, withRules } from './rule.ts';

/** The longest name of which all that is made of it still fits into what AWS takes: tags, and a record beside it. */
const NAME_MAX = 200;
/** "The length of the domain name (technically, the Common Name) cannot exceed 64": API reference, RequestCertificate. */
const COMMON_NAME_MAX = 64;
/** Besides the first. AWS takes 10 names a certificate, and more where its quota was raised. */
const OTHER_NAMES_MAX = 19;

/** A name in DNS, in one spelling. */
const domainName = (max: number) =>
  withRules(
    z.string().max(max),
    matches(
      '^([*][.])?([a-z0-9]([-a-z0-9]*[a-z0-9])?[.])+[a-z]([-a-z0-9]*[a-z0-9])$',
      '{self} is not a domain name: write it in small letters and without a dot at the end, for example api.example.com or *.example.com',
    ),
  );

/** The id of a hosted zone of Route 53. */
export const hostedZoneId = withRules(
  z.string().max(32),
  matches(
    '^Z[A-Z0-9]+$',
    '{self} is not the id of a hosted zone: write it as Route 53 does, for example Z0123456789ABCDEFGHIJ',
  ),
);

/** A certificate that is made, and proved by records in a hosted zone. */
export const CertificateSchema = withRules(
  z
    .strictObject({
      domainName: domainName(COMMON_NAME_MAX).describe(
        'The first name of the certificate, at most 64 characters. `*.` stands for one label.',
      ),
      subjectAlternativeNames: setOf(domainName(NAME_MAX), OTHER_NAMES_MAX)
        .optional()
        .describe('Further names. AWS takes 10 names a certificate unless the quota is raised.'),
      hostedZoneId: hostedZoneId.describe(
        'Id of the public hosted zone, of the same account, in which the records stand that prove the names. A grant of the Account has to cover `arn:aws:route53:::hostedzone/<id>`.',
      ),
    })
    .describe(
      'A certificate that is made in ACM for this service. Other names make another certificate, which takes the place of the former one when it is issued.',
    ),
  {
    cel: '!has(self.subjectAlternativeNames) || !(self.domainName in self.subjectAlternativeNames)',
    message:
      'certificate.subjectAlternativeNames has {self.domainName}, which is the domainName already: take it away there',
    path: ['subjectAlternativeNames'],
    check: (self) => self.subjectAlternativeNames?.includes(self.domainName) !== true,
  },
);
export type CertificateSpec = z.output<typeof CertificateSchema>;

/** A name by which a load balancer is reached. */
export const ServedNameSchema = z
  .strictObject({
    name: domainName(NAME_MAX).describe('The name, as clients write it.'),
    hostedZoneId: hostedZoneId.describe(
      'Id of the hosted zone, of the same account, in which the record is made. A grant of the Account has to cover `arn:aws:route53:::hostedzone/<id>`.',
    ),
  })
  .describe(
    'A domain name of the load balancer, for which an alias record (A) is made. What another has made under the name is left alone.',
  );

/** A certificate that was made, for status. */
export const CertificateStatusSchema = z.object({
  domainName: z.string().max(253).describe('Its first name.'),
  arn: z.string().max(2048).describe('ARN of the certificate in ACM.'),
  state: z
    .string()
    .max(64)
    .describe('How far it is, in AWS’s word: PENDING_VALIDATION, ISSUED, FAILED, VALIDATION_TIMED_OUT, …'),
});
