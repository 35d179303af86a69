/** Where bytes of a model lie, wherever that is. */
export interface MetadataSource {
  /** Bytes of all of it. */
  readonly size: number;
  /** So many bytes from there on, all of them inside. */
  readonly read: (offset: number, length: number) => Promise<Uint8Array>;
}

// Of ModelProto and StringStringEntryProto, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
const METADATA_PROPS = 14;
const KEY = 1;
const VALUE = 2;

/** Of wires: how what follows is read (https://protobuf.dev/programming-guides/encoding). */
const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;

/** The longest tag and length. */
const HEAD_BYTES = 20;

/** Models have some ten fields, and one for each function. */
const MAX_FIELDS = 10_000;

/** Entries that are longer are no words about a model, and are passed over. */
const MAX_ENTRY_BYTES = 64 * 1024;
const MAX_ENTRIES = 1_000;

interface Field {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/**
 * What a model's maker wrote about it, by key: the `metadata_props` of an ONNX file, without its graph, which is stepped
 * over. Empty for what is no such file; of one that breaks off, or has more fields than any model, what stands before.
 */
export async function readMetadata(source: MetadataSource): Promise<ReadonlyMap<string, string>> {
  const metadata = new Map<string, string>();
  let position = 0;
  for (let fields = 0; fields < MAX_FIELDS && position < source.size; fields += 1) {
    const head = await source.read(position, Math.min(HEAD_BYTES, source.size - position));
    const field = fieldAt(head, position, source.size);
    if (field === undefined) break;
    if (field.number === METADATA_PROPS && field.end - field.start <= MAX_ENTRY_BYTES)
      addEntry(metadata, await source.read(field.start, field.end - field.start));
    if (metadata.size >= MAX_ENTRIES) break;
    position = field.end;
  }
  return metadata;
}

function addEntry(metadata: Map<string, string>, bytes: Uint8Array): void {
  let position = 0;
  const entry = { key: '', value: '' };
  while (position < bytes.length) {
    const field = fieldAt(bytes.subarray(position), position, bytes.length);
    if (field === undefined) return;
    const text = () => Buffer.from(bytes.subarray(field.start, field.end)).toString('utf8');
    if (field.number === KEY) entry.key = text();
    else if (field.number === VALUE) entry.value = text();
    position = field.end;
  }
  metadata.set(entry.key, entry.value);
}

/** The field whose first bytes these are; `undefined` where it is none, or does not end inside. */
function fieldAt(head: Uint8Array, position: number, size: number): Field | undefined {
  const tag = varintAt(head, 0);
  if (tag === undefined || tag.value < 8) return undefined;
  const number = Math.floor(tag.value / 8);
  const start = position + tag.length;
  const length = lengthOf(tag.value % 8, head, tag.length);
  if (length === undefined) return undefined;
  const end = start + length.before + length.bytes;
  return end > size ? undefined : { number, start: start + length.before, end };
}

function lengthOf(wire: number, head: Uint8Array, at: number): { before: number; bytes: number } | undefined {
  if (wire === FIXED_64) return { before: 0, bytes: 8 };
  if (wire === FIXED_32) return { before: 0, bytes: 4 };
  const said = wire === VARINT || wire === BYTES ? varintAt(head, at) : undefined;
  if (said === undefined) return undefined;
  return wire === VARINT ? { before: 0, bytes: said.length } : { before: said.length, bytes: said.value };
}

/** A number of up to ten bytes, seven bits each, the lowest first; exact below 2^53, and beyond it large enough to be none. */
function varintAt(bytes: Uint8Array, at: number): { value: number; length: number } | undefined {
  let value = 0;
  for (let index = 0; index < 10; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) return undefined;
    value += (byte % 128) * 2 ** (7 * index);
    if (byte < 128) return { value, length: index + 1 };
  }
  return undefined;
}
