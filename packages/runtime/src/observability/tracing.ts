import type { IncomingHttpHeaders } from 'node:http';
import type { ErrorCode, ReplicaSpec, TracingSettings } from '@slipway/contract';
import type { InferTiming } from '../data-plane/data-plane.ts';
import type { Log } from '../data-plane/log.ts';

/** A request, as its spans tell it. Moments are those of `performance.now()`. */
export interface TracedRequest {
  readonly id: string;
  /** Absent where the call ended before it was known. */
  readonly protocol?: string | undefined;
  readonly method: string;
  readonly path: string;
  /** Model and version, or service and revision, that it went to; absent: it ended before. */
  readonly model?: string | undefined;
  readonly version?: number | undefined;
  /** Holds the W3C context of the caller if it has one. */
  readonly headers: IncomingHttpHeaders;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly end: TracedAnswer | TracedEnd;
}

export interface TracedAnswer {
  readonly status: number | string;
  readonly timing: InferTiming;
  /** True if a script ran, so that no engine did. */
  readonly isScript?: boolean | undefined;
  /** What a script was asked and answered, where that is collected. */
  readonly data?: TracedData | undefined;
  /** When it was given to the data plane, and when that gave it back. */
  readonly inferFrom: number;
  readonly inferUntil: number;
}

/** The bodies of a request and its answer, and `name:version` of each model of the service. */
export interface TracedData {
  readonly models: readonly string[];
  readonly input: Uint8Array;
  readonly prediction: Uint8Array;
}

/** It failed, or no model and no script was asked. */
export interface TracedEnd {
  /** As its protocol tells it, where that is known. */
  readonly status?: number | string | undefined;
  /** Absent: it did not fail. */
  readonly code?: ErrorCode | undefined;
}

/** What became of the spans that were made since the replica started; what waits is not in it yet. */
export interface SpanCounts {
  /** Taken by the receiver. */
  readonly sent: number;
  /** Given up at once, because too many waited. */
  readonly dropped: number;
  /** Refused by the receiver, or not taken within its time. */
  readonly failed: number;
}

/** Makes spans of requests when they are over, and sends them on. */
export interface Tracing {
  /** Takes no time of the request's: nothing is sent here. Never throws. */
  trace(request: TracedRequest): void;
  counts(): SpanCounts;
  /** Sends what is left until the signal, and not for longer than two seconds. */
  close(deadline: AbortSignal): Promise<void>;
}

/** Who makes the spans. */
export type TracedProcess = Pick<ReplicaSpec, 'service' | 'workspace' | 'revision' | 'replicaId'>;

/** The tracing that the settings ask for; without any nothing of it is even loaded. */
export async function openTracing(
  settings: TracingSettings | null | undefined,
  process: TracedProcess,
  log: Pick<Log, 'warn'>,
): Promise<Tracing | undefined> {
  if (settings === null || settings === undefined) return undefined;
  const { createOtlpTracing } = await import('./otlp-tracing.ts');
  return createOtlpTracing(settings, process, log);
}
