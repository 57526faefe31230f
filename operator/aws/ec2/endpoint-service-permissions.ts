import {
  DescribeVpcEndpointServicePermissionsCommand,
  ModifyVpcEndpointServicePermissionsCommand,
  type AllowedPrincipal,
} from '@aws-sdk/client-ec2';
import { READY } from '../../graph/kind.ts';
import { isNotFound } from '../errors.ts';
import { changedSet, compareSet, membersOf } from '../id-sets.ts';
import { pages, type AwsCollection, type AwsKind } from '../kind.ts';
import { onOwn, reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { endpointServices } from './endpoint-services.ts';

const PAGE = 1000;

export interface EndpointServicePermissionsInputs {
  readonly serviceId: string;
  /** ARNs of those who may make endpoints to the service: `arn:aws:iam::222222222222:root` for a whole account. */
  readonly principals: readonly string[];
}

/** Who may make endpoints to a service, by its id. */
export interface ServicePermissions {
  readonly serviceId: string;
  readonly principals: readonly string[];
}

/** Permissions, which AWS reads for one service a call. */
export const endpointServicePermissions: AwsCollection<ServicePermissions> = {
  name: 'ec2/endpoint-service-permissions',
  lane: 'slow',
  scope: 'region',
  iam: reads('ec2:DescribeVpcEndpointServicePermissions'),
  parent: endpointServices.name,
  async *list() {},
  async get(session, ids) {
    const found: ServicePermissions[] = [];
    for (const serviceId of ids) {
      try {
        found.push({ serviceId, principals: await principalsOf(session, serviceId) });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
    return found;
  },
  id: ({ serviceId }) => serviceId,
  tags: () => ({}),
};

/** Who may make endpoints to a service, as an exclusive set. A permission that goes ends no connection. */
export const endpointServicePermissionsKind: AwsKind<EndpointServicePermissionsInputs, ServicePermissions> = {
  type: 'EndpointServicePermissions',
  collection: endpointServicePermissions,
  idempotency: 'natural',
  iam: onOwn('ec2:ModifyVpcEndpointServicePermissions'),
  after: [],

  find: (view, inputs) => view.get(inputs.serviceId),
  diff: (inputs, record) => compareSet('principals', inputs.principals, record?.principals ?? []),
  state: () => READY,
  outputs: ({ serviceId }) => ({ id: serviceId }),
  gone: () => false,
  needs: ({ serviceId }) => [serviceId],

  async update({ session, wrote }, { serviceId }, _record, changes) {
    const { added, removed } = membersOf('principals', changes);
    await session.ec2.send(
      new ModifyVpcEndpointServicePermissionsCommand({
        ServiceId: serviceId,
        ...(added.length > 0 && { AddAllowedPrincipals: [...added] }),
        ...(removed.length > 0 && { RemoveAllowedPrincipals: [...removed] }),
      }),
    );
    wrote(endpointServicePermissions, serviceId, (record) => ({
      serviceId,
      principals: changedSet(record?.principals ?? [], 'principals', changes),
    }));
  },
};

async function principalsOf({ ec2 }: AwsSession, ServiceId: string): Promise<string[]> {
  const found: string[] = [];
  const list = pages<AllowedPrincipal>(async (NextToken) => {
    const answer = await ec2.send(
      new DescribeVpcEndpointServicePermissionsCommand({
        ServiceId,
        MaxResults: PAGE,
        ...(NextToken !== undefined && { NextToken }),
      }),
    );
    return { items: answer.AllowedPrincipals, next: answer.NextToken };
  });
  for await (const page of list) found.push(...page.flatMap(({ Principal }) => Principal ?? []));
  return found.sort();
}
