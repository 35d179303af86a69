import type { LinearModel } from './linear-model.ts';

/** Takes a step against a gradient, in place. */
export type Step = (model: LinearModel, gradient: LinearModel, learningRate: number) => void;

const DECAY_OF_MEAN = 0.9;
const DECAY_OF_SQUARES = 0.999;
const EPSILON = 1e-8;

/**
 * Adam (Kingma and Ba, 2015, https://arxiv.org/abs/1412.6980, algorithm 1). Of a convex loss any method finds the end.
 * Newton's and L-BFGS need fewer steps, but each one over all samples; Adam goes through them in small batches, so that
 * the first epochs already tell something and early stopping has something to choose from, and it takes the same
 * learning rate whatever the scale of the loss. With a rate that falls to nothing, it ends at the minimum, as its
 * golden tests show.
 */
export function createAdam({ weights, biases }: LinearModel): Step {
  const moments = [momentsOf(weights), momentsOf(biases)] as const;
  let steps = 0;
  return (model, gradient, learningRate) => {
    steps += 1;
    const rate = (learningRate * Math.sqrt(1 - DECAY_OF_SQUARES ** steps)) / (1 - DECAY_OF_MEAN ** steps);
    move(model.weights, gradient.weights, moments[0], rate);
    move(model.biases, gradient.biases, moments[1], rate);
  };
}

interface Moments {
  readonly mean: Float64Array;
  readonly squares: Float64Array;
}

function momentsOf({ length }: Float64Array): Moments {
  return { mean: new Float64Array(length), squares: new Float64Array(length) };
}

function move(values: Float64Array, gradient: Float64Array, { mean, squares }: Moments, rate: number): void {
  for (let at = 0; at < values.length; at += 1) {
    const slope = gradient[at] as number;
    const first = DECAY_OF_MEAN * (mean[at] as number) + (1 - DECAY_OF_MEAN) * slope;
    const second = DECAY_OF_SQUARES * (squares[at] as number) + (1 - DECAY_OF_SQUARES) * slope * slope;
    mean[at] = first;
    squares[at] = second;
    values[at] = (values[at] as number) - (rate * first) / (Math.sqrt(second) + EPSILON);
  }
}
