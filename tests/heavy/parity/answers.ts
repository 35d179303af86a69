import { InferenceSession, Tensor } from 'onnxruntime-node';
import { elementsOf, type StoredArray } from './oracle.ts';

/** Rows at once, for memory. */
const AT_ONCE = 4;

/** What ONNX Runtime answers to the first `rows` of the input, by the model's names of outputs. */
export async function answers(
  path: string,
  input: StoredArray,
  rows: number,
): Promise<ReadonlyMap<string, Float32Array>> {
  const session = await InferenceSession.create(path, { logSeverityLevel: 3 });
  try {
    const [name = ''] = session.inputNames;
    const elements = elementsOf(input) as Float32Array | Int32Array;
    const [, ...dims] = input.shape;
    const width = dims.reduce((product, size) => product * size, 1);
    const parts = new Map<string, Float32Array[]>();
    for (let first = 0; first < rows; first += AT_ONCE) {
      const count = Math.min(AT_ONCE, rows - first);
      const piece = elements.subarray(first * width, (first + count) * width);
      const feed = new Tensor(input.dtype as 'float32', piece as Float32Array, [count, ...dims]);
      for (const [output, { data }] of Object.entries(await session.run({ [name]: feed })))
        parts.set(output, [...(parts.get(output) ?? []), data as Float32Array]);
    }
    return new Map([...parts].map(([output, pieces]) => [output, joined(pieces)]));
  } finally {
    await session.release();
  }
}

function joined(pieces: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
