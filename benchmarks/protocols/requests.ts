import { inferMethod, METHOD, SERVICE } from '../grpc/definition.ts';
import { PREDICT_PATH, predictMethod } from '../grpc/predict.ts';
import type { PreparedCall } from '../load/grpc-caller.ts';
import type { PostBody } from '../load/request-bytes.ts';
import type { EncodedImage, ProtocolWorkload } from './workloads.ts';

/** The name under which the replica serves its model. */
const MODEL = 'bench';

const JSON_HEADERS = { 'content-type': 'application/json' };

/** TensorFlow's number for float32. */
const DT_FLOAT = 1;

/** A request but for the key. */
export type RestRequest = Omit<PostBody, 'key'>;

/** The input as each of the REST protocols has it, by name. */
export function restRequests(workload: ProtocolWorkload): Readonly<Record<string, RestRequest>> {
  const { input, shape, values } = workload;
  const rows = nested([...values], shape.slice(1));
  const described = { name: input, shape, datatype: 'FP32' };
  return {
    'Azure JSON': postJson('/score', { data: rows }),
    'TFS JSON': postJson(`/v1/models/${MODEL}:predict`, { instances: rows }),
    'OIP JSON': postJson(`/v2/models/${MODEL}/infer`, { inputs: [{ ...described, data: [...values] }] }),
    'OIP binary': binaryRequest(described, rawBytes(values)),
  };
}

/** The input as each of the gRPC protocols has it, by name: its elements as raw bytes, as the stock clients send them. */
export function grpcCalls({
  input,
  shape,
  values,
}: ProtocolWorkload): Readonly<Record<string, PreparedCall>> {
  const raw = rawBytes(values);
  const infer = inferMethod().requestSerialize({
    model_name: MODEL,
    inputs: [{ name: input, datatype: 'FP32', shape }],
    raw_input_contents: [raw],
  });
  const tensor = {
    dtype: DT_FLOAT,
    tensor_shape: { dim: shape.map((size) => ({ size })) },
    tensor_content: raw,
  };
  const predict = predictMethod().requestSerialize({
    model_spec: { name: MODEL },
    inputs: { [input]: tensor },
  });
  return {
    'OIP gRPC': { path: `/${SERVICE}/${METHOD}`, message: infer },
    'TFS gRPC': { path: PREDICT_PATH, message: predict },
  };
}

/** An encoded image as it is. */
export function imageRequest({ jpeg }: EncodedImage): RestRequest {
  return { path: '/score', headers: { 'content-type': 'image/jpeg' }, body: jpeg };
}

function postJson(path: string, body: object): RestRequest {
  return { path, headers: JSON_HEADERS, body: Buffer.from(JSON.stringify(body)) };
}

function binaryRequest(described: object, raw: Buffer): RestRequest {
  const parameters = { binary_data_size: raw.length };
  const head = Buffer.from(
    JSON.stringify({ inputs: [{ ...described, parameters }], parameters: { binary_data_output: true } }),
  );
  return {
    path: `/v2/models/${MODEL}/infer`,
    headers: {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(head.length),
    },
    body: Buffer.concat([head, raw]),
  };
}

function rawBytes({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Flat values as lists in lists: rows of the last size within those before it. */
function nested(values: readonly unknown[], shape: readonly number[]): readonly unknown[] {
  const rows = shape.toReversed().reduce<readonly unknown[]>((flat, size) => {
    return Array.from({ length: flat.length / size }, (_, row) => flat.slice(row * size, (row + 1) * size));
  }, values);
  return rows;
}
