import { SlipwayError } from '@slipway/contract';
import type { Question } from '../../../observability/asked-by.ts';
import type { Answer } from '../../exchange.ts';
import { JSON_TYPE } from '../../headers.ts';
import type { InferSteps } from '../../infer.ts';
import { nameOutputs } from '../../tensor-names.ts';
import type { ExampleMethod } from '../signatures.ts';
import { decodeExamples, type ExampleCall } from './codec/decode-examples.ts';
import { decodePredict } from './codec/decode-predict.ts';
import { encodeAnswer } from './codec/encode-answers.ts';
import { encodePredict } from './codec/encode-predict.ts';
import type { PredictCall } from './codec/predict-call.ts';

/** Images that come as they are are instances, and are answered so. */
export const PREDICT: InferSteps<PredictCall> = {
  decode: (body, { signature }) => decodePredict(body, signature),
  ofInputs: (inputs) => ({ inputs, format: 'row', naming: 'key' }),
  encode: ({ outputs }, { format, naming }, { signature }) =>
    jsonAnswer(encodePredict(nameOutputs(outputs, signature, naming), format)),
};

export const CLASSIFY = exampleSteps('classify', 'Classify');
export const REGRESS = exampleSteps('regress', 'Regress');

function exampleSteps(method: ExampleMethod, question: Question): InferSteps<ExampleCall> {
  return {
    question,
    decode: (body, { signature }) => decodeExamples(body, method, signature),
    ofInputs: () =>
      new SlipwayError(
        'unsupported_media_type',
        `To ${method}, send examples as JSON; images as they are may be sent to predict.`,
      ),
    encode: ({ outputs }, call) => jsonAnswer(encodeAnswer(outputs, call)),
  };
}

function jsonAnswer(body: Buffer | SlipwayError): Answer | SlipwayError {
  return body instanceof SlipwayError ? body : { status: 200, contentType: JSON_TYPE, body };
}
