import { SlipwayError, type Tensor } from '@slipway/contract';
import type { GrpcCall } from '../../grpc/call.ts';
import { infer } from '../../grpc/infer.ts';
import type { Reply, UnaryMethod } from '../../grpc/method.ts';
import { servingDataPlane } from '../../infer.ts';
import { readAnswer } from '../answers.ts';
import { examplesToTensors } from '../example-tensors.ts';
import {
  type AnswerOutputs,
  answerOutputNames,
  DEFAULT_SIGNATURE,
  type ExampleMethod,
  findAnswerOutputs,
  isDefaultSignature,
} from '../signatures.ts';
import {
  decodeExamplesRequest,
  decodeMultiInferenceRequest,
  encodeAnswer,
  encodeMultiInferenceResponse,
  type InferenceResult,
  type InferenceTask,
} from './codec/inference.ts';
import { findServable, type Servable } from './find-servable.ts';
import { effectiveSpec } from './predict.ts';

const METHODS: Readonly<Record<string, ExampleMethod>> = {
  'tensorflow/serving/classify': 'classify',
  'tensorflow/serving/regress': 'regress',
};

const QUESTIONS = { classify: 'Classify', regress: 'Regress' } as const;

/** Answers `Classify` or `Regress`. */
export function askExamples(method: ExampleMethod): UnaryMethod['serve'] {
  return (message, call) => {
    const decodeFrom = performance.now();
    const request = decodeExamplesRequest(message);
    if (request instanceof SlipwayError) return request;
    const { spec, examples } = request;
    const servable = find(spec, call);
    if (servable instanceof SlipwayError) return servable;
    const { dataPlane, model } = servable;
    const names = findAnswerOutputs(method, spec?.signatureName ?? '', model.signature);
    if (names instanceof SlipwayError) return names;
    if (examples instanceof SlipwayError) return examples;
    const inputs = examplesToTensors(model.signature, examples);
    if (inputs instanceof SlipwayError) return inputs;
    const asked = { inputs, outputs: answerOutputNames(names) };
    const question = QUESTIONS[method];
    const inference = { protocol: 'tfserving', dataPlane, model, asked, question, decodeFrom } as const;
    return infer(call, inference, ({ outputs }) => {
      const answer = readAnswer(outputs, names, examples.length);
      return answer instanceof SlipwayError
        ? answer
        : encodeAnswer({ spec: effectiveSpec(spec, servable), answer });
    });
  };
}

/** Answers `MultiInference`: several questions about the same examples, with one run of the model. */
export function multiInference(message: Uint8Array, call: GrpcCall): Reply | Promise<Reply> {
  const decodeFrom = performance.now();
  const request = decodeMultiInferenceRequest(message);
  if (request instanceof SlipwayError) return request;
  const { tasks, examples } = request;
  const problem = wrongTasks(tasks);
  if (problem !== undefined) return problem;
  const servable = find(tasks[0]?.spec, call);
  if (servable instanceof SlipwayError) return servable;
  const { dataPlane, model } = servable;
  const asking = questionsOf(tasks, servable);
  if (asking instanceof SlipwayError) return asking;
  if (examples instanceof SlipwayError) return examples;
  const inputs = examplesToTensors(model.signature, examples);
  if (inputs instanceof SlipwayError) return inputs;
  const outputs = [...new Set(asking.flatMap(answerOutputNames))];
  const asked = { inputs, outputs };
  const question = 'MultiInference';
  const inference = { protocol: 'tfserving', dataPlane, model, asked, question, decodeFrom } as const;
  return infer(call, inference, (answered) => {
    const results = answerTasks(tasks, asking, servable, answered.outputs, examples.length);
    return results instanceof SlipwayError ? results : encodeMultiInferenceResponse(results);
  });
}

function find(spec: InferenceTask['spec'], call: GrpcCall) {
  const dataPlane = servingDataPlane(call);
  if (dataPlane instanceof SlipwayError) return dataPlane;
  const servable = findServable(dataPlane, spec, call, 'classify');
  return servable instanceof SlipwayError ? servable : { ...servable, dataPlane };
}

/** The same question twice is refused as the stock server does, where a signature answers but one. */
function wrongTasks(tasks: readonly InferenceTask[]): SlipwayError | undefined {
  if (tasks.length === 0) return invalid('Inference request requires at least one task.');
  const name = tasks[0]?.spec?.name ?? '';
  const seen = new Set<string>();
  for (const { spec, methodName } of tasks) {
    if ((spec?.name ?? '') !== name) {
      return invalid('All ModelSpecs in a MultiInferenceRequest must access the same model name.');
    }
    const signature = spec?.signatureName || DEFAULT_SIGNATURE;
    if (seen.has(`${methodName} ${signature}`))
      return invalid(`Duplicate evaluation of signature: ${signature}`);
    seen.add(`${methodName} ${signature}`);
  }
  return undefined;
}

function questionsOf(
  tasks: readonly InferenceTask[],
  servable: Servable,
): readonly AnswerOutputs[] | SlipwayError {
  const questions: AnswerOutputs[] = [];
  for (const task of tasks) {
    const question = questionOf(task, servable);
    if (question instanceof SlipwayError) return question;
    questions.push(question);
  }
  return questions;
}

function questionOf({ spec, methodName }: InferenceTask, { model }: Servable): AnswerOutputs | SlipwayError {
  const signature = spec?.signatureName ?? '';
  if (!isDefaultSignature(signature))
    return invalid(`Requested signature not found in model graph: ${signature}`);
  const method = METHODS[methodName];
  if (method !== undefined) return findAnswerOutputs(method, signature, model.signature);
  return new SlipwayError('unsupported', `Unsupported signature method_name: ${methodName}`);
}

function answerTasks(
  tasks: readonly InferenceTask[],
  questions: readonly AnswerOutputs[],
  servable: Servable,
  outputs: readonly Tensor[],
  examples: number,
): readonly InferenceResult[] | SlipwayError {
  const results: InferenceResult[] = [];
  for (const [index, question] of questions.entries()) {
    const answer = readAnswer(outputs, question, examples);
    if (answer instanceof SlipwayError) return answer;
    results.push({ spec: effectiveSpec(tasks[index]?.spec, servable), answer });
  }
  return results;
}

function invalid(message: string): SlipwayError {
  return new SlipwayError('invalid_argument', message);
}
