import type { Matrix } from './dataset.ts';
import { rowProducts } from './products.ts';
import type { Standardization } from './standardize.ts';

/** Logits are a sum of features, one row of weights for each class, and a bias. */
export interface LinearModel {
  readonly features: number;
  readonly classes: number;
  /** `classes * features` values: those of a class behind each other. */
  readonly weights: Float64Array;
  /** One a class. */
  readonly biases: Float64Array;
}

/** All nothing: the loss is convex, so that every beginning leads to the same end. */
export function zeroModel(features: number, classes: number): LinearModel {
  return {
    features,
    classes,
    weights: new Float64Array(classes * features),
    biases: new Float64Array(classes),
  };
}

/** The probabilities of the classes (softmax) for one row, into `to`. */
export function predictRow(model: LinearModel, features: Matrix, row: number, to: Float64Array): void {
  const { classes, weights, biases } = model;
  rowProducts(features, row, weights, classes, to);
  for (let each = 0; each < classes; each += 1) to[each] = (to[each] as number) + (biases[each] as number);
  softmax(to);
}

/**
 * The model that takes plain features where `model` takes standardized ones: w' = w * factor and
 * b' = b - sum of w' * mean. Rounded to single precision, as the head that is deployed has it.
 */
export function unstandardized(model: LinearModel, { mean, factor }: Standardization): LinearModel {
  const { features, classes } = model;
  const weights = new Float64Array(model.weights.length);
  const biases = Float64Array.from(model.biases);
  for (let each = 0; each < classes; each += 1) {
    for (let column = 0; column < features; column += 1) {
      const at = each * features + column;
      const weight = Math.fround((model.weights[at] as number) * (factor[column] as number));
      weights[at] = weight;
      biases[each] = (biases[each] as number) - weight * (mean[column] as number);
    }
  }
  return { features, classes, weights, biases: biases.map(Math.fround) };
}

/** Less the largest one before, so that nothing overflows. */
function softmax(values: Float64Array): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of values) largest = Math.max(largest, value);
  let sum = 0;
  for (let at = 0; at < values.length; at += 1) {
    const power = Math.exp((values[at] as number) - largest);
    values[at] = power;
    sum += power;
  }
  for (let at = 0; at < values.length; at += 1) values[at] = (values[at] as number) / sum;
}
