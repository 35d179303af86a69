import { setTimeout as pause } from 'node:timers/promises';
import { type ResourceLimits, Worker } from 'node:worker_threads';
import { SlipwayError, STUCK_RUN_GRACE_MS, toSlipwayError } from '@slipway/contract';
import type { EntryAnswer, EntryFacts, EntryRequest, EntryWorker } from '../entry-worker.ts';
import { type CollectMessage, NO_REQUEST, type OutputStream } from '../messages.ts';
import type { OutputLog } from '../output.ts';
import { readyInTime } from '../ready-in-time.ts';
import { cannotStart } from '../worker-end.ts';
import { createGauge, type Gauge, gaugeMemory } from './gauge.ts';
import type {
  FromThread,
  Purpose,
  ThreadLog,
  ThreadReady,
  ThreadResponse,
  ThreadRows,
  ThreadStart,
  ToThread,
} from './messages.ts';
import { type Documents, scriptDocuments } from './script-document.ts';

/** How to start a worker. */
export interface ThreadWorkerOptions {
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The script relative to the folder of the sources, for messages. */
  readonly script: string;
  /** Absolute path of the script. */
  readonly scriptPath: string;
  readonly packagesDir: string | null;
  readonly purpose: Purpose;
  readonly threads: number;
  /** Megabytes that its heap may have, and what to do where they are not enough: a sentence's end. */
  readonly heapMb: number;
  readonly moreHeap: string;
  readonly startTimeoutMs: number;
  readonly output: OutputLog;
  /** Takes rows that the script collects; absent: they are thrown away. */
  readonly onCollect?: ((message: CollectMessage, rows: Uint8Array) => void) | undefined;
  /** Native code goes on in a thread that should have ended: only the end of the replica stops it. */
  readonly onStuck: (error: SlipwayError) => void;
}

const THREAD = new URL('./script-thread.js', import.meta.url);

/** Whether a run of native code has returned is looked at so often. */
const LOOK_EVERY_MS = 20;

/** JavaScript that is told to end does so at once, but for a collection of a large heap; what goes on after this is native code. */
const ENDING_MS = 5_000;

const OUT_OF_MEMORY = 'ERR_WORKER_OUT_OF_MEMORY';

/** A request, and what waits for its answer. */
interface Exchange {
  readonly id: number;
  readonly resolve: (answer: EntryAnswer) => void;
  readonly reject: (error: SlipwayError) => void;
}

/**
 * Starts a thread on the script and waits until `init` has returned. Rejects with `script_failed` if the script cannot be
 * served (`details.permanent`: whether it never can), if its thread ends, or if it is not ready in time.
 */
export async function startThreadWorker(
  options: ThreadWorkerOptions,
  signal: AbortSignal,
): Promise<EntryWorker> {
  signal.throwIfAborted();
  return readyInTime(new ThreadWorker(options), options, signal);
}

class ThreadWorker implements EntryWorker {
  readonly pid = undefined;
  readonly ready: Promise<void>;
  readonly ended: Promise<SlipwayError>;
  readonly #options: ThreadWorkerOptions;
  readonly #thread: Worker;
  readonly #gauge: Gauge;
  #told: ThreadReady | undefined;
  #documents: Documents | undefined;
  #becomeReady: () => void = () => undefined;
  #refuseReady: (error: SlipwayError) => void = () => undefined;
  #resolveEnded: (error: SlipwayError) => void = () => undefined;
  #exchange: Exchange | undefined;
  #nextId = 1;
  /** Why it ends, where that is known before it is gone. */
  #failure: SlipwayError | undefined;
  #isGone = false;
  #isEnding = false;

