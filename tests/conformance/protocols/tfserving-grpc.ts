import type { Datatype } from '@slipway/contract';
import { elementFromText, joinRaw, numberOf, type WireTensor } from '../suite/elements.ts';
import { callUnary, loadMethod } from './grpc-channel.ts';
import { type Answer, type Call, Inexpressible, type Protocol, refuseClasses } from './protocol.ts';

/** `PredictionService/Predict` with typed values. */
export const tfservingTyped: Protocol = {
  name: 'tfserving-grpc-typed',
  call: (call) => predict(call, typedValues),
};

/** The same with `tensor_content`. */
export const tfservingContent: Protocol = {
  name: 'tfserving-grpc-content',
  call: (call) => predict(call, content),
};

const PREDICT = loadMethod('tfserving.proto', 'tensorflow.serving.PredictionService', 'Predict');

/** The number of each datatype, and the field of its elements. */
const TYPES: Readonly<Partial<Record<Datatype, readonly [number, string]>>> = {
  FP32: [1, 'float_val'],
  FP64: [2, 'double_val'],
  INT32: [3, 'int_val'],
  UINT8: [4, 'int_val'],
  INT16: [5, 'int_val'],
  INT8: [6, 'int_val'],
  BYTES: [7, 'string_val'],
  INT64: [9, 'int64_val'],
  BOOL: [10, 'bool_val'],
  UINT16: [17, 'int_val'],
  FP16: [19, 'half_val'],
  UINT32: [22, 'uint32_val'],
  UINT64: [23, 'uint64_val'],
};

interface TensorProto {
  readonly dtype: number;
  readonly tensor_shape: { readonly dim: readonly { readonly size: string }[] };
  readonly [field: string]: unknown;
}

interface PredictResponse {
  readonly outputs: Readonly<Record<string, TensorProto>>;
  readonly model_spec: { readonly version: { readonly value: string } | null };
}

function predict(call: Call, write: (tensor: WireTensor) => object): Promise<Answer> {
  const { inputs, outputs = [], version, label, signature = '' } = call.request;
  refuseClasses(call);
  const choice = label === undefined ? {} : { version_label: label };
  const request = {
    model_spec: {
      name: call.model,
      signature_name: signature,
      ...(version === undefined ? choice : { version: { value: version } }),
    },
    inputs: Object.fromEntries(inputs.map((tensor) => [tensor.name, { ...head(tensor), ...write(tensor) }])),
    output_filter: outputs,
  };
  return callUnary(call, PREDICT, request, (response) => readResponse(call, response as PredictResponse));
}

function head({ datatype, shape }: WireTensor): object {
  const [dtype] = typeOf(datatype);
  return { dtype, tensor_shape: { dim: shape.map((size) => ({ size })) } };
}

function typedValues({ datatype, elements }: WireTensor): object {
  const [, field] = typeOf(datatype);
  return { [field]: elements.map((element) => typedValue(datatype, element)) };
}

/** Halves go as their bits, 64-bit integers as text. */
function typedValue(datatype: Datatype, element: Buffer): Buffer | number | string | boolean {
  if (datatype === 'BYTES') return element;
  if (datatype === 'FP16') return element.readUInt16LE();
  const value = numberOf(datatype, element);
  return typeof value === 'bigint' ? String(value) : value;
}

function content(tensor: WireTensor): object {
  if (tensor.datatype === 'BYTES') throw new Inexpressible('tensor_content holds no strings.');
  return { tensor_content: joinRaw(tensor) };
}

/** A map has no order: the outputs come as they were asked for, or as the model has them. */
function readResponse({ request, signature }: Call, { outputs, model_spec }: PredictResponse): Answer {
  const wanted = request.outputs ?? signature.outputs.map(({ name }) => name);
  const names = Object.keys(outputs).sort((one, other) => wanted.indexOf(one) - wanted.indexOf(other));
  const { version } = model_spec;
  return {
    ...(version === null ? {} : { version: Number(version.value) }),
    outputs: names.map((name) => readTensor(name, outputs[name] as TensorProto)),
  };
}

function readTensor(name: string, tensor: TensorProto): WireTensor {
  const datatype = (Object.keys(TYPES) as Datatype[]).find((one) => TYPES[one]?.[0] === tensor.dtype);
  if (datatype === undefined) throw new Error(`The output has the type ${tensor.dtype}.`);
  const [, field] = typeOf(datatype);
  const values = tensor[field] as readonly (Buffer | number | string | boolean)[];
  const shape = tensor.tensor_shape.dim.map(({ size }) => Number(size));
  return { name, datatype, shape, elements: values.map((value) => readValue(datatype, value)) };
}

function readValue(datatype: Datatype, value: Buffer | number | string | boolean): Buffer {
  if (Buffer.isBuffer(value)) return value;
  if (datatype === 'FP16') return elementFromText('UINT16', String(value));
  return elementFromText(datatype, Object.is(value, -0) ? '-0' : String(value));
}

function typeOf(datatype: Datatype): readonly [number, string] {
  const found = TYPES[datatype];
  if (found === undefined) throw new Inexpressible(`The suite has no TensorFlow type for ${datatype}.`);
  return found;
}
