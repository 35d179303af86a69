import { SlipwayError } from '@slipway/contract';
import type { ConversionTrial } from '@slipway/contract/api';
import type { Tensor } from 'onnxruntime-node';
import { difference, isRounded } from './measure.ts';
import { KIND_NAMES } from './sample-elements.ts';
import type { Trial } from './try-model.ts';

/** What was answered to the two runs of a trial by what a result is compared with. */
export type Reference = readonly [Readonly<Record<string, Tensor>>, Readonly<Record<string, Tensor>>];

/** What answered to the same inputs as a result. */
export interface Answers {
  /** As messages call it: `TensorFlow`. */
  readonly whose: string;
  /** One for each trial. */
  readonly references: readonly Reference[];
}

/** The most that a rounded element may be away from what it is compared with, beside the signal. */
const LARGEST_ERROR = 1e-3;

/** Beside the largest element; a smaller change is the rounding of numbers that do not depend on the input. */
const SMALLEST_SIGNAL = 1e-6;

/** A comparison tells little where outputs change by less than this part of them. */
export const WEAK_SIGNAL = 0.05;

/** A trial as it is reported, with everything that is wrong with its answers. */
export interface Judgement {
  readonly trial: ConversionTrial;
  readonly problems: readonly string[];
}

/**
 * Judges a trial. Alone, outputs must be finite, and one of them must depend on the inputs. Beside TensorFlow, or a source that is
 * ONNX already, the answers of these say what is right: every output must be as far as rounding goes, whole numbers and texts exactly.
 */
export function judge({ kind, runs }: Trial, reference?: Reference, whose = 'TensorFlow'): Judgement {
  const [first, second] = runs;
  const names = Object.keys(first.answers);
  const changes = names.map((name) => {
    const { most: signal, ...rest } = difference(answer(first, name), answer(second, name));
    return { name, signal, relative: rest.largest === 0 ? signal : signal / rest.largest, ...rest };
  });
  const strongest = changes.reduce((best, each) => (each.relative > best.relative ? each : best));
  const compared = reference === undefined ? undefined : compare(runs, changes, reference, whose);
  const trial = {
    inputs: KIND_NAMES[kind],
    signal: strongest.signal,
    relativeSignal: strongest.relative,
    error: compared === undefined ? null : compared.error,
  };
  if (compared !== undefined) return { trial, problems: compared.problems };
  const problems = changes
    .filter(({ hasInfinite }) => hasInfinite)
    .map(({ name }) => `"${name}" is not finite everywhere`);
  if (strongest.relative < SMALLEST_SIGNAL) problems.push('no output depends on the inputs');
  return { trial, problems };
}

interface Change {
  readonly name: string;
  readonly signal: number;
  readonly largest: number;
}

function compare(runs: Trial['runs'], changes: readonly Change[], reference: Reference, whose: string) {
  const problems: string[] = [];
  let worst = 0;
  for (const { name, signal, largest } of changes) {
    const errors = runs.map((run, index) => {
      const wanted = reference[index as 0 | 1][name];
      if (wanted === undefined) return Number.POSITIVE_INFINITY;
      const { most, inKind } = difference(answer(run, name), wanted);
      return inKind ? Number.POSITIVE_INFINITY : most;
    });
    const error = Math.max(...errors);
    // What does not depend on the input has only its own size to be measured by.
    const scale = isRounded(answer(runs[0], name)) ? signal || largest || 1 : 0;
    const relative = error === 0 ? 0 : error / scale;
    worst = Math.max(worst, relative);
    if (relative > LARGEST_ERROR) problems.push(`"${name}" differs from ${whose}: ${told(error, scale)}`);
  }
  return { error: Number.isFinite(worst) ? worst : null, problems };
}

function told(error: number, scale: number): string {
  if (!Number.isFinite(error)) return 'in its type, its size, or where it is finite';
  if (scale === 0) return `by ${error}, where it has to be the same`;
  return `by ${error.toExponential(1)}, ${(error / scale).toExponential(1)} of what its inputs change`;
}

function answer(run: { readonly answers: Readonly<Record<string, Tensor>> }, name: string): Tensor {
  const found = run.answers[name];
  if (found !== undefined) return found;
  throw new SlipwayError('internal', `ONNX Runtime gave no output "${name}".`);
}
