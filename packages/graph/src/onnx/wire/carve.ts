import type { DescMessage } from '@bufbuild/protobuf';
import { ModelProtoSchema } from '../../generated/onnx/onnx_pb.ts';
import { GraphError } from '../../graph-error.ts';
import type { Bytes, OpenFile } from '../bytes.ts';
import { WIRE, type WireField, wireFields } from './schema.ts';
import { type ByteSink, createSink } from './sink.ts';
import { createSource, type Source } from './source.ts';

/** What a model may cost before its tensors are looked at. */
export interface ReadLimits {
  /** Bytes of all but the elements of tensors. At most 256 MiB. */
  readonly structureBytes: number;
  /** Messages: nodes, attributes, tensors, dimensions of types, … */
  readonly messages: number;
  /** Fields, and numbers in them. */
  readonly fields: number;
  /** Messages inside each other; a subgraph is three. At most 100. */
  readonly depth: number;
}

/**
 * The graph of a language model of today has some 50,000 nodes, each of 5 to 10 messages with the types of its values. A
 * million messages take up to 7 s and 1 GB.
 */
export const DEFAULT_LIMITS: ReadLimits = {
  structureBytes: 256 * 1024 * 1024 - 1,
  messages: 1_000_000,
  fields: 20_000_000,
  depth: 100,
};

/** A model without the elements of its tensors: each field of those holds the number of a piece instead, as a varint. */
export interface CarvedModel {
  readonly structure: Uint8Array;
  readonly pieces: readonly Bytes[];
}

/** A piece this small is cheaper to keep than to say where it lies. */
const KEPT_BYTES = 1024;
const LENGTH_BYTES = 4;

/** Tells apart what is elements and what is structure, reading only the latter. Throws `invalid_file`. */
export function carveModel(file: OpenFile, limits: ReadLimits): CarvedModel {
  const source = createSource(file);
  const sink = createSink(limits.structureBytes, file.source.path);
  const pieces: Bytes[] = [];
  let messages = 0;
  let fields = 0;

  const refuse = (message: DescMessage, at: number, why: string): never => {
    throw new GraphError('invalid_file', `${file.source.path}, byte ${at}, in ${message.name}: ${why}.`);
  };

  const count = (message: DescMessage, at: number, more: number): void => {
    fields += more;
    if (fields > limits.fields) refuse(message, at, `the model has more than ${limits.fields} fields`);
  };

  const walk = (message: DescMessage, end: number, depth: number): void => {
    const start = source.position;
    messages += 1;
    if (messages > limits.messages)
      refuse(message, start, `the model has more than ${limits.messages} messages`);
    if (depth > limits.depth)
      refuse(message, start, `messages lie more than ${limits.depth} deep in each other`);
    const known = wireFields(message);
    const elements = new Map<WireField, Bytes[]>();
    while (source.position < end) {
      const at = source.position;
      const tag = source.varint(end);
      const wireType = tag % 8;
      const number = Math.floor(tag / 8);
      if (number === 0 || number > 536_870_911) refuse(message, at, `${number} is no number of a field`);
      count(message, at, 1);
      const field = known.get(number);
      if (field !== undefined && wireType !== field.wireType) {
        const packed = wireType === WIRE.bytes && field.repeated;
        if (!packed && !field.piece) refuse(message, at, `${field.name} has the wire type ${wireType}`);
      }
      if (field?.piece === true) {
        const sofar = elements.get(field) ?? [];
        elements.set(field, sofar);
        takeElements(message, field, wireType, end, sofar);
      } else if (field?.message !== undefined) {
        const length = source.length(end);
        sink.varint(tag);
        const lengthAt = sink.reserve(LENGTH_BYTES);
        walk(field.message, source.position + length, depth + 1);
        sink.patchLength(lengthAt, LENGTH_BYTES);
      } else {
        sink.varint(tag);
        const from = source.position;
        skipValue(source, wireType, end, (why) => refuse(message, at, why));
        const length = source.position - from;
        if (field?.repeated === true && wireType !== field.wireType) count(message, at, length);
        source.copy(from, length, sink);
      }
    }
    if (source.position !== end) refuse(message, start, 'a field goes beyond the end of its message');
    for (const [field, parts] of elements) putPiece(sink, field, joinParts(message, start, field, parts));
  };

  const takeElements = (
    message: DescMessage,
    field: WireField,
    wireType: number,
    end: number,
    parts: Bytes[],
  ): void => {
    const at = source.position;
    if (wireType === WIRE.bytes) {
      const length = source.length(end);
      // Of a field that is no list, the last one counts.
      if (field.number === RAW_DATA) parts.length = 0;
      parts.push(takeRange(source.position, length));
      source.skip(length);
      return;
    }
    if (field.number === RAW_DATA) refuse(message, at, `${field.name} has the wire type ${wireType}`);
    skipValue(source, wireType, end, (why) => refuse(message, at, why));
    parts.push(takeRange(at, source.position - at));
  };

  const takeRange = (offset: number, length: number): Bytes => {
    if (length > KEPT_BYTES) return { file: file.source, offset, length };
    const kept = new Uint8Array(length);
    source.readInto(offset, kept);
    return kept;
  };

  /** Elements one by one, or in several packs, as protobuf allows: they become one pack. */
  const joinParts = (message: DescMessage, at: number, field: WireField, parts: readonly Bytes[]): Bytes => {
    const [first] = parts;
    if (first !== undefined && parts.length === 1) return first;
    const total = parts.reduce((sum, { length }) => sum + length, 0);
    if (total > limits.structureBytes)
      refuse(message, at, `${field.name} of ${total} bytes lies in many parts`);
    const joined = new Uint8Array(total);
    let offset = 0;
    for (const part of parts) {
      const target = joined.subarray(offset, offset + part.length);
      if (part instanceof Uint8Array) target.set(part);
      else source.readInto(part.offset, target);
      offset += part.length;
    }
    return joined;
  };

  const putPiece = (into: ByteSink, field: WireField, bytes: Bytes): void => {
    const ordinal = createSink(8, '');
    ordinal.varint(pieces.length);
    const number = ordinal.finish();
    into.varint(field.number * 8 + WIRE.bytes);
    into.varint(number.length);
    into.bytes(number);
    pieces.push(bytes);
  };

  walk(ModelProtoSchema, file.source.size, 1);
  return { structure: sink.finish(), pieces };
}

const RAW_DATA = 9;

function skipValue(source: Source, wireType: number, end: number, refuse: (why: string) => never): void {
  if (wireType === WIRE.varint) source.skipVarint(end);
  else if (wireType === WIRE.bytes) source.skip(source.length(end));
  else if (wireType === WIRE.fixed32) source.skip(4);
  else if (wireType === WIRE.fixed64) source.skip(8);
  else refuse(`the wire type ${wireType} is none that ONNX uses`);
  if (source.position > end) refuse('a field goes beyond the end of its message');
}
