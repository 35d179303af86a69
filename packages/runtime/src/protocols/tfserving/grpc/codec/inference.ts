import { SlipwayError } from '@slipway/contract';
import { encodeMessage } from '../../../../protobuf/encode.ts';
import {
  decodeWith,
  nextField,
  readMessage,
  readString,
  skipField,
  type WireReader,
} from '../../../../protobuf/reader.ts';
import type { MessageInit } from '../../../../protobuf/schema.ts';
import type { EncodedMessage } from '../../../../protobuf/writer.ts';
import type { Answer, Classification } from '../../answers.ts';
import type { Example } from '../../example-tensors.ts';
import { type EffectiveSpec, type ModelSpec, readModelSpec, specMessage } from './model-spec.ts';
import { type InputFields, readInput, withContext } from './read-examples.ts';
import {
  CLASSIFICATION_RESPONSE,
  type CLASSIFICATION_RESULT,
  MULTI_INFERENCE_RESPONSE,
  REGRESSION_RESPONSE,
  type REGRESSION_RESULT,
} from './serving-messages.ts';

/** A `ClassificationRequest` or a `RegressionRequest`, which look the same. */
export interface ExamplesRequest {
  /** Absent: the default model. */
  readonly spec: ModelSpec | undefined;
  /** At least one, with the features of the context; an error is told only once the model is found. */
  readonly examples: readonly Example[] | SlipwayError;
}

/** A `MultiInferenceRequest`: several questions about the same examples. */
export interface MultiInferenceRequest {
  readonly tasks: readonly InferenceTask[];
  /** As those of `ExamplesRequest`. */
  readonly examples: readonly Example[] | SlipwayError;
}

export interface InferenceTask {
  readonly spec: ModelSpec | undefined;
  /** `tensorflow/serving/classify` or `tensorflow/serving/regress`, if it is one that is known. */
  readonly methodName: string;
}

/** The answer to one task. */
export interface InferenceResult {
  readonly spec: EffectiveSpec;
  readonly answer: Answer;
}

const NO_INPUT: InputFields = { examples: [], context: undefined };

/** Reads a `ClassificationRequest` or a `RegressionRequest`. The error is `invalid_argument`. */
export function decodeExamplesRequest(bytes: Uint8Array): ExamplesRequest | SlipwayError {
  const fields = decodeWith(bytes, readExamplesRequest);
  if (fields instanceof SlipwayError) return fields;
  return { spec: fields.spec, examples: withContext(fields.input) };
}

function readExamplesRequest(reader: WireReader) {
  let spec: ModelSpec | undefined;
  let input = NO_INPUT;
  while (nextField(reader)) {
    if (reader.field === 1) spec = readMessage(reader, 'model_spec', readModelSpec);
    else if (reader.field === 2) input = readMessage(reader, 'input', readInput);
    else skipField(reader);
  }
  return { spec, input };
}

/** Reads a `MultiInferenceRequest`. The error is `invalid_argument`. */
export function decodeMultiInferenceRequest(bytes: Uint8Array): MultiInferenceRequest | SlipwayError {
  const fields = decodeWith(bytes, readMultiInferenceRequest);
  if (fields instanceof SlipwayError) return fields;
  return { tasks: fields.tasks, examples: withContext(fields.input) };
}

function readMultiInferenceRequest(reader: WireReader) {
  const tasks: InferenceTask[] = [];
  let input = NO_INPUT;
  while (nextField(reader)) {
    if (reader.field === 1) tasks.push(readMessage(reader, 'tasks', readTask));
    else if (reader.field === 2) input = readMessage(reader, 'input', readInput);
    else skipField(reader);
  }
  return { tasks, input };
}

function readTask(reader: WireReader): InferenceTask {
  let spec: ModelSpec | undefined;
  let methodName = '';
  while (nextField(reader)) {
    if (reader.field === 1) spec = readMessage(reader, 'model_spec', readModelSpec);
    else if (reader.field === 2) methodName = readString(reader, 'method_name');
    else skipField(reader);
  }
  return { spec, methodName };
}

/** Writes the `ClassificationResponse` or `RegressionResponse` that the answer is for. */
export function encodeAnswer({ spec, answer }: InferenceResult): EncodedMessage {
  const modelSpec = specMessage(spec);
  return answer.method === 'classify'
    ? encodeMessage(CLASSIFICATION_RESPONSE, { result: classifications(answer.results), modelSpec })
    : encodeMessage(REGRESSION_RESPONSE, { result: regressions(answer.results), modelSpec });
}

/** Writes a `MultiInferenceResponse`, with the results in the order of the tasks. */
export function encodeMultiInferenceResponse(results: readonly InferenceResult[]): EncodedMessage {
  return encodeMessage(MULTI_INFERENCE_RESPONSE, {
    results: results.map(({ spec, answer }) => {
      const modelSpec = specMessage(spec);
      return answer.method === 'classify'
        ? { modelSpec, classificationResult: classifications(answer.results) }
        : { modelSpec, regressionResult: regressions(answer.results) };
    }),
  });
}

function classifications(
  results: readonly (readonly Classification[])[],
): MessageInit<typeof CLASSIFICATION_RESULT> {
  return { classifications: results.map((classes) => ({ classes: classes.map(labelled) })) };
}

/** A label is text on the wire, so bytes that are no UTF-8 are replaced. */
function labelled({ label, score }: Classification) {
  return { label: Buffer.from(label).toString('utf8'), score };
}

function regressions(results: readonly number[]): MessageInit<typeof REGRESSION_RESULT> {
  return { regressions: results.map((value) => ({ value })) };
}
