import { type Signature, type Tensor, toSlipwayError } from '@slipway/contract';
import type { EngineSession } from '../engines/engine.ts';
import { mergeInputs, type RunRequest, splitOutputs } from '../scheduling/batch.ts';
import { outputsAgree } from './outputs-agree.ts';
import { sampleInputs } from './sample-inputs.ts';

/** What warm-up found out about a model: plain data, so that it can cross threads. */
export interface WarmUp {
  /** Median milliseconds of one run of the sample; `null` if the model refuses the sample. */
  readonly runMs: number | null;
  /** Milliseconds a row costs in a shared run; `null` if the model cannot be batched. */
  readonly rowMs: number | null;
  /** Elements of the sample's inputs. */
  readonly elements: number;
  /** Why the model refused the sample, in the engine's words. */
  readonly refusal: string | null;
}

/** Runs that are measured: odd, so that the median is one of them. */
const MEASURED_RUNS = 15;

/** Milliseconds after which measuring ends, with what there is. */
const MEASURING_MS = 250;

/** Rows of the shared run that is measured: where the cost of a row has levelled off for small models. */
const MEASURED_ROWS = 16;

/** Runs after which a model that was never quick is called slow; the first may have memory to set up. */
const QUICK_TRIES = 3;

const SEEDS = { one: 1, other: 2 } as const;

/**
 * Runs the model a few times on samples, so that the first request finds it warm, and measures. That its
 * requests can share runs is proven, not believed: a shared run of two samples must give what they give alone.
 */
export function warmUp(session: EngineSession): WarmUp {
  const outputs = session.signature.outputs.map((spec) => spec.name);
  const one: RunRequest = { inputs: sampleInputs(session.signature, SEEDS.one), outputs };
  const elements = one.inputs.reduce((sum, tensor) => sum + tensor.data.length, 0);
  try {
    session.run(one.inputs, outputs);
  } catch (thrown) {
    return { runMs: null, rowMs: null, elements, refusal: toSlipwayError(thrown).message };
  }
  const runMs = medianRunMs(session, one);
  const other: RunRequest = { inputs: sampleInputs(session.signature, SEEDS.other), outputs };
  const rowMs = canBatch(session, one, other) ? medianRowMs(session, one, runMs) : null;
  return { runMs, rowMs, elements, refusal: null };
}

/** True if one of a few runs of the sample takes less than `limitMs`; false if the model refuses the sample. */
export function runsWithin(session: EngineSession, limitMs: number): boolean {
  const outputs = session.signature.outputs.map((spec) => spec.name);
  const inputs = sampleInputs(session.signature, SEEDS.one);
  try {
    for (let tries = 0; tries < QUICK_TRIES; tries += 1) {
      const startedAt = performance.now();
      session.run(inputs, outputs);
      if (performance.now() - startedAt < limitMs) return true;
    }
  } catch {
    // The warm-up that follows on a worker says so.
  }
  return false;
}

function medianRunMs(session: EngineSession, request: RunRequest): number {
  const times: number[] = [];
  const until = performance.now() + MEASURING_MS;
  do {
    const startedAt = performance.now();
    session.run(request.inputs, request.outputs);
    times.push(performance.now() - startedAt);
  } while (times.length < MEASURED_RUNS && performance.now() < until);
  return median(times);
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[values.length >> 1] ?? 0;
}

function medianRowMs(session: EngineSession, request: RunRequest, runMs: number): number {
  if (runMs * MEASURED_ROWS * MEASURED_RUNS > MEASURING_MS) return runMs;
  const rows = Array.from({ length: MEASURED_ROWS }, () => request);
  return medianRunMs(session, { inputs: mergeInputs(rows), outputs: request.outputs }) / MEASURED_ROWS;
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
