import type { SlipwayError } from '@slipway/contract';
import type { HeaderPairs, InputKind, RequestMessage } from './messages.ts';

/** A request for a script. */
export type EntryRequest = Omit<RequestMessage, 'type' | 'id'> & { readonly body: Uint8Array };

/** What a script, or the host around it, answered. */
export interface EntryAnswer {
  readonly status: number;
  readonly headers: HeaderPairs;
  readonly body: Buffer;
  /** Milliseconds in `run`; `null` where it did not return. */
  readonly execMs: number | null;
  readonly functionFailed: boolean;
}

/** What a worker knows of its script once `init` has returned. */
export interface EntryFacts {
  /** What runs it, such as `Python 3.11.7`. */
  readonly runtime: string;
  readonly inputs: InputKind;
}

/** One copy of the user's script, ready to answer one request at a time. */
export interface EntryWorker {
  readonly facts: EntryFacts;
  /** Of its own process; `undefined` for a thread of this one. */
  readonly pid: number | undefined;
  /** Rejects with `script_failed` if the worker ends, or breaks the rules, before it has answered. */
  call(request: EntryRequest): Promise<EntryAnswer>;
  /** The document of `/swagger.json`, under the same rules. */
  swagger(version: string): Promise<EntryAnswer>;
  /** Resolves when it is gone, with how it ended; never rejects. */
  readonly ended: Promise<SlipwayError>;
  /** Lets it end by itself for so long, and then ends it with all that it has started. Resolves when it is gone. */
  stop(graceMs: number): Promise<void>;
  /** Ends it at once, whatever it does, and says so for this reason. */
  kill(reason: SlipwayError): void;
}
