import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elementCount, SlipwayError, type TensorData } from '@slipway/contract';
import { fuzz } from '../../../fuzzing.test.helper.ts';
import { messageBytes, VECTORS } from '../../../grpc/vector-fixtures.ts';
import { statusOf } from '../errors.ts';
import { decodeExamplesRequest, decodeMultiInferenceRequest, type ExamplesRequest } from './inference.ts';
import { decodePredictRequest } from './predict.ts';

const MAX_EXPANSION = 10_000;

const MULTI_INFERENCE = messageBytes(VECTORS.multiInferenceRequest);

interface Message {
  readonly samples: readonly Uint8Array[];
  readonly decode: (message: Uint8Array) => readonly TensorData[] | SlipwayError;
}

const MESSAGES: Readonly<Record<string, Message>> = {
  PredictRequest: {
    samples: VECTORS.predictRequests.map(({ message }) => messageBytes(message)),
    decode: (message) => {
      const request = decodePredictRequest(message, MAX_EXPANSION);
      const inputs = request instanceof SlipwayError ? request : request.inputs;
      if (inputs instanceof SlipwayError) return inputs;
      for (const { data, shape } of inputs) assert.equal(data.length, elementCount(shape));
      return inputs.map(({ data }) => data);
    },
  },
  ClassificationRequest: {
    samples: [withoutTasks(MULTI_INFERENCE)],
    decode: (message) => valuesOf(decodeExamplesRequest(message)),
  },
  MultiInferenceRequest: {
    samples: [MULTI_INFERENCE],
    decode: (message) => valuesOf(decodeMultiInferenceRequest(message)),
  },
};

for (const [name, { samples, decode }] of Object.entries(MESSAGES)) {
  test(`damaged messages are read as ${name} or refused with a status of the protocol`, () => {
    fuzz({
      samples,
      maxExpansion: MAX_EXPANSION,
      decode,
      answerTo: (error) => {
        const { status, message } = statusOf(error);
        assert.ok(status === 'INVALID_ARGUMENT' || status === 'UNIMPLEMENTED', `${status}: ${message}`);
        return message;
      },
    });
  });
}

/** What is left of a MultiInferenceRequest behind its tasks, which are its field 1: a ClassificationRequest. */
function withoutTasks(message: Uint8Array): Uint8Array {
  const [tag, length = 0] = message;
  return tag === 0x0a ? withoutTasks(message.subarray(2 + length)) : message;
}

function valuesOf(
  request: Pick<ExamplesRequest, 'examples'> | SlipwayError,
): readonly TensorData[] | SlipwayError {
  const examples = request instanceof SlipwayError ? request : request.examples;
  if (examples instanceof SlipwayError) return examples;
  return examples.flatMap((example) => [...example.values()].map(({ values }) => values));
}
