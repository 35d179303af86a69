/** Which two of the source's pixels along one side each scaled pixel lies between, and how near the second. */
export interface BilinearTaps {
  readonly lower: Int32Array;
  readonly upper: Int32Array;
  /** Share of the upper pixel: from 0 up to but not including 1. */
  readonly weight: Float32Array;
}

/** Scaled pixels `first` to `first + count` of a side that is scaled from `source` to `scaled` pixels. */
export interface ScaledSpan {
  readonly source: number;
  readonly scaled: number;
  readonly first: number;
  readonly count: number;
}

/**
 * The taps of TensorFlow 1's `resize_bilinear` with `align_corners=False` and no half-pixel centres: pixel i
 * lies at i * (source / scaled), in single precision all the way.
 */
export function bilinearTaps({ source, scaled, first, count }: ScaledSpan): BilinearTaps {
  const step = Math.fround(source / scaled);
  const lower = new Int32Array(count);
  const upper = new Int32Array(count);
  const weight = new Float32Array(count);
  for (let index = 0; index < count; index += 1) {
    const position = Math.fround((first + index) * step);
    const floor = Math.floor(position);
    lower[index] = Math.min(floor, source - 1);
    upper[index] = Math.min(floor + 1, source - 1);
    weight[index] = position - floor;
  }
  return { lower, upper, weight };
}

/** The source's pixel of each scaled one, as TensorFlow 1's `resize_nearest_neighbor` takes it. */
export function nearestTaps({ source, scaled, first, count }: ScaledSpan): Int32Array {
  const step = Math.fround(source / scaled);
  return Int32Array.from({ length: count }, (_, index) =>
    Math.min(Math.floor(Math.fround((first + index) * step)), source - 1),
  );
}

/**
 * The taps of `tf.image.resize` of TensorFlow 2 by `bilinear` without `antialias`, whose pixels have their centres in
 * their middles: pixel i lies at (i + 0.5) * (source / scaled) - 0.5, in single precision at each step.
 */
export function centredBilinearTaps({ source, scaled, first, count }: ScaledSpan): BilinearTaps {
  const step = Math.fround(source / scaled);
  const lower = new Int32Array(count);
  const upper = new Int32Array(count);
  const weight = new Float32Array(count);
  for (let index = 0; index < count; index += 1) {
    const position = Math.fround(Math.fround((first + index + 0.5) * step) - 0.5);
    const floor = Math.floor(position);
    lower[index] = Math.max(floor, 0);
    upper[index] = Math.min(Math.ceil(position), source - 1);
    weight[index] = position - floor;
  }
  return { lower, upper, weight };
}

/** The source's pixel of each scaled one, as `tf.image.resize` of TensorFlow 2 takes it by `nearest`. */
export function centredNearestTaps({ source, scaled, first, count }: ScaledSpan): Int32Array {
  const step = Math.fround(source / scaled);
  return Int32Array.from({ length: count }, (_, index) =>
    Math.min(Math.floor(Math.fround((first + index + 0.5) * step)), source - 1),
  );
}
