import assert from 'node:assert/strict';
import { PREDICT_PATH, predictMethod } from '../grpc/predict.ts';
import { grpcCallers } from '../load/grpc-caller.ts';
import { type Address, openConnection } from '../load/http-connection.ts';
import type { Caller } from '../load/load.ts';
import { postBodyBytes } from '../load/request-bytes.ts';
import { imageRequest } from '../protocols/requests.ts';
import { SERVICE } from '../targets/service-files.ts';

/** TensorFlow's number for strings, which encoded images are. */
const DT_STRING = 7;

/** Answers may differ in the last bits, because graphs are optimized. */
const TOLERANCE = 1e-4;

/** A replica or a gateway in front of it. */
export interface Door {
  readonly pid: number;
  readonly address: Address;
  readonly key: string;
}

/** Calls `Predict` with one encoded photo, again and again, over one connection. */
export function photoCaller({ address, key }: Door, jpeg: Buffer): Promise<Caller> {
  const message = predictMethod().requestSerialize({
    inputs: { images: { dtype: DT_STRING, tensor_shape: { dim: [{ size: 1 }] }, string_val: [jpeg] } },
  });
  const headers = {
    authorization: `Bearer ${key}`,
    'x-ms-aml-grpc-service-route': `/api/v1/service/${SERVICE}`,
  };
  return grpcCallers(address, { path: PREDICT_PATH, message, headers })();
}

/** Throws unless a replica answers a photo with the values that the bare engine gave, to within a part of the largest. */
export async function checkAnswer(
  { address, key }: Door,
  jpeg: Buffer,
  expected: Float32Array,
  tolerance = TOLERANCE,
): Promise<void> {
  const connection = await openConnection(address);
  const { status, body } = await connection.exchange(
    postBodyBytes(address, { ...imageRequest({ jpeg, signature: {} }), key }),
  );
  connection.close();
  assert.equal(status, 200, `The replica answered ${status}: ${body}`);
  const [output] = Object.values(JSON.parse(body.toString()).outputs as Record<string, number[][]>);
  const answer = output?.[0] ?? [];
  assert.equal(answer.length, expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (const [index, value] of expected.entries()) {
    const difference = Math.abs((answer[index] ?? Number.NaN) - value);
    assert.ok(difference <= tolerance * largest, `class ${index}: ${answer[index]} instead of ${value}`);
  }
}
