import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';
import { NodeDefSchema } from '../generated/tensorflow/tensorflow_pb.ts';
import { damaged, notRead } from './refusals.ts';

/** The nodes of the largest networks are some 100,000; functions count as well. */
const MAX_NODES = 250_000;

/** Messages, names and other bytes, which are an object each: some 200 bytes of memory for as few as two of the file. */
const MAX_OBJECTS = 5_000_000;

/** Numbers in lists, which take eight bytes each. */
const MAX_NUMBERS = 32_000_000;

/** Messages inside each other, as deep as protobuf itself goes. */
const MAX_DEPTH = 100;

/** In an entry of a map. */
const MAP_VALUE = 2;

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/**
 * Walks over messages before they are decoded, and refuses what would take memory out of all proportion to a model: a
 * file of 2 GiB may hold a thousand million messages. What it counts, it counts over all messages of the file. Bytes
 * such as the values of constants are jumped over. Throws `GraphError`.
 */
export function messageBounds(file: string): (bytes: Uint8Array, schema: DescMessage) => void {
  const counts = { nodes: 0, objects: 0, numbers: 0 };

  /** Calls `visit` with where the bytes of each field stand, and counts those that are numbers. */
  const scan = (
    bytes: Uint8Array,
    from: number,
    end: number,
    visit: (field: number, from: number, end: number) => void,
  ): void => {
    for (let at = from; at < end; ) {
      refuseMore(file, counts);
      const tag = readVarint(file, bytes, at, end);
      const wireType = tag.value % 8;
      if (wireType !== WIRE.bytes) {
        counts.numbers += 1;
        at = skipNumber(file, bytes, tag.next, end, wireType);
        continue;
      }
      const length = readVarint(file, bytes, tag.next, end);
      at = length.next + length.value;
      if (at > end) throw cut(file, tag.next);
      visit(Math.floor(tag.value / 8), length.next, at);
    }
  };

  const walk = (bytes: Uint8Array, from: number, end: number, message: DescMessage, depth: number): void => {
    if (depth > MAX_DEPTH)
      throw damaged(file, from, `messages lie more than ${MAX_DEPTH} deep in each other`);
    if (message === NodeDefSchema) counts.nodes += 1;
    counts.objects += 1;
    const fields = fieldsOf(message);
    scan(bytes, from, end, (number, start, stop) => {
      const field = fields.get(number);
      if (field !== undefined) enter(field, bytes, start, stop, depth);
    });
  };

  const enter = (field: DescField, bytes: Uint8Array, from: number, end: number, depth: number): void => {
    const { message } = field;
    if (field.fieldKind === 'map') {
      counts.objects += 2;
      scan(bytes, from, end, (number, start, stop) => {
        if (number === MAP_VALUE && message !== undefined) walk(bytes, start, stop, message, depth + 1);
      });
    } else if (message !== undefined) walk(bytes, from, end, message, depth + 1);
    else if (isText(field.scalar)) counts.objects += 1;
    else counts.numbers += packedCount(bytes.subarray(from, end), field.scalar);
  };

  return (bytes, schema) => {
    walk(bytes, 0, bytes.length, schema, 1);
    refuseMore(file, counts);
  };
}

function refuseMore(
  file: string,
  { nodes, objects, numbers }: { readonly nodes: number; readonly objects: number; readonly numbers: number },
): void {
  const instead =
    'Keep values in variables, or in tensor_content, and save the part of the model that is served.';
  if (nodes > MAX_NODES) throw notRead(file, `It holds more than ${MAX_NODES} nodes.`, instead);
  if (objects > MAX_OBJECTS)
    throw notRead(file, `It holds more than ${MAX_OBJECTS} messages and names.`, instead);
  if (numbers > MAX_NUMBERS)
    throw notRead(file, `It holds more than ${MAX_NUMBERS} numbers in lists.`, instead);
}

const known = new WeakMap<DescMessage, ReadonlyMap<number, DescField>>();

function fieldsOf(message: DescMessage): ReadonlyMap<number, DescField> {
  const found = known.get(message) ?? new Map(message.fields.map((field) => [field.number, field]));
  known.set(message, found);
  return found;
}

function isText(scalar: ScalarType | undefined): boolean {
  return scalar === ScalarType.STRING || scalar === ScalarType.BYTES;
}

/** How many numbers a packed list holds. */
function packedCount(bytes: Uint8Array, scalar: ScalarType | undefined): number {
  if (scalar === ScalarType.FLOAT) return bytes.length / 4;
  if (scalar === ScalarType.DOUBLE) return bytes.length / 8;
  let count = 0;
  for (const byte of bytes) if (byte < 128) count += 1;
  return count;
}

function readVarint(
  file: string,
  bytes: Uint8Array,
  at: number,
  end: number,
): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let index = 0; index < 5 && at + index < end; index += 1) {
    const byte = bytes[at + index] as number;
    value += (byte & 127) * 2 ** (7 * index);
    if (byte < 128) return { value, next: at + index + 1 };
  }
  throw cut(file, at);
}

function skipNumber(file: string, bytes: Uint8Array, at: number, end: number, wireType: number): number {
  if (wireType === WIRE.fixed32 && at + 4 <= end) return at + 4;
  if (wireType === WIRE.fixed64 && at + 8 <= end) return at + 8;
  if (wireType === WIRE.varint)
    for (let next = at; next < end && next < at + 10; next += 1)
      if ((bytes[next] as number) < 128) return next + 1;
  throw cut(file, at);
}

function cut(file: string, at: number) {
  return damaged(file, at, 'a field is cut, or none that protobuf has');
}
