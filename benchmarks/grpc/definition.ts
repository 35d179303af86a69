import { join } from 'node:path';
import type { MethodDefinition } from '@grpc/grpc-js';
import { loadSync, type MessageTypeDefinition } from '@grpc/proto-loader';

/** Where the method is called. */
export const SERVICE = 'inference.GRPCInferenceService';
export const METHOD = 'ModelInfer';

/** The method as proto-loader reads it: serializers for grpc-js, and the descriptors of its file. */
export interface InferMethod extends MethodDefinition<object, object> {
  readonly requestType: MessageTypeDefinition<object, object>;
}

/** Reads `infer.proto`. */
export function inferMethod(): InferMethod {
  const definition = loadSync(join(import.meta.dirname, 'infer.proto'), { keepCase: true })[SERVICE];
  const methods = definition as unknown as Readonly<Record<string, InferMethod>> | undefined;
  const method = methods?.[METHOD];
  if (method === undefined) throw new Error(`infer.proto has no ${SERVICE}/${METHOD}.`);
  return method;
}

/** What every server answers: the shape of the input, which costs a model nothing. */
export function inferAnswer(elements: number): object {
  const shape = BigInt64Array.from([1n, BigInt(elements)]);
  return {
    model_name: 'bench',
    model_version: '1',
    outputs: [{ name: 'output', datatype: 'INT64', shape: [2] }],
    raw_output_contents: [Buffer.from(shape.buffer)],
  };
}
