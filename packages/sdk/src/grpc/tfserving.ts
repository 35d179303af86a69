// https://github.com/tensorflow/serving/tree/master/tensorflow_serving/apis: predict.proto, get_model_metadata.proto
import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import { WireType } from '@bufbuild/protobuf/wire';
import type { Tensor } from '@slipway/contract';
import { brokenAnswer } from '../prediction/elements.ts';
import { chooseOutputs, type ModelCall } from '../prediction/model-call.ts';
import { datatypeOfNumber } from '../prediction/tensorflow-types.ts';
import type { DescribedTensor, ModelDescription, Prediction } from '../prediction/types.ts';
import type { GrpcProtocol } from './grpc-protocol.ts';
import { putTensor, readShape, readTensor, type ShapeFields } from './tensor-proto.ts';
import { type FieldReaders, putMessage, putText, readEntry, readMessage, writeMessage } from './wire.ts';

const DEFAULT_SIGNATURE = 'serving_default';

/** The one field of a model's metadata that there is. */
const SIGNATURE_DEF = 'signature_def';

/** TensorFlow Serving's PredictionService. */
export const TENSORFLOW_SERVING_GRPC: GrpcProtocol = {
  name: 'tfserving',
  scoreMethod: '/tensorflow.serving.PredictionService/Predict',
  encode: (inputs, call) => writeMessage((writer) => putRequest(writer, inputs, call)),
  decode: (answer, call) => readAnswer(answer, call),
  describeMethod: '/tensorflow.serving.PredictionService/GetModelMetadata',
  encodeDescribe: (call) =>
    writeMessage((writer) => {
      putMessage(writer, 1, (spec) => putSpec(spec, call));
      putText(writer, 2, SIGNATURE_DEF);
    }),
  readDescription: (answer, call) => readDescription(answer, call),
};

function putRequest(writer: BinaryWriter, inputs: readonly Tensor[], call: ModelCall): void {
  putMessage(writer, 1, (spec) => putSpec(spec, call));
  for (const input of inputs) {
    putMessage(writer, 2, (entry) => {
      putText(entry, 1, input.name);
      putMessage(entry, 2, (tensor) => putTensor(tensor, input));
    });
  }
  for (const name of call.outputs ?? []) putText(writer, 3, name);
}

/** A version is a number here; anything else is a label. */
function putSpec(writer: BinaryWriter, { model, version, signature = '' }: ModelCall): void {
  putText(writer, 1, model);
  if (version !== undefined && /^\d+$/.test(version)) {
    putMessage(writer, 2, (inner) => inner.tag(1, WireType.Varint).int64(version));
  } else putText(writer, 4, version ?? '');
  putText(writer, 3, signature);
}

interface Spec {
  name: string | undefined;
  version: string | undefined;
}

const INT64_VALUE: FieldReaders<Spec> = {
  1: (reader, into) => {
    into.version = String(reader.int64());
  },
};

const SPEC: FieldReaders<Spec> = {
  1: (reader, into) => {
    into.name = reader.string();
  },
  2: (reader, into) => void readMessage(reader.bytes(), into, INT64_VALUE),
};

interface Answer {
  outputs: Tensor[];
  spec: Spec;
}

const ANSWER: FieldReaders<Answer> = {
  1: (reader, into) => {
    const { key, value } = readEntry(reader);
    into.outputs.push(readTensor(key, value));
  },
  2: (reader, into) => void readMessage(reader.bytes(), into.spec, SPEC),
};

function readAnswer(bytes: Uint8Array, call: ModelCall): Prediction {
  const spec: Spec = { name: undefined, version: undefined };
  const { outputs } = readMessage<Answer>(bytes, { outputs: [], spec }, ANSWER);
  return { modelName: spec.name, modelVersion: spec.version, outputs: chooseOutputs(outputs, call) };
}

interface Bytes {
  value: Uint8Array;
}

/** The value of the metadata's only entry, which is a `google.protobuf.Any`. */
const METADATA: FieldReaders<Bytes> = {
  2: (reader, into) => {
    const { key, value } = readEntry(reader);
    if (key === SIGNATURE_DEF) readMessage(value, into, ANY);
  },
};

const ANY: FieldReaders<Bytes> = {
  2: (reader, into) => {
    into.value = reader.bytes();
  },
};

const SIGNATURES: FieldReaders<Map<string, Uint8Array>> = {
  1: (reader, into) => {
    const { key, value } = readEntry(reader);
    into.set(key, value);
  },
};

interface Signature {
  inputs: DescribedTensor[];
  outputs: DescribedTensor[];
}

const SIGNATURE: FieldReaders<Signature> = {
  1: (reader, into) => {
    const { key, value } = readEntry(reader);
    into.inputs.push(readTensorInfo(key, value));
  },
  2: (reader, into) => {
    const { key, value } = readEntry(reader);
    into.outputs.push(readTensorInfo(key, value));
  },
};

function readDescription(bytes: Uint8Array, call: ModelCall): ModelDescription {
  const name = call.signature ?? DEFAULT_SIGNATURE;
  const { value } = readMessage<Bytes>(bytes, { value: new Uint8Array(0) }, METADATA);
  const signature = readMessage(value, new Map<string, Uint8Array>(), SIGNATURES).get(name);
  if (signature === undefined) throw brokenAnswer(`It has no signature ${name}.`);
  return readMessage<Signature>(signature, { inputs: [], outputs: [] }, SIGNATURE);
}

interface TensorInfo extends ShapeFields {
  dtype: number;
}

const TENSOR_INFO: FieldReaders<TensorInfo> = {
  2: (reader, into) => {
    into.dtype = reader.int32();
  },
  3: (reader, into) => readShape(reader, into),
};

function readTensorInfo(name: string, bytes: Uint8Array): DescribedTensor {
  const { dtype, shape } = readMessage<TensorInfo>(bytes, { dtype: 0, shape: [] }, TENSOR_INFO);
  const datatype = datatypeOfNumber(dtype);
  if (datatype === undefined)
    throw brokenAnswer(`Tensor "${name}" has type ${dtype}, which this client does not know.`);
  return { name, datatype, shape: shape.map((size) => (size >= 0 ? size : null)) };
}