  constructor(options: ThreadWorkerOptions) {
    const { env, heapMb, scriptPath, packagesDir, purpose, threads } = options;
    const memory = gaugeMemory();
    const start: ThreadStart = { script: scriptPath, packagesDir, purpose, threads, gauge: memory };
    const resourceLimits: ResourceLimits = { maxOldGenerationSizeMb: heapMb };
    this.#options = options;
    this.#gauge = createGauge(memory);
    this.ready = new Promise((resolve, reject) => {
      this.#becomeReady = resolve;
      this.#refuseReady = reject;
    });
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.#thread = new Worker(THREAD, { workerData: start, env, resourceLimits, stdout: true, stderr: true });
    this.#thread.on('message', (message: FromThread) => this.#take(message));
    this.#thread.on('error', (error) => this.#fail(error));
    this.#thread.once('exit', (code) => {
      this.#isGone = true;
      this.#end(this.#failure ?? endedUnasked(options.script, code));
    });
    for (const stream of ['stdout', 'stderr'] as const) this.#listenTo(stream);
  }

  get facts(): EntryFacts {
    if (this.#told === undefined) throw new SlipwayError('internal', 'The worker is not ready.');
    return { runtime: `Node.js ${process.version}`, inputs: this.#told.inputs };
  }

  call({ body, ...request }: EntryRequest): Promise<EntryAnswer> {
    if (this.#exchange !== undefined) throw new SlipwayError('internal', 'The worker is busy.');
    const id = this.#nextId;
    this.#nextId += 1;
    // A small body is part of a larger block, all of which would be sent.
    const own = new Uint8Array(body);
    return new Promise((resolve, reject) => {
      this.#exchange = { id, resolve, reject };
      this.#send({ type: 'request', id, ...request, body: own }, [own.buffer]);
    });
  }

  async swagger(version: string): Promise<EntryAnswer> {
    if (this.#documents === undefined) throw new SlipwayError('internal', 'The worker has no documents.');
    return this.#documents(version);
  }

  async stop(graceMs: number): Promise<void> {
    this.#failure ??= new SlipwayError('unavailable', 'The worker was told to end.');
    this.#send({ type: 'stop' });
    const timer = setTimeout(() => void this.#terminate(), graceMs);
    await this.ended;
    clearTimeout(timer);
  }

  kill(reason: SlipwayError): void {
    this.#failure ??= reason;
    void this.#terminate();
  }

  /** Ends the thread as soon as no native code runs in it, which would end the process; or says that it is stuck. */
  async #terminate(): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    const deadline = performance.now() + STUCK_RUN_GRACE_MS;
    while (this.#gauge.isInNative && performance.now() < deadline) await pause(LOOK_EVERY_MS);
    if (!this.#gauge.isInNative) {
      const timeout = pause(ENDING_MS, undefined, { ref: false });
      await Promise.race([this.#thread.terminate(), timeout]);
    }
    if (this.#isGone) return;
    const error = stuck(this.#options.script);
    this.#end(error);
    this.#options.onStuck(error);
  }

  #end(error: SlipwayError): void {
    this.#refuseReady(error);
    this.#exchange?.reject(error);
    this.#exchange = undefined;
    this.#resolveEnded(error);
  }

  #fail(error: Error): void {
    const { script, heapMb, moreHeap } = this.#options;
    this.#failure ??=
      (error as NodeJS.ErrnoException).code === OUT_OF_MEMORY
        ? outOfMemory(script, heapMb, moreHeap)
        : new SlipwayError('script_failed', `The thread of ${script} has ended: ${error.message}`, {
            cause: error,
          });
  }

  #send(message: ToThread, transfer: ArrayBuffer[] = []): void {
    this.#thread.postMessage(message, transfer);
  }

  #take(message: FromThread): void {
    switch (message.type) {
      case 'response':
        this.#answer(message);
        break;
      case 'log':
        this.#log(message);
        break;
      case 'collect':
        this.#collect(message);
        break;
      case 'ready':
        this.#begin(message);
        break;
      case 'failed':
        this.kill(cannotStart(this.#options.script, message));
        break;
    }
  }

  #begin(told: ThreadReady): void {
    const { purpose, script } = this.#options;
    try {
      if (purpose.kind === 'service') this.#documents = scriptDocuments(purpose.init, told);
    } catch (thrown) {
      this.kill(cannotStart(script, { stage: 'checks', message: toSlipwayError(thrown).message }));
      return;
    }
    this.#told = told;
    this.#becomeReady();
  }

  #answer({ id, body, ...answer }: ThreadResponse): void {
    const exchange = this.#exchange;
    if (exchange === undefined || exchange.id !== id) return;
    this.#exchange = undefined;
    exchange.resolve({ ...answer, body: Buffer.from(body.buffer, body.byteOffset, body.byteLength) });
  }

  #log({ stream, requestId, text }: ThreadLog): void {
    this.#gauge.taken(text.length);
    const { output } = this.#options;
    if (output.isFull) output.lose(text.length);
    else output.write(stream, requestId, Buffer.from(text));
  }

  #collect({ rows, ...message }: ThreadRows): void {
    this.#gauge.taken(rows.length);
    this.#options.onCollect?.(message, rows);
  }

  /** What Node itself says in the thread; what the script prints comes in messages. */
  #listenTo(stream: OutputStream): void {
    this.#thread[stream].on('data', (text: Buffer) => {
      this.#options.output.write(stream, NO_REQUEST, Buffer.from(text));
    });
  }
}

function endedUnasked(script: string, code: number): SlipwayError {
  return new SlipwayError(
    'script_failed',
    `The thread of ${script} ended with status ${code}: the script, or a package that it uses, has called process.exit().`,
    { details: { code } },
  );
}

function outOfMemory(script: string, heapMb: number, moreHeap: string): SlipwayError {
  return new SlipwayError(
    'script_failed',
    `The thread of ${script} needed more than the ${heapMb} MB that its heap may have, and was ended. If the script keeps nothing that it does not need, ${moreHeap}.`,
    { details: { heapMb } },
  );
}

function stuck(script: string): SlipwayError {
  return new SlipwayError(
    'script_failed',
    `Native code goes on in the thread of ${script}, which was to end; only a new replica ends it.`,
  );
}
