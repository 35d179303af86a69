import assert from 'node:assert/strict';
import { elementCount, SlipwayError, type TensorData } from '@slipway/contract';
import { onlyText } from '../../../fuzzing.test.helper.ts';
import { modelOf } from '../../fixtures.ts';
import { errorAnswer } from '../errors.ts';
import { decodeInferRequest } from './infer-request.ts';

const MAX_INPUT_BYTES = 10_000;

const MODEL = modelOf(
  [
    ['a', 'INT64', [2]],
    ['b', 'BYTES', [null]],
    ['c', 'FP32', [null, 2]],
  ],
  [
    ['y', 'FP32', [3]],
    ['z', 'INT8', [3]],
  ],
);

/** What means something in a request of this protocol. */
export const FRAGMENTS: readonly Buffer[] = [
  '"data":',
  '"shape":',
  '"parameters":{',
  '"binary_data_size":',
  '"shared_memory_region":"r",',
  '"FP16"',
  '"BYTES"',
  '4294967295',
].map((text) => Buffer.from(text));

/** Reads a request for the model of these tests. */
export function decode(body: Buffer, headerLength: string | undefined): readonly TensorData[] | SlipwayError {
  const call = decodeInferRequest({ body, headerLength, maxInputBytes: MAX_INPUT_BYTES }, MODEL);
  if (call instanceof SlipwayError) return call;
  for (const { data, shape } of call.inputs) assert.equal(data.length, elementCount(shape));
  return call.inputs.map(({ data }) => data);
}

/** The text of an error as the protocol tells it. */
export function answerTo(error: SlipwayError): string {
  const { status, body } = errorAnswer(error);
  assert.ok(status === 400 || status === 501, `${status}: ${error.message}`);
  return onlyText(body, 'error');
}
