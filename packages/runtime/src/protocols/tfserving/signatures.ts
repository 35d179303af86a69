import { type Datatype, type Signature, SlipwayError, type TensorSpec } from '@slipway/contract';
import { keyOf } from '../tensor-names.ts';

/** The name under which a model's one signature is found, as TensorFlow names the signature to serve. */
export const DEFAULT_SIGNATURE = 'serving_default';

/** The method that a model's signature is for, as its metadata say. */
export const PREDICT_METHOD = 'tensorflow/serving/predict';

/** The two questions about examples, which are lists of named features, instead of tensors. */
export type ExampleMethod = 'classify' | 'regress';

/** The outputs that answer a question about examples. */
export type AnswerOutputs =
  | {
      readonly method: 'classify';
      readonly classes: string | undefined;
      readonly scores: string | undefined;
      /** The names of the classes, where no output has them. */
      readonly labels: readonly string[] | undefined;
    }
  | { readonly method: 'regress'; readonly values: string };

const SCORES: ReadonlySet<Datatype> = new Set(['FP32', 'FP64']);

/** True for the name of the one signature; an empty name means it too. */
export function isDefaultSignature(name: string): boolean {
  return name === '' || name === DEFAULT_SIGNATURE;
}

/** What a predict request over REST is told of a signature that is not there. */
export function unknownPredictSignature(name: string): SlipwayError | undefined {
  if (isDefaultSignature(name)) return undefined;
  const text = `Serving signature name: "${name}" not found in signature def`;
  return new SlipwayError('invalid_argument', text);
}

/**
 * The outputs that answer the question. A model can classify if it has an output `classes` (BYTES), an output `scores`
 * (floating point), or both, or only one output (floating point) whose classes have declared labels, and no `classes` that are
 * numbers; it can regress if it has an output `outputs` (floating point), or only one that is floating point; these are keys
 * where the model has any. Either way every input must have a dimension for the examples. The error is the stock server's.
 */
export function findAnswerOutputs(
  method: ExampleMethod,
  name: string,
  signature: Signature,
): AnswerOutputs | SlipwayError {
  if (!isDefaultSignature(name)) {
    return new SlipwayError('invalid_argument', `No signature was found with the name: ${name}`);
  }
  const takesExamples =
    signature.inputs.length > 0 && signature.inputs.every(({ shape }) => shape.length > 0);
  const outputs = method === 'classify' ? findClasses(signature.outputs) : findValues(signature.outputs);
  return takesExamples && outputs !== undefined ? outputs : wrongMethod(method);
}

function findClasses(outputs: readonly TensorSpec[]): AnswerOutputs | undefined {
  const named = outputs.find((spec) => keyOf(spec) === 'classes');
  // Numbers of classes are told by detectors, whose scores are of boxes.
  if (named !== undefined && named.datatype !== 'BYTES') return undefined;
  const classes = named?.name;
  const floats = outputs.filter(({ datatype }) => SCORES.has(datatype));
  const labelled = floats.filter(({ labels }) => labels !== undefined);
  const scores =
    floats.find((spec) => keyOf(spec) === 'scores') ??
    (classes === undefined && labelled.length === 1 ? labelled[0] : undefined);
  if (classes === undefined && scores === undefined) return undefined;
  const labels = classes === undefined ? scores?.labels : undefined;
  return { method: 'classify', classes, scores: scores?.name, labels };
}

function findValues(outputs: readonly TensorSpec[]): AnswerOutputs | undefined {
  const floats = outputs.filter(({ datatype }) => SCORES.has(datatype));
  const values =
    floats.find((spec) => keyOf(spec) === 'outputs') ?? (floats.length === 1 ? floats[0] : undefined);
  return values && { method: 'regress', values: values.name };
}

function wrongMethod(method: ExampleMethod): SlipwayError {
  const kind = method === 'classify' ? 'classification' : 'regression';
  return new SlipwayError(
    'invalid_argument',
    `Expected ${kind} signature method_name to be tensorflow/serving/${method}. Was: ${PREDICT_METHOD}`,
  );
}

/** The names of the outputs that the data plane must give. */
export function answerOutputNames(outputs: AnswerOutputs): readonly string[] {
  if (outputs.method === 'regress') return [outputs.values];
  return [outputs.classes, outputs.scores].filter((name) => name !== undefined);
}
