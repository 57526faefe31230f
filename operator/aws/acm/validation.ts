import type { CertificateDetail } from '@aws-sdk/client-acm';
import { Waiting } from '../../errors.ts';
import { READY, type Change, type State } from '../../graph/kind.ts';
import type { AwsCollection, AwsKind } from '../kind.ts';
import { reads } from '../permissions.ts';
import {
  findRecord,
  isInPlace,
  makeRecord,
  RECORD_READS,
  RECORD_WRITES,
  wantedContent,
  type FoundRecord,
} from '../route53/records.ts';
import type { AwsSession } from '../session.ts';
import { tagsOf } from '../tags.ts';
import { certificates } from './certificate.ts';
import {
  certificateTags,
  describeCertificate,
  provingRecords,
  ZONE_TAG,
  type ProvingRecord,
} from './description.ts';

/** A record that proves a name, and what stands in its place. */
interface Proof extends ProvingRecord {
  readonly found: FoundRecord;
}

/** How far a certificate is, by its ARN. */
export interface Validation {
  readonly arn: string;
  /** In AWS's words: `PENDING_VALIDATION`, `ISSUED`, … */
  readonly status: string;
  /** Why AWS did not issue it; empty where it says nothing. */
  readonly failure: string;
  /** The records that AWS looks for: none until it has said which. */
  readonly proofs: readonly Proof[];
}

export interface CertificateRecordsInputs {
  readonly certificateArn: string;
  readonly hostedZoneId: string;
}

export interface CertificateValidationInputs {
  readonly certificateArn: string;
}

/** What to do about it: ACM User Guide, "Troubleshoot DNS validation" and "Troubleshoot certificate requests". */
const HELP: Readonly<Record<string, string>> = {
  VALIDATION_TIMED_OUT:
    'AWS saw no proof of its names within 72 hours; see that the domain is delegated to the name servers of the hosted zone',
  CAA_ERROR: 'a CAA record of the domain lets in other authorities alone; add amazon.com',
};

/** What AWS says of each certificate, and whether the records stand that it looks for. */
export const validations: AwsCollection<Validation> = {
  name: 'acm/validations',
  lane: 'slow',
  scope: 'region',
  iam: [...reads('acm:DescribeCertificate', 'acm:ListTagsForCertificate'), ...RECORD_READS],
  parent: certificates.name,
  stirredBy: certificates.name,
  async *list() {},
  async get(session, arns) {
    const found = await Promise.all(arns.map((arn) => read(session, arn)));
    return found.flatMap((validation) => validation ?? []);
  },
  id: ({ arn }) => arn,
  tags: () => ({}),
  settled: (validation) => stateOf(validation).phase === 'ready',
};

/** The records by which AWS finds that the names of a certificate are its owner's, now and whenever it renews it. */
export const certificateRecordsKind: AwsKind<CertificateRecordsInputs, Validation> = {
  type: 'CertificateRecords',
  collection: validations,
  idempotency: 'natural',
  iam: [...RECORD_READS, ...RECORD_WRITES],
  after: [],

  find: (view, inputs) => view.get(inputs.certificateArn),
  diff(_inputs, validation) {
    // Which ones AWS says some seconds after the certificate is made.
    if (!validation) return [{ path: 'records', to: 'those that AWS asks for' }];
    return validation.proofs.filter((proof) => !isInPlace(proof, proof.found, validation.arn)).map(changeOf);
  },
  state: () => READY,
  outputs: ({ arn }) => ({ id: arn }),
  gone: () => false,
  needs: ({ arn }) => [arn],

  async update({ session, wrote }, { certificateArn: arn, hostedZoneId }) {
    const described = await describeCertificate(session, arn);
    const records = described ? provingRecords(described, hostedZoneId) : [];
    if (!described || records.length === 0)
      throw new Waiting('WaitingForAws', 'AWS has not said yet by which records the names are to be proved');
    const proofs: Proof[] = [];
    for (const record of records) proofs.push({ ...record, found: await makeRecord(session, record, arn) });
    wrote(validations, arn, () => ({ ...summaryOf(described), arn, proofs }));
  },
};

/** Whether AWS has issued a certificate. Nothing is ever changed in it: AWS looks for the records by itself. */
export const certificateValidationKind: AwsKind<CertificateValidationInputs, Validation> = {
  type: 'CertificateValidation',
  collection: validations,
  idempotency: 'natural',
  iam: [],
  after: [],

  find: (view, inputs) => view.get(inputs.certificateArn),
  diff: () => [],
  state: stateOf,
  outputs: ({ arn, status }) => ({ id: arn, status }),
  gone: () => false,
  needs: ({ arn }) => [arn],
  update: () => Promise.resolve(),
};

async function read(session: AwsSession, arn: string): Promise<Validation | undefined> {
  const [described, tags] = await Promise.all([
    describeCertificate(session, arn),
    certificateTags(session, arn),
  ]);
  const zoneId = tagsOf({ Tags: tags })[ZONE_TAG];
  if (!described) return undefined;
  const records = zoneId === undefined ? [] : provingRecords(described, zoneId);
  const proofs = await Promise.all(
    records.map(async (record) => ({ ...record, found: await findRecord(session, record) })),
  );
  return { ...summaryOf(described), arn, proofs };
}

function summaryOf({ Status, FailureReason }: CertificateDetail): Pick<Validation, 'status' | 'failure'> {
  return { status: Status ?? 'PENDING_VALIDATION', failure: FailureReason ?? '' };
}

function changeOf(proof: Proof): Change {
  const { content, claims } = proof.found;
  if (content === wantedContent(proof))
    return { path: `records[${proof.name}].for`, from: claims, to: 'this one' };
  return {
    path: `records[${proof.name}]`,
    ...(content !== undefined && { from: content }),
    to: wantedContent(proof),
  };
}

function stateOf({ arn, status, failure, proofs }: Validation): State {
  if (status === 'ISSUED') return READY;
  if (status === 'PENDING_VALIDATION') {
    const names = proofs.map(({ name }) => name).join(', ');
    const message =
      names === '' ? 'AWS prepares the certificate' : `AWS looks for ${names}, which may take half an hour`;
    return { phase: 'pending', reason: 'WaitingForAws', message };
  }
  const why = failure === '' ? status : `${status}, ${failure}`;
  const help = HELP[failure] ?? HELP[status];
  return {
    phase: 'failed',
    reason: 'AwsRefused',
    message: `certificate ${arn} is not usable (${why})${help === undefined ? '' : `: ${help}`}; delete it in ACM, and Landfall asks for another`,
  };
}
