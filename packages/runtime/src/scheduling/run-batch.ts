import { type SlipwayError, type Tensor, toSlipwayError } from '@slipway/contract';
import type { EngineSession } from '../engines/engine.ts';
import { mergeInputs, type RunRequest, rowsOf, splitOutputs } from './batch.ts';

/** What became of one request: its outputs, or why there are none; and how many requests shared the run. */
export type RunOutcome =
  | { readonly outputs: readonly Tensor[]; readonly batchSize: number }
  | { readonly error: SlipwayError };

/**
 * Runs requests that can share a run. If the shared run fails, or its outputs cannot be told apart, each is
 * run again by itself, so that a bad one fails alone. Never throws.
 */
export function runBatch(session: EngineSession, requests: readonly RunRequest[]): readonly RunOutcome[] {
  if (requests.length > 1) {
    const shared = runShared(session, requests);
    if (shared !== undefined) return shared;
  }
  return requests.map((request) => runAlone(session, request));
}

function runShared(
  session: EngineSession,
  requests: readonly RunRequest[],
): readonly RunOutcome[] | undefined {
  try {
    const outputs = session.run(mergeInputs(requests), requests[0]?.outputs ?? []);
    const parts = splitOutputs(outputs, requests.map(rowsOf));
    return parts?.map((part) => ({ outputs: part, batchSize: requests.length }));
  } catch {
    // The single runs that follow say whose fault it was.
    return undefined;
  }
}

function runAlone(session: EngineSession, request: RunRequest): RunOutcome {
  try {
    return { outputs: session.run(request.inputs, request.outputs), batchSize: 1 };
  } catch (thrown) {
    return { error: toSlipwayError(thrown) };
  }
}
