import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorFromBody, SlipwayError } from '@slipway/contract';
import type { FromModel, ModelLoad, ToModel } from '../model/messages.ts';
import type { BatchWorker, MiniBatchResult, StartWorker } from './batch-worker.ts';
import { openOutputFiles } from './output-file.ts';

const HOST = fileURLToPath(new URL('../model/model-host.js', import.meta.url));

/** Gigabytes of weights take minutes from a slow disk; longer is a hang. */
const START_TIMEOUT_MS = 600_000;

const STOP_MS = 5_000;

/** What a process that has ended wrote last is waited for so long. */
const LAST_OUTPUT_MS = 500;

/** What the processes of a model alone are started with. */
export interface ModelWorkers {
  readonly load: ModelLoad;
  /** Folder for what they print. */
  readonly logs: string;
  readonly note: (message: string) => void;
}

/** Starts processes that run a model, without a script. */
export function modelWorkers({ load, logs, note }: ModelWorkers): StartWorker {
  return async ({ number, gpu }, signal) => {
    signal.throwIfAborted();
    const output = openOutputFiles({
      stdout: join(logs, 'stdout', `${number}.stdout.txt`),
      stderr: join(logs, 'stderr', `${number}.stderr.txt`),
    });
    const child = fork(HOST, {
      serialization: 'advanced',
      // Ctrl-C is for the job, which then ends its processes.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ...(gpu !== null && { CUDA_VISIBLE_DEVICES: gpu }) },
    });
    child.stdout?.on('data', (text: Buffer) => output.write('stdout', '', text));
    child.stderr?.on('data', (text: Buffer) => output.write('stderr', '', text));
    const worker = new ModelWorker(child);
    void worker.ended.then(() => output.close());
    const abort = () => worker.kill(new SlipwayError('cancelled', 'The job was stopped.'));
    signal.addEventListener('abort', abort);
    const timer = setTimeout(() => worker.kill(notLoaded()), START_TIMEOUT_MS);
    try {
      for (const text of await worker.load(load)) note(text);
      return worker;
    } catch (thrown) {
      worker.kill(new SlipwayError('unavailable', 'The model could not be loaded.'));
      throw thrown;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    }
  };
}

class ModelWorker implements BatchWorker {
  readonly ended: Promise<SlipwayError>;
  readonly #child: ChildProcess;
  #reason: SlipwayError | undefined;
  #settle: { resolve: (message: FromModel) => void; reject: (error: SlipwayError) => void } | undefined;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (message: FromModel) => {
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

  async load(load: ModelLoad): Promise<readonly string[]> {
    const answer = await this.#ask({ type: 'load', load });
    return answer.type === 'ready' ? answer.notes : [];
  }

  async run(miniBatch: Parameters<BatchWorker['run']>[0]): Promise<MiniBatchResult> {
    const answer = await this.#ask({ type: 'run', miniBatch });
    if (answer.type === 'result') return answer.result;
    throw new SlipwayError('internal', 'The process of the model answered something else.');
  }

  async stop(): Promise<void> {
    this.#reason ??= new SlipwayError('unavailable', 'The process was told to end.');
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await this.ended;
    clearTimeout(timer);
  }

  kill(reason: SlipwayError): void {
    this.#reason ??= reason;
    this.#child.kill('SIGKILL');
  }

  async #ask(message: ToModel): Promise<FromModel> {
    const answer = await new Promise<FromModel>((resolve, reject) => {
      this.#settle = { resolve, reject };
      // Where the process has ended, its end says why.
      this.#child.send(message, () => undefined);
    });
    if (answer.type !== 'refused') return answer;
    const error = errorFromBody(answer.error);
    throw new SlipwayError(error.code, error.message, { details: { ...error.details, permanent: true } });
  }
}

function endedUnasked(code: number | null, signal: NodeJS.Signals | null): SlipwayError {
  return new SlipwayError(
    'unavailable',
    `The process of the model ended by itself (${signal ?? `status ${code}`}): most likely the model has crashed it, or memory was short.`,
  );
}

function notLoaded(): SlipwayError {
  return new SlipwayError('deadline_exceeded', `The model was not loaded within ${START_TIMEOUT_MS} ms.`);
}
