import { SlipwayError } from '@slipway/contract';
import type { DetectorDeclaration } from '@slipway/contract/api';
import { WEIGHTS_METADATA } from '@slipway/graph/catalogue';
import {
  attach,
  type Entry,
  type OnnxModel,
  opsetOf,
  requireValid,
  setMetadata,
  withOpset,
} from '@slipway/graph/onnx';
import { withGraphErrors } from '../graph-errors.ts';
import { freeInputs, joinsOf } from './joins.ts';
import {
  type Aliases,
  IMAGES_KEY,
  IMAGES_TENSOR,
  OUTPUT_KEY,
  type Pipeline,
  type Preprocessing,
} from './pipeline.ts';
import { checkPixels } from './pixels.ts';
import { completeDetections, completePreprocessing } from './signature-file.ts';
import { lastAxisOf, namesOf } from './values.ts';

/** The parts of a pipeline. */
export interface PipelineParts {
  readonly preprocessing: Preprocessing;
  /** From pixels to features, or to all outputs where there is no head. */
  readonly featurizer: OnnxModel;
  /** From features to outputs. */
  readonly head?: OnnxModel | undefined;
  /** For each input of the head, the output of the featurizer that it takes: where names or numbers do not tell. */
  readonly joins?: Readonly<Record<string, string>> | undefined;
  /** The tensor of encoded images by its key: `{ images: 'Placeholder:0' }` where nothing is said. */
  readonly inputs?: Aliases | undefined;
  /** Outputs by keys: `{ output_alias: … }` of an only output, `{ out_0: … }` of several. */
  readonly outputs?: Aliases | undefined;
  /** The names of the classes of the only output. */
  readonly labels?: readonly string[] | undefined;
  /** What a replica is to make of the raw outputs of a detector. */
  readonly detections?: DetectorDeclaration | undefined;
}

/**
 * Puts the parts of a pipeline behind each other. Throws `invalid_argument`: the featurizer's input is no tensor of such
 * pixels, the head's inputs are not what the featurizer gives (name, type, shape), labels that are not as many as the
 * classes; `unsupported` where both use operators of versions that cannot be brought together; `invalid_model` for a declaration of images or a graph that breaks a rule.
 */
export function composePipeline(parts: PipelineParts): Pipeline {
  const { featurizer, head, labels } = parts;
  const [[key, tensor] = [IMAGES_KEY, IMAGES_TENSOR], another] = Object.entries(parts.inputs ?? {});
  if (another !== undefined) throw invalid('inputs', 'a pipeline takes one tensor of images');
  const preprocessing = completePreprocessing(parts.preprocessing, tensor);
  checkPixels(preprocessing, freeInputs(featurizer));
  return withGraphErrors(() => {
    const joins = head === undefined ? {} : joinsOf(featurizer, head, parts.joins);
    const model = head === undefined ? featurizer : joined(featurizer, head, joins);
    requireValid(model, { trustedDomains: domainsOf(model) });
    checkLabels(model, labels);
    const features = [...new Set(Object.values(joins))];
    const outputs = parts.outputs ?? keysOf(namesOf(model.graph.outputs));
    checkKeys(outputs, namesOf(model.graph.outputs));
    const detections = parts.detections && completeDetections(parts.detections);
    return {
      ...{ preprocessing, model, features, inputs: { [key]: tensor }, outputs, labels },
      ...(detections !== undefined && { detections }),
    };
  });
}

function joined(featurizer: OnnxModel, head: OnnxModel, joins: Readonly<Record<string, string>>): OnnxModel {
  // The older one of both is brought to the other's operators.
  const opset = Math.max(opsetOf(featurizer), opsetOf(head));
  const [first, second] = [withOpset(featurizer, opset), withOpset(head, opset)];
  const model = attach(first, second, { joins, renameInside: true });
  return setMetadata(model, { [WEIGHTS_METADATA]: weightsOf(featurizer, head) });
}

/** Random weights anywhere are said of the whole. */
function weightsOf(featurizer: OnnxModel, head: OnnxModel): string | undefined {
  const said = [featurizer, head].flatMap(({ metadata }) => originIn(metadata) ?? []);
  return said.find((origin) => origin.startsWith('random')) ?? said[0];
}

function originIn(metadata: readonly Entry[]): string | undefined {
  return metadata.find(({ key }) => key === WEIGHTS_METADATA)?.value;
}

/** Operators of other makers are looked at when the model is loaded. */
function domainsOf({ opsets }: OnnxModel): readonly string[] {
  return opsets.flatMap(({ domain = '' }) => (domain === '' || domain === 'ai.onnx' ? [] : [domain]));
}

function keysOf(names: readonly string[]): Aliases {
  if (names.length === 1) return { [OUTPUT_KEY]: names[0] as string };
  return Object.fromEntries(names.map((name, index) => [`out_${index}`, name]));
}

function checkKeys(keys: Aliases, names: readonly string[]): void {
  for (const [key, name] of Object.entries(keys)) {
    if (names.includes(name)) continue;
    throw invalid('outputs', `${key} stands for "${name}", and the model's outputs are ${names.join(', ')}`);
  }
}

function checkLabels({ graph }: OnnxModel, labels: readonly string[] | undefined): void {
  if (labels === undefined) return;
  const [output, another] = graph.outputs;
  if (output === undefined || another !== undefined) {
    throw invalid('labels', `classes are of one output, and the model has ${graph.outputs.length}`);
  }
  const classes = lastAxisOf(output);
  if (classes === undefined || classes === labels.length) return;
  throw invalid(
    'labels',
    `there are ${labels.length} names for the ${classes} classes of ${output.name ?? ''}`,
  );
}

function invalid(field: string, why: string): SlipwayError {
  return new SlipwayError('invalid_argument', `${field}: ${why}.`, { details: { field } });
}
