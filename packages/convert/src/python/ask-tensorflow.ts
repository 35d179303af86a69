import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SlipwayError } from '@slipway/contract';
import { Tensor } from 'onnxruntime-node';
import type { Answers } from '../verify/judge.ts';
import type { Trial } from '../verify/try-model.ts';
import { type PythonRun, runPython } from './run-python.ts';

/** The model as the scripts in Python are told of it. */
export interface PythonModel {
  readonly format: string;
  /** Of a checkpoint, its prefix. */
  readonly path: string;
  readonly tags: readonly string[];
  /** What callers know its ends by, by the names of tensors. */
  readonly aliases: Readonly<Record<string, string>>;
}

/** What TensorFlow answered, and which it was. */
export interface TensorFlowAnswers extends Answers {
  readonly version: string;
}

interface ScriptAnswer {
  readonly tensorflow: string;
  /** By run, then by output. */
  readonly trials: readonly (readonly { readonly dtype: string; readonly shape: readonly number[] }[])[];
}

/** Has TensorFlow answer to the inputs of trials. Throws as `runPython` does, and `unsupported` for inputs of texts. */
export async function askTensorFlow(
  run: Pick<PythonRun, 'python' | 'memoryBytes' | 'tell'>,
  model: PythonModel,
  trials: readonly Trial[],
  folder: string,
): Promise<TensorFlowAnswers> {
  await mkdir(folder, { recursive: true });
  const runs = trials.flatMap((trial) => trial.runs);
  const asked = await Promise.all(
    runs.map(async ({ feeds, answers }, index) => ({
      feeds: await Promise.all(
        Object.entries(feeds).map(([name, tensor], each) =>
          writeFeed(join(folder, `${index}.${each}.in`), name, tensor),
        ),
      ),
      fetches: Object.keys(answers).map((name, each) => ({
        name,
        file: join(folder, `${index}.${each}.out`),
      })),
    })),
  );
  const { tensorflow, trials: answered } = await runPython<ScriptAnswer>({
    ...run,
    script: 'answers.py',
    taskFile: join(folder, 'answers.json'),
    task: { model, trials: asked },
  });
  const read = await Promise.all(
    asked.map(async ({ fetches }, index) => {
      const tensors = fetches.map(async ({ name, file }, each) => {
        const { dtype = '', shape = [] } = answered[index]?.[each] ?? {};
        return [name, await readTensor(file, dtype, shape)] as const;
      });
      return Object.fromEntries(await Promise.all(tensors));
    }),
  );
  const references = trials.map((_, index) => [read[2 * index] ?? {}, read[2 * index + 1] ?? {}] as const);
  return { whose: 'TensorFlow', version: tensorflow, references };
}

async function writeFeed(file: string, name: string, { type, dims, data }: Tensor) {
  if (!ArrayBuffer.isView(data)) {
    throw new SlipwayError(
      'unsupported',
      `The input "${name}" takes texts, with which the converted model is not compared with TensorFlow. Leave out python (--python).`,
    );
  }
  await writeFile(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return { name, dtype: type, shape: dims, file };
}

const ARRAYS = {
  float16: Float16Array,
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;

async function readTensor(file: string, dtype: string, shape: readonly number[]): Promise<Tensor> {
  const bytes = Uint8Array.from(await readFile(file));
  const Elements = ARRAYS[dtype as keyof typeof ARRAYS];
  if (Elements !== undefined) {
    return new Tensor(dtype as 'float32', new Elements(bytes.buffer) as Float32Array, [...shape]);
  }
  throw new SlipwayError(
    'unsupported',
    `TensorFlow answers with elements of the type ${dtype}, which are not compared.`,
  );
}
