import { expect, it } from 'vitest';
import { drawDot } from '../../../../operator/cli/drawing/dot.ts';
import { platform, portal, provider, stores, withPlans } from '../portal.ts';

it('draws the portal', async () => {
  await expect(drawDot(await portal())).toMatchFileSnapshot('__snapshots__/portal.dot');
});

it('draws the attachment to a transit gateway, the tables that lead to it, and the gateway outside', async () => {
  await expect(drawDot(await provider())).toMatchFileSnapshot('__snapshots__/provider.dot');
});

it('marks the attachment like any other thing', async () => {
  const standing = [{ node: 'transit-gateway-attachment', id: 'tgw-attach-1' }];
  const drawn = drawDot(withPlans(await provider(), { 'SecureVpc/api-service/api-service': { standing } }));
  expect(drawn).toMatch(/✓.*Transit gateway attachment.*tgw-attach-1/);
});

it('draws the platform: accounts, the services in their networks, and the link between them', async () => {
  await expect(drawDot(await platform())).toMatchFileSnapshot('__snapshots__/platform.dot');
});

it('draws stores in their network, and beside it those that stand in none', async () => {
  await expect(drawDot(await stores())).toMatchFileSnapshot('__snapshots__/stores.dot');
});
