import type { Measurement } from '../measure.ts';

const COLUMNS = [
  'connections',
  'target',
  'p50 µs',
  'p99 µs',
  'requests/s',
  'CPU µs',
  'to bare run',
  'disturbed',
  'errors',
] as const;

/** The measurements of a workload as lines of text; the ratio is of requests per second. */
export function table(measurements: readonly Measurement[]): string {
  const rows = measurements.map((one) => [
    String(one.connections),
    one.target,
    one.p50.toFixed(0),
    one.p99.toFixed(0),
    one.requestsPerSecond.toFixed(0),
    Number.isNaN(one.cpu) ? '' : one.cpu.toFixed(0),
    ratioToBare(one, measurements),
    Number.isNaN(one.disturbed) ? '' : `${one.disturbed.toFixed(0)} %`,
    String(one.errors),
  ]);
  const widths = COLUMNS.map((column, index) =>
    Math.max(column.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells.map((cell, index) => align(cell, index, widths[index] ?? 0)).join('  ');
  return [line(COLUMNS), ...rows.map(line)].join('\n');
}

/** Names to the left, numbers to the right. */
function align(cell: string, column: number, width: number): string {
  return COLUMNS[column] === 'target' ? cell.padEnd(width) : cell.padStart(width);
}

function ratioToBare(measurement: Measurement, all: readonly Measurement[]): string {
  const bare = all.find(
    ({ target, connections }) => target === 'bare run' && connections === measurement.connections,
  );
  if (bare === undefined) return '';
  return `${((measurement.requestsPerSecond / bare.requestsPerSecond) * 100).toFixed(0)} %`;
}
