import type { Parameters } from './network.ts';

const FIRST_DECAY = 0.9;
const SECOND_DECAY = 0.999;
const EPSILON = 1e-8;

/** Moves parameters against their gradients, and clears those; gradients are divided by `samples` first. */
export type OptimizerStep = (learningRate: number, samples: number) => void;

/** Adam, after Kingma and Ba, 2015 (https://arxiv.org/abs/1412.6980), with the decay rates of its paper. */
export function adam(parameters: readonly Parameters[]): OptimizerStep {
  const moments = parameters.map(({ values }) => ({
    first: new Float32Array(values.length),
    second: new Float32Array(values.length),
  }));
  let step = 0;
  return (learningRate, samples) => {
    step += 1;
    const rate = (learningRate * Math.sqrt(1 - SECOND_DECAY ** step)) / (1 - FIRST_DECAY ** step);
    for (const [index, { values, gradients }] of parameters.entries()) {
      const moment = moments[index];
      if (moment !== undefined) move(values, gradients, moment, rate, samples);
      gradients.fill(0);
    }
  };
}

function move(
  values: Float32Array,
  gradients: Float32Array,
  { first, second }: { readonly first: Float32Array; readonly second: Float32Array },
  rate: number,
  samples: number,
): void {
  for (let index = 0; index < values.length; index += 1) {
    const gradient = (gradients[index] as number) / samples;
    const mean = FIRST_DECAY * (first[index] as number) + (1 - FIRST_DECAY) * gradient;
    const square = SECOND_DECAY * (second[index] as number) + (1 - SECOND_DECAY) * gradient * gradient;
    first[index] = mean;
    second[index] = square;
    (values[index] as number) -= (rate * mean) / (Math.sqrt(square) + EPSILON);
  }
}
