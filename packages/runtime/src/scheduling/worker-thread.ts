import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { toSlipwayError } from '@slipway/contract';
import { loadSession } from '../detection/load-session.ts';
import type { EngineSession } from '../engines/engine.ts';
import { openEngine } from '../engines/open-engine.ts';
import { warmUp } from '../models/warm-up.ts';
import type { RunRequest } from './batch.ts';
import { createBell } from './bell.ts';
import { createFrame } from './frame.ts';
import { putReport, type RunReport, takeRun } from './framed-run.ts';
import { createInputMemory } from './input-memory.ts';
import type { FromWorker, SentOutcome, ToWorker, WorkerInfo, WorkerStart } from './messages.ts';
import { type RunOutcome, runBatch } from './run-batch.ts';
import { gatherBuffers } from './transfer.ts';

const { spec, ...memory } = workerData as WorkerStart;
const frame = createFrame(memory.frame);
/** A run is over before the next is taken, and its answer has been copied. */
const inputs = createInputMemory();
const asked = createBell(memory.asked);
const answered = createBell(memory.answered);

const opened = await open().catch((thrown: unknown) => {
  send({ kind: 'failed', error: toSlipwayError(thrown).toJSON() });
});
if (opened !== undefined) {
  send({ kind: 'ready', info: opened.info });
  serve(opened.session);
}

async function open(): Promise<{ session: EngineSession; info: WorkerInfo }> {
  const engine = await openEngine(spec.engine);
  const startedAt = performance.now();
  const session = await loadSession(engine, spec.facts, spec.options);
  const loadMs = performance.now() - startedAt;
  send({ kind: 'loaded' });
  const { signature, notes } = session;
  return { session, info: { signature, notes, loadMs, warmUp: warmUp(session) } };
}

/** Until it is told to close. The thread does nothing else, so it sleeps on the bell and not in its event loop. */
function serve(session: EngineSession): void {
  for (;;) {
    asked.wait();
    const told = parentPort && receiveMessageOnPort(parentPort);
    const message: ToWorker | undefined = told?.message;
    if (message === undefined) answerFramed(run(session, takeRun(frame, session.signature, inputs)));
    else if (message.kind === 'run') answerWhole(run(session, message.requests));
    else break;
  }
  session.close();
}

function run(session: EngineSession, requests: readonly RunRequest[]): RunReport {
  const startedAt = performance.now();
  const outcomes = runBatch(session, requests);
  return { outcomes, runMs: performance.now() - startedAt };
}

function answerFramed(done: RunReport): void {
  if (putReport(frame, done)) answered.ring();
  else answerWhole(done);
}

function answerWhole(done: RunReport): void {
  send({ kind: 'done', outcomes: done.outcomes.map(sendable), runMs: done.runMs });
}

function sendable(outcome: RunOutcome): SentOutcome {
  return 'error' in outcome ? { error: outcome.error.toJSON() } : outcome;
}

function send(message: FromWorker): void {
  if (message.kind === 'done') parentPort?.postMessage(message, buffersOf(message.outcomes));
  else parentPort?.postMessage(message);
}

function buffersOf(outcomes: readonly SentOutcome[]): ArrayBuffer[] {
  const transfer = new Set<ArrayBuffer>();
  for (const outcome of outcomes) {
    if (!('error' in outcome)) gatherBuffers(outcome.outputs, transfer);
  }
  return [...transfer];
}
