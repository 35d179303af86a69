import { DEFAULT_MAX_BODY_BYTES, SlipwayError, type Tensor } from '@slipway/contract';
import { formatScoringJson } from '../scoring-json.ts';
import { attemptWithin, DEFAULT_RETRY, type Outcome } from './attempts.ts';
import { createCredentials } from './credentials.ts';
import { type Deadline, withDeadline } from './deadline.ts';
import { createDescriptions } from './descriptions.ts';
import { failureOfAnswer, failureOfException } from './http-failure.ts';
import type { HttpAnswer, HttpCall, HttpTransport } from './http-send.ts';
import { parseAnswer } from './json-answer.ts';
import { DEFAULT_CALL_TIMEOUT_MS } from './limits.ts';
import { type ModelCall, modelCall } from './model-call.ts';
import { JSON_HEADERS, type RestProtocol, type RestRequest } from './rest-protocol.ts';
import { createScoreCalls } from './score-calls.ts';
import type { ClientOptions, Prediction, PredictionClient, ScoreOptions } from './types.ts';

/** A client of one protocol over HTTP. */
export function createRestClient(
  options: ClientOptions,
  protocol: RestProtocol,
  transport: HttpTransport,
): PredictionClient {
  const base = serviceAddress(options.url);
  const descriptions = createDescriptions();
  const retry = { ...DEFAULT_RETRY, ...options.retry };
  const maxAnswerBytes = options.maxAnswerBytes ?? DEFAULT_MAX_BODY_BYTES;
  const closed = new AbortController();
  const credentials = createCredentials(options.credential, closed.signal);

  return {
    protocol: protocol.name,
    ...createScoreCalls({ score, describe, scoreBareImage }),
    score: scoreJson,
    describe: (given = {}) => describe(given),
    close() {
      closed.abort();
      transport.close();
    },
  };

  function callOf(given: ScoreOptions): ModelCall {
    const call = modelCall(options, given);
    protocol.check?.(call);
    return call;
  }

  async function score(inputs: readonly Tensor[], given: ScoreOptions): Promise<Prediction> {
    const call = callOf(given);
    return await predict(protocol.encode(inputs, call), call, given);
  }

  function scoreBareImage(image: Uint8Array<ArrayBuffer>, given: ScoreOptions) {
    const call = callOf(given);
    const request = protocol.encodeImage?.(image, call);
    return request === undefined ? undefined : predict(request, call, given);
  }

  async function predict(request: RestRequest, call: ModelCall, given: ScoreOptions): Promise<Prediction> {
    return await protocol.decode(await post(request, given), call, () => describe(given));
  }

  async function scoreJson(body: unknown, given: ScoreOptions = {}): Promise<unknown> {
    const path = protocol.scorePath(callOf(given));
    return parseAnswer((await post({ path, headers: JSON_HEADERS, body: toBody(body) }, given)).body);
  }

  async function describe(given: ScoreOptions) {
    const call = callOf(given);
    const path = protocol.describePath(call);
    return await descriptions(`${path} ${call.signature ?? ''}`, async () => {
      const answer = await exchange({ method: 'GET', url: base + path, headers: {} }, given);
      return protocol.readDescription(parseAnswer(answer.body), call);
    });
  }

  async function post({ path, headers, body }: RestRequest, given: ScoreOptions): Promise<HttpAnswer> {
    return await exchange({ method: 'POST', url: base + path, headers, body }, given);
  }

  async function exchange(call: HttpCall, { timeoutMs = options.timeoutMs, signal }: ScoreOptions) {
    const caller = signal === undefined ? closed.signal : AbortSignal.any([signal, closed.signal]);
    const clock = { where: base, timeoutMs: timeoutMs ?? DEFAULT_CALL_TIMEOUT_MS, caller };
    return await withDeadline(clock, (deadline) =>
      attemptWithin({ deadline, credentials, retry }, (credential) => {
        return attempt(authorized(call, credential), deadline);
      }),
    );
  }

  async function attempt(call: HttpCall, deadline: Deadline): Promise<Outcome<HttpAnswer>> {
    try {
      const answer = await transport.send(call, deadline.signal, maxAnswerBytes);
      return answer.status >= 200 && answer.status < 300 ? { value: answer } : failureOfAnswer(answer);
    } catch (thrown) {
      return failureOfException(thrown, base, deadline);
    }
  }
}

function authorized(call: HttpCall, credential: string | undefined): HttpCall {
  if (credential === undefined) return call;
  return { ...call, headers: { ...call.headers, authorization: `Bearer ${credential}` } };
}

/** Text and bytes are sent as they are, anything else as JSON. */
function toBody(body: unknown): string | Uint8Array<ArrayBuffer> {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? new Uint8Array(body) : formatScoringJson(body);
}

/** The service's address without what its protocols have below it. Throws `invalid_argument`. */
function serviceAddress(url: string): string {
  if (/^https?:\/\/[^/]/.test(url) && URL.canParse(url))
    return url.replace(/\/+$/, '').replace(/\/score$/, '');
  throw new SlipwayError(
    'invalid_argument',
    `"${url}" is no URL of a service: it begins with http:// or https://.`,
    {
      details: { field: 'url' },
    },
  );
}
