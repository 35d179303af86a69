import type { Signature, TensorSpec } from '@slipway/contract';
import type { RunRequest } from './batch.ts';
import type { Frame } from './frame.ts';
import type { InputMemory } from './input-memory.ts';
import type { RunOutcome } from './run-batch.ts';

/** What a worker makes of requests that share a run. */
export interface RunReport {
  readonly outcomes: readonly RunOutcome[];
  /** Milliseconds that the engine had them. */
  readonly runMs: number;
}

/**
 * Puts requests that can share a run, whose outputs are thus the same, into a frame. Both threads know the
 * signature, so names and datatypes stay at home. False if the frame cannot hold them.
 */
export function putRun(frame: Frame, signature: Signature, requests: readonly RunRequest[]): boolean {
  frame.rewind();
  const outputs = requests[0]?.outputs ?? [];
  return (
    frame.putNumber(outputs.length) &&
    outputs.every((name) => frame.putNumber(signature.outputs.findIndex((spec) => spec.name === name))) &&
    frame.putNumber(requests.length) &&
    requests.every(({ inputs }) => inputs.every(frame.putTensor))
  );
}

/** The requests that `putRun` put. Their inputs lie in `memory`, and are good until it is used for the next. */
export function takeRun(frame: Frame, signature: Signature, memory: InputMemory): readonly RunRequest[] {
  frame.rewind();
  memory.rewind();
  const outputs: string[] = [];
  for (let left = frame.takeNumber(); left > 0; left -= 1) {
    outputs.push((signature.outputs[frame.takeNumber()] as TensorSpec).name);
  }
  const requests: RunRequest[] = [];
  for (let left = frame.takeNumber(); left > 0; left -= 1) {
    const inputs = signature.inputs.map((spec) => frame.takeTensor(spec, memory.take));
    requests.push({ inputs, outputs });
  }
  return requests;
}

/** Puts what became of a run into a frame. False if the frame cannot hold it, or a request failed. */
export function putReport(frame: Frame, { outcomes, runMs }: RunReport): boolean {
  frame.rewind();
  return (
    frame.putNumber(runMs) &&
    outcomes.every(
      (outcome) =>
        'outputs' in outcome && frame.putNumber(outcome.batchSize) && outcome.outputs.every(frame.putTensor),
    )
  );
}

/** What became of these requests, as `putReport` put it. */
export function takeReport(frame: Frame, signature: Signature, requests: readonly RunRequest[]): RunReport {
  frame.rewind();
  const runMs = frame.takeNumber();
  const specs = (requests[0]?.outputs ?? []).map(
    (name) => signature.outputs.find((spec) => spec.name === name) as TensorSpec,
  );
  const outcomes = requests.map(() => {
    const batchSize = frame.takeNumber();
    return { outputs: specs.map((spec) => frame.takeTensor(spec)), batchSize };
  });
  return { outcomes, runMs };
}
