import { COMMON_FIELDS, DELETION_FIELDS } from './common.ts';
import { does, type FieldMeanings, without } from './meaning.ts';

const LINKS = 'operator/compile/local/private-link-endpoint/private-link-endpoint.test.ts#';

/** What each field of a PrivateLinkEndpoint does in a cluster. */
export const PRIVATE_LINK_FIELDS: FieldMeanings = {
  ...COMMON_FIELDS,
  ...DELETION_FIELDS,
  ...without('A part of names and tags in AWS.', 'spec.', 'environment'),
  ...does(
    'The service whose pods consumers may reach, by a policy beside them. It needs a Network load balancer, as in AWS.',
    `${LINKS}is a policy beside the pods that are offered`,
    'spec.provide.serviceRef.',
    'name namespace',
  ),
  ...without(
    'Objects that name this one as their provider are let in by themselves; who else is of an account nobody can tell here.',
    'spec.provide.',
    'allowedAccounts',
  ),
  ...without(
    'Endpoints have no ids here to be accepted by: whoever names this object and may is connected, as with AllowList.',
    'spec.provide.',
    'acceptance acceptedEndpoints',
  ),
  ...without(
    'The private name and its zone are in AWS; consumers are told the name of their endpoint in the cluster.',
    'spec.provide.',
    'privateDnsName privateDnsHostedZoneId',
  ),
  ...without(
    'There are no topics; events of the objects say what happens.',
    'spec.provide.notifications[].',
    'topicArn events',
  ),
  ...does(
    'Whose namespaces’ consumers are let in.',
    `${LINKS}lets in nobody whose namespace it does not list`,
    'spec.',
    'allowReferencesFrom',
  ),
  ...does(
    'The provider whose Service gets another name in this namespace: a Service without selector, and endpoints that are kept in step. Nothing where both are in one namespace.',
    `${LINKS}is a Service without selector, called as the object, and the endpoints of the provider’s`,
    'spec.consume.from.',
    'name namespace',
  ),
  ...does(
    'Refused: it is in AWS, and leads nowhere from a cluster.',
    `${LINKS}refuses a service of AWS by its name, and says what to do`,
    'spec.consume.',
    'serviceName',
  ),
  ...does(
    'The network of the services that use the endpoint, as in AWS.',
    `${LINKS}refuses services that run in another network, as in AWS`,
    'spec.consume.networkRef.',
    'name namespace',
  ),
  ...without('Pods have no subnets.', 'spec.consume.', 'tier zones'),
  ...does(
    'Ports of the Service, and those of the provider that its policy lets the consumers reach.',
    `${LINKS}refuses a port on which the provider does not listen`,
    'spec.consume.ports[].',
    'port',
  ),
  ...does(
    'Whose pods the policy of the provider lets in.',
    `${LINKS}lets in the services that consumers let use it, and nobody else`,
    'spec.consume.allowFrom[].',
    'name namespace',
  ),
  ...without('The private name is one of AWS’s network.', 'spec.consume.', 'privateDns'),
};
