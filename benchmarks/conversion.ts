// Measures the conversion of a ResNet-50 from TensorFlow, beside tf2onnx:
// npm run bench:conversion -- --python FILE [--model FOLDER] [--rounds 3] [--check]
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readModel } from '@slipway/graph/onnx';
import { median, type TestScope, temporaryFolder, withScope } from '@slipway/testkit';
import {
  type ConversionRound,
  type Converter,
  convertOnce,
  runPython,
  slipwayConverter,
  tf2onnxConverter,
} from './conversion/converters.ts';
import { compareSpeeds, type Speeds } from './conversion/inference.ts';
import { machineFacts } from './report/machine.ts';
import { saveResults } from './report/results.ts';

const RESULTS_FOLDER = fileURLToPath(new URL('results', import.meta.url));
const NETWORK = fileURLToPath(new URL('conversion/make-resnet.py', import.meta.url));

/** What is promised of a ResNet-50 on two cores. */
const MOST_SECONDS = 10;
const MOST_MEGABYTES = 1000;
const MOST_SLOWER = 1.05;
const MOST_DIFFERENCE = 1e-4;

/** Rounds of runs take far less than one of conversions. */
const SPEED_ROUNDS = 9;

/** All of one converter, with medians. */
interface Result {
  readonly name: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
  readonly nodes: number;
  readonly transposes: number;
  /** The processor's time of a run. */
  readonly cpuMilliseconds: number;
  readonly rounds: readonly ConversionRound[];
}

const { values: options } = parseArgs({
  options: {
    python: { type: 'string' },
    model: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    check: { type: 'boolean', default: false },
  },
});
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('Interrupted.')));
const rounds = Number(options.rounds);
if (options.python === undefined) {
  console.error(
    '✖ SKIPPED: nothing was measured. Name a Python with benchmarks/conversion/requirements.txt: --python',
  );
  if (options.check) process.exitCode = 1;
} else await main(options.python);

async function main(python: string): Promise<void> {
  const startedAt = new Date().toISOString();
  const { results, speeds } = await withScope((scope) => measure(scope, python));
  console.log(`\n${tableOf(results)}\n`);
  const limits = limitsOf(results, speeds);
  for (const { what, kept } of limits) console.log(`${kept ? '✔' : '✖'} ${what}`);
  const kept = { startedAt, rounds, machine: machineFacts(), results, speeds };
  console.log(`kept in ${await saveResults(RESULTS_FOLDER, kept, 'conversion-')}`);
  if (options.check && !limits.every((limit) => limit.kept)) process.exitCode = 1;
}

async function measure(
  scope: TestScope,
  python: string,
): Promise<{ results: readonly Result[]; speeds: Speeds }> {
  const folder = await temporaryFolder(scope);
  const source = options.model ?? join(folder, 'resnet50');
  if (options.model === undefined) await runPython(scope, python, [NETWORK, source]);
  const converters = [
    slipwayConverter(source, join(folder, 'slipway')),
    tf2onnxConverter(python, source, join(folder, 'tf2onnx')),
  ];
  const measured: ConversionRound[][] = converters.map(() => []);
  for (let round = 1; round <= rounds; round += 1) {
    process.stderr.write(`round ${round} of ${rounds}\n`);
    for (const [index, converter] of converters.entries()) {
      interrupted.signal.throwIfAborted();
      measured[index]?.push(await convertOnce(scope, python, converter));
    }
  }
  const speeds = await compareSpeeds(
    converters.map(({ file }) => file),
    SPEED_ROUNDS,
  );
  const results = converters.map((converter, index) =>
    resultOf(converter, measured[index] ?? [], speeds, index),
  );
  return { results, speeds };
}

function resultOf(
  { name, file }: Converter,
  measured: readonly ConversionRound[],
  speeds: Speeds,
  index: number,
): Result {
  const { nodes } = readModel(file).graph;
  return {
    name,
    seconds: median(measured.map(({ seconds }) => seconds)),
    cpuSeconds: median(measured.map(({ cpuSeconds }) => cpuSeconds)),
    peakMegabytes: median(measured.map(({ peakMegabytes }) => peakMegabytes)),
    nodes: nodes.length,
    transposes: nodes.filter(({ op }) => op === 'Transpose').length,
    cpuMilliseconds: median(speeds.rounds.map(({ cpuMilliseconds }) => cpuMilliseconds[index] as number)),
    rounds: measured,
  };
}

function tableOf(results: readonly Result[]): string {
  const lines = results.map((one) => {
    const most = Math.max(...one.rounds.map(({ disturbed }) => disturbed));
    const took = `${one.seconds.toFixed(1)} s (${one.cpuSeconds.toFixed(1)} s of processors)`;
    const graph = `${one.nodes} nodes, ${one.transposes} transposed`;
    const run = `a run ${one.cpuMilliseconds.toFixed(1)} ms of a processor`;
    return `${one.name}: ${took}, ${one.peakMegabytes.toFixed(0)} MB, ${graph}, ${run}; disturbed ${most.toFixed(0)} %`;
  });
  return lines.join('\n');
}

function limitsOf(
  [ours, theirs]: readonly Result[],
  { rounds: each, difference }: Speeds,
): readonly { readonly what: string; readonly kept: boolean }[] {
  if (ours === undefined || theirs === undefined) return [];
  // Both of a round ran in the same seconds, so that what disturbed one disturbed the other.
  const slower = median(each.map(({ cpuMilliseconds: [a = 0, b = 0] }) => a / b));
  return [
    { what: `${ours.seconds.toFixed(1)} s, of ${MOST_SECONDS}`, kept: ours.seconds < MOST_SECONDS },
    {
      what: `${ours.peakMegabytes.toFixed(0)} MB of memory, of ${MOST_MEGABYTES}`,
      kept: ours.peakMegabytes < MOST_MEGABYTES,
    },
    {
      what: `a run takes ${slower.toFixed(3)} times as long as with tf2onnx, of ${MOST_SLOWER}`,
      kept: slower <= MOST_SLOWER,
    },
    {
      what: `${ours.transposes} transposed, of ${theirs.transposes} with tf2onnx`,
      kept: ours.transposes <= theirs.transposes,
    },
    { what: `answers differ by ${difference.toExponential(1)}`, kept: difference <= MOST_DIFFERENCE },
  ];
}
