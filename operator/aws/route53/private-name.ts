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
  /** In which the record is to stand. */
  readonly hostedZoneId: string;
}

export interface PrivateNameVerificationInputs {
  readonly serviceId: string;
}

/** The record that proves a private name, by the id of the service, and what stands in its place. */
export interface NameProof {
  readonly id: string;
  /** Of the service. */
  readonly tags: Readonly<Record<string, string>>;
  readonly record: DnsRecord;
  readonly found: FoundRecord;
}

/** Such records. Which services have one the tagging API is asked together with all else; Route 53 answers name by name. */
export const nameProofs: AwsCollection<NameProof> = {
  name: 'route53/name-proofs',
  lane: 'slow',
  scope: 'region',
  iam: [...endpointServices.iam, ...NOMINATION_ACTIONS, ...RECORD_READS],
  async *list(session, installation) {
    for await (const page of nominated(session, 'ec2:vpc-endpoint-service', installation)) {
      const ids = [...page].filter(([, tags]) => NAME_ZONE_TAG in tags).map(([arn]) => idIn(arn));
      const proofs = (await endpointServices.get(session, ids)).map(async (service) => {
        const record = provingRecordOf(service);
        const [id, tags] = [serviceIdOf(service), endpointServices.tags(service)];
        return record && { id, tags, record, found: await findRecord(session, record) };
      });
      yield (await Promise.all(proofs)).flatMap((proof) => proof ?? []);
    }
  },
  // They are no things of their own.
  get: () => Promise.resolve([]),
  id: ({ id }) => id,
  tags: ({ tags }) => tags,
};

/** The record by which AWS finds that the private name of an endpoint service is its owner's. */
export const privateNameRecordKind: AwsKind<PrivateNameRecordInputs, NameProof> = {
  type: 'PrivateNameRecord',
  collection: nameProofs,
  idempotency: 'natural',
  iam: [...RECORD_READS, ...RECORD_WRITES],
  after: [],

  find: (view, inputs) => view.get(inputs.serviceId),
  diff({ hostedZoneId }, proof) {
    // Somebody may have changed the tag by which it was looked for.
    if (proof?.record.zoneId !== hostedZoneId) return [{ path: 'record', to: 'that which AWS asks for' }];
    if (isInPlace(proof.record, proof.found, proof.id)) return [];
    const from = proof.found.content;
    return [{ path: 'record', ...(from !== undefined && { from }), to: wantedContent(proof.record) }];
  },
  state: () => READY,
  outputs: ({ id }) => ({ id }),
  gone: () => false,
  needs: ({ id }) => [id],

  async update({ session, wrote, owner }, { serviceId: id, hostedZoneId }) {
    const record = await currentRecord(session, id, hostedZoneId);
    const found = await makeRecord(session, record, id);
    const tags = { [TAG.owner]: ownerTag(owner) };
    wrote(nameProofs, id, (proof) => ({ id, tags, ...proof, record, found }));
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

/** `vpce-svc-…` of `…:vpc-endpoint-service/vpce-svc-…`. */
function idIn(arn: string): string {
  return arn.split('/').at(-1) ?? '';
}

async function currentRecord(session: AwsSession, id: string, zoneId: string): Promise<DnsRecord> {
  const [service] = await endpointServices.get(session, [id]);
  const record = service && provingRecordOf(service, zoneId);
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
