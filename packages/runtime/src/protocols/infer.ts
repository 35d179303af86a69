import { type LoadedModel, SlipwayError, toSlipwayError } from '@slipway/contract';
import { type HttpResponse, readBody, whenWritten } from '@slipway/transport';
import type {
  CallerSignal,
  DataPlane,
  InferRequest,
  InferResponse,
  ModelRef,
} from '../data-plane/data-plane.ts';
import type { Question } from '../observability/asked-by.ts';
import { clientOf } from './client-of.ts';
import { acceptedEncoding, compress, isWorthCompressing } from './compression.ts';
import { countAnswered, countBegun, countFailed } from './count.ts';
import { type Answer, answer, answerError, type Exchange } from './exchange.ts';
import { imageTensor, readImages, uploadOf } from './image-upload.ts';

/** What a request asks of a model. */
export type InferCall = Pick<InferRequest, 'inputs' | 'outputs' | 'priority' | 'timeoutMs'>;

/** The model that a request is for. */
export interface Target {
  readonly ref: ModelRef;
  /** What the protocol says if it is not there, to this body if one came; absent: what the data plane says. */
  readonly notFound?: ((body: Buffer | undefined) => SlipwayError) | undefined;
}

/** How a protocol reads what a request asks of a model, and writes the model's answer. */
export interface InferSteps<Call extends InferCall> {
  /** Reads a body without compression. */
  decode(body: Buffer, model: LoadedModel, exchange: Exchange): Call | SlipwayError;
  /** What a request asks for that says no more than its inputs: images. */
  ofInputs(inputs: InferCall['inputs'], model: LoadedModel): Call | SlipwayError;
  encode(answered: InferResponse, call: Call, model: LoadedModel): Answer | SlipwayError;
  /** Why this Content-Type is not read; absent: none is looked at but those of images. */
  refuseType?(type: string | undefined): SlipwayError | undefined;
  /** What is asked, for metrics; absent: `Predict`. */
  readonly question?: Question | undefined;
  /** True if answers are compressed for callers that accept it. */
  readonly compresses?: boolean | undefined;
}

/** Body → tensors → data plane → body, for every protocol in this order. The caller has been let in. */
export async function infer<Call extends InferCall>(
  exchange: Exchange,
  target: Target,
  steps: InferSteps<Call>,
): Promise<void> {
  const { request, context } = exchange;
  const dataPlane = servingDataPlane(exchange);
  if (dataPlane instanceof SlipwayError) return answerError(exchange, dataPlane);
  const upload = uploadOf(request.headers['content-type']);
  const refusal = upload === undefined && steps.refuseType?.(request.headers['content-type']);
  if (refusal) return answerError(exchange, refusal);

  const readFrom = performance.now();
  const reading = readBody(request, context.maxBodyBytes);
  const { body, error } = reading instanceof Promise ? await reading : reading;
  if (body === undefined) return answerError(exchange, error);
  const images = upload && (await readImages(upload, body));
  if (images instanceof SlipwayError) return answerError(exchange, images);

  // Found only now, and used at once: another version may have taken over while the body came.
  const decodeFrom = performance.now();
  const model = findModel(exchange, dataPlane, target, body);
  if (model instanceof SlipwayError) return answerError(exchange, model);
  const call =
    images === undefined ? steps.decode(body, model, exchange) : decodeImages(images, model, steps);
  if (call instanceof SlipwayError) return answerError(exchange, call);

  const inferFrom = performance.now();
  const counted = {
    id: exchange.ids.logId,
    protocol: exchange.protocol.name,
    asked: { door: 'REST', question: steps.question ?? 'Predict' },
    method: request.method,
    path: exchange.path,
    headers: request.headers,
    model,
    call,
    startedAt: exchange.startedAt,
    inferFrom,
  } as const;
  exchange.isScoring = true;
  countBegun(context, counted);
  const record = context.collection?.begin(counted.id, model, call.inputs);
  try {
    const answered = await dataPlane.infer(inferRequest(exchange, model, call));
    const encodeFrom = performance.now();
    const encoded = steps.encode(answered, call, model);
    if (encoded instanceof SlipwayError) throw encoded;
    const encodeMs = performance.now() - encodeFrom;
    const sending = send(exchange, encoded, steps.compresses);
    if (sending !== undefined) await sending;
    record?.answered(encoded.status, answered.outputs);
    whenWritten(() =>
      countAnswered(context, counted, {
        status: encoded.status,
        timing: answered.timing,
        inferUntil: encodeFrom,
        readMs: decodeFrom - readFrom,
        decodeMs: inferFrom - decodeFrom,
        encodeMs,
      }),
    );
  } catch (thrown) {
    const failure = toSlipwayError(thrown);
    countFailed(context, counted, failure);
    record?.forget();
    answerError(exchange, failure);
  }
}

/** The data plane, or why it takes no requests now; the gateway then sends them elsewhere. */
export function servingDataPlane({ context }: Pick<Exchange, 'context'>): DataPlane | SlipwayError {
  const dataPlane = context.dataPlane();
  if (dataPlane !== undefined && context.phase() === 'ready') return dataPlane;
  return new SlipwayError('unavailable', 'The replica is not ready to score.');
}

/** The version that a request is for, and that answers it, or the protocol's words for one that is not there. */
export function findModel(
  exchange: Exchange,
  dataPlane: DataPlane,
  { ref, notFound }: Target,
  body?: Buffer,
): LoadedModel | SlipwayError {
  const found = dataPlane.find(ref);
  if (!(found instanceof SlipwayError)) {
    exchange.model = found;
    return found;
  }
  if (found.code !== 'not_found') return found;
  return notFound?.(body) ?? found;
}

function decodeImages<Call extends InferCall>(
  images: readonly Uint8Array[],
  model: LoadedModel,
  steps: InferSteps<Call>,
): Call | SlipwayError {
  const tensor = imageTensor(images, model);
  return tensor instanceof SlipwayError ? tensor : steps.ofInputs([tensor], model);
}

function inferRequest(
  { ids, request, response }: Exchange,
  model: LoadedModel,
  call: InferCall,
): InferRequest {
  return {
    id: ids.logId,
    model: model.name,
    version: model.version,
    inputs: call.inputs,
    outputs: call.outputs,
    priority: call.priority,
    timeoutMs: call.timeoutMs,
    client: clientOf(request),
    signal: watchCaller(response),
  };
}

/** A promise only for what is compressed on its way out. */
function send(
  exchange: Exchange,
  encoded: Answer,
  compresses: boolean | undefined,
): undefined | Promise<void> {
  const accepted = compresses ? acceptedEncoding(exchange.request.headers['accept-encoding']) : undefined;
  if (accepted !== undefined && isWorthCompressing(encoded.body)) {
    return compress(encoded, accepted).then((packed) => answer(exchange, packed));
  }
  answer(exchange, encoded);
  return undefined;
}

/** Tells whether the caller went before it was answered. */
export function watchCaller(response: HttpResponse): CallerSignal {
  const signal = { aborted: false };
  response.onClose(() => {
    signal.aborted = true;
  });
  return signal;
}
