import { expect, it } from 'vitest';
import { drawDot } from '../../../../operator/cli/drawing/dot.ts';
import { portalGraph } from '../portal.ts';

it('draws the portal', async () => {
  await expect(drawDot(await portalGraph())).toMatchFileSnapshot('__snapshots__/portal.dot');
});
