import { type ChildProcess, fork } from 'node:child_process';
import { errorFromBody, SlipwayError } from '@slipway/contract';
import { killGroup } from '@slipway/runtime/batch';
import type { FromHost, ToHost } from '../host/messages.ts';
import type { MiniBatch } from '../inputs/mini-batch.ts';
import type { BatchWorker, MiniBatchResult, WorkerPlace } from './batch-worker.ts';
import { openOutputOf } from './output-file.ts';
import { START_TIMEOUT_MS } from './script-workers.ts';

const STOP_MS = 5_000;

/** What a process that has ended wrote last is waited for so long. */
const LAST_OUTPUT_MS = 500;

/** How to start a Node process that scores. */
export interface NodeWorkerStart {
  /** Its main file, which calls `serveJob`. */
  readonly host: string;
  /** What that is to load: plain data. */
  readonly load: object;
  /** The whole environment. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly place: WorkerPlace;
  /** Folder for what it prints. */
  readonly logs: string;
}

/** Starts a Node process and waits until it has loaded what it scores with. Rejects with why it cannot. */
export async function startNodeWorker(
  { host, load, env, cwd, place, logs }: NodeWorkerStart,
  signal: AbortSignal,
): Promise<{ readonly worker: BatchWorker; readonly notes: readonly string[] }> {
  signal.throwIfAborted();
  const output = openOutputOf(place, logs);
  const child = fork(host, {
    serialization: 'advanced',
    // Ctrl-C is for the job, which then ends its processes.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env,
    cwd,
  });
  child.stdout?.on('data', (text: Buffer) => output.write('stdout', '', text));
  child.stderr?.on('data', (text: Buffer) => output.write('stderr', '', text));
  const worker = new NodeWorker(child);
  void worker.ended.then(() => output.close());
  const abort = () => worker.kill(new SlipwayError('cancelled', 'The job was stopped.'));
  signal.addEventListener('abort', abort);
  const timer = setTimeout(() => worker.kill(notLoaded()), START_TIMEOUT_MS);
  try {
    return { worker, notes: await worker.load(load) };
  } catch (thrown) {
    worker.kill(new SlipwayError('unavailable', 'It could not be loaded.'));
    throw thrown;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

class NodeWorker implements BatchWorker {
  readonly ended: Promise<SlipwayError>;
  readonly #child: ChildProcess;
  #reason: SlipwayError | undefined;
  #settle: { resolve: (message: FromHost) => void; reject: (error: SlipwayError) => void } | undefined;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (message: FromHost) => {
      const asked = this.#settle;
      this.#settle = undefined;
      asked?.resolve(message);
    });
    this.ended = new Promise((resolve) => {
      const end = (error: SlipwayError) => {
        this.#settle?.reject(error);
        this.#settle = undefined;
        resolve(error);
      };
      child.once('error', (error) => end(this.#reason ?? new SlipwayError('internal', error.message)));
      child.once('exit', (code, signal) => {
        const error = this.#reason ?? endedUnasked(code, signal);
        // What it wrote last may still be on its way.
        const timer = setTimeout(() => end(error), LAST_OUTPUT_MS);
        child.once('close', () => {
          clearTimeout(timer);
          end(error);
        });
      });
    });
  }

  async load(load: object): Promise<readonly string[]> {
    const answer = await this.#ask({ type: 'load', load });
    return answer.type === 'ready' ? answer.notes : [];
  }

  async run(miniBatch: MiniBatch): Promise<MiniBatchResult> {
    const answer = await this.#ask({ type: 'run', miniBatch });
    if (answer.type === 'result') return answer.result;
    throw new SlipwayError('internal', 'The process answered something else.');
  }

  async stop(): Promise<void> {
    this.#reason ??= new SlipwayError('unavailable', 'The process was told to end.');
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#killGroup(), STOP_MS);
    await this.ended;
    clearTimeout(timer);
  }

  kill(reason: SlipwayError): void {
    this.#reason ??= reason;
    this.#killGroup();
  }

  #killGroup(): void {
    if (this.#child.pid !== undefined) killGroup(this.#child.pid);
  }

  async #ask(message: ToHost<object>): Promise<FromHost> {
    const answer = await new Promise<FromHost>((resolve, reject) => {
      this.#settle = { resolve, reject };
      // Where the process has ended, its end says why.
      this.#child.send(message, () => undefined);
    });
    if (answer.type !== 'refused') return answer;
    const error = errorFromBody(answer.error);
    const refusal = new SlipwayError(error.code, error.message, {
      details: { permanent: true, ...error.details },
    });
    if (answer.hasEnded) {
      this.kill(refusal);
      await this.ended;
    }
    throw refusal;
  }
}

function endedUnasked(code: number | null, signal: NodeJS.Signals | null): SlipwayError {
  return new SlipwayError(
    'unavailable',
    `The process ended by itself (${signal ?? `status ${code}`}): most likely the model, or native code that the script uses, has crashed it, or memory was short.`,
  );
}

function notLoaded(): SlipwayError {
  return new SlipwayError('deadline_exceeded', `The process was not ready within ${START_TIMEOUT_MS} ms.`);
}
