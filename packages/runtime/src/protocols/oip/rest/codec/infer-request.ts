import { SlipwayError, type Tensor } from '@slipway/contract';
import { checkInputs } from '../../check-inputs.ts';
import type { OipModel } from '../../model.ts';
import { checkOutputs, type GivenWish, type OutputWish } from '../../output-wishes.ts';
import { type RequestOptions, readCount, readFlag, readRequestOptions } from '../../parameters.ts';
import { invalid, refuseSharedMemory } from '../../refusals.ts';
import { readHeaderLength } from './header-length.ts';
import { type OutputBody, readInferBody } from './infer-body.ts';
import { readInputs } from './infer-inputs.ts';
import { readRawRequest } from './raw-request.ts';

/** An inference request as it comes: the body without compression, and the header that divides it. */
export interface InferMessage {
  readonly body: Uint8Array;
  /** Value of Inference-Header-Content-Length, if it was sent. */
  readonly headerLength: string | undefined;
  /** Bytes that the JSON, and any one of its inputs in memory, may have. */
  readonly maxInputBytes: number;
}

/** A request that fits the model, ready to run. */
export interface InferCall {
  readonly id: string | undefined;
  readonly options: RequestOptions;
  /** In the model's order. Raw tensors are views of the body where they are aligned. */
  readonly inputs: readonly Tensor[];
  /** All outputs to answer with, in order. */
  readonly outputs: readonly OutputWish[];
}

/** The parameter of a request that only REST has. */
const OWN_PARAMETERS: ReadonlySet<string> = new Set(['binary_data_output']);

const NO_OPTIONS: RequestOptions = { priority: undefined, timeoutMicroseconds: undefined, custom: new Map() };

/**
 * Reads an inference request for a model: JSON, JSON with raw tensors behind it, or one raw tensor alone. The error is
 * `invalid_argument` in the stock server's words, or `unsupported` where shared memory is asked for.
 */
export function decodeInferRequest(message: InferMessage, model: OipModel): InferCall | SlipwayError {
  const { body } = message;
  const length = readHeaderLength(message.headerLength, body.length);
  if (length instanceof SlipwayError) return length;
  return length === 0
    ? decodeRawRequest(body, model)
    : decodeJsonRequest(message, length ?? body.length, model);
}

function decodeRawRequest(body: Uint8Array, model: OipModel): InferCall | SlipwayError {
  const input = readRawRequest(model, body);
  if (input instanceof SlipwayError) return input;
  const inputs = checkInputs(model, [input]);
  if (inputs instanceof SlipwayError) return inputs;
  const outputs = checkOutputs(model, [], true, []);
  if (outputs instanceof SlipwayError) return outputs;
  return { id: undefined, options: NO_OPTIONS, inputs, outputs };
}

function decodeJsonRequest(
  { body, maxInputBytes }: InferMessage,
  jsonLength: number,
  model: OipModel,
): InferCall | SlipwayError {
  if (jsonLength > maxInputBytes) return jsonTooLarge(jsonLength, maxInputBytes);
  const read = readInferBody(body.subarray(0, jsonLength));
  if (read instanceof SlipwayError) return read;
  const options = readRequestOptions(read.parameters, OWN_PARAMETERS);
  if (options instanceof SlipwayError) return options;
  const binary = readFlag(read.parameters, 'binary_data_output') ?? false;
  if (binary instanceof SlipwayError) return binary;
  if (read.inputs === undefined) {
    return invalid("Unable to parse 'inputs': attempt to access non-existing object member 'inputs'");
  }
  const raw = body.subarray(jsonLength);
  const given = readInputs(read.inputs, raw, { modelName: model.name, maxInputBytes });
  if (given instanceof SlipwayError) return given;
  const wishes = readOutputWishes(read.outputs, binary);
  if (wishes instanceof SlipwayError) return wishes;
  const names = given.map(({ name }) => name);
  const outputs = checkOutputs(model, wishes, binary, names);
  if (outputs instanceof SlipwayError) return outputs;
  const inputs = checkInputs(model, given);
  if (inputs instanceof SlipwayError) return inputs;
  return { id: read.id, options, inputs, outputs };
}

function readOutputWishes(
  bodies: readonly OutputBody[],
  binaryByDefault: boolean,
): readonly GivenWish[] | SlipwayError {
  const wishes: GivenWish[] = [];
  for (const { name, parameters } of bodies) {
    if (parameters.has('shared_memory_region')) return refuseSharedMemory();
    if (name === undefined) {
      return invalid("Unable to parse 'name': attempt to access non-existing object member 'name'");
    }
    const binary = readFlag(parameters, 'binary_data') ?? binaryByDefault;
    if (binary instanceof SlipwayError) return binary;
    const classes = readCount(parameters, 'classification') ?? 0;
    if (classes instanceof SlipwayError) return classes;
    wishes.push({ name, binary, classes });
  }
  return wishes;
}

/** The error of a JSON body that is too large, also for whoever stops reading it and has not learnt its `size`. */
export function jsonTooLarge(size: number | undefined, most: number): SlipwayError {
  return invalid(
    `request JSON size of ${size ?? `more than ${most}`} bytes exceeds the maximum allowed input size of ${most} bytes. Raise the limit of the deployment on bodies to send more.`,
  );
}
