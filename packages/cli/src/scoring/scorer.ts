import { SlipwayError, type Tensor } from '@slipway/contract';
import {
  type ArrayInput,
  type NodePredictionClient,
  type NodeTensorClient,
  type Prediction,
  type ScoreOptions,
  toNested,
  type Webservice,
} from '@slipway/sdk';
import { type ClientChoice, callOptions, openClient, openGrpcClient, openHttpClient } from './open-client.ts';
import { readData, readImage } from './read-data.ts';
import { shortestSingle } from './shortest-single.ts';

/** What is sent, and how, as the command line says it. */
export interface ScorerOptions extends ClientChoice {
  readonly data?: string | undefined;
  readonly image?: string | undefined;
  readonly input?: string | undefined;
}

/** Calls a service with the same request again and again. */
export interface Scorer {
  /** One call; what the service answers, or its outputs in nested arrays where the protocol has none in JSON. */
  readonly score: (signal?: AbortSignal) => Promise<unknown>;
  /** The same call, of whose answer nothing is wanted. */
  readonly send: (signal: AbortSignal) => Promise<unknown>;
  /** The names that the service has for the classes of an output, or of its only one; `undefined` if it says none. */
  readonly labels: (output: string | undefined) => Promise<readonly string[] | undefined>;
  readonly close: () => void;
}

/** Reads what is to be sent and opens the client. */
export async function createScorer(service: Webservice, options: ScorerOptions): Promise<Scorer> {
  const call = callOptions(options);
  if (options.image !== undefined) return await imageScorer(service, options, call, options.image);
  const value = await readData(options.data ?? '-');
  if (options.grpc) return tensorScorer(await openGrpcClient(service, options), value, options, call);
  const client = openHttpClient(service, options);
  const body = ownBody(value, options);
  if (body === undefined) return tensorScorer(client, value, options, call);
  return scorerOf(
    client,
    call,
    (signal) => client.score(body, { ...call, signal }),
    (answer) => answer,
  );
}

function scorerOf<Answer>(
  client: NodeTensorClient,
  call: ScoreOptions,
  send: (signal?: AbortSignal) => Promise<Answer>,
  toJson: (answer: Answer) => unknown,
): Scorer {
  async function labels(output: string | undefined): Promise<readonly string[] | undefined> {
    const { outputs } = await client.describe(call);
    const [only, ...others] = outputs;
    const described =
      output === undefined && others.length === 0 ? only : outputs.find(({ name }) => name === output);
    return described?.labels;
  }
  return { score: async (signal) => toJson(await send(signal)), send, labels, close: client.close };
}

async function imageScorer(
  service: Webservice,
  options: ScorerOptions,
  call: ScoreOptions,
  path: string,
): Promise<Scorer> {
  const image = await readImage(path);
  const client = await openClient(service, options);
  const send = (signal?: AbortSignal) =>
    client.scoreImages(image, { ...call, inputName: options.input, signal });
  return scorerOf(client, call, send, outputsJson);
}

function tensorScorer(
  client: NodeTensorClient | NodePredictionClient,
  value: unknown,
  { input }: ScorerOptions,
  call: ScoreOptions,
): Scorer {
  async function send(signal?: AbortSignal): Promise<Prediction> {
    const inputs = namedInputs(value) ?? { [input ?? (await onlyInput(client, call))]: dataOf(value) };
    return await client.scoreArrays(inputs, { ...call, signal });
  }
  return scorerOf(client, call, send, outputsJson);
}

/** A body that is the protocol's own already, or what `/score` takes; `undefined` for anything else. */
function ownBody(value: unknown, { protocol = 'azure', input }: ScorerOptions): unknown {
  if (protocol === 'azure') {
    if (input !== undefined) return { inputs: { [input]: value } };
    return Array.isArray(value) ? { data: value } : value;
  }
  const { inputs, instances } = membersOf(value);
  return Array.isArray(inputs) || instances !== undefined ? value : undefined;
}

/** The inputs of `{"inputs": {"a": …}}`. */
function namedInputs(value: unknown): Readonly<Record<string, ArrayInput>> | undefined {
  const { inputs } = membersOf(value);
  return inputs === undefined ? undefined : (inputs as Readonly<Record<string, ArrayInput>>);
}

/** The array of `{"data": […]}`, or a bare one. */
function dataOf(value: unknown): ArrayInput {
  const { data = value } = membersOf(value);
  if (Array.isArray(data)) return data;
  throw new SlipwayError(
    'invalid_argument',
    '--data must be an array, {"data": […]} or {"inputs": {"name": …}}.',
    {
      details: { field: 'data' },
    },
  );
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

async function onlyInput(client: NodeTensorClient, call: ScoreOptions): Promise<string> {
  const { inputs } = await client.describe(call);
  const [only, ...others] = inputs;
  if (only !== undefined && others.length === 0) return only.name;
  throw new SlipwayError(
    'invalid_argument',
    `The model takes ${inputs.map(({ name }) => name).join(', ')}: give --data as {"inputs": {"name": …}} with all of them.`,
    { details: { field: 'data' } },
  );
}

function outputsJson({ outputs }: Prediction): unknown {
  const nested = Object.entries(outputs).map(([name, tensor]) => [name, toNested(shortened(tensor))]);
  return { outputs: Object.fromEntries(nested) };
}

/** A tensor that is shown with as few digits as tell its values. */
function shortened(tensor: Tensor): Tensor {
  if (!(tensor.data instanceof Float32Array)) return tensor;
  return { ...tensor, datatype: 'FP64', data: Float64Array.from(tensor.data, shortestSingle) };
}
