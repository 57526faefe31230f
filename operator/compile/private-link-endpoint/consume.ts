import type { Consume } from '../../api/private-link-consume.ts';
import type { PrivateLinkEndpoint } from '../../api/private-link-endpoint.ts';
import type { Rule } from '../../aws/ec2/security-group-permissions.ts';
import { Terminal } from '../../errors.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { foreignRef, ref } from '../../graph/ref.ts';
import type { CompileInput } from '../input.ts';
import { tasksGroupOf } from '../ecs-service/cluster.ts';
import { groupName, namespaceOf, ownerOf } from '../names.ts';
import { exportsOfNetwork, type NetworkExports } from '../network-exports.ts';
import type { NodeBuilder } from '../nodes.ts';
import { referredBeside } from '../references.ts';
import { letterOf } from '../zones.ts';
import { allowedServices } from './allowed-services.ts';
import { providerOf } from './provider.ts';

/** An endpoint in the subnets of a network, behind a group that lets in only the tasks that are named. */
export function consumeNodes(
  build: NodeBuilder,
  input: CompileInput<PrivateLinkEndpoint>,
  consume: Consume,
): GraphNode[] {
  const { metadata } = input.object;
  const network = referredBeside(input, {
    kind: 'SecureVpc',
    field: 'spec.consume.networkRef',
    reference: consume.networkRef,
  });
  const exports = exportsOfNetwork(network, input.facts);
  const name = `${namespaceOf(metadata)}-${metadata.name}-endpoint`;
  return [
    build.thing('SecurityGroup', 'security-group/endpoint', {
      vpcId: exports.vpcId,
      name: groupName(name),
      description: `Endpoint of ${namespaceOf(metadata)}/${metadata.name}`,
    }),
    build.facet('SecurityGroupRules', 'security-group-rules/endpoint', {
      groupId: ref('security-group/endpoint'),
      ingress: ingressOf(input, consume),
      egress: [],
    }),
    build.thing(
      'VpcEndpoint',
      'endpoint',
      {
        vpcId: exports.vpcId,
        type: 'Interface',
        ...wayOf(input, consume, subnetsOf(exports, consume, ownerOf(network))),
        routeTableIds: [],
        securityGroupIds: [ref('security-group/endpoint')],
        privateDns: consume.privateDns === 'Enabled',
        policy: '',
      },
      consume.from ? {} : { told: ['zones'] },
    ),
  ];
}

type Subnets = ReturnType<NetworkExports['subnets']>;

/** The subnets of the tier, in the zones that the spec names or in all. Throws Terminal where there is none. */
function subnetsOf(exports: NetworkExports, { tier, zones }: Consume, network: string): Subnets {
  const all = exports.subnets(tier);
  if (all.length === 0)
    throw new Terminal(
      'InvalidSpec',
      `spec.consume.tier is ${tier}, which ${network} does not have: choose one of its spec.tiers, or add the tier there`,
    );
  const missing = zones?.find((letter) => !all.some(({ zone }) => letterOf(zone) === letter));
  if (missing !== undefined)
    throw new Terminal(
      'InvalidSpec',
      `spec.consume.zones has ${missing}, but ${network} is in ${all.map(({ zone }) => zone).join(', ')}: take ${missing} away, or add the zone there`,
    );
  return zones ? all.filter(({ zone }) => zones.includes(letterOf(zone))) : all;
}

/** Which service the endpoint leads to, and where it stands: in the zones that both sides have, as far as nobody says which. */
function wayOf(input: CompileInput<PrivateLinkEndpoint>, consume: Consume, subnets: Subnets) {
  const subnetIds = subnets.map(({ id }) => id);
  if (!consume.from) return wayByName(input, consume, subnets);
  const owner = ownerOf(providerOf(input, consume.from));
  const of = (output: string) => foreignRef(owner, 'endpoint-service', output);
  const ofSubnets = subnets.map(({ zone }) => input.facts.zoneIds[zone] ?? '');
  return {
    serviceName: of('serviceName'),
    subnetIds,
    ...(consume.zones === undefined && { zones: { ofSubnets, ofService: of('zoneIds') } }),
  };
}

/** The same by the name of the service, whose zones AWS tells by their names in the consumer's account. */
function wayByName(
  { facts: { providedServices } }: CompileInput<PrivateLinkEndpoint>,
  { serviceName = '', zones }: Consume,
  subnets: Subnets,
) {
  const way = { serviceName, subnetIds: subnets.map(({ id }) => id) };
  if (!providedServices || zones !== undefined) return way;
  const ofService = providedServices.get(serviceName)?.join(',');
  return { ...way, zones: { ofSubnets: subnets.map(({ zone }) => zone), ofService } };
}

/** The tasks that are let in. */
function ingressOf(input: CompileInput<PrivateLinkEndpoint>, consume: Consume): Rule[] {
  return allowedServices(input, consume).flatMap((service) =>
    [...consume.ports]
      .sort((a, b) => a.port - b.port)
      .map(({ port }): Rule => ({
        protocol: 'tcp',
        fromPort: port,
        toPort: port,
        peer: tasksGroupOf(service),
        description: `Tasks of ${namespaceOf(service.metadata)}/${service.metadata.name}`,
      })),
  );
}
