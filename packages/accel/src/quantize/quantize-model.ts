import { SlipwayError } from '@slipway/contract';
import type { OnnxModel } from '@slipway/graph/onnx';
import { DEFAULT_PERCENT, decibels } from '@slipway/graph/quantize';
import { type Feeds, openModel } from '../session/open-model.ts';
import { type FoundModel, findQuantized } from './find-quantized.ts';
import { type FoundScores, findScores } from './find-scores.ts';
import { activationsFor, buildOf } from './forms.ts';
import { type SplitSamples, splitSamples } from './inputs/split-samples.ts';
import { measureLatency } from './measure-latency.ts';
import { observeRanges } from './observe-ranges.ts';
import type { QuantizedModel, QuantizeOptions } from './options.ts';
import { type ReducedRange, reducedRangeFor, thisProcessor } from './processor.ts';
import { refuseUnused } from './refuse-unused.ts';
import type {
  MeasuredAgreement,
  MeasuredLatency,
  NotMeasured,
  OutputError,
  QuantizationReport,
  SampleFacts,
} from './report.ts';
import type { Samples } from './samples.ts';
import { seededSamples } from './seeded-samples.ts';

/**
 * Makes eight bits of a model's FP32, and says what that cost: calibrate, build, compare, and with an `agreement` leave
 * the worst layers in FP32 until it is kept. Runs in ONNX Runtime in this process, with the tensors of one sample in
 * memory at a time. Throws `invalid_argument`, which names the field or the sample, `invalid_model`, `unsupported`, and the
 * signal's own reason.
 */
export async function quantizeModel(options: QuantizeOptions): Promise<QuantizedModel> {
  const { model, method = 'static', target = 'cpu', exclude, perChannel = true, threads, signal } = options;
  const { onProgress = () => undefined } = options;
  refuseUnused(options);
  const scores = checkAgreement(options, findScores(model, options.scores));
  const split = splitSamples(options);
  const reduceRange = await reducedRange(options);
  await using float = await openModel(model, { threads, signal });
  const ranges = split.calibration === undefined ? new Map() : await calibrate(options, split.calibration);
  const calibratedWith = split.calibration && described(split.calibration);
  const form = { method, target, exclude, perChannel, reduceRange: reduceRange.value, calibratedWith };
  const found = await findQuantized(model, {
    float,
    build: buildOf(model, ranges, form),
    evaluation: split.evaluation,
    ranking: split.calibration,
    scores: 'output' in scores ? scores.output : undefined,
    agreement: options.agreement,
    threads,
    signal,
    onProgress,
  });
  const latency = await latencyOf(model, found.model, split, options);
  const report = reportOf({ options, split, reduceRange, found, scores, latency, floatBytes: float.bytes });
  return { model: found.model, report };
}

function checkAgreement({ agreement }: QuantizeOptions, scores: FoundScores): FoundScores {
  if (agreement === undefined) return scores;
  const field = 'agreement';
  if (!(agreement >= 0 && agreement <= 1)) {
    const said = `${field}: ${agreement} is no share: give a number from 0 to 1, such as 0.99.`;
    throw new SlipwayError('invalid_argument', said, { details: { field } });
  }
  if ('output' in scores) return scores;
  const said = `${field}: it cannot be measured, for ${scores.why}. Name the output of scores.`;
  throw new SlipwayError('invalid_argument', said, { details: { field } });
}

async function reducedRange({ reduceRange, method, target }: QuantizeOptions): Promise<ReducedRange> {
  if (reduceRange !== undefined) return { value: reduceRange, why: 'it was asked for' };
  if (method === 'weight-only') return { value: false, why: 'weights alone are not summed up in integers' };
  if (target === 'tensorrt') return { value: false, why: 'GPUs sum up products in 32 bits' };
  return reducedRangeFor(await thisProcessor());
}

async function calibrate(options: QuantizeOptions, calibration: Samples) {
  const { model, exclude, threads, signal, calibrator = 'min-max', onProgress } = options;
  const { percentile = DEFAULT_PERCENT } = options;
  return await observeRanges(model, calibration, {
    calibrator,
    percentile,
    exclude,
    threads,
    signal,
    onSample: (done) => onProgress?.({ phase: 'calibrating', done, total: calibration.count }),
  });
}

async function latencyOf(
  float: OnnxModel,
  quantized: OnnxModel,
  { calibration, evaluation }: SplitSamples,
  { signal, onProgress }: QuantizeOptions,
): Promise<MeasuredLatency | NotMeasured> {
  const onRun = (done: number, total: number) => onProgress?.({ phase: 'timing', done, total });
  try {
    const feeds = await firstOf(evaluation ?? calibration ?? seededSamples(float, { seed: 1, count: 1 }));
    return await measureLatency(float, quantized, feeds, { signal, onRun });
  } catch (thrown) {
    if (!(thrown instanceof SlipwayError) || thrown.code !== 'unsupported') throw thrown;
    return { measured: false, why: thrown.message };
  }
}

async function firstOf(samples: Samples): Promise<Feeds> {
  for await (const { feeds } of samples.read([0])) return feeds;
  throw new SlipwayError('internal', `${samples.description}: there is no first sample.`);
}

interface Facts {
  readonly options: QuantizeOptions;
  readonly split: SplitSamples;
  readonly reduceRange: ReducedRange;
  readonly found: FoundModel;
  readonly scores: FoundScores;
  readonly latency: MeasuredLatency | NotMeasured;
  readonly floatBytes: number;
}

function reportOf({
  options,
  split,
  reduceRange,
  found,
  scores,
  latency,
  floatBytes,
}: Facts): QuantizationReport {
  const {
    method = 'static',
    target = 'cpu',
    calibrator = 'min-max',
    percentile,
    perChannel = true,
  } = options;
  const isStatic = method === 'static';
  return {
    method,
    target,
    calibrator: isStatic ? { name: calibrator, ...(calibrator === 'percentile' && { percentile }) } : null,
    activations: isStatic ? activationsFor(target) : method === 'dynamic' ? 'uint8' : null,
    perChannel,
    reduceRange,
    samples: {
      calibration: factsOf(split.calibration),
      evaluation: factsOf(split.evaluation),
      apart: split.apart,
    },
    agreement: agreementOf(found, scores),
    outputs: errorsOf(found),
    bytes: { float: floatBytes, quantized: found.bytes },
    latency,
    layers: { integer: found.integer.length, float: found.float },
    fallback: found.fallback,
  };
}

function described({ count, description }: Samples): string {
  return `${count} samples: ${description}`;
}

function factsOf(samples: Samples | undefined): SampleFacts | null {
  return samples === undefined ? null : { description: samples.description, count: samples.count };
}

function agreementOf({ comparison }: FoundModel, scores: FoundScores): MeasuredAgreement | NotMeasured {
  if ('why' in scores) return { measured: false, why: scores.why };
  if (comparison === undefined) return { measured: false, why: 'there were no samples to compare with' };
  const { rows, same } = comparison;
  return { measured: true, output: scores.output, rows, same, share: same / rows };
}

function errorsOf({ comparison }: FoundModel): readonly OutputError[] {
  return [...(comparison?.errors ?? [])].map(([output, error]) => {
    const ratio = decibels(error);
    return { output, decibels: Number.isFinite(ratio) ? ratio : null, largest: error.largest };
  });
}
