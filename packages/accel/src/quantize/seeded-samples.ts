import { elementCount, SlipwayError, seededRandom } from '@slipway/contract';
import type { OnnxModel } from '@slipway/graph/onnx';
import { fp32Inputs } from './inputs/model-ends.ts';
import type { Sample, Samples } from './samples.ts';

export interface SeededSamplesOptions {
  readonly seed: number;
  readonly count: number;
  /** Values are spread evenly from here to there. Default: -1 to 1. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/**
 * Noise that fits a model's inputs, the same for the same seed: for networks that nobody trained, and to measure time. The
 * batch is 1. Throws `unsupported` for inputs that are not FP32 or whose sizes are open.
 */
export function seededSamples(
  model: OnnxModel,
  { seed, count, from = -1, to = 1 }: SeededSamplesOptions,
): Samples {
  const ends = fp32Inputs(model).map(({ name, dims }) => ({ name, shape: closedShape(name, dims) }));
  const sample = (index: number): Sample => {
    const random = seededRandom(seed * 65_537 + index);
    const feeds = ends.map(({ name, shape }) => {
      const data = new Float32Array(elementCount(shape));
      for (let at = 0; at < data.length; at += 1) data[at] = from + (to - from) * random();
      return [name, { datatype: 'FP32', shape, data }] as const;
    });
    return { name: `noise ${index} of seed ${seed}`, feeds: Object.fromEntries(feeds) };
  };
  return {
    description: `noise, seed ${seed}`,
    count,
    async *read(indices, signal) {
      for (const index of indices) {
        signal?.throwIfAborted();
        yield sample(index);
      }
    },
  };
}

function closedShape(name: string, dims: readonly (number | undefined)[]): readonly number[] {
  return dims.map((size, axis) => {
    if (size !== undefined) return size;
    if (axis === 0) return 1;
    throw new SlipwayError(
      'unsupported',
      `Dimension ${axis} of the input ${name} is open, and noise has no size of its own: give samples.`,
    );
  });
}
