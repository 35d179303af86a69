import { SlipwayError } from '@slipway/contract';
import { buildNetwork, type CatalogueEntry, type NetworkWeights } from '@slipway/graph/catalogue';
import type { OnnxModel } from '@slipway/graph/onnx';
import { withGraphErrors } from '../graph-errors.ts';
import type { QuantizeProgress } from '../quantize/options.ts';
import type { QuantizationReport } from '../quantize/report.ts';
import type { Samples } from '../quantize/samples.ts';
import { calibrationPhotos } from './calibration-photos.ts';
import { networkWeights, type WeightsChoice } from './network-weights.ts';
import { quantizeFeaturizer } from './quantize-featurizer.ts';

export interface RestoreOptions extends WeightsChoice {
  /** A folder of photos, or samples of pixels: what the scales of a quantized network are chosen by. */
  readonly calibration?: string | Samples | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: QuantizeProgress) => void) | undefined;
}

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
  const weights = await networkWeights(entry, options, { signal });
  const { featurizer } = withGraphErrors(() => buildNetwork(entry.network, weights));
  if (!quantized) return { entry, weights, featurizer, quantization: undefined };
  const photos = typeof calibration === 'string' ? await calibrationPhotos(calibration, entry) : calibration;
  const { model, report } = await quantizeFeaturizer(featurizer, entry, {
    ...{ calibration: photos, randomWeights, signal, onProgress },
  });
  return { entry, weights, featurizer: model, quantization: report };
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

/** Of networks that end with their features. */
export function noClassifier(): SlipwayError {
  return new SlipwayError('not_found', 'This model does not have classifier');
}
