import type { LoadedModel, SlipwayError } from '@slipway/contract';
import type { InferRequest, InferTiming } from '../data-plane/data-plane.ts';
import type { Door } from '../observability/metrics.ts';
import type { ProtocolName } from './protocol.ts';
import type { ServiceContext } from './service-context.ts';

/** What is counted of a request that a model answered; times in milliseconds. */
export interface AnsweredRequest {
  readonly id: string;
  readonly protocol: ProtocolName;
  /** As the protocol tells it. */
  readonly status: number | string;
  readonly model: LoadedModel;
  readonly door: Door;
  readonly call: Pick<InferRequest, 'inputs'>;
  readonly timing: InferTiming;
  /** `performance.now()` when its head had arrived. */
  readonly startedAt: number;
  /** Waiting for its body. */
  readonly readMs: number;
  readonly decodeMs: number;
  readonly encodeMs: number;
}

type Counters = Pick<ServiceContext, 'metrics' | 'statistics' | 'requestLog'>;

/** Counts a request that goes to the model now. */
export function countBegun({ statistics }: Counters, model: LoadedModel): void {
  statistics.begun(model);
}

/**
 * Counts an answered request, by whatever protocol it came: once for Prometheus, once for the model's statistics; and
 * logs it if its turn comes.
 */
export function countAnswered({ metrics, statistics, requestLog }: Counters, request: AnsweredRequest): void {
  const { model, door, call, timing, decodeMs, encodeMs } = request;
  const { queueMs, runMs, batchSize } = timing;
  const totalMs = performance.now() - request.startedAt;
  const ownMs = totalMs - request.readMs - queueMs - runMs;
  metrics.scored(model, door, { queueMs, runMs, batchSize, totalMs, ownMs });
  statistics.succeeded(model, { rows: countRows(model, call), timing, decodeMs, encodeMs, totalMs });
  if (requestLog === undefined) return;
  const { id, protocol, status } = request;
  requestLog({ id, protocol, model: model.name, version: model.version, status, totalMs, timing });
}

/** Counts a request that reached the model and failed there. */
export function countFailed(
  { statistics }: Counters,
  model: LoadedModel,
  { code }: SlipwayError,
  startedAt: number,
): void {
  statistics.failed(model, code, performance.now() - startedAt);
}

/** Rows of the first input where its first axis is open, else 1. */
function countRows({ signature }: LoadedModel, { inputs }: Pick<InferRequest, 'inputs'>): number {
  const isOpen = typeof signature.inputs[0]?.shape[0] !== 'number';
  return isOpen ? (inputs[0]?.shape[0] ?? 1) : 1;
}
