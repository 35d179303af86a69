import { type DeclaredDetector, type ImageInput, SIGNATURE_FILE } from '@slipway/contract';
import {
  type DetectorDeclaration,
  type ModelSignatureFile,
  parseModelSignature,
} from '@slipway/contract/api';
import type { NamedDetector, Pipeline, Preprocessing } from './pipeline.ts';

type Image = NonNullable<ModelSignatureFile['inputs']>[string]['image'];

/**
 * A declaration with all that is left out, as a replica completes it; a complete one, such as that of another pipeline, is
 * taken for what it means. Throws `invalid_model` with every problem.
 */
export function completePreprocessing(declared: Preprocessing, name: string): ImageInput {
  const { input, ...fields } = declared;
  const given = isComplete(declared) ? declarationOf(declared) : fields;
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  const file = {
    kind: 'ModelSignature',
    inputs: { [input]: { image: { ...Object.fromEntries(said), name } } },
  };
  const [completed] = parseModelSignature(file, SIGNATURE_FILE).images;
  return completed as ImageInput;
}

/** Nobody says how images are cropped and padded at once. */
function isComplete(image: Preprocessing | ImageInput): image is ImageInput {
  return 'name' in image && image.shorterSide !== undefined && image.padLevels !== undefined;
}

/** What stands beside the model of a pipeline. */
export function signatureFileOf({ preprocessing, model, labels, detections }: Pipeline): ModelSignatureFile {
  const [output] = model.graph.outputs;
  return {
    kind: 'ModelSignature',
    inputs: { [preprocessing.input]: { image: declarationOf(preprocessing) } },
    ...(labels !== undefined && { outputs: { [output?.name ?? '']: { labels: [...labels] } } }),
    ...(detections !== undefined && { detections: detectorOf(detections) }),
  };
}

function detectorOf({ labels, ...detector }: NamedDetector): DetectorDeclaration {
  return { ...detector, ...(labels !== undefined && { labels: [...labels] }) };
}

/** A detector with its defaults. Throws `invalid_model` with every problem. */
export function completeDetections(declared: DetectorDeclaration): NamedDetector {
  const file = { kind: 'ModelSignature', detections: declared };
  const { labels, ...detector } = parseModelSignature(file, SIGNATURE_FILE).detections as DeclaredDetector;
  return { ...detector, ...(labels !== undefined && !('file' in labels) && { labels }) };
}

/** Without the fields that mean nothing beside the others, which the file may not have. */
function declarationOf({ input: _, ...image }: ImageInput): Image {
  const { shorterSide, sides, padLevels, mean, std, scale, ...always } = image;
  return {
    ...always,
    ...(image.fit === 'crop' && { shorterSide, sides }),
    ...(image.fit === 'pad' && { padLevels: [...padLevels] }),
    ...(image.datatype !== 'UINT8' && { mean: [...mean], std: [...std], scale: [...scale] }),
  };
}
