import { describe, expect, it } from 'vitest';
import { formatOf, FORMATS } from '../../../operator/cli/formats.ts';

describe('the format of a drawing', () => {
  it('is text where nothing says otherwise', () => {
    expect([formatOf({}), formatOf({ format: 'dot' })]).toEqual(['text', 'dot']);
  });

  it.each([
    ['a.svg', 'svg'],
    ['A.SVG', 'svg'],
    ['a.dot', 'dot'],
    ['a.gv', 'dot'],
    ['a.mmd', 'mermaid'],
    ['docs/a.b.md', 'mermaid'],
    ['a.txt', 'text'],
  ] as const)('is read off %s: %s', (output, format) => {
    expect([formatOf({ output }), formatOf({ output, format })]).toEqual([format, format]);
    for (const other of FORMATS.filter((one) => one !== format))
      expect(() => formatOf({ output, format: other })).toThrow(`--format ${other} contradicts -o ${output}`);
  });

  it('is what --format says where the file has no ending', () => {
    expect(formatOf({ output: '/dev/stdout', format: 'svg' })).toBe('svg');
  });

  it('lists every ending where the one given is unknown', () => {
    expect(() => formatOf({ output: 'a.pdf' })).toThrow(
      'the endings are .txt for text, .mmd and .md for mermaid, .dot and .gv for dot, .svg for svg',
    );
  });
});
