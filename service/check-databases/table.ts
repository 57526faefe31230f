/** Rows below a heading, each column as wide as its widest cell; those named in `right` to the right. */
export function table(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  right = new Set<string>(),
) {
  const widths = heading.map((title, at) =>
    Math.max(title.length, ...rows.map((row) => (row[at] ?? '').length)),
  );
  return [heading, ...rows]
    .map((row) =>
      row
        .map((cell, at) => {
          const width = widths[at] ?? 0;
          return right.has(heading[at] ?? '') ? cell.padStart(width) : cell.padEnd(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
