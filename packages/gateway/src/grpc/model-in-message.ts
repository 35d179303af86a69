import { unzipSync, constants as zlib } from 'node:zlib';
import type { VersionChoice } from '@slipway/contract';

/** Of a message that was packed, this much is unpacked to find a name; what follows is tensors. */
const MAX_PACKED_BYTES = 4_096;
const MAX_UNPACKED_BYTES = 8 * 1024 * 1024;

/** One byte that says whether the message is packed, and four of its length. */
const FRAME_HEAD_BYTES = 5;

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
const MAX_VARINT_BYTES = 10;

const SERVING_MODEL = [1, 1];

/** Fields beside the name in TensorFlow Serving's `ModelSpec`. */
const SPEC_VERSION = 2;
const SPEC_LABEL = 4;

/** For every method that names a model: the numbers of the fields that lead to the name, from the message inwards. */
const NAME_FIELDS: ReadonlyMap<string, readonly number[]> = new Map([
  ['/tensorflow.serving.PredictionService/Predict', SERVING_MODEL],
  ['/tensorflow.serving.PredictionService/Classify', SERVING_MODEL],
  ['/tensorflow.serving.PredictionService/Regress', SERVING_MODEL],
  ['/tensorflow.serving.PredictionService/MultiInference', [1, 1, 1]],
  ['/tensorflow.serving.PredictionService/GetModelMetadata', SERVING_MODEL],
  ['/tensorflow.serving.ModelService/GetModelStatus', SERVING_MODEL],
  ['/inference.GRPCInferenceService/ModelReady', [1]],
  ['/inference.GRPCInferenceService/ModelMetadata', [1]],
  ['/inference.GRPCInferenceService/ModelInfer', [1]],
  ['/inference.GRPCInferenceService/ModelStreamInfer', [1]],
  ['/inference.GRPCInferenceService/ModelConfig', [1]],
  ['/inference.GRPCInferenceService/ModelStatistics', [1]],
  ['/inference.GRPCInferenceService/RepositoryModelLoad', [2]],
  ['/inference.GRPCInferenceService/RepositoryModelUnload', [2]],
]);

/** The fields that lead to a model's name in the messages of this method, if they have one. */
export function nameFields(method: string): readonly number[] | undefined {
  return NAME_FIELDS.get(method);
}

/**
 * The name at `fields` in the first message of a call, of which `bytes` have come; empty if it has none, or cannot be
 * read. `undefined`: it may be in what is still to come.
 */
export function nameInMessage(bytes: Buffer, fields: readonly number[]): string | undefined {
  const message = openMessage(bytes);
  return message && findName(message.content, message.isWhole, fields);
}

/** The version or label that stands beside the name at `fields`, in a message of TensorFlow Serving. */
export function versionInMessage(bytes: Buffer, fields: readonly number[]): VersionChoice {
  const { content = Buffer.alloc(0) } = openMessage(bytes) ?? {};
  const spec = walk(content, content.length, fields.slice(0, -1));
  const label = typeof spec === 'string' ? spec : findField(content, ...spec, SPEC_LABEL);
  if (typeof label !== 'string') return { by: 'label', label: content.toString('utf8', ...label) };
  const version = typeof spec === 'string' ? spec : findField(content, ...spec, SPEC_VERSION);
  return typeof version === 'string'
    ? { by: 'latest' }
    : { by: 'number', version: wrappedNumber(content.subarray(...version)) };
}

/** The `value` of an `Int64Value`; 0 is not written. */
function wrappedNumber(message: Buffer): bigint {
  let value = 0n;
  for (const [index, byte] of message.subarray(1, 1 + MAX_VARINT_BYTES).entries()) {
    value += BigInt(byte % 128) << BigInt(7 * index);
    if (byte < 128) break;
  }
  return BigInt.asIntN(64, value);
}

/** The first message of a call, of which `bytes` have come; `undefined`: it takes more of them to read anything. */
function openMessage(bytes: Buffer): { readonly content: Buffer; readonly isWhole: boolean } | undefined {
  if (bytes.length < FRAME_HEAD_BYTES) return undefined;
  const length = bytes.readUInt32BE(1);
  const content = bytes.subarray(FRAME_HEAD_BYTES, FRAME_HEAD_BYTES + length);
  const isWhole = content.length === length;
  if (bytes[0] === 0) return { content, isWhole };
  const prefix = content.subarray(0, MAX_PACKED_BYTES);
  if (!isWhole && prefix.length < MAX_PACKED_BYTES) return undefined;
  return { content: unpack(prefix), isWhole: true };
}

/** Whatever of gzip or deflate was used; nothing if neither. */
function unpack(prefix: Buffer): Buffer {
  try {
    return unzipSync(prefix, { finishFlush: zlib.Z_SYNC_FLUSH, maxOutputLength: MAX_UNPACKED_BYTES });
  } catch {
    return Buffer.alloc(0);
  }
}

function findName(content: Buffer, isWhole: boolean, fields: readonly number[]): string | undefined {
  const found = walk(content, isWhole ? content.length : Number.POSITIVE_INFINITY, fields);
  if (found === 'absent') return '';
  if (found === 'cut off' || found[1] > content.length) return isWhole ? '' : undefined;
  return content.toString('utf8', ...found);
}

/** Where the field lies to which these lead from the message that ends at `end`. */
function walk(content: Buffer, end: number, fields: readonly number[]): ReturnType<typeof findField> {
  let range: readonly [number, number] = [0, end];
  for (const field of fields) {
    const found = findField(content, ...range, field);
    if (typeof found === 'string') return found;
    range = found;
  }
  return range;
}

/** Where the content of a field of bytes begins and ends, in the message from `start` to `end`. */
function findField(
  content: Buffer,
  start: number,
  end: number,
  field: number,
): readonly [number, number] | 'absent' | 'cut off' {
  let offset = start;
  while (offset < end) {
    const tag = readVarint(content, offset);
    if (tag === undefined) return 'cut off';
    const type = tag.value % 8;
    const value = type === WIRE.varint || type === WIRE.bytes ? readVarint(content, tag.end) : tag;
    if (value === undefined) return 'cut off';
    if (type === WIRE.bytes && Math.floor(tag.value / 8) === field) {
      const fieldEnd = value.end + value.value;
      return fieldEnd > end ? 'absent' : [value.end, fieldEnd];
    }
    const size = sizeAfter(type, value.value);
    if (size === undefined) return 'absent';
    offset = value.end + size;
  }
  return 'absent';
}

/** Bytes that follow the tag, or the number behind it; `undefined` for what is no field. */
function sizeAfter(type: number, value: number): number | undefined {
  switch (type) {
    case WIRE.varint:
      return 0;
    case WIRE.fixed64:
      return 8;
    case WIRE.bytes:
      return value;
    case WIRE.fixed32:
      return 4;
    default:
      return undefined;
  }
}

/** Numbers beyond 2^53 are not exact; as lengths they lie beyond every message anyway. */
function readVarint(content: Buffer, start: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let index = 0; index < MAX_VARINT_BYTES; index += 1) {
    const byte = content[start + index];
    if (byte === undefined) return undefined;
    value += (byte % 128) * 2 ** (7 * index);
    if (byte < 128) return { value, end: start + index + 1 };
  }
  return { value: Number.POSITIVE_INFINITY, end: start + MAX_VARINT_BYTES };
}
