import { SlipwayError } from '@slipway/contract';
import { buildNetwork, type CatalogueEntry, type NetworkWeights } from '@slipway/graph/catalogue';
import type { OnnxModel } from '@slipway/graph/onnx';
import { withGraphErrors } from '../graph-errors.ts';
import { IMAGES_TENSOR } from '../pipeline/pipeline.ts';
import { completePreprocessing } from '../pipeline/signature-file.ts';
import { openSamples } from '../quantize/inputs/open-samples.ts';
import type { QuantizeProgress } from '../quantize/options.ts';
import type { QuantizationReport } from '../quantize/report.ts';
import type { Samples } from '../quantize/samples.ts';
import { networkWeights, type WeightsChoice } from './network-weights.ts';
import { quantizeFeaturizer } from './quantize-featurizer.ts';

export interface RestoreOptions extends WeightsChoice {
  /** A folder of photos, or samples of pixels: what the scales of a quantized network are chosen by. */
  readonly calibration?: string | Samples | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: QuantizeProgress) => void) | undefined;
}

/** Photos that choose scales, the most: ranges change little by more, and each takes a run of the network. */
const MOST_PHOTOS = 200;

/** A network with its weights. */
export interface RestoredNetwork {
  readonly entry: CatalogueEntry;
  readonly weights: NetworkWeights;
  /** In integers where it was asked for. */
  readonly featurizer: OnnxModel;
  /** Of quantized ones. */
  readonly quantization: QuantizationReport | undefined;
}

/**
 * Builds a network from its weights, with `quantized` in integers of eight bits. Throws what `networkWeights` and
 * `quantizeFeaturizer` throw; it never gives the float network for the quantized one.
 */
export async function restoreNetwork(
  entry: CatalogueEntry,
  options: RestoreOptions = {},
): Promise<RestoredNetwork> {
  const { quantized = false, calibration, randomWeights, signal, onProgress } = options;
  if (calibration !== undefined && !quantized) throw nothingToCalibrate(entry);
  const weights = await networkWeights(entry, options, { signal });
  const { featurizer } = withGraphErrors(() => buildNetwork(entry.network, weights));
  if (!quantized) return { entry, weights, featurizer, quantization: undefined };
  const photos =
    typeof calibration === 'string' ? await photosOf(calibration, featurizer, entry) : calibration;
  const { model, report } = await quantizeFeaturizer(featurizer, entry, {
    ...{ calibration: photos, randomWeights, signal, onProgress },
  });
  return { entry, weights, featurizer: model, quantization: report };
}

async function photosOf(folder: string, featurizer: OnnxModel, entry: CatalogueEntry): Promise<Samples> {
  const image = completePreprocessing(entry.preprocessing, IMAGES_TENSOR);
  return await openSamples(folder, featurizer, { images: [image], most: MOST_PHOTOS, field: 'calibration' });
}

/** The default classifier, under a scope. Throws `not_found` where there is none, in the words of the original. */
export function defaultClassifier({ entry, weights }: RestoredNetwork, scope?: string): OnnxModel {
  if (entry.classifier === undefined) throw noClassifier();
  const { classifier } = withGraphErrors(() =>
    buildNetwork(entry.network, weights, { classifierScope: scope }),
  );
  if (classifier !== undefined) return classifier;
  throw new SlipwayError(
    'not_found',
    `These weights of ${entry.name} are of the featurizer alone: give weights with a classifier, or a head of your own.`,
  );
}

function nothingToCalibrate({ classes }: CatalogueEntry): SlipwayError {
  return new SlipwayError(
    'invalid_argument',
    `calibration: ${classes.float} computes in FP32 and chooses no scales: ask for the quantized network, or leave it out.`,
    { details: { field: 'calibration' } },
  );
}

/** Of networks that end with their features. */
export function noClassifier(): SlipwayError {
  return new SlipwayError('not_found', 'This model does not have classifier');
}
