import { StartVpcEndpointServicePrivateDnsVerificationCommand } from '@aws-sdk/client-ec2';
import { Waiting } from '../../errors.ts';
import { READY, type State } from '../../graph/kind.ts';
import { ownerTag, TAG } from '../../graph/ownership.ts';
import { endpointServices, serviceIdOf, type EndpointService } from '../ec2/endpoint-services.ts';
import { NAME_ZONE_TAG, provingRecordOf } from '../ec2/private-name-record.ts';
import type { AwsCollection, AwsKind } from '../kind.ts';
import { NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import { onOwn } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import {
  findRecord,
  isInPlace,
  makeRecord,
  RECORD_READS,
  RECORD_WRITES,
  wantedContent,
  type DnsRecord,
  type FoundRecord,
} from './records.ts';

export interface PrivateNameRecordInputs {
  readonly serviceId: string;
}

export interface PrivateNameVerificationInputs {
  readonly serviceId: string;
}

/** An endpoint service whose private name is proved by a record of Landfall's, by its id. */
interface ProvedService {
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** The record that proves a private name, by the id of the service, and what stands in its place. */
export interface NameProof {
  readonly id: string;
  readonly record: DnsRecord;
  readonly found: FoundRecord;
}

/** Such services, which have it in a tag: the tagging API is asked for it together with all others. */
export const provedServices: AwsCollection<ProvedService> = {
  name: 'route53/proved-services',
  lane: 'fast',
  scope: 'region',
  iam: NOMINATION_ACTIONS,
  async *list(session, installation) {
    for await (const page of nominated(session, 'ec2:vpc-endpoint-service', installation))
      yield [...page].flatMap(([arn, tags]) =>
        NAME_ZONE_TAG in tags ? [{ id: arn.split('/').at(-1) ?? '', tags }] : [],
      );
  },
  // They are no things of their own.
  get: () => Promise.resolve([]),
  id: ({ id }) => id,
  tags: ({ tags }) => tags,
};

/** The record of each, which Route 53 answers name by name. */
export const nameProofs: AwsCollection<NameProof> = {
  name: 'route53/name-proofs',
  lane: 'slow',
  scope: 'region',
  iam: [...endpointServices.iam, ...RECORD_READS],
  parent: provedServices.name,
  stirredBy: endpointServices.name,
  async *list() {},
  async get(session, ids) {
    const services = await endpointServices.get(session, ids);
    const found = await Promise.all(
      services.map(async (service) => {
        const record = provingRecordOf(service);
        return record && { id: serviceIdOf(service), record, found: await findRecord(session, record) };
      }),
    );
    return found.flatMap((proof) => proof ?? []);
  },
  id: ({ id }) => id,
  tags: () => ({}),
};

/** The record by which AWS finds that the private name of an endpoint service is its owner's. */
export const privateNameRecordKind: AwsKind<PrivateNameRecordInputs, NameProof> = {
  type: 'PrivateNameRecord',
  collection: nameProofs,
  idempotency: 'natural',
  iam: [...RECORD_READS, ...RECORD_WRITES],
  after: [],

  find: (view, inputs) => view.get(inputs.serviceId),
  diff(_inputs, proof) {
    if (!proof) return [{ path: 'record', to: 'that which AWS asks for' }];
    if (isInPlace(proof.record, proof.found, proof.id)) return [];
    const from = proof.found.content;
    return [{ path: 'record', ...(from !== undefined && { from }), to: wantedContent(proof.record) }];
  },
  state: () => READY,
  outputs: ({ id }) => ({ id }),
  gone: () => false,
  needs: ({ id }) => [id],

  async update({ session, wrote, owner }, { serviceId: id }) {
    const record = await currentRecord(session, id);
    const found = await makeRecord(session, record, id);
    // The service has the tag; the tagging API shows it later.
    wrote(provedServices, id, (listed) => listed ?? { id, tags: { [TAG.owner]: ownerTag(owner) } });
    wrote(nameProofs, id, () => ({ id, record, found }));
  },
};

/** Whether AWS has seen the record. It looks only when it is asked to. */
export const privateNameVerificationKind: AwsKind<PrivateNameVerificationInputs, EndpointService> = {
  type: 'PrivateNameVerification',
  collection: endpointServices,
  idempotency: 'natural',
  iam: onOwn('ec2:StartVpcEndpointServicePrivateDnsVerification'),
  after: [],

  find: (view, inputs) => view.get(inputs.serviceId),
  diff(_inputs, service) {
    const state = service?.PrivateDnsNameConfiguration?.State ?? 'pendingVerification';
    if (state === 'verified' || service?.VerificationBegun === true) return [];
    return [{ path: 'verification', from: state, to: 'verified' }];
  },
  state: stateOf,
  outputs: (service) => ({ id: serviceIdOf(service) }),
  gone: () => false,
  needs: () => [],

  async update({ session, wrote }, { serviceId: ServiceId }) {
    await session.ec2.send(new StartVpcEndpointServicePrivateDnsVerificationCommand({ ServiceId }));
    // AWS says in no listing that it looks. While this is believed nobody asks again, and then, if it has found nothing, somebody does.
    wrote(endpointServices, ServiceId, (record) => {
      if (record?.PrivateDnsNameConfiguration?.State === 'verified') return record;
      return record && { ...record, VerificationBegun: true };
    });
  },
};

async function currentRecord(session: AwsSession, id: string): Promise<DnsRecord> {
  const [service] = await endpointServices.get(session, [id]);
  const record = service && provingRecordOf(service);
  if (record) return record;
  throw new Waiting(
    'WaitingForAws',
    `AWS has not said yet by which record the private name of ${id} is to be proved`,
  );
}

function stateOf(service: EndpointService): State {
  const { State: state = 'pendingVerification', Name: label } = service.PrivateDnsNameConfiguration ?? {};
  if (state === 'verified') return READY;
  const what = `the private name ${service.PrivateDnsName}`;
  const message =
    state === 'failed'
      ? `AWS did not find the record that proves ${what}, and looks again; see that the domain is delegated to the hosted zone`
      : `AWS looks for ${label} below the domain of ${what}, which takes some minutes`;
  return { phase: 'pending', reason: 'WaitingForAws', message };
}
