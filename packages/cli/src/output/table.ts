/** A column: its heading, and the text of a row's cell. */
export type Columns<T> = Readonly<Record<string, (row: T) => string>>;

const GAP = '  ';

/** Rows under headings, each column as wide as its widest cell; `none` when there are no rows. */
export function table<T>(rows: readonly T[], columns: Columns<T>, none: string): string {
  if (rows.length === 0) return none;
  const headings = Object.keys(columns).map((heading) => heading.toUpperCase());
  const cells = rows.map((row) => Object.values(columns).map((cell) => cell(row)));
  return align([headings, ...cells]);
}

/** One thing as lines of `name  value`; what is `undefined` is left out. */
export function details(fields: Readonly<Record<string, string | undefined>>): string {
  return align(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[`${name}:`, value]])),
  );
}

/** Lines of cells below each other, each column as wide as its widest cell. */
export function align(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join(GAP)
        .trimEnd(),
    )
    .join('\n');
}
