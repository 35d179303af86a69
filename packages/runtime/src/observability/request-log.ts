import type { InferTiming } from '../data-plane/data-plane.ts';
import type { Log } from '../data-plane/log.ts';

/** What a line says of a request that a model answered; times in milliseconds. */
export interface LoggedRequest {
  readonly id: string;
  readonly protocol: string;
  readonly method: string;
  readonly path: string;
  readonly model: string;
  readonly version: number;
  /** As its protocol tells it. */
  readonly status: number | string;
  readonly totalMs: number;
  readonly timing: InferTiming;
}

/** Logs some of the requests that were answered well; those that were not are logged in any case. */
export type RequestLog = (request: LoggedRequest) => void;

/** Logs this part of all requests, drawn by chance; `undefined` for none of them. */
export function createRequestLog(
  log: Pick<Log, 'info'>,
  ratio: number,
  random: () => number = Math.random,
): RequestLog | undefined {
  if (ratio === 0) return undefined;
  return ({ id, totalMs, timing, ...request }) => {
    if (random() >= ratio) return;
    const times = { ms: round(totalMs), queueMs: round(timing.queueMs), runMs: round(timing.runMs) };
    log.info({ request: id, ...request, ...times }, 'Scored.');
  };
}

/** To microseconds. */
function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
