import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { SlipwayError, unlessMissing } from '@slipway/contract';
import { buildNetwork, CATALOGUE } from '@slipway/graph/catalogue';
import { cutAt, type OnnxModel } from '@slipway/graph/onnx';
import { withGraphErrors } from '../graph-errors.ts';
import { networkWeights, type WeightsChoice } from '../networks/network-weights.ts';
import { openPipeline } from '../pipeline/open-pipeline.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { completePreprocessing } from '../pipeline/signature-file.ts';
import { namesOf } from '../pipeline/values.ts';
import { isCatalogueName } from '../weights/parse-manifest.ts';
import type { Featurizer } from './features/featurizer.ts';

/** Which featurizer is meant, and where its weights come from. */
export interface FeaturizerChoice extends Omit<WeightsChoice, 'quantized'> {
  /**
   * The name of a network of the catalogue; the folder of a pipeline, or an `.onnx` file with a `signature.json` beside
   * it; or a pipeline.
   */
  readonly featurizer: string | Pipeline;
  /**
   * The tensor that features are taken from. Default: what is between featurizer and head of a pipeline, or its only
   * output.
   */
  readonly featureTensor?: string | undefined;
}

/** A featurizer, and what it is called. */
export interface OpenFeaturizer extends Featurizer {
  readonly name: string;
}

/**
 * Opens a featurizer; weights stay in their files, which must not change. Throws `not_found` where there is no such
 * network, file or weights, `invalid_argument` for a network without features, weights where none are asked for, and a
 * model of which it is not clear what its features are.
 */
export async function openFeaturizer(
  choice: FeaturizerChoice,
  signal?: AbortSignal,
): Promise<OpenFeaturizer> {
  const { featurizer, featureTensor } = choice;
  if (typeof featurizer === 'string' && isCatalogueName(featurizer)) {
    const entry = CATALOGUE[featurizer];
    if (entry.classifier === undefined) {
      throw invalid(
        'featurizer',
        `${featurizer} finds objects and has no features of an image: take another network`,
      );
    }
    const weights = await networkWeights(entry, choice, { signal });
    const model = withGraphErrors(() => buildNetwork(entry.network, weights).featurizer);
    return withFeatures(
      featurizer,
      completePreprocessing(entry.preprocessing, 'images'),
      model,
      featureTensor,
    );
  }
  if (choice.weights !== undefined || choice.randomWeights !== undefined) {
    const field = choice.weights === undefined ? 'randomWeights' : 'weights';
    throw invalid(field, 'a model has its own weights; others are for a network of the catalogue');
  }
  const pipeline = typeof featurizer === 'string' ? await openModelAt(featurizer) : featurizer;
  const [between, another] = pipeline.features;
  if (another !== undefined && featureTensor === undefined) {
    throw invalid('featureTensor', `say which of ${pipeline.features.join(', ')} are the features`);
  }
  const name = typeof featurizer === 'string' ? basename(featurizer) : 'pipeline';
  return withFeatures(name, pipeline.preprocessing, pipeline.model, featureTensor ?? between);
}

async function openModelAt(path: string): Promise<Pipeline> {
  const found = await unlessMissing(stat(path));
  if (found === undefined) {
    throw new SlipwayError(
      'not_found',
      `"${path}" is neither a network (${Object.keys(CATALOGUE).join(', ')}) nor a file or folder of a model.`,
      { details: { field: 'featurizer' } },
    );
  }
  return found.isDirectory() ? await openPipeline(path) : await openPipeline(dirname(path), basename(path));
}

function withFeatures(
  name: string,
  preprocessing: OpenFeaturizer['preprocessing'],
  whole: OnnxModel,
  tensor: string | undefined,
): OpenFeaturizer {
  const outputs = namesOf(whole.graph.outputs);
  const isOutput = tensor === undefined || (outputs.length === 1 && outputs[0] === tensor);
  const model = isOutput ? whole : withGraphErrors(() => cutAt(whole, [tensor]).upTo);
  const [output, another] = namesOf(model.graph.outputs);
  if (output === undefined || another !== undefined) {
    throw invalid(
      'featureTensor',
      `say which tensor of the model is to be the features: ${outputs.join(', ')}`,
    );
  }
  return { name, preprocessing, model, output };
}

function invalid(field: string, why: string): SlipwayError {
  return new SlipwayError('invalid_argument', `${field}: ${why}.`, { details: { field } });
}
