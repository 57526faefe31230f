import { expect, it } from 'vitest';
import { drawMermaid } from '../../../../operator/cli/drawing/mermaid.ts';
import { portalGraph } from '../portal.ts';

it('draws the portal', async () => {
  await expect(drawMermaid(await portalGraph())).toMatchFileSnapshot('__snapshots__/portal.mmd');
});
