import { expect, it } from 'vitest';
import { drawMermaid } from '../../../../operator/cli/drawing/mermaid.ts';
import { portalGraph, providerGraph } from '../portal.ts';

it('draws the portal', async () => {
  await expect(drawMermaid(await portalGraph())).toMatchFileSnapshot('__snapshots__/portal.mmd');
});

it('draws the attachment to a transit gateway, the tables that lead to it, and the gateway outside', async () => {
  await expect(drawMermaid(await providerGraph())).toMatchFileSnapshot('__snapshots__/provider.mmd');
});

it('marks the attachment like any other thing', async () => {
  const standing = [{ node: 'transit-gateway-attachment', id: 'tgw-attach-1' }];
  const drawn = drawMermaid(await providerGraph(), standing);
  expect(drawn).toMatch(/✓.*Transit gateway attachment.*tgw-attach-1/);
});
