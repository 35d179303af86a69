import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync, readdirSync } from 'node:fs';
import { inspect } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import type { EntryContext } from '@slipway/contract';
import { NO_REQUEST } from '../messages.ts';
import { type CapturedOutput, captureOutput } from './capture-output.ts';
import { allowCollectors } from './collectors.ts';
import { NoAnswer } from './encode-json.ts';
import { findPackages } from './find-packages.ts';
import { createGauge } from './gauge.ts';
import { loadScript, type Script, StartFailure, summaryOf } from './load-script.ts';
import type { FromThread, ThreadRequest, ThreadStart, ToThread } from './messages.ts';
import { miniBatchFailed, readMiniBatch, writeResults } from './mini-batches.ts';
import { allowModels, closeModels } from './onnx-models.ts';
import { createPrintLog } from './print-log.ts';
import { BadInput, headersOf, readInput } from './read-input.ts';
import { INTERNAL_ERROR, type Reply, refusal, SCRIPT_FAILED, writeAnswer } from './write-answer.ts';

/** The most characters of an error in the log, and files of a model directory: an exception may carry anything. */
const MAX_TRACEBACK = 64_000;
const MAX_LISTED = 200;

/** The request that runs, and how it is given up when what it started throws where nobody catches it. */
interface Running {
  readonly requestId: string;
  readonly fail: (thrown: unknown) => void;
}

const start = workerData as ThreadStart;
const { purpose } = start;
/** How a request is answered. */
const replyTo = purpose.kind === 'service' ? replyToRequest : replyToMiniBatch;
const gauge = createGauge(start.gauge);
/** What a request starts may print long after it was answered. */
const asked = new AsyncLocalStorage<string>();
let running: Running | undefined;

const prints = createPrintLog(gauge, send);
const output: CapturedOutput = captureOutput((stream, text) => {
  prints.add(stream, requestId(), text);
});
for (const event of ['uncaughtException', 'unhandledRejection'] as const) process.on(event, takeUncaught);
process.on('exit', () => {
  flushOutput();
  closeModels();
});

const script = await prepare().catch(giveUp);
if (script !== undefined) serve(script);

async function prepare(): Promise<Script> {
  findPackages(purpose.init.sourceDir, start.packagesDir);
  allowModels({ threads: start.threads, gauge });
  const isEnabled = process.env['AML_MODEL_DC_STORAGE_ENABLED'] === 'true';
  allowCollectors({ isEnabled, gauge, requestId, send });
  // Holds the thread while `init` waits for what does not.
  const held = setInterval(() => undefined, 60_000);
  try {
    const loaded = await loadScript(start.script, purpose.init.sourceDir);
    await runInit(loaded);
    return loaded;
  } finally {
    clearInterval(held);
  }
}

async function runInit({ init }: Script): Promise<void> {
  try {
    await init?.(purpose.init);
  } catch (thrown) {
    throw new StartFailure('init', `init() has failed: ${summaryOf(thrown)}`, thrown);
  }
}

function giveUp(thrown: unknown): undefined {
  const failure =
    thrown instanceof StartFailure ? thrown : new StartFailure('checks', summaryOf(thrown), thrown);
  if (failure.cause !== undefined) print(failure.cause);
  if (failure.stage === 'init') console.error(listingOf(purpose.init.modelDir));
  flushOutput();
  send({ type: 'failed', stage: failure.stage, message: failure.message });
}

function serve(served: Script): void {
  parentPort?.on('message', (message: ToThread) => {
    if (message.type === 'stop') process.exit(0);
    void answer(served, message);
  });
  const { isRaw, inputSchema, outputSchema } = served;
  flushOutput();
  const inputs = purpose.kind === 'batch' ? 'batch' : isRaw ? 'raw' : 'json';
  send({ type: 'ready', inputs, inputSchema, outputSchema });
}

async function answer(served: Script, request: ThreadRequest): Promise<void> {
  const reply = await asked.run(request.requestId, () => replyTo(served, request));
  flushOutput();
  running = undefined;
  send({ type: 'response', id: request.id, ...reply });
}

async function replyToRequest(served: Script, request: ThreadRequest): Promise<Reply> {
  try {
    const input = readInput(request, served.isRaw);
    const failing = failureOf(request);
    const startedAt = performance.now();
    const result = await Promise.race([served.run(input, contextOf(request)), failing]);
    return await Promise.race([writeAnswer(result, performance.now() - startedAt), failing]);
  } catch (thrown) {
    if (thrown instanceof BadInput) return refusal(thrown.status, thrown.message);
    if (!(thrown instanceof NoAnswer)) {
      print(thrown);
      return SCRIPT_FAILED;
    }
    console.error(thrown.message);
    return INTERNAL_ERROR;
  }
}

async function replyToMiniBatch(served: Script, request: ThreadRequest): Promise<Reply> {
  const items = readMiniBatch(request);
  const keepsResults = purpose.kind === 'batch' && purpose.keepsResults;
  try {
    const result = await Promise.race([served.run(items), failureOf(request)]);
    return writeResults(result, items.length, keepsResults);
  } catch (thrown) {
    if (thrown instanceof NoAnswer) {
      console.error(thrown.message);
      return miniBatchFailed(thrown.message);
    }
    print(thrown);
    return miniBatchFailed(`run() has failed: ${summaryOf(thrown)}`);
  }
}

/** Of whoever prints or collects now. */
function requestId(): string {
  return asked.getStore() ?? running?.requestId ?? NO_REQUEST;
}

/** From now on the request runs: rejects with what it started throws where nobody catches it. */
function failureOf({ requestId }: ThreadRequest): Promise<never> {
  const { promise, reject: fail } = Promise.withResolvers<never>();
  running = { requestId, fail };
  return promise;
}

function contextOf({ requestId, method, path, query, headers }: ThreadRequest): EntryContext {
  return {
    requestId,
    method,
    path,
    // Few scripts look at them.
    get query() {
      return new URLSearchParams(query);
    },
    get headers() {
      return headersOf(headers);
    },
  };
}

/** Of the request that runs it is a failure; otherwise nobody waits for it, and the script goes on. */
function takeUncaught(thrown: unknown): void {
  if (running !== undefined && asked.getStore() === running.requestId) {
    running.fail(thrown);
    return;
  }
  console.error('Nobody caught this:');
  print(thrown);
  flushOutput();
}

function flushOutput(): void {
  output.flush();
  prints.flush();
}

function print(thrown: unknown): void {
  const text = inspect(thrown);
  console.error(
    text.length <= MAX_TRACEBACK
      ? text
      : `${text.slice(0, MAX_TRACEBACK)}\n… ${text.length - MAX_TRACEBACK} characters left out …`,
  );
}

function listingOf(folder: string): string {
  if (!existsSync(folder)) return `The model directory ${folder} is not there.`;
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const rest = files.length > MAX_LISTED ? [`… only the first ${MAX_LISTED} are shown.`] : [];
  return [`Model directory ${folder}:`, ...files.slice(0, MAX_LISTED), ...rest].join('\n    ');
}

function send(message: FromThread): void {
  parentPort?.postMessage(message);
}
