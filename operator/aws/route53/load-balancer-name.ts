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

/** A domain name with the load balancer to which it is to lead, as `<zone> <name> <ARN>`. */
interface ServedName {
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** What stands under a domain name. */
export interface ServedRecord {
  /** As of {@link ServedName}. */
  readonly id: string;
  readonly found: FoundRecord;
}

/** Domain names of load balancers, which they have in a tag: the tagging API is asked for it together with all others. */
export const servedNames: AwsCollection<ServedName> = {
  name: 'route53/served-names',
  lane: 'fast',
  scope: 'region',
  iam: NOMINATION_ACTIONS,
  async *list(session, installation) {
    for await (const page of nominated(session, 'elasticloadbalancing:loadbalancer', installation))
      yield [...page].flatMap(([arn, tags]) => {
        const name = tags[SERVED_NAME_TAG];
        return name === undefined ? [] : [{ id: idOf(name, arn), tags }];
      });
  },
  // They are no things of their own.
  get: () => Promise.resolve([]),
  id: ({ id }) => id,
  tags: ({ tags }) => tags,
};

/** What stands under each of them, which Route 53 answers name by name. */
export const servedRecords: AwsCollection<ServedRecord> = {
  name: 'route53/served-records',
  lane: 'slow',
  scope: 'region',
  iam: RECORD_READS,
  parent: servedNames.name,
  async *list() {},
  get: (session, ids) =>
    Promise.all(
      ids.map(async (id) => {
        const [zone = '', name = ''] = id.split(' ');
        return { id, found: await findRecord(session, aliasRecord(`${zone} ${name}`, '', '')) };
      }),
    ),
  id: ({ id }) => id,
  tags: () => ({}),
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
    // The load balancer has the tag; the tagging API shows it later.
    wrote(servedNames, id, (listed) => listed ?? { id, tags: { [TAG.owner]: ownerTag(owner) } });
    wrote(servedRecords, id, () => ({ id, found }));
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
