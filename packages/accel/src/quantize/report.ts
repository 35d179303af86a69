import type { FloatNode } from '@slipway/graph/quantize';
import type { CalibratorName, QuantizationMethod, QuantizationTarget } from './options.ts';

/** What was done and what it cost: plain data, which stands beside the model as `quantization.json`. */
export interface QuantizationReport {
  readonly method: QuantizationMethod;
  readonly target: QuantizationTarget;
  /** How scales of activations were chosen; only of `static`. */
  readonly calibrator: { readonly name: CalibratorName; readonly percentile?: number | undefined } | null;
  readonly activations: 'uint8' | 'int8' | null;
  readonly perChannel: boolean;
  /** Weights of seven bits, and why. */
  readonly reduceRange: { readonly value: boolean; readonly why: string };
  readonly samples: {
    readonly calibration: SampleFacts | null;
    readonly evaluation: SampleFacts | null;
    /** How it is known that no sample does both. */
    readonly apart: string | null;
  };
  /** The share of rows of scores in which the same class is most likely. */
  readonly agreement: MeasuredAgreement | NotMeasured;
  /** Of each FP32 output, over all evaluation samples. */
  readonly outputs: readonly OutputError[];
  readonly bytes: { readonly float: number; readonly quantized: number };
  readonly latency: MeasuredLatency | NotMeasured;
  readonly layers: {
    /** Layers that compute in integers, or whose weights are integers. */
    readonly integer: number;
    /** Layers that could and do not, each with the reason. */
    readonly float: readonly FloatNode[];
  };
  /** The attempts to keep an agreement that was asked for. */
  readonly fallback: Fallback | null;
}

export interface SampleFacts {
  readonly description: string;
  readonly count: number;
}

export interface MeasuredAgreement {
  readonly measured: true;
  readonly output: string;
  readonly rows: number;
  readonly same: number;
  readonly share: number;
}

export interface NotMeasured {
  readonly measured: false;
  readonly why: string;
}

export interface OutputError {
  readonly output: string;
  /** Signal to quantization noise; `null` where nothing differs. */
  readonly decibels: number | null;
  /** The largest magnitude of a difference. */
  readonly largest: number;
}

/** Medians of runs of one sample in turn, at one thread, in milliseconds. */
export interface MeasuredLatency {
  readonly measured: true;
  readonly float: number;
  readonly quantized: number;
  readonly runs: number;
  readonly threads: 1;
}

export interface Fallback {
  readonly asked: number;
  /** In their order: with so many of the worst layers in FP32, this share agreed. */
  readonly attempts: readonly { readonly float: number; readonly share: number }[];
}
