import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConvertJob } from '@slipway/contract';
import { runProcess, type TestScope } from '@slipway/testkit';
import { disturbedPercent, processorTime } from '../disturbance.ts';

const MAIN = fileURLToPath(import.meta.resolve('@slipway/convert/main'));
const MEASURE = join(import.meta.dirname, 'measure.py');

/** One conversion, by a process of its own from its start to its end. */
export interface ConversionRound {
  readonly seconds: number;
  /** Of all processors. */
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
  /** Percent of the processors' time that others had meanwhile; NaN where it is not known. */
  readonly disturbed: number;
}

export interface Converter {
  readonly name: string;
  /** The file that it makes. */
  readonly file: string;
  /** Emptied before each conversion. */
  readonly folder: string;
  /** What stands on its standard input. */
  readonly line: string;
  readonly command: readonly string[];
}

/** The process that a server starts for `model convert`: it also tries what it made. */
export function slipwayConverter(source: string, folder: string): Converter {
  const job: ConvertJob = {
    task: 'convert',
    work: folder,
    source,
    sourceDigest: '',
    engine: 'native',
    python: null,
    memoryBytes: 0,
    request: {},
  };
  return {
    name: 'slipway',
    file: join(folder, 'model/model.onnx'),
    folder,
    line: JSON.stringify(job),
    command: [process.execPath, MAIN],
  };
}

/** tf2onnx's own command, which does not try what it made. */
export function tf2onnxConverter(python: string, source: string, folder: string): Converter {
  const file = join(folder, 'model.onnx');
  const args = ['--saved-model', source, '--output', file, '--opset', '18'];
  return { name: 'tf2onnx', file, folder, line: '', command: [python, '-m', 'tf2onnx.convert', ...args] };
}

/** Converts once. A process can be measured only by who started it, which Node does not do: `python` starts it. */
export async function convertOnce(
  scope: TestScope,
  python: string,
  { name, folder, line, command }: Converter,
): Promise<ConversionRound> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  const before = processorTime();
  const output = await runPython(scope, python, [MEASURE, line, ...command]);
  const { code, seconds, cpuSeconds, peakBytes } = JSON.parse(output.at(-1) ?? '');
  if (code !== 0) throw new Error(`${name} ended with ${code}:\n${output.join('\n')}`);
  const disturbed = disturbedPercent(before, processorTime());
  return { seconds, cpuSeconds, peakMegabytes: peakBytes / 1e6, disturbed };
}

/** The lines that a script prints. Throws what it wrote where it fails. */
export async function runPython(
  scope: TestScope,
  python: string,
  args: readonly string[],
): Promise<readonly string[]> {
  const env = { TF_CPP_MIN_LOG_LEVEL: '2', CUDA_VISIBLE_DEVICES: '' };
  const { code, stdout, stderr } = await runProcess(scope, python, args, { env });
  if (code === 0) return stdout.trimEnd().split('\n');
  throw new Error(`${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
}
