import { expect, it } from 'vitest';
import { drawText } from '../../../../operator/cli/drawing/text.ts';
import type { Graph } from '../../../../operator/graph/graph.ts';
import type { Action } from '../../../../operator/graph/plan.ts';
import { compile } from '../../compile/fixtures.ts';
import { only, platform, portal, provider, stores, withPlans } from '../portal.ts';

it('draws the portal', async () => {
  await expect(drawText(await portal())).toMatchFileSnapshot('__snapshots__/portal.txt');
});

it('marks what exists and what a plan would change, with ids', async () => {
  const standing = [
    { node: 'vpc', id: 'vpc-1' },
    { node: 'security-group/ecs', id: 'sg-1' },
    { node: 'subnet/public-a', id: 'subnet-1' },
  ];
  const drawn = marked(await portal(), 'SecureVpc/portal/portal', {
    standing,
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
  const lines = drawText([{ account: 'team', accountId: '111111111111', region: 'us-east-1', graph }])
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

it('draws the platform: accounts, the services in their networks, and the link between them', async () => {
  await expect(drawText(await platform())).toMatchFileSnapshot('__snapshots__/platform.txt');
});

it('marks services, load balancers and what belongs to them, each by its own plan', async () => {
  const drawn = marked(await platform(), 'EcsService/api-service/api-service', {
    standing: [
      { node: 'service', id: 'arn:service' },
      { node: 'load-balancer', id: 'arn:balancer' },
      { node: 'target-group', id: 'arn:group' },
      { node: 'log-group', id: 'logs' },
    ],
    actions: [
      action('update', 'service', 'EcsService'),
      action('create', 'task-definition', 'TaskDefinition'),
      action('update', 'load-balancer-attributes', 'LoadBalancerAttributes'),
      action('wait', 'target-health', 'TargetHealth'),
      action('create', 'listener/8080', 'Listener'),
    ],
  }).split('\n');
  const lines = drawn.slice(drawn.findIndex((line) => line.includes('service api-service')));
  expect(lines.filter((line) => /[✓+~…] /.test(line)).map((line) => line.replace(/^[^✓+~…]*/, '')))
    .toMatchInlineSnapshot(`
      [
        "~ service api-service  Fargate, 1 task  arn:service",
        "~ Network load balancer, internal  arn:balancer",
        "+ ← TCP 8080",
        "… → target group TCP 8080, health HTTP /health  arn:group",
        "✓ log-group  /dev/api-service/ecs-application-logs  logs",
        "+ task-definition  api-service-dev-task-definition",
        "✓ exists   + to create   ~ to change   … waiting",
      ]
    `);
});

it('names the endpoint service that nobody of the manifests provides', async () => {
  const name = 'com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0';
  const objects = only(await platform(), 'SecureVpc/', 'EcsService/', 'PrivateLinkEndpoint/api-consumer/');
  const drawn = drawText(objects.map((one) => ({ ...one, graph: leadingTo(name, one.graph) })));
  expect(drawn.split('\n').at(-1)).toBe(
    `└─ EcsService/api-consumer/api-consumer ─8080→ PrivateLinkEndpoint/api-consumer/api-service ─PrivateLink→ ${name}`,
  );
});

it('draws one network of several in its account, and none that stands alone', async () => {
  expect(drawText(await provider())).toMatch(/^VPC api-service/);
  expect(drawText([...(await portal()), ...(await platform())])).toMatch(
    /^Account portal {2}123456789012 {2}us-east-1\n└─ VPC portal/,
  );
});

/** A graph with its endpoint, where it has one, to another service. */
function leadingTo(serviceName: string, graph: Graph): Graph {
  const endpoint = graph.nodes.get('endpoint');
  if (!endpoint) return graph;
  const node = { ...endpoint, inputs: { ...endpoint.inputs, serviceName } };
  return { ...graph, nodes: new Map(graph.nodes).set(node.key, node) };
}

type Plan = Parameters<typeof withPlans>[1][string];

function marked(drawables: Parameters<typeof drawText>[0], owner: string, plan: Plan): string {
  return drawText(withPlans(drawables, { [owner]: plan }));
}

function action(verb: 'create' | 'update' | 'wait', node: string, type: string): Action {
  return { verb, node, type, changes: [], inputs: {} } as Action;
}

it('draws stores in their network, and beside it those that stand in none', async () => {
  await expect(drawText(await stores())).toMatchFileSnapshot('__snapshots__/stores.txt');
});
