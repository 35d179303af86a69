import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConvertEvent, ConvertJob } from '@slipway/contract';
import { onTestEnd, runProcess, type TestScope } from '@slipway/testkit';
import { disturbedPercent, processorTime } from '../disturbance.ts';

const MAIN = fileURLToPath(import.meta.resolve('@slipway/convert/main'));
const SCRIPT = join(import.meta.dirname, 'convert-with-tf2onnx.py');

/** One conversion, by a process of its own from its start to its end. */
export interface ConversionRound {
  readonly seconds: number;
  readonly peakMegabytes: number;
  /** Percent of the processors' time that others had meanwhile; NaN where it is not known. */
  readonly disturbed: number;
}

export interface Converter {
  readonly name: string;
  /** The file that it makes. */
  readonly file: string;
  /** Converts and answers with the most bytes of memory that the process had. */
  readonly convert: () => Promise<number>;
}

/** Converts once, with a clock beside it. */
export async function timed({ convert }: Converter): Promise<ConversionRound> {
  const [before, start] = [processorTime(), performance.now()];
  const bytes = await convert();
  const seconds = (performance.now() - start) / 1000;
  return { seconds, peakMegabytes: bytes / 1e6, disturbed: disturbedPercent(before, processorTime()) };
}

/** The process that a server starts for `model convert`: it also tries what it made. */
export function slipwayConverter(scope: TestScope, source: string, folder: string): Converter {
  const work = join(folder, 'slipway');
  const job: ConvertJob = {
    task: 'convert',
    work,
    source,
    sourceDigest: '',
    engine: 'native',
    python: null,
    memoryBytes: 0,
    request: {},
  };
  return {
    name: 'slipway',
    file: join(work, 'model/model.onnx'),
    convert: async () => {
      await rm(work, { recursive: true, force: true });
      await mkdir(work);
      const last = await lastEvent(scope, job);
      if (last?.type === 'converted') return last.report.peakMemory;
      throw new Error(`Slipway did not convert ${source}: ${JSON.stringify(last)}`);
    },
  };
}

/** It gives up when its standard input ends, which is therefore left open. */
async function lastEvent(scope: TestScope, job: ConvertJob): Promise<ConvertEvent | undefined> {
  const child = spawn(process.execPath, [MAIN], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestEnd(scope, () => void child.kill('SIGKILL'));
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  child.stdin.write(`${JSON.stringify(job)}\n`);
  await once(child, 'close');
  const line = Buffer.concat(parts).toString().trimEnd().split('\n').at(-1);
  return line ? (JSON.parse(line) as ConvertEvent) : undefined;
}

/** tf2onnx's own command, which does not try what it made. */
export function tf2onnxConverter(
  scope: TestScope,
  python: string,
  source: string,
  folder: string,
): Converter {
  const file = join(folder, 'tf2onnx.onnx');
  return {
    name: 'tf2onnx',
    file,
    convert: async () => Number(await runPython(scope, python, [SCRIPT, source, file])),
  };
}

/** The last line that a script prints. Throws what it wrote where it fails. */
export async function runPython(scope: TestScope, python: string, args: readonly string[]): Promise<string> {
  const env = { TF_CPP_MIN_LOG_LEVEL: '2', CUDA_VISIBLE_DEVICES: '' };
  const { code, stdout, stderr } = await runProcess(scope, python, args, { env });
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return stdout.trimEnd().split('\n').at(-1) ?? '';
}
