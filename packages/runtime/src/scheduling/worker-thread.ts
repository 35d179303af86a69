import { parentPort, workerData } from 'node:worker_threads';
import { toSlipwayError } from '@slipway/contract';
import type { EngineSession } from '../engines/engine.ts';
import { openEngine } from '../engines/open-engine.ts';
import { warmUp } from '../models/warm-up.ts';
import type { RunRequest } from './batch.ts';
import { createFrame } from './frame.ts';
import { putReport, type RunReport, takeRun } from './framed-run.ts';
import {
  FRAMED,
  type FromWorker,
  type SentOutcome,
  type ToWorker,
  type WorkerInfo,
  type WorkerStart,
} from './messages.ts';
import { type RunOutcome, runBatch } from './run-batch.ts';
import { gatherBuffers } from './transfer.ts';

const { spec, frame: memory } = workerData as WorkerStart;
const frame = createFrame(memory);

try {
  const { session, info } = await open();
  parentPort?.on('message', (message: ToWorker) => answer(session, message));
  send({ kind: 'ready', info });
} catch (thrown) {
  // With nobody listening to the port, the thread ends by itself.
  send({ kind: 'failed', error: toSlipwayError(thrown).toJSON() });
}

async function open(): Promise<{ session: EngineSession; info: WorkerInfo }> {
  const engine = await openEngine(spec.engine);
  const startedAt = performance.now();
  const session = engine.load(spec.facts, spec.options);
  const loadMs = performance.now() - startedAt;
  send({ kind: 'loaded' });
  const { signature, notes } = session;
  return { session, info: { signature, notes, loadMs, warmUp: warmUp(session) } };
}

function answer(session: EngineSession, message: ToWorker): void {
  if (message === FRAMED) {
    report(run(session, takeRun(frame, session.signature)));
    return;
  }
  switch (message.kind) {
    case 'run':
      report(run(session, message.requests));
      return;
    case 'close':
      session.close();
      parentPort?.close();
  }
}

function run(session: EngineSession, requests: readonly RunRequest[]): RunReport {
  const startedAt = performance.now();
  const outcomes = runBatch(session, requests);
  return { outcomes, runMs: performance.now() - startedAt };
}

function report(done: RunReport): void {
  if (putReport(frame, done)) send(FRAMED);
  else send({ kind: 'done', outcomes: done.outcomes.map(sendable), runMs: done.runMs });
}

function sendable(outcome: RunOutcome): SentOutcome {
  return 'error' in outcome ? { error: outcome.error.toJSON() } : outcome;
}

function send(message: FromWorker): void {
  if (message !== FRAMED && message.kind === 'done')
    parentPort?.postMessage(message, buffersOf(message.outcomes));
  else parentPort?.postMessage(message);
}

function buffersOf(outcomes: readonly SentOutcome[]): ArrayBuffer[] {
  const transfer = new Set<ArrayBuffer>();
  for (const outcome of outcomes) {
    if (!('error' in outcome)) gatherBuffers(outcome.outputs, transfer);
  }
  return [...transfer];
}
