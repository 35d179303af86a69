import type { Dataset } from '../head/dataset.ts';
import { type LinearModel, predictRow } from '../head/linear-model.ts';
import { mostLikely } from '../head/softmax-loss.ts';

/** How a classifier does, by class. */
export interface Evaluation {
  readonly accuracy: number;
  readonly classes: readonly ClassEvaluation[];
  /** How many images of each class (rows) were taken for each class (columns). */
  readonly confusion: readonly (readonly number[])[];
}

export interface ClassEvaluation {
  readonly name: string;
  readonly images: number;
  /** Of the images that were taken for this class, the share that is of it; `null`: none was. */
  readonly precision: number | null;
  /** Of the images of this class, the share that was taken for it; `null`: there are none. */
  readonly recall: number | null;
}

/** What a head takes each row for, beside what it is. The set must not be empty. */
export function evaluate(
  model: LinearModel,
  { features, classes }: Dataset,
  names: readonly string[],
): Evaluation {
  const confusion = names.map(() => names.map(() => 0));
  const probabilities = new Float64Array(model.classes);
  for (const [row, truth] of classes.entries()) {
    predictRow(model, features, row, probabilities);
    const counts = confusion[truth] as number[];
    const told = mostLikely(probabilities);
    counts[told] = (counts[told] as number) + 1;
  }
  return evaluationOf(confusion, names);
}

/** The shares that follow from a confusion matrix. */
export function evaluationOf(
  confusion: readonly (readonly number[])[],
  names: readonly string[],
): Evaluation {
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const right = (each: number) => confusion[each]?.[each] ?? 0;
  const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);
  const classes = names.map((name, each) => {
    const images = sum(confusion[each] ?? []);
    const told = sum(confusion.map((row) => row[each] ?? 0));
    return { name, images, precision: share(right(each), told), recall: share(right(each), images) };
  });
  const all = sum(confusion.map(sum));
  return { accuracy: sum(names.map((_, each) => right(each))) / all, classes, confusion };
}
