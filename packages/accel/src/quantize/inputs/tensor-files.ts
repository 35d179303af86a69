import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { type DenseDatatype, ELEMENT_ARRAYS, SlipwayError, systemCode, type Tensor } from '@slipway/contract';
import { openArrays } from '@slipway/graph/catalogue';
import { type FileRange, loadBytes } from '@slipway/graph/onnx';
import { withGraphErrorsLater } from '../../graph-errors.ts';

/** Extensions of files with tensors. */
export const TENSOR_FILES: ReadonlySet<string> = new Set(['.npy', '.npz', '.json']);

/** A tensor as its file has it: numpy says of which type, JSON does not. */
export interface FoundTensor {
  readonly dtype: string | undefined;
  readonly shape: readonly number[];
  /** Its elements as a type, of which they are or which JSON's numbers become. */
  load(datatype: DenseDatatype): Promise<Tensor['data']>;
}

/** Tensors by the names of inputs; a file with one tensor that has no name has it under the empty one. */
export type FoundTensors = ReadonlyMap<string, FoundTensor>;

/** A tensor in text takes some 20 bytes an element; larger ones are for numpy. */
const MAX_JSON_BYTES = 64_000_000;

/** What a file holds. Throws `invalid_argument`, which names the file. */
export async function readTensorFile(path: string): Promise<FoundTensors> {
  if (extname(path).toLowerCase() === '.json') return readJsonTensors(path);
  try {
    return await withGraphErrorsLater(async () => {
      await using file = await openArrays(path);
      const found = [...file.arrays].map(async ([name, { dtype, shape, load }]) => {
        const bytes = await load();
        return [
          name,
          { dtype, shape, load: async (type: DenseDatatype) => elementsOf(bytes, type) },
        ] as const;
      });
      return new Map(await Promise.all(found));
    });
  } catch (thrown) {
    throw unreadable(path, thrown instanceof SlipwayError ? thrown.message : undefined, thrown);
  }
}

function elementsOf(bytes: Uint8Array | FileRange, datatype: DenseDatatype): Tensor['data'] {
  // A copy that begins where its memory does; a slice of Node's own buffers is none.
  const copied = new Uint8Array(loadBytes(bytes));
  const Elements = ELEMENT_ARRAYS[datatype];
  return new Elements(copied.buffer, 0, copied.byteLength / Elements.BYTES_PER_ELEMENT);
}

async function readJsonTensors(path: string): Promise<FoundTensors> {
  const value = await parseFile(path);
  if (Array.isArray(value) || typeof value === 'number') return new Map([['', nested(path, '', value)]]);
  if (typeof value !== 'object' || value === null) throw unreadable(path, 'it holds no numbers');
  return new Map(Object.entries(value).map(([name, each]) => [name, nested(path, name, each)]));
}

async function parseFile(path: string): Promise<unknown> {
  try {
    const { size } = await stat(path);
    if (size > MAX_JSON_BYTES) throw unreadable(path, `it has ${size} bytes, more than ${MAX_JSON_BYTES}`);
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (thrown) {
    if (thrown instanceof SlipwayError) throw thrown;
    throw unreadable(path, thrown instanceof SyntaxError ? thrown.message : undefined, thrown);
  }
}

/** Lists in lists, all of one length at each depth. */
function nested(path: string, name: string, value: unknown): FoundTensor {
  const shape: number[] = [];
  for (let inner = value; Array.isArray(inner); inner = inner[0]) shape.push(inner.length);
  const numbers: number[] = [];
  const where = name === '' ? 'it' : `its "${name}"`;
  const walk = (each: unknown, depth: number): void => {
    if (depth === shape.length) {
      if (typeof each !== 'number')
        throw unreadable(path, `${where} has ${JSON.stringify(each)}, which is no number`);
      numbers.push(each);
      return;
    }
    if (!Array.isArray(each) || each.length !== shape[depth])
      throw unreadable(path, `${where} has lists of different lengths`);
    for (const one of each) walk(one, depth + 1);
  };
  walk(value, 0);
  return { dtype: undefined, shape, load: async (datatype) => fromNumbers(numbers, datatype) };
}

function fromNumbers(numbers: readonly number[], datatype: DenseDatatype): Tensor['data'] {
  switch (datatype) {
    case 'FP16':
      return new Uint16Array(Float16Array.from(numbers).buffer);
    case 'INT64':
      return BigInt64Array.from(numbers, (each) => BigInt(Math.trunc(each)));
    case 'UINT64':
      return BigUint64Array.from(numbers, (each) => BigInt(Math.trunc(each)));
    default: {
      const elements = new ELEMENT_ARRAYS[datatype](numbers.length) as Float64Array;
      elements.set(numbers);
      return elements;
    }
  }
}

function unreadable(path: string, problem: string | undefined, cause?: unknown): SlipwayError {
  const said = problem ?? `it cannot be read (${systemCode(cause) ?? String(cause)})`;
  const sentence = said.startsWith(path) ? said : `${path}: ${said}.`;
  return new SlipwayError('invalid_argument', sentence, { details: { path }, cause });
}
