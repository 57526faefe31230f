import { expect, it } from 'vitest';
import { drawText } from '../../../../operator/cli/drawing/text.ts';
import { compile } from '../../compile/fixtures.ts';
import { portalGraph } from '../portal.ts';

it('draws the portal', async () => {
  await expect(drawText(await portalGraph())).toMatchFileSnapshot('__snapshots__/portal.txt');
});

it('marks what exists and what a plan would change, with ids', async () => {
  const graph = await portalGraph();
  const standing = [
    { node: 'vpc', id: 'vpc-1' },
    { node: 'security-group/ecs', id: 'sg-1' },
    { node: 'subnet/public-a', id: 'subnet-1' },
  ];
  const drawn = drawText(graph, standing, {
    actions: [
      {
        verb: 'update',
        node: 'security-group-rules/ecs',
        type: 'SecurityGroupRules',
        id: 'sg-1',
        changes: [],
        inputs: {},
      },
      { verb: 'create', node: 'subnet/public-b', type: 'Subnet', changes: [], inputs: {} },
    ],
  });
  expect(drawn).toContain('✓ VPC portal  10.0.0.0/16  vpc-1');
  expect(drawn).toContain('~ ecs  sg-1');
  expect(drawn).toContain('✓ us-east-1a  10.0.0.0/22  subnet-1');
  expect(drawn).toContain('+ us-east-1b  10.0.4.0/22');
  expect(drawn.split('\n').at(-1)).toBe('✓ exists   + to create   ~ to change');
});

it('tells own rules with their protocol, where they lead out too, and a prefix list from a service', () => {
  const graph = compile({
    tiers: [{ name: 'private' }],
    endpoints: [{ service: 's3' }],
    securityGroups: {
      ecs: {
        rules: [
          { name: 'gossip', direction: 'Ingress', protocol: 'udp', fromPort: 7946, group: 'ecs' },
          { name: 'ping', direction: 'Ingress', protocol: 'icmp', icmpType: 8, cidr: '10.11.0.0/16' },
          { name: 'api', direction: 'Ingress', fromPort: 8080, cidr: '10.11.0.0/16' },
          { name: 'all', direction: 'Egress', protocol: 'all', cidr: '10.12.0.0/16' },
          { name: 'files', direction: 'Egress', fromPort: 80, prefixList: 's3' },
          { name: 'tables', direction: 'Egress', fromPort: 443, prefixList: 'dynamodb' },
          { name: 'others', direction: 'Egress', fromPort: 443, prefixList: 'pl-0123456789abcdef0' },
        ],
      },
    },
  });
  const lines = drawText(graph)
    .split('\n')
    .filter((line) => /[←→] \S+ /.test(line) && !line.includes('who may'))
    .map((line) => line.replace(/^.*(?=[←→])/, ''));
  expect(lines).toMatchInlineSnapshot(`
    [
      "→ gateway endpoint",
      "← 10.11.0.0/16 (outside) icmp type 8, 8080",
      "← ecs udp 7946",
      "→ s3 80, 443",
      "→ 10.12.0.0/16 (outside) all",
      "→ pl-0123456789abcdef0 (prefix list) 443",
      "→ dynamodb (prefix list) 443",
      "→ /landfall/team/net/flow-logs, 14 days",
    ]
  `);
});
