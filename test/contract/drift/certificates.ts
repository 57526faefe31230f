import * as acm from '@aws-sdk/client-acm';
import { type Case, type Cases, type DriftCase, id, refused } from './case.ts';
import { claimed, ledElsewhere, recordDeleted } from './records.ts';

/** The nodes of an EcsService that is reached by a name, with a certificate for it. */
const CERTIFICATE = 'certificate/edge.example.com';
const PROOF = 'certificate-record/edge.example.com';
const NAME = 'load-balancer-name';

function certificateTags(): Record<string, Case> {
  const set = (Key: string, Value: string): DriftCase => ({
    node: CERTIFICATE,
    drift: async (at) =>
      void (await at.acm.send(
        new acm.AddTagsToCertificateCommand({
          CertificateArn: id(at, CERTIFICATE),
          Tags: [{ Key, Value }],
        }),
      )),
  });
  return {
    'tags missing': {
      node: CERTIFICATE,
      drift: async (at) =>
        void (await at.acm.send(
          new acm.RemoveTagsFromCertificateCommand({
            CertificateArn: id(at, CERTIFICATE),
            Tags: [{ Key: 'project' }],
          }),
        )),
    },
    'tags extra': set('stray', 'yes'),
    'tags changed': set('project', 'somebody-else'),
  };
}

/** For kinds of ACM and Route 53, as `driftCases` has them for a network's. */
export const certificatesCases: Cases = {
  Certificate: {
    ...certificateTags(),
    // A listener uses it.
    deleted: refused('ResourceInUseException', (at) =>
      at.acm.send(new acm.DeleteCertificateCommand({ CertificateArn: id(at, CERTIFICATE) })),
    ),
  },
  // A certificate is described once more before its records are written.
  CertificateRecords: {
    'records[*] missing': recordDeleted(PROOF, 'CNAME', 4),
    'records[*] changed': ledElsewhere(PROOF, 'CNAME'),
    'records[*].for changed': claimed(PROOF, 'CNAME', 4),
  },
  CertificateValidation: {},
  // A name is looked up with the text beside it, as are those of certificates, and once more before it is written.
  LoadBalancerName: {
    'record missing': recordDeleted(NAME, 'A', 14),
    'record changed': claimed(NAME, 'A', 14),
    'record changed (to lead elsewhere)': ledElsewhere(NAME, 'A'),
  },
};

/** Which records there are to be AWS says. */
export const certificatesAlwaysSaid: Readonly<Record<string, readonly string[]>> = {
  CertificateRecords: ['records'],
};
