import { shortNameOf } from '../../aws/endpoint-names.ts';
import { must } from '../../aws/kind.ts';
import type { VpcSurvey } from './survey.ts';
import { onlyTierOf, type Placed } from './tiers.ts';
import { nameOf, titled } from './words.ts';

/** An endpoint of the VPC as an item of `spec.endpoints`. */
export interface EndpointDraft {
  readonly id: string;
  readonly service: string;
  readonly isInterface: boolean;
  readonly spec: object;
}

interface Statement {
  readonly Sid?: string;
  readonly Effect?: string;
  readonly Principal?: string | { readonly AWS?: string | readonly string[] };
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
}

const BOTH_SORTS: ReadonlySet<string> = new Set(['s3', 'dynamodb']);

/** The endpoints that a SecureVpc can have; the others with the reason why it cannot. */
export function endpointsIn(
  { endpoints }: VpcSurvey,
  region: string,
  placed: readonly Placed[],
): { drafts: Map<string, EndpointDraft>; left: string[] } {
  const drafts = new Map<string, EndpointDraft>();
  const left: string[] = [];
  for (const endpoint of endpoints) {
    const { ServiceName = '', VpcEndpointType: type } = endpoint;
    const leave = (why: string) =>
      left.push(`endpoint ${titled(endpoint.VpcEndpointId, nameOf(endpoint))} to ${ServiceName}: ${why}`);
    const service = shortNameOf(ServiceName, region);
    if (/^(deleting|deleted|failed|rejected|expired)$/i.test(endpoint.State ?? '')) {
      leave(`it is ${endpoint.State}`);
    } else if (service === undefined) {
      leave('it leads to a service that is not one of AWS in this region');
    } else if (type !== 'Gateway' && type !== 'Interface') {
      leave(`a SecureVpc has no endpoints of type ${type}`);
    } else if (drafts.has(service)) {
      leave(`${drafts.get(service)?.id} leads there too, and a SecureVpc has one for each service`);
    } else {
      const tier = onlyTierOf(endpoint.SubnetIds ?? [], placed);
      const policy = policyOf(endpoint.PolicyDocument ?? '');
      if (policy === undefined) leave('its policy has conditions or other things that `policy` cannot say');
      else if (type === 'Interface' && tier === undefined) leave('its subnets are not those of one tier');
      else
        drafts.set(service, {
          id: must(endpoint.VpcEndpointId, 'VpcEndpointId'),
          service,
          isInterface: type === 'Interface',
          spec: {
            service,
            ...(type === 'Interface' && BOTH_SORTS.has(service) && { type }),
            ...(type === 'Interface' && endpoint.PrivateDnsEnabled !== true && { privateDns: 'Disabled' }),
            ...(type === 'Interface' && tier !== 'private' && { tier }),
            ...policy,
          },
        });
    }
  }
  return { drafts, left };
}

/** A policy as the API has it; nothing for AWS's own, undefined for what the API cannot say. */
function policyOf(document: string): { policy?: object } | undefined {
  if (document === '') return {};
  const { Statement: found = [] } = JSON.parse(document) as { Statement?: Statement | Statement[] };
  const statements = [found].flat().map(statementOf);
  return statements.includes(undefined) ? undefined : { policy: { statements } };
}

function statementOf({ Sid, Effect, Principal, Action, Resource, ...more }: Statement): object | undefined {
  const principals = typeof Principal === 'string' ? Principal : Principal?.AWS;
  const known =
    Sid !== undefined &&
    Effect !== undefined &&
    principals !== undefined &&
    Action !== undefined &&
    Resource !== undefined;
  if (!known || Object.keys(more).length > 0) return undefined;
  return {
    name: Sid,
    effect: Effect,
    principals: [principals].flat(),
    actions: [Action].flat(),
    resources: [Resource].flat(),
  };
}
