import { Check, Errors } from 'typebox/value';
import { SlipwayError } from '../errors.ts';
import type { ImageInput, Rgb } from '../images.ts';
import type { LabelledOutput, ModelSignature } from '../model-signature.ts';
import { labelsFileProblems, toldLabels } from './declared-labels.ts';
import { type ImageDeclaration, ModelSignatureFile, type OutputDeclaration } from './model-signature.ts';
import { completeDetector, detectorProblems } from './parse-detector.ts';

const ZEROS: Rgb = Object.freeze([0, 0, 0]);
const ONES: Rgb = Object.freeze([1, 1, 1]);

/** As `parseModelSignature`, of the file's text; `invalid_model` also for what is no JSON. */
export function parseModelSignatureText(text: string, file: string): ModelSignature {
  return parseModelSignature(parseJson(text, file), file);
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SlipwayError('invalid_model', `${file} cannot be read as JSON: ${reason}.`, {
      details: { file },
      cause,
    });
  }
}

/**
 * What a parsed `signature.json` says, complete and frozen. Throws `invalid_model` with every problem and the
 * path of its field; `file` is the name in the message.
 */
export function parseModelSignature(value: unknown, file: string): ModelSignature {
  if (!Check(ModelSignatureFile, value)) throw unusable(file, schemaProblems(value));
  const inputs = Object.entries(value.inputs ?? {}).map(([input, { image }]) => ({ input, image }));
  const outputs = Object.entries(value.outputs ?? {});
  const images = inputs.map(({ input, image }) => complete(input, image));
  const problems = [
    ...saysNothing(value),
    ...inputs.flatMap(({ input, image }) =>
      contradictions(image).map((problem) => `inputs.${input}.image.${problem}`),
    ),
    ...sharedNames(images),
    ...outputs.flatMap(([output, declared]) =>
      wrongLabels(declared).map((problem) => `outputs.${output}${problem}`),
    ),
    ...detectorProblems(value),
  ];
  if (problems.length > 0) throw unusable(file, problems);
  const labels = outputs.map(([output, declared]) => labelled(output, declared));
  return Object.freeze({
    images: Object.freeze(images),
    labels: Object.freeze(labels),
    ...(value.detections !== undefined && { detections: completeDetector(value.detections) }),
  });
}

function wrongLabels({ labels, labelsFile }: OutputDeclaration): readonly string[] {
  if ((labels === undefined) === (labelsFile === undefined))
    return [' must have either labels or labelsFile'];
  return labelsFileProblems(labelsFile);
}

function saysNothing({ inputs, outputs, detections }: ModelSignatureFile): readonly string[] {
  const isEmpty = inputs === undefined && outputs === undefined && detections === undefined;
  return isEmpty ? ['the file must have inputs, outputs or detections'] : [];
}

function schemaProblems(value: unknown): readonly string[] {
  return Errors(ModelSignatureFile, value).flatMap((error) => {
    const field = fieldOf(error.instancePath);
    switch (error.keyword) {
      case 'boolean':
        return []; // Said of each field that 'additionalProperties' names as well.
      case 'additionalProperties':
        return [`${field} must not have the field ${error.params.additionalProperties.join(', ')}`];
      case 'enum':
        return [`${field} must be one of ${error.params.allowedValues.join(', ')}`];
      default:
        return [`${field} ${error.message}`];
    }
  });
}

/** `/inputs/a~1b/image` is `inputs.a/b.image` (RFC 6901). */
function fieldOf(pointer: string): string {
  if (pointer === '') return 'the file';
  const parts = pointer.slice(1).split('/');
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')).join('.');
}

/** What each field may say, but not together with the others. */
function contradictions(image: ImageDeclaration): readonly string[] {
  const { width, height, fit, shorterSide, sides, padLevels, datatype } = image;
  const problems: string[] = [];
  if (shorterSide !== undefined && fit !== 'crop') {
    problems.push(`shorterSide has a meaning with fit "crop" alone, and fit is "${fit}"`);
  } else if (shorterSide !== undefined && shorterSide < Math.max(width, height)) {
    problems.push(
      `shorterSide must be at least ${Math.max(width, height)}, the larger of width and height, but is ${shorterSide}`,
    );
  }
  if (sides !== undefined && fit !== 'crop') {
    problems.push(`sides has a meaning with fit "crop" alone, and fit is "${fit}"`);
  }
  if (padLevels !== undefined && fit !== 'pad') {
    problems.push(`padLevels has a meaning with fit "pad" alone, and fit is "${fit}"`);
  }
  for (const field of ['mean', 'std', 'scale'] as const) {
    if (datatype === 'UINT8' && image[field] !== undefined) {
      problems.push(
        `${field} must be left out with datatype UINT8, whose elements are the levels themselves`,
      );
    }
  }
  return problems;
}

function complete(input: string, image: ImageDeclaration): ImageInput {
  const { width, height } = image;
  return Object.freeze({
    input,
    name: image.name ?? input,
    width,
    height,
    resize: image.resize,
    fit: image.fit,
    shorterSide: image.shorterSide ?? Math.max(width, height),
    sides: image.sides ?? 'exact',
    padLevels: frozen(image.padLevels) ?? ZEROS,
    channelOrder: image.channelOrder ?? 'rgb',
    mean: frozen(image.mean) ?? ZEROS,
    std: frozen(image.std) ?? ONES,
    scale: frozen(image.scale) ?? ONES,
    layout: image.layout,
    datatype: image.datatype ?? 'FP32',
  });
}

function labelled(output: string, declared: OutputDeclaration): LabelledOutput {
  return Object.freeze({ output, labels: toldLabels(declared) ?? [] });
}

function frozen(levels: [number, number, number] | undefined): Rgb | undefined {
  return levels === undefined ? undefined : Object.freeze<[number, number, number]>(levels);
}

function sharedNames(images: readonly ImageInput[]): readonly string[] {
  const names = images.map(({ name }) => name);
  return images
    .filter(({ name }, index) => names.indexOf(name) < index)
    .map(({ input, name }) => `inputs.${input}.image.name "${name}" is the name of another input already`);
}

function unusable(file: string, problems: readonly string[]): SlipwayError {
  return new SlipwayError('invalid_model', `${file} cannot be used: ${problems.join('; ')}.`, {
    details: { file, problems },
  });
}
