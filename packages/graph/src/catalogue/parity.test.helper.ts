import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { CATALOGUE, FEATURE_TENSOR, INPUT_TENSOR } from './facts.ts';
import type { Family, NetworkInput } from './network.ts';
import { TINY } from './tiny.test.helper.ts';

export const CATALOGUE_FIXTURES = join(import.meta.dirname, '../../fixtures/catalogue');

/** What scripts/make-catalogue-fixtures.py wrote of a network. */
interface Answers {
  /** Of the weights. */
  readonly path: string;
  readonly framework: string;
  readonly size: {
    readonly family: Family;
    readonly scope: string;
    readonly side: number;
    readonly classes: number;
    readonly repeat?: number;
  };
  readonly rows: number;
  /** A file of levels, each for `repeat` rows and columns of pixels. */
  readonly levels: string;
  readonly outputs: Readonly<Record<string, Answer>>;
}

interface Answer {
  readonly shape: readonly number[];
  /** Elements are listed that are so many apart. */
  readonly every: number;
  readonly tolerance: number;
  readonly data: string;
}

interface Expected extends Omit<Answer, 'data'> {
  readonly tensor: string;
  readonly values: Float32Array;
}

/** What a framework answers, by the names of our tensors. */
export function framework(folder: string) {
  const answers: Answers = JSON.parse(readFileSync(join(folder, 'answers.json'), 'utf8'));
  const { family, scope, classes, side, repeat = 1 } = answers.size;
  const network = Object.values(TINY).find((one) => one.scope === scope && one.classes === classes);
  if (network === undefined) throw new Error(`${folder} has a network that is not here, ${scope}.`);
  const outputs = Object.entries(answers.outputs).map(
    ([key, { data, ...answer }]): Expected => ({
      ...answer,
      tensor: tensorOf(family, key),
      values: new Float32Array(Uint8Array.from(Buffer.from(data, 'base64')).buffer),
    }),
  ) as [Expected, ...Expected[]];
  const drawn = readFileSync(join(folder, answers.levels));
  const levels = { values: repeated(drawn, side, repeat), dims: [answers.rows, side, side, 3] };
  return { path: answers.path, framework: answers.framework, network, levels, outputs };
}

function repeated(drawn: Uint8Array, side: number, repeat: number): Uint8Array {
  const few = side / repeat;
  return Uint8Array.from({ length: drawn.length * repeat ** 2 }, (_, index) => {
    const [pixel, channel] = [Math.floor(index / 3), index % 3];
    const row = Math.floor(Math.floor((pixel % side ** 2) / side) / repeat);
    const column = Math.floor((pixel % side) / repeat);
    const image = Math.floor(pixel / side ** 2);
    return drawn[((image * few + row) * few + column) * 3 + channel] as number;
  });
}

function tensorOf(family: Family, key: string): string {
  if (key === 'features') return FEATURE_TENSOR;
  const entry = Object.values(CATALOGUE).find(({ network }) => network.family === family);
  return entry?.classifier?.tensor ?? key;
}

/** What the model answers to levels of 0 to 255, prepared as the catalogue says, by the names of its outputs. */
export async function answersOf(
  path: string,
  { mean, scale }: NetworkInput,
  { values, dims }: { readonly values: Uint8Array; readonly dims: readonly number[] },
) {
  const session = await InferenceSession.create(path, { intraOpNumThreads: 1, logSeverityLevel: 4 });
  const pixels = Float32Array.from(values, (level, index) => (level - (mean[index % 3] as number)) * scale);
  const answers = await session.run({ [INPUT_TENSOR]: new Tensor('float32', pixels, dims) });
  await session.release();
  const [rows = 1] = dims;
  return new Map(
    Object.entries(answers).map(([name, { data }]) => [
      name,
      { width: data.length / rows, values: data as Float32Array },
    ]),
  );
}

/** The largest difference, and the largest element. */
export function largestError(found: ArrayLike<number>, { values, every }: Expected) {
  let [error, largest] = [0, 0];
  for (const [index, value] of values.entries()) {
    error = Math.max(error, Math.abs((found[index * every] ?? Number.POSITIVE_INFINITY) - value));
    largest = Math.max(largest, Math.abs(value));
  }
  return { error, largest };
}
