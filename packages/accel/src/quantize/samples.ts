import type { Feeds } from '../session/open-model.ts';

/** What a model is run with once. */
export interface Sample {
  /** The file, or what else tells it from others. */
  readonly name: string;
  /** By the model's own inputs. */
  readonly feeds: Feeds;
}

/** Samples that are read when they are needed. */
export interface Samples {
  /** What they are and where they come from: `images of photos`. */
  readonly description: string;
  readonly count: number;
  /** Reads those with these numbers, from 0, in this order. Throws `invalid_argument`, which names file and field. */
  read(indices: readonly number[], signal?: AbortSignal): AsyncIterable<Sample>;
}

/** Some of the samples as samples of their own. */
export function selectSamples(samples: Samples, indices: readonly number[], description: string): Samples {
  return {
    description,
    count: indices.length,
    read: (wanted, signal) =>
      samples.read(
        wanted.flatMap((index) => indices[index] ?? []),
        signal,
      ),
  };
}

/** All numbers of samples. */
export function allOf({ count }: Pick<Samples, 'count'>): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** So many numbers below `count`, spread evenly, in their order; all of them where there are no more. */
export function spreadOver(count: number, wanted: number): readonly number[] {
  const most = Math.min(count, wanted);
  return Array.from({ length: most }, (_, index) => Math.floor((index * count) / most));
}
