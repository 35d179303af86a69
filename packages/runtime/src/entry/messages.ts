import { SlipwayError } from '@slipway/contract';

/** The id of what is printed while no request runs, as Azure has it. */
export const NO_REQUEST = '00000000-0000-0000-0000-000000000000';

/** Headers in their order; a name may come more than once. */
export type HeaderPairs = readonly (readonly [name: string, value: string])[];

/** A request as a worker is told of it; its body goes beside it. */
export interface RequestMessage {
  readonly type: 'request';
  readonly id: number;
  readonly method: string;
  readonly path: string;
  /** What stands behind `?`. */
  readonly query: string;
  readonly headers: HeaderPairs;
  /** The id to log. */
  readonly requestId: string;
}

/** Asks for the document of `/swagger.json`. */
export interface SwaggerMessage {
  readonly type: 'swagger';
  readonly id: number;
  readonly version: string;
}

export type ReplicaMessage = RequestMessage | SwaggerMessage;

/** What `run` takes: text, parsed JSON, JSON by its schema, the request as it is, or mini-batches of a job. */
export type InputKind = 'text' | 'json' | 'schema' | 'raw' | 'batch';

/** `init` has returned. */
export interface ReadyMessage {
  readonly type: 'ready';
  /** Version of the interpreter. */
  readonly python: string;
  readonly inputs: InputKind;
  readonly packages: Readonly<Record<string, string>>;
}

/** The script cannot be served; the body is the traceback. */
export interface FailedMessage {
  readonly type: 'failed';
  readonly stage: 'import' | 'init' | 'checks';
  readonly message: string;
}

export interface ResponseMessage {
  readonly type: 'response';
  readonly id: number;
  readonly status: number;
  readonly headers: HeaderPairs;
  /** Milliseconds in `run`; `null` where it did not return. */
  readonly execMs: number | null;
  readonly functionFailed: boolean;
}

/** The body is what was printed. */
export interface LogMessage {
  readonly type: 'log';
  readonly stream: OutputStream;
  readonly requestId: string;
}

/** The body is rows that the script collected, as a JSON array of arrays. */
export interface CollectMessage {
  readonly type: 'collect';
  readonly requestId: string;
  readonly model: string;
  readonly designation: string;
  /** Names of the columns, where the script gave them. */
  readonly features: readonly string[] | null;
  readonly correlationId: string | null;
}

export type OutputStream = 'stdout' | 'stderr';

export type WorkerMessage = ReadyMessage | FailedMessage | ResponseMessage | LogMessage | CollectMessage;

type Fields = Readonly<Record<string, unknown>>;

/** What a worker says. Throws `script_failed` if it is nothing of the seam's: something else writes to the socket. */
export function parseMessage(head: Buffer): WorkerMessage {
  const message = parseJson(head);
  if (message !== undefined && isMessage(message)) return message as Fields & WorkerMessage;
  const start = head.toString('utf8', 0, 200);
  throw new SlipwayError(
    'script_failed',
    `The worker sent a frame that means nothing here: ${JSON.stringify(start)}. Something else may have written to its descriptor 3.`,
  );
}

function parseJson(head: Buffer): Fields | undefined {
  try {
    const value: unknown = JSON.parse(head.toString());
    return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

function isMessage(fields: Fields): boolean {
  switch (fields['type']) {
    case 'response':
      return isResponse(fields);
    case 'log':
      return isStream(fields['stream']) && isText(fields['requestId']);
    case 'ready':
      return isText(fields['python']) && isInputs(fields['inputs']) && typeof fields['packages'] === 'object';
    case 'failed':
      return isStage(fields['stage']) && isText(fields['message']);
    case 'collect':
      return isCollect(fields);
    default:
      return false;
  }
}

function isResponse({ id, status, headers, execMs, functionFailed }: Fields): boolean {
  return (
    Number.isSafeInteger(id) &&
    Number.isInteger(status) &&
    (status as number) >= 200 &&
    (status as number) <= 599 &&
    Array.isArray(headers) &&
    headers.every(isPair) &&
    (execMs === null || typeof execMs === 'number') &&
    typeof functionFailed === 'boolean'
  );
}

function isCollect({ requestId, model, designation, features, correlationId }: Fields): boolean {
  return (
    [requestId, model, designation].every(isText) &&
    (features === null || (Array.isArray(features) && features.every(isText))) &&
    (correlationId === null || isText(correlationId))
  );
}

function isPair(pair: unknown): boolean {
  return Array.isArray(pair) && pair.length === 2 && pair.every(isText);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isStream(value: unknown): boolean {
  return value === 'stdout' || value === 'stderr';
}

function isInputs(value: unknown): boolean {
  return value === 'text' || value === 'schema' || value === 'raw' || value === 'batch';
}

function isStage(value: unknown): boolean {
  return value === 'import' || value === 'init' || value === 'checks';
}
