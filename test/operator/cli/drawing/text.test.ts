import { expect, it } from 'vitest';
import { drawText } from '../../../../operator/cli/drawing/text.ts';
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
