/** Columns as wide as their widest cell, two spaces apart; `style` is given each whole row. */
export function tableText(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  style: (line: string, row: number) => string,
): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(head), ...rows.map((row, index) => style(line(row), index))].join('\n');
}
