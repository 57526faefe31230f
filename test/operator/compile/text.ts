import type { AclEntry } from '../../../operator/aws/ec2/network-acl-entries.ts';
import type { SecurityGroupRulesInputs } from '../../../operator/aws/ec2/security-group-rules.ts';
import { topologicalWaves, type Graph } from '../../../operator/graph/graph.ts';
import { printable } from '../../../operator/graph/ref.ts';
import { inputsOf } from './fixtures.ts';

/** A graph as lines that a person can review: one line a node, one an input, in the order in which AWS is asked. */
export function graphText(graph: Graph): string {
  const lines = [`owner: ${graph.owner}`];
  for (const [index, wave] of topologicalWaves(graph).entries()) {
    lines.push('', `wave ${index + 1}`);
    for (const node of wave) {
      const after = node.dependsOn.length > 0 ? ` after ${node.dependsOn.join(', ')}` : '';
      const once = node.awaits === undefined ? '' : ` once ${node.awaits.join(', ')} is usable`;
      lines.push(`  ${node.key} (${node.type})${after}${once}`);
      for (const [field, value] of Object.entries(printable(node.inputs))) {
        if (Array.isArray(value) && value.length > 0 && typeof value[0] === 'object') {
          lines.push(`      ${field}:`, ...value.map((item) => `        ${JSON.stringify(item)}`));
        } else {
          lines.push(`      ${field}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
        }
      }
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Every security-group rule of a graph, one a line. */
export function rulesText(graph: Graph): string[] {
  return [...graph.nodes.values()]
    .filter((node) => node.type === 'SecurityGroupRules')
    .flatMap((node) => {
      const { ingress, egress } = printable(node.inputs as SecurityGroupRulesInputs);
      const group = node.key.split('/')[1];
      return [
        ...ingress.map((rule) => `${group} in  ${ports(rule)} from ${rule.peer} "${rule.description}"`),
        ...egress.map((rule) => `${group} out ${ports(rule)} to ${rule.peer} "${rule.description}"`),
      ];
    });
}

/** The ACL entries of a tier, one a line. */
export function entriesText(graph: Graph, tier: string): string[] {
  return entriesOf(graph, tier).map(
    (entry) =>
      `${entry.direction === 'ingress' ? 'in ' : 'out'} ${entry.ruleNumber} ${entry.action} ${ports(entry)} ${entry.cidr}`,
  );
}

export function entriesOf(graph: Graph, tier: string): readonly AclEntry[] {
  return inputsOf<{ entries: readonly AclEntry[] }>(graph, `network-acl-entries/${tier}`).entries;
}

function ports({
  protocol,
  fromPort,
  toPort,
}: {
  protocol: string;
  fromPort: number;
  toPort: number;
}): string {
  if (protocol === 'all') return protocol;
  if (protocol !== 'icmp')
    return fromPort === toPort ? `${protocol} ${fromPort}` : `${protocol} ${fromPort}-${toPort}`;
  const code = toPort === -1 ? '' : ` code ${toPort}`;
  return fromPort === -1 ? protocol : `${protocol} type ${fromPort}${code}`;
}
