import type { Dataset } from './dataset.ts';
import { type LinearModel, predictRow } from './linear-model.ts';
import { addRows } from './products.ts';

/** What is made as small as possible: the weighted mean of the cross entropies, and l2 / 2 * the sum of all squared weights. */
export interface LossTerms {
  readonly l2: number;
  /** How much a sample of each class counts. */
  readonly classWeights: Float64Array;
}

/** A probability that single precision cannot tell from nothing: the logarithm stays a number. */
const LEAST = 1e-300;

/**
 * Adds up the gradient of the loss over some samples, into `gradient`, which is overwritten, and returns the loss. The
 * mean is one over all the samples of the training: `share` is 1 / the sum of their weights, times how many samples
 * stand for one of these. Biases are not held back.
 */
export function lossAndGradient(
  model: LinearModel,
  { features, classes }: Dataset,
  samples: ArrayLike<number>,
  { l2, classWeights }: LossTerms,
  share: number,
  gradient: LinearModel,
): number {
  const count = model.classes;
  const probabilities = new Float64Array(model.classes);
  let loss = 0;
  for (let at = 0; at < model.weights.length; at += 1) {
    const weight = model.weights[at] as number;
    loss += (l2 / 2) * weight * weight;
    gradient.weights[at] = l2 * weight;
  }
  gradient.biases.fill(0);
  const errors = new Float64Array(samples.length * count);
  for (let index = 0; index < samples.length; index += 1) {
    const row = samples[index] as number;
    const truth = classes[row] as number;
    const counts = (classWeights[truth] as number) * share;
    predictRow(model, features, row, probabilities);
    loss -= counts * Math.log(Math.max(probabilities[truth] as number, LEAST));
    for (let each = 0; each < count; each += 1) {
      const error = counts * ((probabilities[each] as number) - (each === truth ? 1 : 0));
      gradient.biases[each] = (gradient.biases[each] as number) + error;
      errors[index * count + each] = error;
    }
  }
  for (let each = 0; each < count; each += 1) {
    addRows(features, samples, errors, each, count, gradient.weights, each * features.columns);
  }
  return loss;
}

/** How a model does with some samples. */
export interface Score {
  /** The weighted mean of the cross entropies, without what holds weights back. */
  readonly loss: number;
  /** The share of samples whose most likely class is the right one. */
  readonly accuracy: number;
}

/** The score with all samples of a set, which must not be empty. */
export function score(model: LinearModel, { features, classes }: Dataset, classWeights: Float64Array): Score {
  const probabilities = new Float64Array(model.classes);
  let loss = 0;
  let weight = 0;
  let right = 0;
  for (const [row, truth] of classes.entries()) {
    predictRow(model, features, row, probabilities);
    const counts = classWeights[truth] as number;
    loss -= counts * Math.log(Math.max(probabilities[truth] as number, LEAST));
    weight += counts;
    if (mostLikely(probabilities) === truth) right += 1;
  }
  return { loss: loss / weight, accuracy: right / classes.length };
}

/** The first of the largest, as ONNX Runtime's ArgMax has it. */
export function mostLikely(probabilities: Float64Array): number {
  let best = 0;
  for (let each = 1; each < probabilities.length; each += 1) {
    if ((probabilities[each] as number) > (probabilities[best] as number)) best = each;
  }
  return best;
}
