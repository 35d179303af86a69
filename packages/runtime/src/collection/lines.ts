import type { Cell, Table } from './tables.ts';

/** Rows as JSON Lines: one object a line. What is JSON itself stands in it as it is, or as text. */
export function jsonLines({ columns, rows }: Table, nested: 'value' | 'text' = 'value'): string {
  const keys = columns.map((column) => JSON.stringify(column));
  const line = (row: readonly Cell[]) =>
    `{${row.map((cell, index) => `${keys[index]}:${jsonCell(cell, nested)}`).join(',')}}\n`;
  return rows.map(line).join('');
}

/** The first line of a CSV file. */
export function csvHeader(columns: readonly string[]): string {
  return `${columns.map(csvText).join(',')}\r\n`;
}

/** Rows as CSV of RFC 4180: `null` is an empty cell, and what JSON alone can say stands in its cell as JSON. */
export function csvLines({ rows }: Pick<Table, 'rows'>): string {
  return rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

function jsonCell(cell: Cell, nested: 'value' | 'text'): string {
  if (typeof cell !== 'object' || cell === null) return JSON.stringify(cell);
  return nested === 'value' ? cell.json : JSON.stringify(cell.json);
}

function csvCell(cell: Cell): string {
  if (cell === null) return '';
  return csvText(typeof cell === 'object' ? cell.json : String(cell));
}

function csvText(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
