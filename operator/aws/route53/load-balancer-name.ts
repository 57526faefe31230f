import { READY } from '../../graph/kind.ts';
import { ownerTag, TAG } from '../../graph/ownership.ts';
import { aliasRecord, SERVED_NAME_TAG } from '../elbv2/served-name.ts';
import type { AwsCollection, AwsKind } from '../kind.ts';
import { NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import {
  findRecord,
  isInPlace,
  makeRecord,
  RECORD_READS,
  RECORD_WRITES,
  type FoundRecord,
} from './records.ts';

export interface LoadBalancerNameInputs {
  readonly loadBalancerId: string;
  /** As the load balancer has it. */
  readonly servedName: string;
  /** The load balancer's own name in DNS. */
  readonly dnsName: string;
  /** The hosted zone, of AWS, in which that is. */
  readonly dnsZoneId: string;
}

/** What stands under a domain name that is to lead to a load balancer. */
export interface ServedRecord {
  /** `<zone> <name> <ARN>`. */
  readonly id: string;
  /** Of the load balancer. */
  readonly tags: Readonly<Record<string, string>>;
  readonly found: FoundRecord;
}

/**
 * What stands under the domain names of load balancers. Which those are the tagging API is asked together with all else, and what
 * stands there Route 53 answers name by name, five a second.
 */
export const servedRecords: AwsCollection<ServedRecord> = {
  name: 'route53/served-records',
  lane: 'slow',
  scope: 'region',
  iam: [...NOMINATION_ACTIONS, ...RECORD_READS],
  async *list(session, installation) {
    for await (const page of nominated(session, 'elasticloadbalancing:loadbalancer', installation)) {
      const named = [...page].filter(([, tags]) => SERVED_NAME_TAG in tags);
      yield await Promise.all(
        named.map(async ([arn, tags]) => {
          const servedName = tags[SERVED_NAME_TAG] ?? '';
          const found = await findRecord(session, aliasRecord(servedName, '', ''));
          return { id: idOf(servedName, arn), tags, found };
        }),
      );
    }
  },
  // They are no things of their own.
  get: () => Promise.resolve([]),
  id: ({ id }) => id,
  tags: ({ tags }) => tags,
};

/** The record by which a domain name leads to a load balancer: an alias, which follows its addresses. */
export const loadBalancerNameKind: AwsKind<LoadBalancerNameInputs, ServedRecord> = {
  type: 'LoadBalancerName',
  collection: servedRecords,
  idempotency: 'natural',
  iam: [...RECORD_READS, ...RECORD_WRITES],
  after: [],

  find: (view, { servedName, loadBalancerId }) => view.get(idOf(servedName, loadBalancerId)),
  diff(inputs, record) {
    const wanted = recordOf(inputs);
    if (record && isInPlace(wanted, record.found, inputs.loadBalancerId)) return [];
    const from = record?.found.content;
    return [{ path: 'record', ...(from !== undefined && { from }), to: `alias of ${inputs.dnsName}` }];
  },
  state: () => READY,
  outputs: ({ id }) => ({ id, name: nameIn(id) }),
  gone: () => false,
  needs: () => [],

  async update({ session, wrote, owner }, inputs) {
    const { servedName, loadBalancerId } = inputs;
    const found = await makeRecord(session, recordOf(inputs), loadBalancerId);
    const id = idOf(servedName, loadBalancerId);
    const tags = { [TAG.owner]: ownerTag(owner) };
    wrote(servedRecords, id, (record) => ({ id, tags, ...record, found }));
  },
};

function recordOf({ servedName, dnsName, dnsZoneId }: LoadBalancerNameInputs) {
  return aliasRecord(servedName, dnsName, dnsZoneId);
}

function idOf(servedName: string, loadBalancerId: string): string {
  return `${servedName} ${loadBalancerId}`;
}

function nameIn(id: string): string {
  return id.split(' ')[1]?.replace(/^_\./, '*.') ?? '';
}
