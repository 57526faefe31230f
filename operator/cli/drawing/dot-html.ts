import { MARK_LOOK, shortId, type Look } from './look.ts';
import type { Mark, Marks } from './marks.ts';

interface BoxOptions {
  readonly rounded?: boolean;
  readonly mark?: Mark | undefined;
  readonly width?: number;
}

export function box(lines: readonly string[], look: Look, options: BoxOptions = {}): string {
  const { rounded = false, mark, width } = options;
  const sign =
    mark === undefined ? '' : `<font color="${MARK_LOOK[mark].line}">${MARK_LOOK[mark].sign}</font> `;
  const shown = lines.filter(Boolean).map((line, index) => (index === 0 ? sign + line : line));
  const cells = shown.map((line) => `<tr><td align="left">${line}</td></tr>`).join('');
  const color = mark === undefined || mark === 'exists' ? look.line : MARK_LOOK[mark].line;
  const dashed = mark === 'create' ? ',dashed' : '';
  const style = `${rounded ? 'rounded' : 'solid'}${dashed}`;
  const size = width === undefined ? '' : ` width="${width}"`;
  return `<<font color="${look.text}"><table border="${mark === undefined || mark === 'exists' ? 1 : 2}" cellborder="0" cellspacing="0" cellpadding="3" style="${style}" color="${color}" bgcolor="${look.fill}"${size}>${cells}</table></font>>`;
}

/** Of the marks of things that share a box, the one that asks for attention. */
export function worst(marks: readonly (Mark | undefined)[]): Mark | undefined {
  return marks.find((mark) => mark !== undefined && mark !== 'exists') ?? marks[0];
}

export function lineOf(mark: Mark | undefined, fallback: string): string {
  return mark === undefined || mark === 'exists' ? fallback : MARK_LOOK[mark].line;
}

export function idText(marks: Marks, node: string): string {
  const id = marks.id(node);
  return id === undefined ? '' : small(shortId(id));
}

export function bold(text: string): string {
  return `<b>${escape(text)}</b>`;
}

export function small(text: string): string {
  return `<font point-size="9.5" color="#475569">${escape(text)}</font>`;
}

export function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

export function quote(text: string): string {
  return `"${text.replaceAll('"', '\\"')}"`;
}

export function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
