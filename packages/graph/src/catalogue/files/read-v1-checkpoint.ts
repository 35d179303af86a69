import type { ByteSource } from '../../keras/byte-source.ts';
import type { Bytes } from '../../onnx/bytes.ts';
import {
  FOOTER_BYTES,
  type Handle,
  readEntries,
  readFooter,
  readHandle,
  reading,
  requireInside,
  TRAILER_BYTES,
} from '../../tensorflow/bundle/table.ts';
import { dataTypeName } from '../../tensorflow/data-types.ts';
import { damaged, notRead, quoted } from '../../tensorflow/refusals.ts';
import { readSavedSlices, type SavedVariable } from './saved-slices.ts';
import type { StoredTensor } from './stored-weights.ts';

/** What was compressed is unpacked in memory; TensorFlow compresses none. Names of variables count, too. */
const MAX_UNPACKED_BYTES = 1024 ** 3;

const FLOAT = 'float32';
const FLOAT_BYTES = 4;
const SAVE_AGAIN = 'Restore it in TensorFlow and save it with tf.compat.v1.train.Saver(write_version=2).';

/** A value of the table, and where it stands in the file unless it was compressed. */
interface Value {
  readonly bytes: Uint8Array;
  readonly block: number;
  readonly offset: number | undefined;
}

/**
 * The variables of a checkpoint of the first version, one file, as TF-slim's networks were published. It is read through
 * once, block by block, and its checksums are compared; numbers stay in the file. Throws `GraphError`.
 */
export async function readV1Checkpoint(source: ByteSource): Promise<ReadonlyMap<string, StoredTensor>> {
  const variables: SavedVariable[] = [];
  const elements = new Map<string, Bytes>();
  for await (const { bytes, block, offset } of valuesOf(source)) {
    const saved = reading(source.name, block, () => readSavedSlices(bytes));
    variables.push(...saved.variables);
    for (const { name, floats } of saved.slices) {
      if (floats === undefined) continue;
      const at = floats.byteOffset - bytes.byteOffset;
      const range = offset === undefined ? undefined : source.rangeOf(offset + at, floats.length);
      elements.set(name, range ?? floats.slice());
    }
  }
  return new Map(
    variables.map((variable) => [variable.name, storedTensor(source, variable, elements.get(variable.name))]),
  );
}

async function* valuesOf(source: ByteSource): AsyncGenerator<Value> {
  const { name, size } = source;
  const budget = { left: MAX_UNPACKED_BYTES };
  const footer = await source.read(Math.max(0, size - FOOTER_BYTES), Math.min(FOOTER_BYTES, size));
  const { index } = readFooter(name, size, footer);
  let end = 0;
  for (const { value } of await entriesAt(source, index, budget)) {
    const handle = readHandle(name, index.offset, value);
    // Blocks that overlap would make a small file large.
    if (handle.offset < end) throw damaged(name, handle.offset, 'blocks of the table overlap');
    end = handle.offset + handle.size + TRAILER_BYTES;
    for (const { value: bytes, offset } of await entriesAt(source, handle, budget))
      yield { bytes, block: handle.offset, offset };
  }
}

async function entriesAt(source: ByteSource, handle: Handle, budget: { left: number }) {
  requireInside(source.name, source.size, handle);
  const stored = await source.read(handle.offset, handle.size + TRAILER_BYTES);
  return readEntries(source.name, handle.offset, stored, budget).map(({ value }) => {
    const inFile = value.buffer === stored.buffer;
    return { value, offset: inFile ? handle.offset + value.byteOffset - stored.byteOffset : undefined };
  });
}

function storedTensor(
  { name: file }: ByteSource,
  { name, type, shape, whole }: SavedVariable,
  elements: Bytes | undefined,
): StoredTensor {
  const dtype = dataTypeName(type);
  const bytes = shape.reduce((product, size) => product * size, FLOAT_BYTES);
  if (dtype === FLOAT && whole && elements?.length !== bytes)
    throw damaged(file, 0, `${quoted(name)} has ${elements?.length ?? 0} bytes instead of ${bytes}`);
  const load = async () => {
    if (elements !== undefined && whole) return elements;
    throw notRead(file, `${quoted(name)} is ${dtype}${whole ? '' : ', in parts'}.`, SAVE_AGAIN);
  };
  return { dtype, shape, load };
}
