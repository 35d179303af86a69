import { join } from 'node:path';
import type { MethodDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const SERVICE = 'tensorflow.serving.PredictionService';
const METHOD = 'Predict';

export const PREDICT_PATH = `/${SERVICE}/${METHOD}`;

/** TensorFlow Serving's call, for clients of the library of gRPC and for requests that are made beforehand. */
export function predictMethod(): MethodDefinition<object, object> {
  const services = loadSync(join(import.meta.dirname, 'predict.proto'), { keepCase: true });
  const service = services[SERVICE] as unknown as
    | Readonly<Record<string, MethodDefinition<object, object>>>
    | undefined;
  const method = service?.[METHOD];
  if (method === undefined) throw new Error(`predict.proto has no ${SERVICE}/${METHOD}.`);
  return method;
}
