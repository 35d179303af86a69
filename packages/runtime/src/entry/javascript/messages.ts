import type { BatchInit, EntryInit } from '@slipway/contract';
import type {
  CollectMessage,
  FailedMessage,
  InputKind,
  LogMessage,
  RequestMessage,
  ResponseMessage,
} from '../messages.ts';

/** What a script is run for, and what its `init` is told of that. */
export type Purpose =
  | { readonly kind: 'service'; readonly init: EntryInit }
  | {
      readonly kind: 'batch';
      readonly init: BatchInit;
      /** `false`: results are only counted. */
      readonly keepsResults: boolean;
    };

/** What a thread is started with. Paths are absolute. */
export interface ThreadStart {
  readonly script: string;
  /** `node_modules` of the environment; `null`: none. */
  readonly packagesDir: string | null;
  readonly purpose: Purpose;
  /** Threads that one run of an ONNX model may use. */
  readonly threads: number;
  /** What both sides look at; see `gauge.ts`. */
  readonly gauge: SharedArrayBuffer;
}

/** A request; the body is the thread's own. */
export interface ThreadRequest extends RequestMessage {
  readonly body: Uint8Array;
}

/** Answer nothing more, and end. */
export interface StopMessage {
  readonly type: 'stop';
}

export type ToThread = ThreadRequest | StopMessage;

/** `init` has returned. */
export interface ThreadReady {
  readonly type: 'ready';
  readonly inputs: InputKind;
  /** JSON Schemas of what goes in and out, where the script declares them. */
  readonly inputSchema: object | null;
  readonly outputSchema: object | null;
}

export interface ThreadResponse extends ResponseMessage {
  readonly body: Uint8Array;
}

export interface ThreadLog extends LogMessage {
  readonly text: Uint8Array;
}

/** Rows that the script collects, as a JSON array of arrays. */
export interface ThreadRows extends CollectMessage {
  readonly rows: Uint8Array;
}

export type FromThread = ThreadReady | FailedMessage | ThreadResponse | ThreadLog | ThreadRows;
