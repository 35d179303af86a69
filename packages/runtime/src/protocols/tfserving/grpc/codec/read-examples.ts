import { SlipwayError } from '@slipway/contract';
import {
  MAX_PARTS,
  nextField,
  readBytes,
  readMessage,
  readString,
  skipField,
  type WireReader,
} from '../../../../protobuf/reader.ts';
import {
  emptyElements,
  readFixedElements,
  readLongElements,
  takeElements,
} from '../../../../protobuf/repeated.ts';
import type { Example, Feature } from '../../example-tensors.ts';

/** The `Input` of a request for examples, as it stands in the message. */
export interface InputFields {
  readonly examples: Example[];
  context: Example | undefined;
}

/** Reads an `Input` from inside it. Of its two kinds, which exclude each other, the last one counts. */
export function readInput(reader: WireReader): InputFields {
  let input: InputFields = { examples: [], context: undefined };
  while (nextField(reader)) {
    if (reader.field === 1) input = readMessage(reader, 'example_list', readExampleList);
    else if (reader.field === 2) input = readMessage(reader, 'example_list_with_context', readExampleList);
    else skipField(reader);
  }
  return input;
}

/** A list without a context has no field of that number. */
function readExampleList(reader: WireReader): InputFields {
  const input: InputFields = { examples: [], context: undefined };
  while (nextField(reader)) {
    if (reader.field === 1) input.examples.push(readMessage(reader, 'examples', readExample));
    else if (reader.field === 2) input.context = readMessage(reader, 'context', readExample);
    else skipField(reader);
  }
  return input;
}

function readExample(reader: WireReader): Example {
  const example = new Map<string, Feature>();
  const readFeatures = () => {
    while (nextField(reader)) {
      if (reader.field === 1) readMessage(reader, 'feature', () => readEntry(reader, example));
      else skipField(reader);
    }
  };
  while (nextField(reader)) {
    if (reader.field === 1) readMessage(reader, 'features', readFeatures);
    else skipField(reader);
  }
  return example;
}

/** A feature of no kind is as if it were not there. */
function readEntry(reader: WireReader, example: Map<string, Feature>): void {
  let name = '';
  let feature: Feature | undefined;
  while (nextField(reader)) {
    if (reader.field === 1) name = readString(reader, 'key');
    else if (reader.field === 2) feature = readMessage(reader, 'value', readFeature);
    else skipField(reader);
  }
  if (feature === undefined) example.delete(name);
  else example.set(name, feature);
}

function readFeature(reader: WireReader): Feature | undefined {
  let feature: Feature | undefined;
  while (nextField(reader)) {
    if (reader.field === 1) feature = readMessage(reader, 'bytes_list', readStrings);
    else if (reader.field === 2) feature = readMessage(reader, 'float_list', readFloats);
    else if (reader.field === 3) feature = readMessage(reader, 'int64_list', readLongs);
    else skipField(reader);
  }
  return feature;
}

function readStrings(reader: WireReader): Feature {
  const values: Uint8Array[] = [];
  while (nextField(reader)) {
    if (reader.field === 1) values.push(readBytes(reader, 'value'));
    else skipField(reader);
  }
  return { kind: 'bytes', values };
}

function readFloats(reader: WireReader): Feature {
  const values = emptyElements(Float32Array);
  while (nextField(reader)) {
    if (reader.field === 1) readFixedElements(reader, 'value', values);
    else skipField(reader);
  }
  return { kind: 'float', values: takeElements(values) };
}

function readLongs(reader: WireReader): Feature {
  const values = emptyElements(BigInt64Array);
  while (nextField(reader)) {
    if (reader.field === 1) readLongElements(reader, 'value', values);
    else skipField(reader);
  }
  return { kind: 'int64', values: takeElements(values) };
}

/** The examples, each with the features of the context that it has none of its own for. */
export function withContext({ examples, context }: InputFields): readonly Example[] | SlipwayError {
  if (examples.length === 0) return invalid('Input is empty.');
  if (context === undefined || context.size === 0) return examples;
  if (examples.length * context.size > MAX_PARTS) {
    return invalid(`The context repeated for each example makes more than ${MAX_PARTS} features.`);
  }
  return examples.map((example) => new Map([...context, ...example]));
}

function invalid(text: string): SlipwayError {
  return new SlipwayError('invalid_argument', text);
}
