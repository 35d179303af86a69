import type { Nearness } from './compare.ts';
import type { FormatResult, NetworkResult } from './results.ts';

/** The text of docs/conversion.md: the results, and which of the networks have none. */
export function document(networks: readonly string[], results: readonly NetworkResult[]): string {
  const notRun = networks.filter((name) => results.every(({ network }) => network !== name));
  const left = notRun.length === 0 ? [] : [`Not run so far: ${notRun.join(', ')}.`];
  return `${[INTRODUCTION, ...left, ...results.map(section)].join('\n\n')}\n`;
}

const INTRODUCTION = `# Conversion, compared with TensorFlow

Networks that TensorFlow wrote, converted to ONNX and run in ONNX Runtime, beside what TensorFlow answers. This page is written by

    npm run test:heavy -- [NETWORK…]

which installs TensorFlow from PyPI (\`--python FILE\` takes an interpreter that has it), makes each network in every format, converts and compares. A network that is named alone changes its own table alone. The weights are seeded: He-initialised kernels, batch norms calibrated on images.
TF 1 formats are written by TensorFlow 1's own classes, from a graph whose weights are its variables, one of them in two parts.

How it is compared:

1. The output must depend on the input: between any two neighbouring rows, its largest change (the signal) is at least 0.05 of its largest element, before any softmax.
2. Against float64 with the same weights, the error is at most twice that of TensorFlow's own float32. Both are given as a part of the signal, at the output before any softmax where the error is largest.
3. The largest element is at the same place for every row.
4. With another sign at one weight of the first layer, the comparison must fail.

Where two formats give the same model but for the names of tensors, its answers are compared once. Nodes are those before any optimizer. Seconds are from opening the files until the model is on the disk, memory is the most that the process held; other work went on beside it.`;

const HEADER = [
  'format',
  'nodes',
  'parameters',
  'seconds',
  'memory',
  'error',
  'TensorFlow’s',
  'as in TensorFlow',
];

function section({ network, date, versions, rows, exactRows, formats }: NetworkResult): string {
  const said = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const run = `${date}, ${rows} rows, ${exactRows} of them in float64; ${said.join(', ')}.`;
  return `## ${network}\n\n${run}\n\n${table([HEADER, ...formats.map(row)])}`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = HEADER.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const rule = widths.map((width) => '-'.repeat(width));
  const lines = [rows[0] ?? [], rule, ...rows.slice(1)].map((cells) =>
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
