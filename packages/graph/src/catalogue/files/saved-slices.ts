import { ByteReader } from '../../tensorflow/bundle/byte-reader.ts';

// tensorflow/core/util/saved_tensor_slice.proto, by hand: a decoder would make a list of objects of the numbers.

/** A variable that a checkpoint of the first version lists. */
export interface SavedVariable {
  readonly name: string;
  /** The number of `tensorflow.DataType`. */
  readonly type: number;
  readonly shape: readonly number[];
  /** Whether its elements stand in one slice. */
  readonly whole: boolean;
}

/** The elements of a variable, or of a part of it. */
export interface SavedSlice {
  readonly name: string;
  /** Numbers of float32, little endian, in the bytes that were read; `undefined` of other types. */
  readonly floats: Uint8Array | undefined;
}

/** What an entry of the checkpoint says: all variables, or the elements of one. */
export interface SavedSlices {
  readonly variables: readonly SavedVariable[];
  readonly slices: readonly SavedSlice[];
}

interface Field {
  readonly number: number;
  readonly value: number | Uint8Array;
}

const NOTHING = new Uint8Array();

/** Reads a `SavedTensorSlices`. Throws `RangeError` where the bytes are none. */
export function readSavedSlices(bytes: Uint8Array): SavedSlices {
  const fields = fieldsOf(bytes);
  return {
    variables: messages(fields, 1).flatMap((meta) => messages(fieldsOf(meta), 1).map(variableOf)),
    slices: messages(fields, 2).map(sliceOf),
  };
}

/** A `SavedSliceMeta`: name, shape, type, slices. */
function variableOf(bytes: Uint8Array): SavedVariable {
  const fields = fieldsOf(bytes);
  const dims = messages(fieldsOf(message(fields, 2)), 2);
  const slices = messages(fields, 4);
  return {
    name: text(fields, 1),
    type: number(fields, 3),
    shape: dims.map((dim) => number(fieldsOf(dim), 1)),
    whole: slices.length === 1 && slices.every(isFull),
  };
}

/** A `TensorSliceProto`: an extent that has a length is a part of the dimension. */
function isFull(slice: Uint8Array): boolean {
  return messages(fieldsOf(slice), 1).every((extent) =>
    fieldsOf(extent).every((field) => field.number !== 2),
  );
}

/** A `SavedSlice`: name, slice, and a `TensorProto`, whose numbers of float32 stand side by side. */
function sliceOf(bytes: Uint8Array): SavedSlice {
  const fields = fieldsOf(bytes);
  const [floats] = messages(fieldsOf(message(fields, 3)), 5);
  return { name: text(fields, 1), floats };
}

function fieldsOf(bytes: Uint8Array): readonly Field[] {
  const reader = new ByteReader(bytes);
  const fields: Field[] = [];
  while (reader.left > 0) {
    const key = reader.varint();
    fields.push({ number: Math.floor(key / 8), value: payloadOf(reader, key % 8) });
  }
  return fields;
}

function payloadOf(reader: ByteReader, wireType: number): number | Uint8Array {
  switch (wireType) {
    case 0:
      return reader.varint();
    case 1:
      return reader.take(8);
    case 2:
      return reader.take(reader.varint());
    case 5:
      return reader.take(4);
    default:
      throw new RangeError(`A field is written in a way (${wireType}) that is not known.`);
  }
}

function messages(fields: readonly Field[], wanted: number): readonly Uint8Array[] {
  return fields.flatMap(({ number: found, value }) =>
    found === wanted && typeof value !== 'number' ? [value] : [],
  );
}

function message(fields: readonly Field[], wanted: number): Uint8Array {
  return messages(fields, wanted)[0] ?? NOTHING;
}

function text(fields: readonly Field[], wanted: number): string {
  return Buffer.from(message(fields, wanted)).toString('utf8');
}

function number(fields: readonly Field[], wanted: number): number {
  const found = fields.find((field) => field.number === wanted)?.value;
  return typeof found === 'number' ? found : 0;
}
