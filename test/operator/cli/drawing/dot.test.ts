import { expect, it } from 'vitest';
import { drawDot } from '../../../../operator/cli/drawing/dot.ts';
import { portalGraph, providerGraph } from '../portal.ts';

it('draws the portal', async () => {
  await expect(drawDot(await portalGraph())).toMatchFileSnapshot('__snapshots__/portal.dot');
});

it('draws the attachment to a transit gateway, the tables that lead to it, and the gateway outside', async () => {
  await expect(drawDot(await providerGraph())).toMatchFileSnapshot('__snapshots__/provider.dot');
});

it('marks the attachment like any other thing', async () => {
  const standing = [{ node: 'transit-gateway-attachment', id: 'tgw-attach-1' }];
  const drawn = drawDot(await providerGraph(), standing);
  expect(drawn).toMatch(/✓.*Transit gateway attachment.*tgw-attach-1/);
});
