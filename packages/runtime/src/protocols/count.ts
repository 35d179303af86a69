import type { IncomingHttpHeaders } from 'node:http';
import type { LoadedModel, SlipwayError } from '@slipway/contract';
import type { InferRequest, InferTiming } from '../data-plane/data-plane.ts';
import type { AskedBy } from '../observability/asked-by.ts';
import type { TracedData } from '../observability/tracing.ts';
import type { ProtocolName } from './protocol.ts';
import type { ServiceContext } from './service-context.ts';

/** What a request is counted for: a version of a model, or a script. */
export type CountedModel = Pick<LoadedModel, 'name' | 'version' | 'signature'>;

/** A request that goes to a model or a script, by whatever protocol. */
export interface CountedRequest {
  readonly id: string;
  readonly protocol: ProtocolName;
  readonly asked: AskedBy;
  /** Of HTTP; `POST` for gRPC. */
  readonly method: string;
  /** Of its URL, without the query, which could hold anything. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly model: CountedModel;
  readonly call: Pick<InferRequest, 'inputs'>;
  /** `performance.now()` when its head had arrived, and when it goes to the data plane. */
  readonly startedAt: number;
  readonly inferFrom: number;
}

/** How it was answered; times in milliseconds. */
export interface CountedAnswer {
  /** As the protocol tells it. */
  readonly status: number | string;
  readonly timing: InferTiming;
  /** True if a script ran, so that no engine did. */
  readonly isScript?: boolean | undefined;
  /** What a script was asked and answered, where that is collected. */
  readonly data?: TracedData | undefined;
  /** `performance.now()` when the data plane gave it back. */
  readonly inferUntil: number;
  /** Waiting for the body. */
  readonly readMs: number;
  readonly decodeMs: number;
  readonly encodeMs: number;
}

type Counters = Pick<ServiceContext, 'metrics' | 'statistics' | 'requestLog' | 'tracing'>;

/** Counts a request that goes to the model now. */
export function countBegun({ statistics }: Counters, { model }: CountedRequest): void {
  statistics.begun(model);
}

/**
 * Counts an answered request, by whatever protocol it came: once for Prometheus, once for the model's statistics; and
 * logs and traces it if its turn comes.
 */
export function countAnswered(context: Counters, request: CountedRequest, answered: CountedAnswer): void {
  const { metrics, statistics, requestLog, tracing } = context;
  const { id, protocol, method, path, model, asked, call, startedAt } = request;
  const { status, timing, readMs, decodeMs, encodeMs, isScript } = answered;
  const { queueMs, runMs, batchSize } = timing;
  const endedAt = performance.now();
  const totalMs = endedAt - startedAt;
  const ownMs = totalMs - readMs - queueMs - runMs;
  metrics.scored(model, asked, { queueMs, runMs, batchSize, totalMs, ownMs, isScript });
  statistics.succeeded(model, { rows: countRows(model, call), timing, decodeMs, encodeMs, totalMs });
  const { name, version } = model;
  requestLog?.({ id, protocol, method, path, model: name, version, status, totalMs, timing });
  if (tracing !== undefined) {
    const { inferFrom } = request;
    const { inferUntil, data } = answered;
    const end = { status, timing, inferFrom, inferUntil, isScript, data };
    tracing.trace({ ...spanOf(request), endedAt, end });
  }
}

/** Counts a request that reached the model and failed there. */
export function countFailed(
  { statistics, tracing }: Counters,
  request: CountedRequest,
  { code }: SlipwayError,
): void {
  const endedAt = performance.now();
  statistics.failed(request.model, code, endedAt - request.startedAt);
  tracing?.trace({ ...spanOf(request), endedAt, end: { code } });
}

function spanOf({ id, protocol, method, path, model, headers, startedAt }: CountedRequest) {
  return { id, protocol, method, path, model: model.name, version: model.version, headers, startedAt };
}

/** Rows of the first input where its first axis is open, else 1. */
function countRows({ signature }: CountedModel, { inputs }: Pick<InferRequest, 'inputs'>): number {
  const isOpen = typeof signature.inputs[0]?.shape[0] !== 'number';
  return isOpen ? (inputs[0]?.shape[0] ?? 1) : 1;
}
