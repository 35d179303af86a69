// https://github.com/kserve/open-inference-protocol, specification/protocol/open_inference_grpc.proto
import type { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Tensor } from '@slipway/contract';
import { rawBytes, readRaw } from '../prediction/elements.ts';
import { parseAnswer, textsOf } from '../prediction/json-answer.ts';
import { chooseOutputs, type ModelCall } from '../prediction/model-call.ts';
import { fromFlat } from '../prediction/nested-values.ts';
import { asDatatype } from '../prediction/protocols/open-inference.ts';
import type { DescribedTensor, ModelDescription, Prediction } from '../prediction/types.ts';
import type { GrpcProtocol } from './grpc-protocol.ts';
import {
  type FieldReaders,
  putBytes,
  putIntegers,
  putMessage,
  putText,
  readEntry,
  readLong,
  readMessage,
  readNumbers,
  readSafeInteger,
  readUnsignedLong,
  writeMessage,
} from './wire.ts';

/** The Open Inference Protocol. Tensors go raw; answers may have them raw or typed. */
export const OPEN_INFERENCE: GrpcProtocol = {
  name: 'oip',
  scoreMethod: '/inference.GRPCInferenceService/ModelInfer',
  encode: (inputs, call) => writeMessage((writer) => putRequest(writer, inputs, call)),
  decode: (answer, call) => readAnswer(answer, call),
  describeMethod: '/inference.GRPCInferenceService/ModelMetadata',
  encodeDescribe: (call) => writeMessage((writer) => putModel(writer, call)),
  readDescription: (answer) => readDescription(answer),
};

function putRequest(writer: BinaryWriter, inputs: readonly Tensor[], call: ModelCall): void {
  putModel(writer, call);
  for (const { name, datatype, shape } of inputs) {
    putMessage(writer, 5, (input) => {
      putText(input, 1, name);
      putText(input, 2, datatype);
      putIntegers(input, 3, shape);
    });
  }
  for (const name of call.outputs ?? []) putMessage(writer, 6, (output) => putText(output, 1, name));
  for (const input of inputs) putBytes(writer, 7, rawBytes(input));
}

function putModel(writer: BinaryWriter, { model, version = '' }: ModelCall): void {
  putText(writer, 1, model);
  putText(writer, 2, version);
}

interface Output {
  name: string;
  datatype: string;
  shape: number[];
  /** Typed elements, where an answer has them instead of raw ones. */
  values: unknown[];
}

interface Answer {
  modelName: string;
  modelVersion: string;
  outputs: Output[];
  raw: Uint8Array[];
}

const CONTENTS: FieldReaders<unknown[]> = {
  1: (reader, into, wireType) => readNumbers<unknown>(reader, wireType, (one) => one.bool(), into),
  2: (reader, into, wireType) => readNumbers<unknown>(reader, wireType, (one) => one.int32(), into),
  3: (reader, into, wireType) => readNumbers<unknown>(reader, wireType, readLong, into),
  4: (reader, into, wireType) => readNumbers<unknown>(reader, wireType, (one) => one.uint32(), into),
  5: (reader, into, wireType) => readNumbers<unknown>(reader, wireType, readUnsignedLong, into),
  6: (reader, into, wireType) => readNumbers<unknown>(reader, wireType, (one) => one.float(), into),
  7: (reader, into, wireType) => readNumbers<unknown>(reader, wireType, (one) => one.double(), into),
  8: (reader, into) => void into.push(reader.bytes()),
};

const OUTPUT: FieldReaders<Output> = {
  1: (reader, into) => {
    into.name = reader.string();
  },
  2: (reader, into) => {
    into.datatype = reader.string();
  },
  3: (reader, into, wireType) => readNumbers(reader, wireType, readSafeInteger, into.shape),
  5: (reader, into) => void readMessage(reader.bytes(), into.values, CONTENTS),
};

const ANSWER: FieldReaders<Answer> = {
  1: (reader, into) => {
    into.modelName = reader.string();
  },
  2: (reader, into) => {
    into.modelVersion = reader.string();
  },
  5: (reader, into) => void into.outputs.push(readOutput(reader)),
  6: (reader, into) => void into.raw.push(reader.bytes()),
};

function readOutput(reader: BinaryReader): Output {
  return readMessage(reader.bytes(), { name: '', datatype: '', shape: [], values: [] }, OUTPUT);
}

function readAnswer(bytes: Uint8Array, call: ModelCall): Prediction {
  const answer = readMessage(bytes, { modelName: '', modelVersion: '', outputs: [], raw: [] }, ANSWER);
  const tensors = answer.outputs.map((output, index) => toTensor(output, answer.raw[index]));
  return {
    modelName: answer.modelName,
    modelVersion: answer.modelVersion,
    outputs: chooseOutputs(tensors, call),
  };
}

function toTensor({ name, datatype, shape, values }: Output, raw: Uint8Array | undefined): Tensor {
  const type = asDatatype(datatype);
  return raw === undefined ? fromFlat(name, type, shape, values) : readRaw(name, type, shape, raw);
}

interface Metadata {
  inputs: DescribedTensor[];
  outputs: DescribedTensor[];
  /** Names of classes by the names of outputs. */
  labels: Map<string, readonly string[]>;
}

/** Stands before the name of an output whose classes have names, which are a list in JSON. */
const LABELS = 'labels.';

const METADATA: FieldReaders<Metadata> = {
  4: (reader, into) => void into.inputs.push(readDescribed(reader)),
  5: (reader, into) => void into.outputs.push(readDescribed(reader)),
  6: (reader, into) => {
    const { key, value } = readEntry(reader);
    const labels = key.startsWith(LABELS) ? textsOf(parseAnswer(value)) : undefined;
    if (labels !== undefined) into.labels.set(key.slice(LABELS.length), labels);
  },
};

function readDescription(bytes: Uint8Array): ModelDescription {
  const empty: Metadata = { inputs: [], outputs: [], labels: new Map() };
  const { inputs, outputs, labels } = readMessage(bytes, empty, METADATA);
  const labelled = outputs.map((output) => {
    const names = labels.get(output.name);
    return names === undefined ? output : { ...output, labels: names };
  });
  return { inputs, outputs: labelled };
}

/** The messages of metadata have name, datatype and shape where those of outputs have them. */
function readDescribed(reader: BinaryReader): DescribedTensor {
  const { name, datatype, shape } = readOutput(reader);
  return { name, datatype: asDatatype(datatype), shape: shape.map((size) => (size >= 0 ? size : null)) };
}
