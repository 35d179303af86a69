import type { IncomingHttpHeaders } from 'node:http';
import { SlipwayError, toSlipwayError } from '@slipway/contract';
import { readBody, whenWritten } from '@slipway/transport';
import type { EntryOutcome } from '../../entry/entry-pool.ts';
import type { EntryService } from '../../entry/entry-service.ts';
import type { EntryAnswer, EntryRequest } from '../../entry/entry-worker.ts';
import type { HeaderPairs } from '../../entry/messages.ts';
import type { TracedData } from '../../observability/tracing.ts';
import { clientOf } from '../client-of.ts';
import { type CountedRequest, countAnswered, countBegun, countFailed } from '../count.ts';
import { answer, answerError, type Exchange, queryOf } from '../exchange.ts';
import { watchCaller } from '../infer.ts';
import { scriptHeaders } from './script-headers.ts';
import { SWAGGER_VERSIONS } from './swagger.ts';

/** Answers `/score` of a service with a script: body → queue → `run` → body. The caller has been let in. */
export async function runScript(exchange: Exchange, entry: EntryService): Promise<void> {
  const { context, request, ids } = exchange;
  if (context.phase() !== 'ready') return answerError(exchange, notReady());
  const readFrom = performance.now();
  const reading = readBody(request, context.maxBodyBytes);
  const { body, error } = reading instanceof Promise ? await reading : reading;
  if (body === undefined) return answerError(exchange, error);

  const inferFrom = performance.now();
  const counted: CountedRequest = {
    id: ids.logId,
    protocol: exchange.protocol.name,
    asked: { door: 'REST', question: 'Predict' },
    method: request.method,
    path: exchange.path,
    headers: request.headers,
    model: entry.counted,
    call: { inputs: [] },
    startedAt: exchange.startedAt,
    inferFrom,
  };
  exchange.isScoring = true;
  countBegun(context, counted);
  try {
    const outcome = await entry.call(entryRequest(exchange, body), callerOf(exchange));
    const inferUntil = performance.now();
    send(exchange, outcome.answer);
    collect(exchange, body, outcome.answer);
    const data = { models: entry.models, input: body, prediction: outcome.answer.body };
    const readMs = inferFrom - readFrom;
    whenWritten(() => count(exchange, counted, { ...outcome, data, inferUntil, readMs }));
  } catch (thrown) {
    const failure = toSlipwayError(thrown);
    countFailed(context, counted, failure);
    answerError(exchange, failure);
  }
}

/** Answers `/swagger.json` with what the script says of itself. */
export async function scriptSwagger(exchange: Exchange, entry: EntryService): Promise<void> {
  if (exchange.context.phase() !== 'ready') return answerError(exchange, notReady());
  const version = queryOf(exchange).get('version') ?? SWAGGER_VERSIONS[0];
  try {
    send(exchange, await entry.swagger(version, callerOf(exchange)));
  } catch (thrown) {
    answerError(exchange, toSlipwayError(thrown));
  }
}

interface Counted extends EntryOutcome {
  readonly data: TracedData;
  readonly inferUntil: number;
  readonly readMs: number;
}

/** What a script refuses it has answered; where it failed, the log says so as of every failed request. */
function count(exchange: Exchange, counted: CountedRequest, outcome: Counted): void {
  const { context, request, path, ids, startedAt } = exchange;
  const { answer: told, queueMs, runMs, inferUntil, readMs, data } = outcome;
  if (told.functionFailed || told.status >= 500) {
    const { method } = request;
    const code = 'script_failed';
    const ms = Math.round(performance.now() - startedAt);
    countFailed(context, counted, new SlipwayError(code, 'The script has failed.'));
    context.metrics.failed(code);
    context.log.warn(
      { request: ids.logId, method, path, status: told.status, code, ms },
      'A request failed.',
    );
    return;
  }
  countAnswered(context, counted, {
    status: told.status,
    timing: { queueMs, runMs, batchSize: 1 },
    isScript: true,
    ...(context.collection !== undefined && told.status < 400 && { data }),
    inferUntil,
    readMs,
    decodeMs: 0,
    encodeMs: performance.now() - inferUntil,
  });
}

/** Keeps what a script answered well. */
function collect({ context, ids }: Exchange, input: Buffer, told: EntryAnswer): void {
  if (told.functionFailed || told.status >= 400) return;
  context.collection?.exchanged({ requestId: ids.logId, status: told.status, input, prediction: told.body });
}

function send(exchange: Exchange, told: EntryAnswer): void {
  const { contentType, headers, forbidden } = scriptHeaders(told);
  if (forbidden.length > 0) {
    const { context, ids } = exchange;
    context.log.warn(
      { request: ids.logId, headers: forbidden },
      'Headers of the script that HTTP forbids are left out.',
    );
  }
  answer(exchange, { status: told.status, contentType, headers, body: told.body });
}

function entryRequest(exchange: Exchange, body: Buffer): EntryRequest {
  const { request, path, ids } = exchange;
  return {
    method: request.method,
    path,
    query: request.url.slice(path.length + 1),
    headers: headerPairs(request.headers),
    requestId: ids.logId,
    body,
  };
}

/** As they came, but for what was true of the body only before it was unpacked. */
function headerPairs(headers: IncomingHttpHeaders): HeaderPairs {
  const isPacked = headers['content-encoding'] !== undefined;
  const pairs: [string, string][] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.startsWith(':')) continue;
    if (isPacked && (name === 'content-encoding' || name === 'content-length')) continue;
    if (Array.isArray(value)) for (const one of value) pairs.push([name, one]);
    else pairs.push([name, value]);
  }
  return pairs;
}

function callerOf({ request, response }: Exchange) {
  return { client: clientOf(request), signal: watchCaller(response) };
}

function notReady(): SlipwayError {
  return new SlipwayError('unavailable', 'The replica is not ready to score.');
}
