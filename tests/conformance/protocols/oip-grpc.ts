import type { Datatype } from '@slipway/contract';
import { cutRaw, joinRaw, numberOf, type WireTensor } from '../suite/elements.ts';
import { callUnary, loadMethod } from './grpc-channel.ts';
import { type Answer, type Call, Inexpressible, type Protocol } from './protocol.ts';

/** `GRPCInferenceService/ModelInfer` with raw contents, as the stock clients send them. */
export const oipGrpc: Protocol = {
  name: 'oip-grpc-raw',
  call: (call) =>
    infer(call, {
      inputs: call.request.inputs.map(head),
      raw_input_contents: call.request.inputs.map(joinRaw),
    }),
};

/** The same with typed contents. */
export const oipGrpcTyped: Protocol = {
  name: 'oip-grpc-typed',
  call: (call) =>
    infer(call, {
      inputs: call.request.inputs.map((tensor) => ({ ...head(tensor), contents: contents(tensor) })),
    }),
};

const MODEL_INFER = loadMethod('oip.proto', 'inference.GRPCInferenceService', 'ModelInfer');

/** The field of each datatype's elements. */
const CONTENTS: Readonly<Partial<Record<Datatype, string>>> = {
  BOOL: 'bool_contents',
  UINT8: 'uint_contents',
  UINT16: 'uint_contents',
  UINT32: 'uint_contents',
  UINT64: 'uint64_contents',
  INT8: 'int_contents',
  INT16: 'int_contents',
  INT32: 'int_contents',
  INT64: 'int64_contents',
  FP32: 'fp32_contents',
  FP64: 'fp64_contents',
  BYTES: 'bytes_contents',
};

interface InferResponse {
  readonly model_version: string;
  readonly outputs: readonly {
    readonly name: string;
    readonly datatype: Datatype;
    readonly shape: string[];
  }[];
  readonly raw_output_contents: readonly Buffer[];
}

function infer(call: Call, tensors: object): Promise<Answer> {
  const { version, label, signature } = call.request;
  if (signature !== undefined) throw new Inexpressible('The protocol knows no signatures.');
  const request = {
    model_name: call.model,
    model_version: String(version ?? label ?? ''),
    outputs: wanted(call),
    ...tensors,
  };
  return callUnary(call, MODEL_INFER, request, (response) => readResponse(response as InferResponse));
}

function wanted({ request: { outputs, classes }, signature }: Call): object[] {
  const names = outputs ?? (classes === undefined ? [] : signature.outputs.map(({ name }) => name));
  const parameters = classes === undefined ? {} : { classification: { int64_param: classes } };
  return names.map((name) => ({ name, parameters }));
}

function head({ name, datatype, shape }: WireTensor): object {
  return { name, datatype, shape };
}

function contents({ datatype, elements }: WireTensor): object {
  const field = CONTENTS[datatype];
  if (field === undefined) throw new Inexpressible(`There is no field for elements of ${datatype}.`);
  const values = elements.map((element) =>
    datatype === 'BYTES' ? element : plain(numberOf(datatype, element)),
  );
  return { [field]: values };
}

/** 64-bit integers go as text. */
function plain(value: number | bigint | boolean): number | string | boolean {
  return typeof value === 'bigint' ? String(value) : value;
}

function readResponse({ model_version, outputs, raw_output_contents }: InferResponse): Answer {
  return {
    version: Number(model_version),
    outputs: outputs.map(({ name, datatype, shape }, index) => {
      const raw = raw_output_contents[index] ?? Buffer.alloc(0);
      return { name, datatype, shape: shape.map(Number), elements: cutRaw(datatype, raw) };
    }),
  };
}
