import type { PrivateLinkEndpoint } from '../../api/private-link-endpoint.ts';
import type { Provide } from '../../api/private-link-provide.ts';
import { Waiting } from '../../errors.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { foreignRef, ref } from '../../graph/ref.ts';
import { requireGrant } from '../grants.ts';
import type { CompileInput } from '../input.ts';
import { ownerOf } from '../names.ts';
import type { NodeBuilder } from '../nodes.ts';
import { privateNameNodes, zoneOf } from './private-name.ts';
import { NO_SURROUNDINGS } from '../references.ts';
import { consumersOf, offeredBy } from './provider.ts';
import { exportsOfService } from '../service-exports.ts';

/** An endpoint service in front of a service's load balancer, who may make endpoints to it, and whose are connected. */
export function provideNodes(
  build: NodeBuilder,
  input: CompileInput<PrivateLinkEndpoint>,
  provide: Provide,
): GraphNode[] {
  const { acceptance, acceptedEndpoints, privateDnsName } = provide;
  const { loadBalancer } = exportsOfService(offeredBy(input, provide));
  const accountIds = allowedAccounts(input, provide);
  const consumers = consumersOf(input);
  const serviceId = ref('endpoint-service');
  const byList = acceptance === 'AllowList';
  return [
    build.thing('EndpointService', 'endpoint-service', {
      loadBalancerArns: loadBalancer ? [loadBalancer.loadBalancerArn] : [],
      acceptanceRequired: acceptance !== 'Auto',
      privateDnsName: privateDnsName ?? '',
      ...zoneOf(input, provide),
    }),
    ...privateNameNodes(build, provide),
    build.facet('EndpointServicePermissions', 'endpoint-service-permissions', {
      serviceId,
      principals: sorted([...accountIds, ...consumers.map(({ accountId }) => accountId)]).map(
        (accountId) => `arn:${input.facts.partition}:iam::${accountId}:root`,
      ),
    }),
    ...notificationNodes(build, input, provide),
    build.facet('EndpointConnections', 'endpoint-connections', {
      serviceId,
      acceptsAll: acceptance === 'Auto',
      accountIds: byList ? accountIds : [],
      endpoints: byList
        ? consumers.map(({ object, accountId }) => {
            const of = (output: string) => foreignRef(ownerOf(object), 'endpoint', output);
            return { id: of('id'), made: { accountId, serviceName: of('serviceName') } };
          })
        : [...acceptedEndpoints].sort().map((id) => ({ id })),
    }),
  ];
}

/** Who is told of connections, each topic by a grant; nothing where the spec does not say. */
function notificationNodes(
  build: NodeBuilder,
  input: CompileInput<PrivateLinkEndpoint>,
  { notifications }: Provide,
): GraphNode[] {
  if (!notifications) return [];
  for (const { topicArn } of notifications)
    requireGrant(input, `spec.provide.notifications[${topicArn}].topicArn`, topicArn);
  return [
    build.facet('EndpointServiceNotifications', 'endpoint-service-notifications', {
      serviceId: ref('endpoint-service'),
      notifications: notifications
        .map(({ topicArn, events }) => ({ topicArn, events: sorted(events) }))
        .sort((a, b) => (a.topicArn < b.topicArn ? -1 : 1)),
    }),
  ];
}

/** The ids of the accounts that the spec lets in, sorted. */
function allowedAccounts(
  { surroundings = NO_SURROUNDINGS }: CompileInput<PrivateLinkEndpoint>,
  provide: Provide,
): string[] {
  const ids = provide.allowedAccounts.map((account) => {
    if (/^\d{12}$/.test(account)) return account;
    const id = surroundings.accountId(account);
    if (id !== undefined) return id;
    throw new Waiting(
      'DependencyNotReady',
      `spec.provide.allowedAccounts has ${account}, but there is no Account of that name; make it, or write the id of the account`,
    );
  });
  return sorted(ids);
}

function sorted(ids: readonly string[]): string[] {
  return [...new Set(ids)].sort();
}
