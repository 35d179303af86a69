import { once } from 'node:events';
import {
  type Attributes,
  type Context,
  defaultTextMapGetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { TracingSettings } from '@slipway/contract';
import type { Log } from '../data-plane/log.ts';
import { MODEL_DATA, modelDataAttributes, modelDataSize } from './model-data.ts';
import { createSpanDelivery } from './span-delivery.ts';
import type { TracedAnswer, TracedData, TracedProcess, TracedRequest, Tracing } from './tracing.ts';
import { RUNTIME_VERSION } from './version.ts';

/** Spans that wait to be sent or are on their way; what a request has beyond is dropped. */
const MAX_WAITING_SPANS = 8_192;
const MAX_SPANS_PER_EXPORT = 512;
const EXPORT_EVERY_MS = 1_000;
const EXPORT_TIMEOUT_MS = 5_000;

/** The batches go on when the exporter has ended, which says why; this is for one that does not. */
const EXPORT_TIMEOUT_MARGIN_MS = 1_000;

/** Of an answered request: front, queue, batch and engine, or front, queue and run of a script; of any other the front alone. */
const SPANS_OF_ANSWERED = 4;
const SPANS_OF_SCRIPT = 3;
const SPANS_OF_OTHER = 1;

/** What a replica that ends gives its last spans. */
const CLOSE_TIMEOUT_MS = 2_000;

/** Where receivers of OTLP over HTTP take traces. */
const TRACES_PATH = '/v1/traces';

/**
 * Sends the spans of requests in batches by OTLP over HTTP. Whether a request is traced its caller's context says; without
 * one the ratio. A receiver that fails or is slow costs spans and no request: they are counted, and the log says so. The spans
 * of a request are all kept or all dropped.
 */
export function createOtlpTracing(
  { endpoint, sampleRatio }: TracingSettings,
  process: TracedProcess,
  log: Pick<Log, 'warn'>,
): Tracing {
  const exporter = new OTLPTraceExporter({
    url: endpoint.replace(/\/+$/, '') + TRACES_PATH,
    timeoutMillis: EXPORT_TIMEOUT_MS,
  });
  const delivery = createSpanDelivery(exporter, MAX_WAITING_SPANS, log);
  setGlobalErrorHandler((error) => delivery.tell(error instanceof Error ? error.message : String(error)));
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': process.service,
      'service.namespace': process.workspace,
      'service.version': String(process.revision),
      'service.instance.id': process.replicaId,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: delivery.exporter,
        maxQueueSize: MAX_WAITING_SPANS,
        maxExportBatchSize: MAX_SPANS_PER_EXPORT,
        scheduledDelayMillis: EXPORT_EVERY_MS,
        exportTimeoutMillis: EXPORT_TIMEOUT_MS + EXPORT_TIMEOUT_MARGIN_MS,
      }),
    ],
  });
  const tracer = provider.getTracer('slipway', RUNTIME_VERSION);
  const propagator = new W3CTraceContextPropagator();

  function traceRequest(request: TracedRequest): void {
    const parent = propagator.extract(ROOT_CONTEXT, request.headers, defaultTextMapGetter);
    const attributes = attributesOf(request);
    const startTime = moment(request.startedAt);
    const own = { ...attributes, ...callAttributes(request) };
    const front = tracer.startSpan('front', { kind: SpanKind.SERVER, startTime, attributes: own }, parent);
    if (!front.isRecording()) return;
    if (!delivery.admit(spansOf(request))) return;
    const { end } = request;
    if ('timing' in end) {
      if (end.data !== undefined) addData(front, end.data, request.endedAt);
      traceRun(front, end, attributes);
    } else if (end.code !== undefined) front.setStatus({ code: SpanStatusCode.ERROR });
    front.end(moment(request.endedAt));
  }

  function addData(front: Span, data: TracedData, at: number): void {
    const said = modelDataAttributes(data);
    if (delivery.admitData(modelDataSize(said))) front.addEvent(MODEL_DATA, said, moment(at));
  }

  function traceRun(
    front: Span,
    { timing, inferFrom, inferUntil, isScript }: TracedAnswer,
    attributes: Attributes,
  ) {
    const inFront = trace.setSpan(ROOT_CONTEXT, front);
    const runFrom = Math.min(inferFrom + timing.queueMs, inferUntil);
    addSpan('queue', inferFrom, runFrom, attributes, inFront);
    if (isScript) {
      addSpan('run', runFrom, inferUntil, attributes, inFront);
      return;
    }
    const batch = addSpan('batch', runFrom, inferUntil, attributes, inFront);
    const engineUntil = Math.min(runFrom + timing.runMs, inferUntil);
    addSpan('engine', runFrom, engineUntil, attributes, trace.setSpan(inFront, batch));
  }

  function addSpan(name: string, from: number, until: number, attributes: Attributes, parent: Context): Span {
    const span = tracer.startSpan(name, { startTime: moment(from), attributes }, parent);
    span.end(moment(until));
    return span;
  }

  return {
    trace: traceRequest,
    counts: delivery.counts,
    close: async (deadline) => {
      const signal = AbortSignal.any([deadline, AbortSignal.timeout(CLOSE_TIMEOUT_MS)]);
      await Promise.race([provider.shutdown().catch(() => {}), aborted(signal)]);
      delivery.close();
    },
  };
}

function spansOf({ end }: TracedRequest): number {
  if (!('timing' in end)) return SPANS_OF_OTHER;
  return end.isScript ? SPANS_OF_SCRIPT : SPANS_OF_ANSWERED;
}

function aborted(signal: AbortSignal): Promise<unknown> {
  return signal.aborted ? Promise.resolve() : once(signal, 'abort');
}

function attributesOf({ id, protocol, model, version, end }: TracedRequest): Attributes {
  return {
    'slipway.request_id': id,
    'slipway.protocol': protocol,
    'slipway.model': model,
    'slipway.version': version,
    'slipway.status': end.status ?? 'error',
    ...('timing' in end ? { 'slipway.batch_size': end.timing.batchSize } : { 'error.type': end.code }),
  };
}

/** What is said of the call itself, once. */
function callAttributes({ method, path, headers }: TracedRequest): Attributes {
  const client = headers['x-ms-client-request-id'];
  return {
    'http.request.method': method,
    'url.path': path,
    ...(typeof client === 'string' && { 'slipway.client_request_id': client }),
  };
}

/** Milliseconds since 1970. */
function moment(now: number): number {
  return performance.timeOrigin + now;
}
