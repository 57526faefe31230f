import { drawDot } from './dot.ts';
import type { Drawable } from './picture.ts';

/**
 * Boxes are laid out for letters that are wider by this factor than they are drawn: where Helvetica and Arial
 * are missing, the font that takes their place (DejaVu Sans on many Linux machines) still fits.
 */
const ROOM = 1.3;

/** Objects as a picture. Graphviz (compiled to WebAssembly) is loaded when it is first wanted. */
export async function drawSvg(drawables: readonly Drawable[]): Promise<string> {
  const { instance } = await import('@viz-js/viz');
  const viz = await instance();
  const svg = viz.renderString(drawDot(drawables), { format: 'svg' });
  return svg
    .replaceAll(/<!--[\s\S]*?-->\n?/g, '')
    .replace(/<!DOCTYPE[^>]*>\n?/, '')
    .replaceAll('&#45;', '-')
    .replaceAll(
      /font-size="([0-9.]+)"/g,
      (_, size: string) => `font-size="${(Number(size) / ROOM).toFixed(2)}"`,
    );
}
