import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elementCount, SlipwayError } from '@slipway/contract';
import { fuzz } from '../../../fuzzing.test.helper.ts';
import { messageBytes, VECTORS } from '../../../grpc/vector-fixtures.ts';
import { checkInputs, type GivenInput } from '../../check-inputs.ts';
import type { OipModel } from '../../model.ts';
import { statusOf } from '../errors.ts';
import { decodeModelInferRequest } from './decode-infer-request.ts';

const SAMPLES = [...VECTORS.inferRequests.map(({ message }) => message), VECTORS.inferResponse.message];

test('damaged ModelInferRequests are read or refused with a status of the protocol', () => {
  fuzz({
    samples: SAMPLES.map(messageBytes),
    decode: (message) => {
      const request = decodeModelInferRequest(message);
      const given = request instanceof SlipwayError ? request : request.inputs;
      if (given instanceof SlipwayError) return given;
      const inputs = checkInputs(modelFor(given), given);
      if (inputs instanceof SlipwayError) return inputs;
      for (const { data, shape } of inputs) assert.equal(data.length, elementCount(shape));
      return inputs.map(({ data }) => data);
    },
    answerTo: (error) => {
      const { status, message } = statusOf(error);
      assert.ok(status === 'INVALID_ARGUMENT' || status === 'UNIMPLEMENTED', `${status}: ${message}`);
      return message;
    },
  });
});

/** A model that has the inputs of the request, so that its elements are looked at. */
function modelFor(inputs: readonly GivenInput[]): OipModel {
  const specs = inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape: shape.map(() => null) }));
  return { name: 'm', signature: { inputs: specs, outputs: [] } };
}
