import { parentPort, workerData } from 'node:worker_threads';
import { toSlipwayError } from '@slipway/contract';
import type { EngineSession } from '../engines/engine.ts';
import { openEngine } from '../engines/open-engine.ts';
import { warmUp } from '../models/warm-up.ts';
import type { FromWorker, SentOutcome, ToWorker, WorkerInfo, WorkerSpec } from './messages.ts';
import { type RunOutcome, runBatch } from './run-batch.ts';
import { gatherBuffers } from './transfer.ts';

const spec = workerData as WorkerSpec;

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
  switch (message.kind) {
    case 'run': {
      const startedAt = performance.now();
      const outcomes = runBatch(session, message.requests);
      send({ kind: 'done', outcomes: outcomes.map(sendable), runMs: performance.now() - startedAt });
      return;
    }
    case 'close':
      session.close();
      parentPort?.close();
  }
}

function sendable(outcome: RunOutcome): SentOutcome {
  return 'error' in outcome ? { error: outcome.error.toJSON() } : outcome;
}

function send(message: FromWorker): void {
  const transfer = new Set<ArrayBuffer>();
  if (message.kind === 'done') {
    for (const outcome of message.outcomes) {
      if (!('error' in outcome)) gatherBuffers(outcome.outputs, transfer);
    }
  }
  parentPort?.postMessage(message, [...transfer]);
}
