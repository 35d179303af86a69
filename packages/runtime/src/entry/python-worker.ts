import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { SlipwayError, toSlipwayError } from '@slipway/contract';
import type { EntryAnswer, EntryFacts, EntryRequest, EntryWorker } from './entry-worker.ts';
import { encodeFrameHead, FrameDecoder } from './frames.ts';
import { LineGatherer } from './lines.ts';
import {
  type CollectMessage,
  NO_REQUEST,
  type OutputStream,
  parseMessage,
  type ReplicaMessage,
  type ResponseMessage,
  type WorkerMessage,
} from './messages.ts';
import type { OutputLog } from './output.ts';
import { readyInTime } from './ready-in-time.ts';
import { cannotStart, endedUnasked, killGroup } from './worker-end.ts';

/** How to start a worker. */
export interface PythonWorkerOptions {
  readonly interpreter: string;
  /** What the interpreter is given: the module that speaks the seam. */
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Of the script, for messages. */
  readonly script: string;
  readonly startTimeoutMs: number;
  readonly output: OutputLog;
  /** Takes rows that the script collects; absent: they are thrown away. */
  readonly onCollect?: ((message: CollectMessage, rows: Buffer) => void) | undefined;
}

/** An answer of any sensible size; more is a mistake of the script that would take the replica's memory. */
const LIMITS = { maxHeadBytes: 1024 * 1024, maxBodyBytes: 512 * 1024 * 1024 };

/** A line of native code that does not end is cut here. */
const MAX_LINE_BYTES = 16 * 1024;

/** A process whose socket has closed ends by itself within this time, or is ended. */
const CLOSING_MS = 1_000;

/** What a process that has ended wrote last is waited for so long. */
const LAST_OUTPUT_MS = 500;

/** How each `log` frame of the host begins: while the log is full, it is known by this alone. */
const LOG_HEAD = Buffer.from('{"type":"log"');

/** A frame that asks, and what waits for its answer. */
interface Exchange {
  readonly id: number;
  readonly requestId: string;
  readonly resolve: (answer: EntryAnswer) => void;
  readonly reject: (error: SlipwayError) => void;
}

/**
 * Starts a Python process on the script and waits until `init` has returned. Rejects with `script_failed` if the script
 * cannot be served (`details.permanent`: whether it never can), if its process ends, or if it is not ready in time.
 */
export async function startPythonWorker(
  options: PythonWorkerOptions,
  signal: AbortSignal,
): Promise<EntryWorker> {
  signal.throwIfAborted();
  return readyInTime(new PythonWorker(options), options, signal);
}

class PythonWorker implements EntryWorker {
  readonly ready: Promise<void>;
  readonly ended: Promise<SlipwayError>;
  readonly #options: PythonWorkerOptions;
  readonly #child: ChildProcess;
  readonly #socket: Socket;
  readonly #natives: readonly LineGatherer[];
  #facts: EntryFacts | undefined;
  #becomeReady: () => void = () => undefined;
  #refuseReady: (error: SlipwayError) => void = () => undefined;
  #exchange: Exchange | undefined;
  #nextId = 1;
  /** Why it is ended, where that is known before its process is gone. */
  #failure: SlipwayError | undefined;

  constructor(options: PythonWorkerOptions) {
    const { interpreter, args, cwd, env } = options;
    this.#options = options;
    this.ready = new Promise((resolve, reject) => {
      this.#becomeReady = resolve;
      this.#refuseReady = reject;
    });
    this.#child = spawn(interpreter, args, {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    // With "pipe" Node makes a socket pair, of which this is the replica's end.
    this.#socket = this.#child.stdio[3] as Socket;
    this.#natives = [this.#listenTo('stdout'), this.#listenTo('stderr')];
    this.#listenToSocket();
    this.ended = this.#watchEnd();
  }

