import { type Signature, type Tensor, toSlipwayError } from '@slipway/contract';
import type { EngineSession, Placement } from '../engines/engine.ts';
import { mergeInputs, type RunRequest, splitOutputs } from '../scheduling/batch.ts';
import { type BatchRows, findBatchRows } from './find-batch-rows.ts';
import { outputsAgree } from './outputs-agree.ts';
import { sampleInputs } from './sample-inputs.ts';

/** What warm-up found out about a model: plain data, so that it can cross threads. */
export interface WarmUp {
  /** Milliseconds of the shortest run of the sample; `null` if the model refuses the sample. */
  readonly runMs: number | null;
  /** Milliseconds a row costs in a shared run; `null` if the model cannot be batched. */
  readonly rowMs: number | null;
  /** Rows up to which a shared run makes them cheaper; 1 if the model cannot be batched. */
  readonly batchRows: number;
  /** Elements of the sample's inputs. */
  readonly elements: number;
  /** Why the model refused the sample, in the engine's words. */
  readonly refusal: string | null;
  /** Where its nodes ran. */
  readonly placement: Placement;
}

/** Runs that are measured, and the milliseconds after which measuring ends with what there is. */
const MEASURED_RUNS = 15;
const MEASURING_MS = 100;

/** Milliseconds of the first look, and the runs it has at least: the first may have memory to set up. */
const FIRST_LOOK_MS = 20;
const FIRST_LOOK_RUNS = 3;

const UNBATCHED = { rowMs: null, batchRows: 1 } as const;

const SEEDS = { one: 1, other: 2 } as const;

/**
 * Runs the model a few times on samples, so that the first request finds it warm, and measures. That its
 * requests can share runs is proven, not believed: a shared run of two samples must give what they give alone.
 * Throws as `EngineSession.placement` does.
 */
export function warmUp(session: EngineSession): WarmUp {
  const outputs = session.signature.outputs.map((spec) => spec.name);
  const one: RunRequest = { inputs: sampleInputs(session.signature, SEEDS.one), outputs };
  const elements = one.inputs.reduce((sum, tensor) => sum + tensor.data.length, 0);
  const { refusal, placement } = firstRun(session);
  if (refusal !== null) return { runMs: null, ...UNBATCHED, elements, refusal, placement };
  const runMs = shortestRunMs(session, one);
  const other: RunRequest = { inputs: sampleInputs(session.signature, SEEDS.other), outputs };
  const shared = canBatch(session, one, other) ? measureRows(session, one, runMs) : UNBATCHED;
  return { runMs, ...shared, elements, refusal: null, placement };
}

/** Runs the model once on a sample, to see where its nodes run. Throws as `EngineSession.placement` does. */
export function firstRun(session: EngineSession): Pick<WarmUp, 'refusal' | 'placement'> {
  const outputs = session.signature.outputs.map((spec) => spec.name);
  try {
    session.run(sampleInputs(session.signature, SEEDS.one), outputs);
  } catch (thrown) {
    return { refusal: toSlipwayError(thrown).message, placement: session.placement() };
  }
  return { refusal: null, placement: session.placement() };
}

/** True if one of a few runs of the sample takes less than `limitMs`; false if the model refuses the sample. */
export function runsWithin(session: EngineSession, limitMs: number): boolean {
  const outputs = session.signature.outputs.map((spec) => spec.name);
  const inputs = sampleInputs(session.signature, SEEDS.one);
  try {
    const until = performance.now() + FIRST_LOOK_MS;
    for (let run = 0; run < FIRST_LOOK_RUNS || performance.now() < until; run += 1) {
      const startedAt = performance.now();
      session.run(inputs, outputs);
      if (performance.now() - startedAt < limitMs) return true;
    }
  } catch {
    // The warm-up that follows on a worker says so.
  }
  return false;
}

/** Other work on the machine only ever adds to a run's time, so the shortest is nearest to what it costs. */
function shortestRunMs(session: EngineSession, request: RunRequest): number {
  const until = performance.now() + MEASURING_MS;
  let shortest = Number.POSITIVE_INFINITY;
  for (let run = 0; run === 0 || (run < MEASURED_RUNS && performance.now() < until); run += 1) {
    const startedAt = performance.now();
    session.run(request.inputs, request.outputs);
    shortest = Math.min(shortest, performance.now() - startedAt);
  }
  return shortest;
}

function measureRows(session: EngineSession, request: RunRequest, runMs: number): BatchRows {
  return findBatchRows(runMs, MEASURING_MS, (rows) => {
    const inputs = mergeInputs(Array.from({ length: rows }, () => request));
    return shortestRunMs(session, { inputs, outputs: request.outputs });
  });
}

function canBatch(session: EngineSession, one: RunRequest, other: RunRequest): boolean {
  if (!hasBatchDimension(session.signature)) return false;
  try {
    const shared = splitOutputs(session.run(mergeInputs([one, other]), one.outputs), [1, 1]);
    const alone = [one, other].map(({ inputs, outputs }) => session.run(inputs, outputs));
    return shared?.every((part, index) => outputsAgree(part, alone[index] as readonly Tensor[])) ?? false;
  } catch {
    // A model that fixes its batch somewhere inside refuses two rows: its requests run one by one.
    return false;
  }
}

/** True if all inputs and outputs begin with the same symbolic dimension. */
function hasBatchDimension(signature: Signature): boolean {
  const batch = signature.inputs[0]?.shape[0];
  if (typeof batch !== 'string') return false;
  return [...signature.inputs, ...signature.outputs].every((spec) => spec.shape[0] === batch);
}
