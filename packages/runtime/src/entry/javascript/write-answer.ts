import type { HeaderPairs } from '../messages.ts';
import { encodeJson, NoAnswer } from './encode-json.ts';
import type { ThreadResponse } from './messages.ts';

/** An answer without the id of its request. */
export type Reply = Omit<ThreadResponse, 'type' | 'id'>;

/** More is a mistake of the script that would take the replica's memory. */
const MAX_BODY_BYTES = 512 * 1024 * 1024;

const JSON_TYPE = 'application/json';
const BYTES_TYPE = 'application/octet-stream';
const FAILED_HEADER = 'x-ms-run-function-failed';
const TIME_HEADER = 'x-ms-run-fn-exec-ms';

/** An error as Azure's server says it; `run` has no part in it, or has failed. */
export function refusal(status: number, message: string, functionFailed = false): Reply {
  return {
    status,
    headers: headers(JSON_TYPE, functionFailed),
    execMs: null,
    functionFailed,
    body: encodeJson({ message }),
  };
}

export const SCRIPT_FAILED = refusal(
  500,
  'An unexpected error occurred in scoring script. Check the logs for more info.',
  true,
);

export const INTERNAL_ERROR = refusal(
  500,
  'An unexpected internal error occurred. Check the logs for more info.',
);

/** What `run` returned, as it goes out. Rejects with `NoAnswer`, or with what the stream of a response throws. */
export async function writeAnswer(result: unknown, execMs: number): Promise<Reply> {
  if (result instanceof Response) return fromResponse(result, execMs);
  const bytes = bytesOf(result);
  const body = checked(bytes ?? encodeJson(result));
  const type = bytes === undefined ? JSON_TYPE : BYTES_TYPE;
  return {
    status: 200,
    headers: [...headers(type, false), time(execMs)],
    execMs,
    functionFailed: false,
    body,
  };
}

function bytesOf(result: unknown): Uint8Array | undefined {
  if (result instanceof Uint8Array) return result;
  return result instanceof ArrayBuffer ? new Uint8Array(result) : undefined;
}

async function fromResponse(response: Response, execMs: number): Promise<Reply> {
  const { status } = response;
  if (status < 200) {
    throw new NoAnswer(
      'run() returned Response.error(), which is no answer. Return a Response with a status.',
    );
  }
  const body = checked(new Uint8Array(await response.arrayBuffer()));
  const pairs = [...response.headers].filter(([name]) => name !== FAILED_HEADER);
  const functionFailed = status >= 500 || response.headers.get(FAILED_HEADER) === 'True';
  const type: HeaderPairs = response.headers.has('content-type') ? [] : [['content-type', BYTES_TYPE]];
  return {
    status,
    headers: [...type, ...pairs, failed(functionFailed), time(execMs)],
    execMs,
    functionFailed,
    body,
  };
}

function checked(body: Uint8Array): Uint8Array {
  if (body.length <= MAX_BODY_BYTES) return body;
  throw new NoAnswer(`run() returned ${body.length} bytes; an answer has at most ${MAX_BODY_BYTES}.`);
}

function headers(type: string, functionFailed: boolean): HeaderPairs {
  return [['content-type', type], failed(functionFailed)];
}

function failed(functionFailed: boolean): HeaderPairs[number] {
  return [FAILED_HEADER, functionFailed ? 'True' : 'False'];
}

function time(execMs: number): HeaderPairs[number] {
  return [TIME_HEADER, execMs.toFixed(3)];
}
