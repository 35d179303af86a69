import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elementCount, SlipwayError, type TensorData } from '@slipway/contract';
import { decodeModelInferRequest } from '../oip/grpc/codec/decode-infer-request.ts';
import { decodeExamplesRequest, decodeMultiInferenceRequest } from '../tfserving/grpc/codec/inference.ts';
import { decodePredictRequest } from '../tfserving/grpc/codec/predict.ts';
import { messageBytes, VECTORS } from './vector-fixtures.ts';

/** Mutated messages for each decoder; `FUZZ_MESSAGES` asks for more. */
const MESSAGES = Number(process.env['FUZZ_MESSAGES'] ?? 5_000);
const SEED = 20_190_506;
const MAX_EXPANSION = 10_000;

/** The most that a number takes for a byte of the message: an int64 of one byte. */
const BYTES_FOR_A_BYTE = 8;

const SEEDS = [
  ...VECTORS.predictRequests.map(({ message }) => message),
  ...VECTORS.inferRequests.map(({ message }) => message),
  VECTORS.inferResponse.message,
  VECTORS.multiInferenceRequest,
].map(messageBytes);

type Decode = (bytes: Uint8Array) => readonly TensorData[] | SlipwayError;

const DECODERS: Readonly<Record<string, Decode>> = {
  predict: (bytes) => {
    const request = decodePredictRequest(bytes, MAX_EXPANSION);
    if (request instanceof SlipwayError) return request;
    for (const { data, shape } of request.inputs) assert.equal(data.length, elementCount(shape));
    return request.inputs.map(({ data }) => data);
  },
  infer: (bytes) => {
    const request = decodeModelInferRequest(bytes);
    if (request instanceof SlipwayError) return request;
    return request.inputs.map(({ content }) => (content.form === 'raw' ? content.bytes : content.data));
  },
  examples: (bytes) => {
    const request = decodeExamplesRequest(bytes);
    if (request instanceof SlipwayError) return request;
    return request.examples.flatMap((example) => [...example.values()].map(({ values }) => values));
  },
  multiInference: (bytes) => {
    const request = decodeMultiInferenceRequest(bytes);
    if (request instanceof SlipwayError) return request;
    return request.examples.flatMap((example) => [...example.values()].map(({ values }) => values));
  },
};

for (const [name, decode] of Object.entries(DECODERS)) {
  test(`${name}: broken messages are read or refused, and take no memory beyond their own`, () => {
    const random = createRandom(SEED);
    for (let count = 0; count < MESSAGES; count += 1) {
      const message = mutate(random);
      const read = decode(message);
      if (read instanceof SlipwayError) {
        assert.ok(['invalid_argument', 'unsupported'].includes(read.code), read.message);
        continue;
      }
      const taken = read.reduce((total, data) => total + takenBytes(data), 0);
      const most = BYTES_FOR_A_BYTE * message.length + MAX_EXPANSION;
      assert.ok(taken <= most, `${taken} of ${message.length}: ${Buffer.from(message).toString('hex')}`);
    }
  });
}

function takenBytes(data: TensorData): number {
  return ArrayBuffer.isView(data) ? data.byteLength : data.length * BYTES_FOR_A_BYTE;
}

/** A message with a few bytes changed, cut out, doubled or put together with another. */
function mutate(random: (below: number) => number): Uint8Array {
  let bytes = Buffer.from(SEEDS[random(SEEDS.length)] ?? []);
  for (let change = random(4); change >= 0; change -= 1) {
    const at = random(bytes.length + 1);
    const kind = random(5);
    if (kind === 0 && at < bytes.length) bytes[at] = random(256);
    else if (kind === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random(8))]);
    else if (kind === 2)
      bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - random(40)))]);
    else if (kind === 3 && at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
    else
      bytes = Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from(SEEDS[random(SEEDS.length)] ?? []).subarray(random(60)),
      ]);
  }
  return bytes;
}

/** The same numbers in every run: a linear congruential generator, whose upper bits are used. */
function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
