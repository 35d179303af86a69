import { SlipwayError, toSlipwayError } from '@slipway/contract';
import { type HttpResponse, readBody } from '@slipway/transport';
import type { CallerSignal, InferResponse } from '../../data-plane/data-plane.ts';
import { decodeScore, encodeScore } from './codec.ts';
import { answer, answerError, type Exchange } from './exchange.ts';
import { addRunHeaders, JSON_TYPE } from './headers.ts';

/** Answers `POST /score`: body → tensors → data plane → JSON. The caller has been let in. */
export async function score(exchange: Exchange): Promise<void> {
  const { request, response, context } = exchange;
  const dataPlane = context.dataPlane();
  const refusal = notServing(exchange) ?? wrongContentType(request.headers['content-type']);
  if (refusal !== undefined || dataPlane === undefined) return answerError(exchange, refusal ?? notReady());

  const readingFrom = performance.now();
  const { body, error } = await readBody(request, context.maxBodyBytes);
  const readingMs = performance.now() - readingFrom;
  if (body === undefined) return answerError(exchange, error);

  const [model] = dataPlane.models;
  const call = model === undefined ? notReady() : decodeScore(body, model.signature);
  if (call instanceof SlipwayError) return answerError(exchange, call);

  try {
    const answered = await dataPlane.infer({
      id: exchange.ids.logId,
      inputs: call.inputs,
      outputs: call.outputs,
      signal: watchCaller(response),
    });
    answerScore(exchange, answered, readingMs);
  } catch (thrown) {
    answerError(exchange, toSlipwayError(thrown));
  }
}

/** Refuses what comes while the replica does not serve; the gateway sends it elsewhere. */
function notServing({ context }: Exchange): SlipwayError | undefined {
  return context.phase() === 'ready' ? undefined : notReady();
}

function notReady(): SlipwayError {
  return new SlipwayError('unavailable', 'The replica is not ready to score.');
}

/** A body without a type is taken for JSON; one that says it is something else is not. */
function wrongContentType(type: string | undefined): SlipwayError | undefined {
  if (type === undefined || type === JSON_TYPE || /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type))
    return undefined;
  return new SlipwayError('unsupported_media_type', 'Expects Content-Type to be application/json');
}

/** Tells whether the caller went before it was answered. */
function watchCaller(response: HttpResponse): CallerSignal {
  const signal = { aborted: false };
  response.onClose(() => {
    signal.aborted = true;
  });
  return signal;
}

function answerScore(exchange: Exchange, answered: InferResponse, readingMs: number): void {
  const { timing } = answered;
  answer(exchange, 200, JSON_TYPE, encodeScore(answered.outputs), (headers) =>
    addRunHeaders(headers, timing.runMs, false),
  );
  const totalMs = performance.now() - exchange.startedAt;
  const ownMs = totalMs - readingMs - timing.queueMs - timing.runMs;
  exchange.context.metrics.scored(timing, totalMs, ownMs);
}
