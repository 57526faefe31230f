import { expect, it } from 'vitest';
import { drawSvg } from '../../../../operator/cli/drawing/svg.ts';
import { portalGraph } from '../portal.ts';

it('draws every subnet, group and endpoint of the portal as text that can be searched', async () => {
  const graph = await portalGraph();
  const svg = await drawSvg(graph, [{ node: 'subnet/data-b', id: 'subnet-0b' }]);
  expect(svg).toMatch(/^<\?xml[\s\S]*<\/svg>\s*$/);
  const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1]?.trim());
  expect(texts).toEqual(
    expect.arrayContaining([
      'us-east-1a',
      'us-east-1b',
      'private subnet',
      '10.0.36.0/22',
      'bastion',
      'ecs-telemetry',
      'Amazon S3',
      '32768-65535',
      'subnet-0b',
      'administrators',
    ]),
  );
});
