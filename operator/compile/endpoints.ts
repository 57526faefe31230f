import { type Endpoint, endpointType } from '../api/endpoints.ts';
import type { SecureVpcSpec } from '../api/secure-vpc.ts';
import { Terminal } from '../errors.ts';
import type { GraphNode } from '../graph/graph.ts';
import { ref } from '../graph/ref.ts';
import type { RegionFacts } from './input.ts';
import { tablesOf } from './nat.ts';
import type { NodeBuilder } from './nodes.ts';
import { policyText } from './policies.ts';
import { innerTiers, type PlannedSubnet } from './subnets.ts';

/** Services that have both sorts of endpoint. */
const BOTH_SORTS: ReadonlySet<string> = new Set(['s3', 'dynamodb']);

interface EndpointSetting {
  readonly subnets: readonly PlannedSubnet[];
  /** The zones that have a NAT gateway. */
  readonly gateways: readonly string[];
  readonly facts: RegionFacts;
}

/** The endpoints of the network, by service. Throws {@link Terminal} for one that AWS could not make. */
export function endpointNodes(
  build: NodeBuilder,
  spec: SecureVpcSpec,
  setting: EndpointSetting,
): GraphNode[] {
  const { subnets, facts } = setting;
  for (const endpoint of spec.endpoints) refuseUnoffered(spec, endpoint, subnets, facts);
  return [...spec.endpoints]
    .sort((a, b) => (a.service < b.service ? -1 : 1))
    .map((endpoint) =>
      endpointType(endpoint) === 'Gateway'
        ? gatewayNode(build, spec, endpoint, setting)
        : interfaceNode(build, spec, endpoint, setting),
    );
}

function gatewayNode(
  build: NodeBuilder,
  spec: SecureVpcSpec,
  endpoint: Endpoint,
  { gateways, facts }: EndpointSetting,
): GraphNode {
  const { service } = endpoint;
  return build.thing('VpcEndpoint', `endpoint/${service}`, {
    vpcId: ref('vpc'),
    serviceName: offeredName(spec, endpoint, facts),
    type: 'Gateway',
    // The public tier has a way to these services already; where it is the only tier, it gets theirs.
    routeTableIds: innerTiers(spec)
      .flatMap((tier) => tablesOf(spec, tier, gateways))
      .map(({ key }) => ref(`route-table/${key}`)),
    subnetIds: [],
    securityGroupIds: [],
    privateDns: false,
    policy: policyOf(endpoint),
  });
}

function interfaceNode(
  build: NodeBuilder,
  spec: SecureVpcSpec,
  endpoint: Endpoint,
  { subnets, facts }: EndpointSetting,
): GraphNode {
  refuseImpossible(spec, endpoint);
  const { service, tier } = endpoint;
  const privateDns = endpoint.privateDns === 'Enabled';
  return build.thing(
    'VpcEndpoint',
    `endpoint/${service}`,
    {
      vpcId: ref('vpc'),
      serviceName: offeredName(spec, endpoint, facts),
      type: 'Interface',
      routeTableIds: [],
      subnetIds: subnets
        .filter((subnet) => subnet.tier === tier)
        .map((subnet) => ref(`subnet/${subnet.key}`)),
      securityGroupIds: [ref('security-group/endpoints')],
      privateDns,
      policy: policyOf(endpoint),
    },
    { dependsOn: privateDns ? ['vpc-attributes'] : [] },
  );
}

/** The policy document of an endpoint; empty for AWS's default, which lets everything through. */
function policyOf({ policy }: Endpoint): string {
  if (!policy) return '';
  const statements = [...policy.statements]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, effect, principals, actions, resources }) => ({
      Sid: name,
      Effect: effect,
      Principal: principals.includes('*') ? '*' : { AWS: principals },
      Action: actions,
      Resource: resources,
    }));
  return policyText(...statements);
}

function refuseImpossible(spec: SecureVpcSpec, { service, tier, privateDns }: Endpoint): void {
  const field = `spec.endpoints[${service}]`;
  if (!spec.tiers.some(({ name }) => name === tier)) {
    throw new Terminal(
      'InvalidSpec',
      `${field}.tier is ${tier}, which spec.tiers does not have: add the tier, or choose another`,
    );
  }
  if (spec.securityGroups.endpoints === undefined) {
    throw new Terminal(
      'InvalidSpec',
      `${field} has no security group: add spec.securityGroups.endpoints: {}`,
    );
  }
  if (privateDns === 'Disabled') return;
  if (spec.dns.support === 'Disabled' || spec.dns.hostnames === 'Disabled') {
    throw new Terminal(
      'InvalidSpec',
      `${field}.privateDns is Enabled, which needs spec.dns.support and spec.dns.hostnames Enabled: enable both, or set privateDns to Disabled`,
    );
  }
  // AWS answers InvalidParameter unless the VPC has a gateway endpoint too (hashicorp/terraform-provider-aws#33689).
  if (BOTH_SORTS.has(service)) {
    throw new Terminal(
      'InvalidSpec',
      `${field}.privateDns is Enabled on an Interface endpoint, which AWS takes for ${service} only beside a Gateway endpoint: set privateDns to Disabled, or take the Gateway endpoint instead`,
    );
  }
}

/** AWS would refuse these only when the VPC stands already. */
function refuseUnoffered(
  spec: SecureVpcSpec,
  endpoint: Endpoint,
  subnets: readonly PlannedSubnet[],
  { endpointServices }: RegionFacts,
): void {
  if (!endpointServices) return;
  const { region } = spec;
  const { service, tier } = endpoint;
  const field = `spec.endpoints[${service}]`;
  const types = endpointServices.get(service);
  if (!types) {
    throw new Terminal(
      'InvalidSpec',
      `${field}.service is ${service}, which has no endpoint service ${serviceName(spec, service)}: ${alternatives(service, region, [...endpointServices.keys()])}`,
    );
  }
  const type = endpointType(endpoint);
  const offer = types.get(type);
  if (!offer) {
    throw new Terminal(
      'InvalidSpec',
      `${field}.type is ${type}, but in ${region} AWS has for ${service} only ${[...types.keys()].sort().join(', ')}: set type to that, or leave the endpoint out`,
    );
  }
  if (type === 'Gateway') return;
  const missing = subnets.find((subnet) => subnet.tier === tier && !offer.zones.includes(subnet.zone));
  if (missing) {
    throw new Terminal(
      'InvalidSpec',
      `${field}.tier is ${tier}, which has a subnet in ${missing.zone}, where AWS does not offer ${service}: take zones among ${[...offer.zones].sort().join(', ')}, or leave the endpoint out`,
    );
  }
}

function alternatives(service: string, region: string, offered: readonly string[]): string {
  const alike = offered.filter((name) => name.startsWith(service) || service.startsWith(name)).sort();
  return alike.length > 0
    ? `write one that there is, for example ${alike.slice(0, 5).join(', ')}`
    : `aws ec2 describe-vpc-endpoint-services --region ${region} lists those that there are`;
}

/** As AWS calls it, which is not the same everywhere. */
function offeredName(spec: SecureVpcSpec, endpoint: Endpoint, { endpointServices }: RegionFacts): string {
  const { service } = endpoint;
  const offer = endpointServices?.get(service)?.get(endpointType(endpoint));
  return offer?.name ?? serviceName(spec, service);
}

function serviceName(spec: SecureVpcSpec, service: string): string {
  return `com.amazonaws.${spec.region}.${service}`;
}
