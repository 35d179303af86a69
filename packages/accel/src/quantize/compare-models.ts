import { SlipwayError } from '@slipway/contract';
import { addErrors, compareValues, type TensorError, topAgreement } from '@slipway/graph/quantize';
import { withGraphErrors } from '../graph-errors.ts';
import type { Answers, Feeds, OpenModel } from '../session/open-model.ts';
import { allOf, type Samples } from './samples.ts';

/** How two models answer the same samples. */
export interface Comparison {
  /** By FP32 output. */
  readonly errors: ReadonlyMap<string, TensorError>;
  /** Rows of scores, and those in which the same class is most likely. None where no output of scores was named. */
  readonly rows: number;
  readonly same: number;
}

export interface CompareOptions {
  /** The outputs that are compared. */
  readonly outputs: readonly string[];
  /** The one of them whose last axis are scores of classes. */
  readonly scores: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onSample?: ((done: number) => void) | undefined;
}

/** Runs a model with a sample of that number. */
export type Answer = (index: number, feeds: Feeds, outputs: readonly string[]) => Promise<Answers>;

/** FP32 values of the float model that are kept, in bytes; beyond, it answers anew each time. */
const KEPT_BYTES = 256_000_000;

/** Answers as the model does, and keeps what it said while there is room. */
export function rememberAnswers(model: OpenModel): Answer {
  const known = new Map<number, Answers>();
  let room = KEPT_BYTES;
  return async (index, feeds, outputs) => {
    const kept = known.get(index);
    if (kept !== undefined) return kept;
    const answers = await model.run(feeds, outputs);
    const bytes = Object.values(answers).reduce((sum, { size }) => sum + 4 * size, 0);
    if (bytes <= room) {
      room -= bytes;
      known.set(index, answers);
    }
    return answers;
  };
}

/** Compares what another model answers with what the float model does. Throws `invalid_argument`. */
export async function compareModels(
  float: Answer,
  other: OpenModel,
  samples: Samples,
  { outputs, scores, signal, onSample }: CompareOptions,
): Promise<Comparison> {
  const errors = new Map<string, TensorError>();
  let [rows, same, index] = [0, 0, 0];
  for await (const { name, feeds } of samples.read(allOf(samples), signal)) {
    signal?.throwIfAborted();
    const one = await float(index, feeds, outputs);
    const two = await other.run(feeds, outputs);
    for (const output of outputs) {
      const [a, b] = [valuesOf(one, output, name), valuesOf(two, output, name)];
      const error = withGraphErrors(() => compareValues(a, b));
      const known = errors.get(output);
      errors.set(output, known === undefined ? error : addErrors(known, error));
      if (output !== scores) continue;
      const found = withGraphErrors(() => topAgreement(a, b, one[output]?.dims.at(-1) ?? 0));
      rows += found.samples;
      same += found.same;
    }
    index += 1;
    onSample?.(index);
  }
  return { errors, rows, same };
}

function valuesOf(answers: Answers, output: string, sample: string): Float32Array {
  const data = answers[output]?.data;
  if (data instanceof Float32Array) return data;
  throw new SlipwayError('invalid_model', `${sample}: the model gives no FP32 values for ${output}.`);
}
