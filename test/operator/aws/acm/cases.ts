import type { Case } from '../case.ts';
import { BALANCER } from '../elbv2/cases.ts';

export const ARN = 'arn:aws:acm:eu-central-1:111111111111:certificate/12345678-1234-1234-1234-123456789012';
const PROVING = {
  zoneId: 'Z1',
  name: '_a.web.example.com',
  content: { type: 'CNAME', value: '_b.acm-validations.aws' },
  for: 'web.example.com',
};
const DNS_NAME = 'Web-1.eu-central-1.elb.amazonaws.com';

/** A case of each kind of certificates and records. */
export const CERTIFICATE_CASES: Readonly<Record<string, Case>> = {
  Certificate: {
    inputs: {
      domainName: 'web.example.com',
      subjectAlternativeNames: ['*.web.example.com', 'www.example.com'],
      hostedZoneId: 'Z1',
    },
    record: {
      CertificateArn: ARN,
      DomainName: 'web.example.com',
      SubjectAlternativeNameSummaries: ['web.example.com', 'www.example.com', '*.web.example.com'],
      Status: 'ISSUED',
      Tags: [{ Key: 'landfall.dev/hosted-zone', Value: 'Z1' }],
    },
    needs: [],
    changes: [
      [{ domainName: 'api.example.com' }, 'domainName: web.example.com -> api.example.com (replace)'],
      [
        { subjectAlternativeNames: [] },
        'subjectAlternativeNames: *.web.example.com,www.example.com ->  (replace)',
      ],
      [{ hostedZoneId: 'Z2' }, 'hostedZoneId: Z1 -> Z2 (replace)'],
    ],
  },
  CertificateRecords: {
    inputs: { certificateArn: ARN, hostedZoneId: 'Z1' },
    record: {
      arn: ARN,
      status: 'ISSUED',
      failure: '',
      proofs: [{ ...PROVING, found: { content: '_b.acm-validations.aws', claims: [ARN] } }],
    },
    needs: [ARN],
    changes: [],
  },
  CertificateValidation: {
    inputs: { certificateArn: ARN },
    record: { arn: ARN, status: 'ISSUED', failure: '', proofs: [] },
    needs: [ARN],
    changes: [],
  },
  PrivateNameRecord: {
    inputs: { serviceId: 'vpce-svc-1', hostedZoneId: 'Z1' },
    record: {
      id: 'vpce-svc-1',
      tags: {},
      record: { zoneId: 'Z1', name: '_1.api.example.com', content: { type: 'TXT', value: 'vpce:1' } },
      found: { content: '"vpce:1"', claims: ['vpce-svc-1'] },
    },
    needs: ['vpce-svc-1'],
    changes: [],
  },
  PrivateNameVerification: {
    inputs: { serviceId: 'vpce-svc-1' },
    record: { ServiceId: 'vpce-svc-1', PrivateDnsNameConfiguration: { State: 'verified' } },
    needs: [],
    changes: [],
  },
  LoadBalancerName: {
    inputs: {
      loadBalancerId: BALANCER,
      servedName: 'Z1 web.example.com',
      dnsName: DNS_NAME,
      dnsZoneId: 'Z215JYRZR1TBD5',
    },
    record: {
      id: `Z1 web.example.com ${BALANCER}`,
      tags: {},
      found: { content: `alias of ${DNS_NAME.toLowerCase()}`, claims: [BALANCER] },
    },
    needs: [],
    changes: [
      [
        { dnsName: 'other.elb.amazonaws.com' },
        'record: alias of web-1.eu-central-1.elb.amazonaws.com -> alias of other.elb.amazonaws.com',
      ],
    ],
  },
};
