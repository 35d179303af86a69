import { SlipwayError } from '@slipway/contract';
import type { CatalogueEntry } from '@slipway/graph/catalogue';
import type { OnnxModel } from '@slipway/graph/onnx';
import type { QuantizedModel, QuantizeProgress } from '../quantize/options.ts';
import { quantizeModel } from '../quantize/quantize-model.ts';
import type { QuantizationReport } from '../quantize/report.ts';
import type { Samples } from '../quantize/samples.ts';
import { seededSamples } from '../quantize/seeded-samples.ts';

export interface QuantizeFeaturizerOptions {
  /** Samples of the pixels that it takes. */
  readonly calibration?: Samples | undefined;
  /** The seed of its weights, where nobody trained them. */
  readonly randomWeights?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: QuantizeProgress) => void) | undefined;
}

/** As many as show the ranges of a network that was never trained: each more takes a run of it. */
const SEEDED_SAMPLES = 4;

/** Levels of a pixel. */
const BRIGHTEST = 255;

/**
 * The featurizer of a quantized network in integers of eight bits; its classifier stays as it is. Ranges are those of
 * photos; of random weights alone, those of noise with the same seed will do. Throws `invalid_argument` where there are no
 * photos.
 */
export async function quantizeFeaturizer(
  featurizer: OnnxModel,
  entry: CatalogueEntry,
  { calibration, randomWeights, signal, onProgress }: QuantizeFeaturizerOptions,
): Promise<QuantizedModel> {
  const samples = calibration ?? noise(featurizer, entry, randomWeights);
  if (samples === undefined) throw noPhotos(entry);
  return await quantizeModel({
    model: featurizer,
    calibration: samples,
    // Its outputs are features.
    scores: null,
    signal,
    onProgress,
  });
}

/** The files that tell of a quantization. */
export function recordOf(report: QuantizationReport | undefined): Readonly<Record<string, string>> {
  return report === undefined ? {} : { 'quantization.json': `${JSON.stringify(report, null, 2)}\n` };
}

function noise(
  featurizer: OnnxModel,
  { preprocessing: { mean, scale } }: CatalogueEntry,
  seed: number | undefined,
): Samples | undefined {
  if (seed === undefined) return undefined;
  const [from, to] = [(0 - Math.max(...mean)) * scale[0], (BRIGHTEST - Math.min(...mean)) * scale[0]];
  return seededSamples(featurizer, { seed, count: SEEDED_SAMPLES, from, to });
}

function noPhotos({ classes }: CatalogueEntry): SlipwayError {
  return new SlipwayError(
    'invalid_argument',
    `calibration: ${classes.quantized} needs photos to choose the scales of its integers by: name a folder of some that are like those it is going to see (calibration, --calibration), or use ${classes.float}.`,
    { details: { field: 'calibration' } },
  );
}