  get facts(): EntryFacts {
    if (this.#facts === undefined) throw new SlipwayError('internal', 'The worker is not ready.');
    return this.#facts;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  call({ body, ...request }: EntryRequest): Promise<EntryAnswer> {
    return this.#ask({ type: 'request', id: this.#nextId, ...request }, body, request.requestId);
  }

  swagger(version: string): Promise<EntryAnswer> {
    return this.#ask({ type: 'swagger', id: this.#nextId, version }, undefined, NO_REQUEST);
  }

  async stop(graceMs: number): Promise<void> {
    this.#failure ??= new SlipwayError('unavailable', 'The worker was told to end.');
    this.#socket.end();
    const timer = setTimeout(() => this.#killGroup(), graceMs);
    await this.ended;
    clearTimeout(timer);
  }

  kill(reason: SlipwayError): void {
    this.#failure ??= reason;
    this.#killGroup();
  }

  #killGroup(): void {
    if (this.#child.pid !== undefined) killGroup(this.#child.pid);
  }

  #ask(message: ReplicaMessage, body: Uint8Array | undefined, requestId: string): Promise<EntryAnswer> {
    if (this.#exchange !== undefined) throw new SlipwayError('internal', 'The worker is busy.');
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      this.#exchange = { id: message.id, requestId, resolve, reject };
      const head = encodeFrameHead(message, body?.length ?? 0);
      if (body === undefined || body.length === 0) {
        this.#socket.write(head);
        return;
      }
      this.#socket.cork();
      this.#socket.write(head);
      this.#socket.write(body);
      this.#socket.uncork();
    });
  }

  #listenToSocket(): void {
    const { output } = this.#options;
    const decoder = new FrameDecoder(LIMITS, (head, body) => {
      if (output.isFull && head.subarray(0, LOG_HEAD.length).equals(LOG_HEAD)) output.lose(body.length);
      else this.#take(parseMessage(head), body);
    });
    this.#socket.on('data', (chunk: Buffer) => {
      if (this.#failure !== undefined && this.#exchange === undefined) return;
      try {
        decoder.push(chunk);
      } catch (thrown) {
        this.kill(toSlipwayError(thrown));
      }
    });
    // How the process ended says more than a broken socket.
    this.#socket.on('error', () => undefined);
    this.#socket.once('close', () => setTimeout(() => this.#killGroup(), CLOSING_MS).unref());
  }

  #take(message: WorkerMessage, body: Buffer): void {
    switch (message.type) {
      case 'response':
        this.#answer(message, body);
        break;
      case 'log':
        this.#options.output.write(message.stream, message.requestId, body);
        break;
      case 'ready':
        this.#facts = { runtime: `Python ${message.python}`, inputs: message.inputs };
        this.#becomeReady();
        break;
      case 'failed':
        this.kill(cannotStart(this.#options.script, message));
        break;
      case 'collect':
        this.#options.onCollect?.(message, body);
        break;
    }
  }

  #answer(message: ResponseMessage, body: Buffer): void {
    const exchange = this.#exchange;
    if (message.id !== exchange?.id) throw unasked(message.id);
    this.#flushNatives();
    this.#exchange = undefined;
    exchange.resolve({ ...message, body });
  }

  #listenTo(stream: OutputStream): LineGatherer {
    const { output } = this.#options;
    const lines = new LineGatherer(MAX_LINE_BYTES, (text) => {
      output.write(stream, this.#exchange?.requestId ?? NO_REQUEST, text);
    });
    this.#child[stream]?.on('data', (chunk: Buffer) => {
      if (output.isFull) output.lose(chunk.length);
      else lines.push(chunk);
    });
    this.#child[stream]?.on('error', () => undefined);
    return lines;
  }

  #flushNatives(): void {
    for (const lines of this.#natives) lines.flush();
  }

  #watchEnd(): Promise<SlipwayError> {
    const { script, interpreter } = this.#options;
    return new Promise((resolve) => {
      const end = (error: SlipwayError) => {
        this.#flushNatives();
        this.#refuseReady(error);
        this.#exchange?.reject(error);
        this.#exchange = undefined;
        resolve(error);
      };
      this.#child.once('error', (error) => {
        if (this.#child.pid === undefined) end(noInterpreter(interpreter, error));
      });
      this.#child.once('exit', (code, signal) => {
        // What it forked may still run, and hold its outputs open.
        this.#killGroup();
        const { pid = 0 } = this.#child;
        const error = this.#failure ?? endedUnasked(script, pid, { code, signal });
        // What it wrote last may still be on its way; a process that left its group can keep the outputs open for ever.
        const timer = setTimeout(() => end(error), LAST_OUTPUT_MS);
        this.#child.once('close', () => {
          clearTimeout(timer);
          end(error);
        });
      });
    });
  }
}

function noInterpreter(interpreter: string, error: Error): SlipwayError {
  return new SlipwayError(
    'script_failed',
    `The interpreter ${interpreter} cannot be started: ${error.message}.`,
    {
      details: { permanent: true },
    },
  );
}

function unasked(id: number): SlipwayError {
  return new SlipwayError('script_failed', `The worker answered request ${id}, which nobody had asked.`);
}
