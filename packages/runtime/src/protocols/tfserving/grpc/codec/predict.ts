import { SlipwayError, type Tensor } from '@slipway/contract';
import { putFields } from '../../../../protobuf/encode.ts';
import {
  decodeWith,
  nextField,
  readMessage,
  readString,
  skipField,
  type WireReader,
} from '../../../../protobuf/reader.ts';
import {
  type EncodedMessage,
  finishMessage,
  putMessageStart,
  putString,
  startMessage,
  type WireWriter,
  writtenBytes,
} from '../../../../protobuf/writer.ts';
import { type EffectiveSpec, type ModelSpec, readModelSpec, specMessage } from './model-spec.ts';
import { type Expansion, readTensorFields, type TensorFields, toTensor } from './read-tensor.ts';
import { MODEL_SPEC } from './serving-messages.ts';
import { putTensor } from './write-tensor.ts';

/** A `PredictRequest`. */
export interface PredictRequest {
  /** Absent: the default model. */
  readonly spec: ModelSpec | undefined;
  /** Under the names that the request has for them; an error is told only once the model is found. */
  readonly inputs: readonly Tensor[] | SlipwayError;
  /** Names of the outputs that are wanted; empty: all. */
  readonly outputFilter: readonly string[];
}

interface RequestFields {
  spec: ModelSpec | undefined;
  readonly inputs: Map<string, TensorFields>;
  readonly outputFilter: string[];
}

const NO_TENSOR: TensorFields = {
  dtype: 0,
  dims: [],
  unknownRank: false,
  content: new Uint8Array(0),
  values: {},
};

/**
 * Reads a `PredictRequest`. Short lists of values are spread to at most `maxExpansion` bytes more than came, in all. The
 * error is `invalid_argument`.
 */
export function decodePredictRequest(bytes: Uint8Array, maxExpansion: number): PredictRequest | SlipwayError {
  const fields = decodeWith(bytes, readRequest);
  if (fields instanceof SlipwayError) return fields;
  const { spec, outputFilter } = fields;
  return { spec, inputs: toTensors(fields.inputs, { left: maxExpansion }), outputFilter };
}

function toTensors(inputs: RequestFields['inputs'], expansion: Expansion): readonly Tensor[] | SlipwayError {
  const tensors: Tensor[] = [];
  for (const [name, fields] of inputs) {
    const tensor = toTensor(name, fields, expansion);
    if (tensor instanceof SlipwayError) return tensor;
    tensors.push(tensor);
  }
  return tensors;
}

function readRequest(reader: WireReader): RequestFields {
  const request: RequestFields = { spec: undefined, inputs: new Map(), outputFilter: [] };
  const readEntry = (inner: WireReader) => readInput(inner, request.inputs);
  while (nextField(reader)) {
    if (reader.field === 2) readMessage(reader, 'inputs', readEntry);
    else if (reader.field === 1) request.spec = readMessage(reader, 'model_spec', readModelSpec);
    else if (reader.field === 3) request.outputFilter.push(readString(reader, 'output_filter'));
    else skipField(reader);
  }
  return request;
}

function readInput(reader: WireReader, inputs: Map<string, TensorFields>): void {
  let name = '';
  let tensor = NO_TENSOR;
  while (nextField(reader)) {
    if (reader.field === 1) name = readString(reader, 'key');
    else if (reader.field === 2) tensor = readMessage(reader, 'value', readTensorFields);
    else skipField(reader);
  }
  inputs.set(name, tensor);
}

/**
 * Writes a `PredictResponse`. Large tensors are pieces of the result without being copied: their memory must not change
 * until it is sent.
 */
export function encodePredictResponse(spec: EffectiveSpec, outputs: readonly Tensor[]): EncodedMessage {
  const writer = startMessage();
  putFields(writer, MODEL_SPEC, specMessage(spec));
  putMessageStart(writer, 2, 0);
  for (const output of outputs.toReversed()) putOutput(writer, output);
  return finishMessage(writer);
}

function putOutput(writer: WireWriter, tensor: Tensor): void {
  const before = writtenBytes(writer);
  putTensor(writer, tensor);
  putMessageStart(writer, 2, before);
  putString(writer, 1, tensor.name);
  putMessageStart(writer, 1, before);
}
