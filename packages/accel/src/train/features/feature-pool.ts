// The library is loaded in threads, whose variables are copies: it must be set in the process.
import '../../session/without-telemetry.ts';
import { Worker } from 'node:worker_threads';
import { errorFromBody, SlipwayError, type Tensor } from '@slipway/contract';
import type { FeatureThreadStart, FromFeatureThread, ToFeatureThread } from './messages.ts';

/** Threads that compute features. */
export interface FeaturePool extends AsyncDisposable {
  /**
   * The features of one image. The tensor's memory is handed over. Waits where all threads have something to do; a
   * signal ends the wait when its turn comes. Rejects with `invalid_model` where the model cannot be loaded.
   */
  run(pixels: Tensor, signal?: AbortSignal): Promise<Float32Array<ArrayBuffer>>;
}

interface FeatureThread {
  ask(message: ToFeatureThread, transfer?: ArrayBuffer[]): Promise<FromFeatureThread>;
  end(): Promise<void>;
}

/**
 * So many threads at most: each is started when there is something to do for it, so that none is where all is known.
 * What waits is bounded by whoever asks. Disposing waits for the runs that were begun.
 */
export function createFeaturePool(start: FeatureThreadStart, most: number): FeaturePool {
  const started: Promise<FeatureThread>[] = [];
  const idle: FeatureThread[] = [];
  const waiting: PromiseWithResolvers<FeatureThread>[] = [];

  async function take(): Promise<FeatureThread> {
    const free = idle.pop();
    if (free !== undefined) return free;
    if (started.length === most) {
      const turn = Promise.withResolvers<FeatureThread>();
      waiting.push(turn);
      return await turn.promise;
    }
    const thread = startThread(start);
    started.push(thread);
    // What one thread cannot load, none can: nobody would come to those who wait.
    thread.catch((thrown) => {
      for (const turn of waiting.splice(0)) turn.reject(thrown);
    });
    return await thread;
  }

  function give(thread: FeatureThread): void {
    const next = waiting.shift();
    if (next === undefined) idle.push(thread);
    else next.resolve(thread);
  }

  return {
    async run({ name: _, ...pixels }, signal) {
      const thread = await take();
      try {
        signal?.throwIfAborted();
        const answer = await thread.ask({ kind: 'run', pixels }, buffersOf(pixels.data));
        return featuresIn(answer);
      } finally {
        give(thread);
      }
    },
    async [Symbol.asyncDispose]() {
      const threads = await Promise.allSettled(started);
      await Promise.all(threads.map((each) => (each.status === 'fulfilled' ? each.value.end() : undefined)));
    },
  };
}

async function startThread(start: FeatureThreadStart): Promise<FeatureThread> {
  // Without the flags of the process: those for a program on the command line are wrong for a file.
  const worker = new Worker(new URL('./feature-thread.js', import.meta.url), {
    workerData: start,
    execArgv: [],
  });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  let waiting: PromiseWithResolvers<FromFeatureThread> | undefined;
  let lost: SlipwayError | undefined;
  worker.on('message', (message: FromFeatureThread) => waiting?.resolve(message));
  const lose = (reason: string, cause?: unknown) => {
    lost ??= new SlipwayError('internal', `A thread that computes features ended by itself: ${reason}.`, {
      cause,
    });
    waiting?.reject(lost);
  };
  worker.once('error', (error) => lose(error.message, error));
  worker.once('exit', (code) => lose(`exit code ${code}`));
  const hear = (): Promise<FromFeatureThread> => {
    if (lost !== undefined) return Promise.reject(lost);
    waiting = Promise.withResolvers();
    return waiting.promise;
  };
  const first = await hear();
  if (first.kind === 'failed') {
    await ended;
    throw errorFromBody(first.error);
  }
  return {
    ask(message, transfer = []) {
      const answer = hear();
      worker.postMessage(message, transfer);
      return answer;
    },
    async end() {
      worker.postMessage({ kind: 'close' } satisfies ToFeatureThread);
      await ended;
    },
  };
}

function featuresIn(answer: FromFeatureThread): Float32Array<ArrayBuffer> {
  if (answer.kind === 'features') return answer.values;
  if (answer.kind === 'failed') throw errorFromBody(answer.error);
  throw new SlipwayError('internal', `A thread that computes features answered "${answer.kind}" to a run.`);
}

function buffersOf(data: Tensor['data']): ArrayBuffer[] {
  return 'buffer' in data && data.buffer instanceof ArrayBuffer ? [data.buffer] : [];
}
