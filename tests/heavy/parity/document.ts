import type { Nearness } from './compare.ts';
import type { Comparison } from './comparison.ts';
import type { FormatResult, NetworkResult } from './results.ts';

/** A page: what was compared and how, the results, and which of the networks have none. */
export function document(
  { introduction, framework, networks }: Comparison,
  results: readonly NetworkResult[],
): string {
  const notRun = networks.filter((name) => results.every(({ network }) => network !== name));
  const left = notRun.length === 0 ? [] : [`Not run so far: ${notRun.join(', ')}.`];
  return `${[introduction, ...left, ...results.map((result) => section(result, framework))].join('\n\n')}\n`;
}

/** How outputs are compared, for the page to say. */
export function rules(framework: string): string {
  return `How it is compared:

1. The output must depend on the input: between any two neighbouring rows, its largest change (the signal) is at least 0.05 of its largest element, before any softmax.
2. Against float64 with the same weights, the error is at most twice that of ${framework}'s own float32. Both are given as a part of the signal, at the output before any softmax where the error is largest.
3. The largest element is at the same place for every row; of features, which have no label, elements that are nearer to each other than three times ${framework}'s own error count as one.
4. With another sign at one weight of the first layer, the comparison must fail.`;
}

function section(
  { network, date, versions, rows, exactRows, formats }: NetworkResult,
  framework: string,
): string {
  const said = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const run = `${date}, ${rows} rows, ${exactRows} of them in float64; ${said.join(', ')}.`;
  const columns = ['format', 'nodes', 'parameters', 'seconds', 'memory', 'error'];
  const header = [...columns, `${framework}’s`, `as in ${framework}`];
  return `## ${network}\n\n${run}\n\n${table([header, ...formats.map(row)])}`;
}

function table([header = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = header.map((name, column) =>
    Math.max(name.length, ...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  const rule = widths.map((width) => '-'.repeat(width));
  const lines = [header, rule, ...rows].map((cells) =>
    cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | '),
  );
  return lines.map((line) => `| ${line} |`).join('\n');
}

function row({
  format,
  problems,
  sameAs,
  nodes,
  parameters,
  seconds,
  peakBytes,
  outputs,
}: FormatResult): string[] {
  const worst = worstOf(outputs ?? []);
  return [
    format,
    nodes?.toLocaleString('en') ?? '–',
    parameters?.toLocaleString('en') ?? '–',
    seconds?.toFixed(1) ?? '–',
    peakBytes === undefined ? '–' : `${Math.round(peakBytes / 1e6)} MB`,
    worst === undefined ? '–' : (worst.error / worst.signal).toExponential(1),
    worst === undefined ? '–' : (worst.ownError / worst.signal).toExponential(1),
    problems.length > 0
      ? `no: ${inACell(problems)}`
      : sameAs === undefined
        ? 'yes'
        : `yes: the ${sameAs}’s model`,
  ];
}

function worstOf(outputs: readonly Nearness[]): Nearness | undefined {
  const part = ({ error, signal }: Nearness) => error / signal;
  return outputs.filter(({ softmax }) => !softmax).toSorted((a, b) => part(b) - part(a))[0];
}

function inACell(problems: readonly string[]): string {
  return problems.join('; ').replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').slice(0, 120);
}
