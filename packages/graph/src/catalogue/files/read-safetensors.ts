import type { ByteSource } from '../../keras/byte-source.ts';
import { damaged, quoted } from '../../tensorflow/refusals.ts';
import { dataTypeOfSafetensors } from './element-sizes.ts';
import type { StoredTensor } from './stored-weights.ts';

// https://huggingface.co/docs/safetensors/index#format

const LENGTH_BYTES = 8;
/** The format allows no more. */
const MAX_HEADER_BYTES = 100_000_000;
const METADATA = '__metadata__';

/**
 * The tensors of a safetensors file. Throws `GraphError` (`invalid_file`) unless they fill the file without holes, each
 * with as many bytes as its shape takes.
 */
export async function readSafetensors(source: ByteSource): Promise<ReadonlyMap<string, StoredTensor>> {
  const length = Number(Buffer.from(await source.read(0, LENGTH_BYTES)).readBigUInt64LE());
  if (length > MAX_HEADER_BYTES || LENGTH_BYTES + length > source.size)
    throw damaged(source.name, 0, `its header of ${length} bytes is not there`);
  const header = await readHeader(source, length);
  const start = LENGTH_BYTES + length;
  const tensors = new Map<string, StoredTensor>();
  let end = 0;
  for (const entry of entriesOf(source, header).toSorted((a, b) => a.begin - b.begin)) {
    const { name, dtype, shape, begin, bytes } = entry;
    if (begin !== end)
      throw damaged(source.name, start + end, `${quoted(name)} does not begin where another ends`);
    end = begin + bytes;
    if (start + end > source.size)
      throw damaged(source.name, start + begin, `${quoted(name)} is not there whole`);
    const load = async () =>
      source.rangeOf(start + begin, bytes) ?? (await source.read(start + begin, bytes));
    tensors.set(name, { dtype, shape, load });
  }
  if (start + end !== source.size) throw damaged(source.name, start + end, 'there are bytes of no tensor');
  return tensors;
}

type Fields = Readonly<Record<string, unknown>>;

async function readHeader(source: ByteSource, length: number): Promise<Fields> {
  const text = Buffer.from(await source.read(LENGTH_BYTES, length)).toString('utf8');
  try {
    const header: unknown = JSON.parse(text);
    if (isFields(header)) return header;
  } catch (cause) {
    throw damaged(source.name, LENGTH_BYTES, 'its header is no JSON', cause);
  }
  throw damaged(source.name, LENGTH_BYTES, 'its header is no object');
}

interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** In bytes behind the header. */
  readonly begin: number;
  readonly bytes: number;
}

function entriesOf(source: ByteSource, header: Fields): readonly Entry[] {
  return Object.entries(header)
    .filter(([name]) => name !== METADATA)
    .map(([name, said]) => {
      const entry = entryOf(name, said);
      if (entry === undefined)
        throw damaged(source.name, LENGTH_BYTES, `the header of ${quoted(name)} is broken`);
      return entry;
    });
}

function entryOf(name: string, said: unknown): Entry | undefined {
  if (!isFields(said)) return undefined;
  const { dtype, shape, data_offsets: offsets } = said;
  const type = typeof dtype === 'string' ? dataTypeOfSafetensors(dtype) : undefined;
  if (type === undefined || !areSizes(shape) || !areSizes(offsets)) return undefined;
  const [begin, end] = offsets;
  const bytes = shape.reduce((product, size) => product * size, type.size);
  if (offsets.length !== 2 || begin === undefined || end === undefined || end - begin !== bytes)
    return undefined;
  return { name, dtype: type.name, shape, begin, bytes };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function areSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
