import { AMAZON_DNS, type DhcpOptions } from '../api/dhcp-options.ts';
import type { SecureVpcSpec } from '../api/secure-vpc.ts';
import type { GraphNode } from '../graph/graph.ts';
import { ref } from '../graph/ref.ts';
import type { RegionFacts } from './input.ts';
import type { NodeBuilder } from './nodes.ts';

/** The set of DHCP options of a network, where the spec describes one, and which set the VPC uses. */
export function dhcpNodes(
  build: NodeBuilder,
  { dhcpOptions }: SecureVpcSpec,
  facts: RegionFacts,
): GraphNode[] {
  const given = dhcpOptions?.id;
  const set =
    dhcpOptions && given === undefined
      ? build.thing('DhcpOptions', 'dhcp-options', { options: optionsOf(dhcpOptions) })
      : undefined;
  const association = build.facet('DhcpOptionsAssociation', 'dhcp-options-association', {
    vpcId: ref('vpc'),
    dhcpOptionsId: set ? ref(set.key) : given,
    // Only for the way back: another list of AWS's is no other wish.
    own: dhcpOptions ? [] : facts.dhcpOptions,
  });
  return set ? [set, association] : [association];
}

/** By AWS's names. A set without name servers would leave instances with none. */
function optionsOf(options: DhcpOptions): Record<string, readonly string[]> {
  const { domainName, domainNameServers, ntpServers, netbiosNameServers, netbiosNodeType } = options;
  return {
    ...(domainName !== undefined && { 'domain-name': [domainName] }),
    'domain-name-servers': domainNameServers ?? [AMAZON_DNS],
    ...(ntpServers && { 'ntp-servers': ntpServers }),
    ...(netbiosNameServers && { 'netbios-name-servers': netbiosNameServers }),
    ...(netbiosNodeType !== undefined && { 'netbios-node-type': [String(netbiosNodeType)] }),
  };
}
