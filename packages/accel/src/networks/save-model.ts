import { SlipwayError } from '@slipway/contract';
import type { DetectorDeclaration } from '@slipway/contract/api';
import { composePipeline } from '../pipeline/compose-pipeline.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { savePipeline } from '../pipeline/save-pipeline.ts';
import { recordOf } from './quantize-featurizer.ts';
import { defaultClassifier } from './restore-network.ts';
import { describeTensor, type SymbolicTensor } from './symbolic-tensor.ts';

/** What the saved model takes and gives, by the names that callers may use beside those of the tensors. */
export interface SaveModelOptions {
  /** One placeholder of encoded images: `{ images }`. */
  readonly inputs: Readonly<Record<string, SymbolicTensor>>;
  /** `{ output_alias: scores }`, or all features of a network. */
  readonly outputs: Readonly<Record<string, SymbolicTensor>>;
  /** The names of the classes of the only output. */
  readonly labels?: readonly string[] | undefined;
  /** What a service is to make of the raw outputs of a detector: `{ layout: 'ssd-vgg-300' }`. */
  readonly detections?: DetectorDeclaration | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes what is between the tensors as a folder that the registry takes. Throws `conflict` where weights are not restored,
 * `already_exists`, `not_found` where the weights have no classifier, and `invalid_argument` for tensors that do not
 * belong together.
 */
export async function saveModel(folder: string, options: SaveModelOptions): Promise<void> {
  const { pipeline, report } = pipelineOf(options);
  await savePipeline(pipeline, folder, { files: recordOf(report), signal: options.signal });
}

function pipelineOf({ inputs, outputs, labels, detections }: SaveModelOptions) {
  const [[key, images] = [], anotherInput] = Object.entries(inputs);
  if (key === undefined || images === undefined || anotherInput !== undefined) {
    throw invalid('inputs', 'give the one placeholder of images: { images }');
  }
  const tensors = Object.values(outputs);
  const [first] = tensors;
  if (first === undefined) throw invalid('outputs', 'give at least one tensor: { output_alias: scores }');
  const features = first.made.by === 'classifier' ? first.made.from : first;
  if (features.made.by !== 'featurizer' || tensors.some(({ made }) => made.by !== first.made.by)) {
    throw invalid('outputs', 'give what a classifier gave, or all that importGraph() gave');
  }
  const { network, from: pixels } = features.made;
  if (pixels.made.by !== 'preprocessing' || pixels.made.from !== images) {
    throw invalid('inputs', `${key} is ${describeTensor(images)}, which the outputs are not computed from`);
  }
  const { restored } = network;
  if (first.made.by === 'classifier' && tensors.some((tensor) => tensor !== first)) {
    throw invalid('outputs', 'a pipeline ends with one classifier: save the others as models of their own');
  }
  const given = first.made.by === 'classifier' ? 1 : restored.entry.outputs.length;
  if (new Set(tensors).size !== given) throw invalid('outputs', `give all ${given} that importGraph() gave`);
  const head = first.made.by === 'classifier' ? defaultClassifier(restored, first.made.scope) : undefined;
  const pipeline: Pipeline = composePipeline({
    preprocessing: pixels.made.preprocessing,
    featurizer: restored.featurizer,
    head,
    inputs: { [key]: images.name },
    outputs: Object.fromEntries(Object.entries(outputs).map(([alias, { name }]) => [alias, name])),
    labels,
    detections,
  });
  return { pipeline, report: restored.quantization };
}

function invalid(field: string, why: string): SlipwayError {
  return new SlipwayError('invalid_argument', `${field}: ${why}.`, { details: { field } });
}
