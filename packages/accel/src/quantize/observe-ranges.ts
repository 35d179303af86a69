import { SlipwayError } from '@slipway/contract';
import type { OnnxModel } from '@slipway/graph/onnx';
import {
  type Calibrator,
  calibrationModel,
  type Exclusions,
  entropyCalibrator,
  minMaxCalibrator,
  percentileCalibrator,
  type Range,
} from '@slipway/graph/quantize';
import { withGraphErrors } from '../graph-errors.ts';
import { openModel } from '../session/open-model.ts';
import type { CalibratorName } from './options.ts';
import { allOf, type Samples } from './samples.ts';

export interface ObserveOptions {
  readonly calibrator: CalibratorName;
  /** Looked at by `percentile` alone. */
  readonly percentile: number;
  readonly exclude: Exclusions | undefined;
  readonly threads: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onSample: (done: number) => void;
}

/**
 * Runs a model with each sample, and sums up what the tensors hold that are to become integers: those of one sample are in
 * memory at a time. Throws `invalid_argument`, which names the sample, for values that are not finite.
 */
export async function observeRanges(
  model: OnnxModel,
  samples: Samples,
  options: ObserveOptions,
): Promise<ReadonlyMap<string, Range>> {
  const { exclude, threads, signal, onSample } = options;
  const { model: observed, inputs, outputs } = withGraphErrors(() => calibrationModel(model, { exclude }));
  const calibrator = makeCalibrator(options);
  await using open = await openModel(observed, { threads, signal });
  let done = 0;
  for await (const { name, feeds } of samples.read(allOf(samples), signal)) {
    signal?.throwIfAborted();
    const made = outputs.length === 0 ? {} : await open.run(feeds, outputs);
    const told = (tensor: string, values: unknown) => observe(calibrator, name, tensor, values);
    for (const input of inputs) told(input, feeds[input]?.data);
    for (const output of outputs) told(output, made[output]?.data);
    done += 1;
    onSample(done);
  }
  return calibrator.ranges();
}

function makeCalibrator({ calibrator, percentile }: ObserveOptions): Calibrator {
  switch (calibrator) {
    case 'min-max':
      return minMaxCalibrator();
    case 'entropy':
      return entropyCalibrator();
    case 'percentile':
      return withGraphErrors(() => percentileCalibrator(percentile));
  }
}

function observe(calibrator: Calibrator, sample: string, tensor: string, values: unknown): void {
  if (!(values instanceof Float32Array)) {
    throw new SlipwayError('invalid_argument', `${sample}: it gives no FP32 values for ${tensor}.`);
  }
  try {
    withGraphErrors(() => calibrator.observe(tensor, values));
  } catch (thrown) {
    if (!(thrown instanceof SlipwayError)) throw thrown;
    const details = { ...thrown.details, sample, tensor };
    throw new SlipwayError(thrown.code, `${sample}: ${thrown.message}`, { details, cause: thrown });
  }
}
