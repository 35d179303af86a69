import type { OnnxModel } from '@slipway/graph/onnx';
import type { Exclusions } from '@slipway/graph/quantize';
import type { QuantizationReport } from './report.ts';
import type { Samples } from './samples.ts';

/**
 * `static`: activations and weights in eight bits, with scales that samples tell. `dynamic`: Gemm and MatMul with scales
 * of the moment. `weight-only`: small files, FP32 arithmetic.
 */
export type QuantizationMethod = 'static' | 'dynamic' | 'weight-only';

/** How the range of a tensor is told by what it held; `percentile` is a share of the values, in percent. */
export type CalibratorName = 'min-max' | 'percentile' | 'entropy';

/** What the result is made for: its format. */
export type QuantizationTarget = 'cpu' | 'tensorrt';

export interface QuantizeOptions {
  readonly model: OnnxModel;
  /** Default: `static`. */
  readonly method?: QuantizationMethod | undefined;
  /** What scales are chosen by; needed for `static`, and for nothing else. */
  readonly calibration?: Samples | undefined;
  /** What the result is compared with the model on. Default: a part of `calibration`, which then chooses no scales. */
  readonly evaluation?: Samples | undefined;
  /** Default: `min-max`. */
  readonly calibrator?: CalibratorName | undefined;
  /** Of 100 values, how many a range holds. Default: 99.99. */
  readonly percentile?: number | undefined;
  /** What stays in FP32. */
  readonly exclude?: Exclusions | undefined;
  /** A scale for each channel of what weights make. Default: true. */
  readonly perChannel?: boolean | undefined;
  /** Weights of seven bits. Default: where this processor needs them. */
  readonly reduceRange?: boolean | undefined;
  /** Default: `cpu`. */
  readonly target?: QuantizationTarget | undefined;
  /** The share of evaluation samples, from 0 to 1, for which the same class must stay most likely. */
  readonly agreement?: number | undefined;
  /** The output whose last axis are scores of classes; `null` where none is. Default: the only FP32 output. */
  readonly scores?: string | null | undefined;
  /** Threads of a run, but for latency, which is measured with one. Default: as many as the machine has cores. */
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: QuantizeProgress) => void) | undefined;
}

/** How far it is. `finding`: another attempt with more layers in FP32. */
export interface QuantizeProgress {
  readonly phase: 'calibrating' | 'comparing' | 'finding' | 'timing';
  readonly done: number;
  readonly total: number;
}

export interface QuantizedModel {
  readonly model: OnnxModel;
  readonly report: QuantizationReport;
}
