import type { DescMessage } from '@bufbuild/protobuf';
import { ModelProtoSchema } from '../../generated/onnx/onnx_pb.ts';
import type { Bytes } from '../bytes.ts';
import { type WireField, wireFields } from './schema.ts';
import { createSink } from './sink.ts';

/** The opposite of carving: what the file holds, one after the other, and how many bytes that is. */
export interface ExpandedModel {
  readonly parts: readonly Bytes[];
  readonly length: number;
}

/** Puts the pieces where their numbers stand. `structure` is what protobuf made: it is well-formed. */
export function expandModel(structure: Uint8Array, pieces: readonly Bytes[]): ExpandedModel {
  const parts: Bytes[] = [];
  let position = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const next = structure[position++] ?? 0;
      value += (next & 0x7f) * factor;
      if (next < 0x80) return value;
    }
  };

  /** Appends the message up to `end` and returns its new length. */
  const walk = (message: DescMessage, end: number): number => {
    const known = wireFields(message);
    let copied = position;
    let length = 0;
    const put = (part: Bytes): void => {
      if (part.length > 0) parts.push(part);
      length += part.length;
    };
    while (position < end) {
      const at = position;
      const tag = varint();
      const field = known.get(Math.floor(tag / 8));
      if (field === undefined || !leadsToPieces(message, field)) {
        skipValue(tag % 8);
        continue;
      }
      const inner = varint();
      const innerEnd = position + inner;
      put(structure.subarray(copied, at));
      if (field.message !== undefined) {
        const headAt = parts.length;
        parts.push(structure.subarray(0, 0));
        const expanded = walk(field.message, innerEnd);
        const head = headOf(tag, expanded);
        parts[headAt] = head;
        length += head.length + expanded;
      } else {
        const piece = pieces[varint()] ?? structure.subarray(0, 0);
        put(headOf(tag, piece.length));
        put(piece);
      }
      copied = innerEnd;
      position = innerEnd;
    }
    put(structure.subarray(copied, end));
    return length;
  };
  const skipValue = (wireType: number): void => {
    if (wireType === 0) varint();
    else if (wireType === 2) {
      const length = varint();
      position += length;
    } else position += wireType === 1 ? 8 : 4;
  };

  const length = walk(ModelProtoSchema, structure.length);
  return { parts, length };
}

function headOf(tag: number, length: number): Uint8Array {
  const head = createSink(20, 'head');
  head.varint(tag);
  head.varint(length);
  return head.finish();
}

const CARRIERS = new Set(
  [
    'ModelProto',
    'GraphProto',
    'FunctionProto',
    'NodeProto',
    'AttributeProto',
    'SparseTensorProto',
    'TensorProto',
  ].map((name) => `slipway.onnx.${name}`),
);

function leadsToPieces(message: DescMessage, field: WireField): boolean {
  if (field.piece) return true;
  return (
    CARRIERS.has(message.typeName) && field.message !== undefined && CARRIERS.has(field.message.typeName)
  );
}
