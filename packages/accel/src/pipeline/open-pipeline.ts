import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type DeclaredLabels, MAX_SIGNATURE_BYTES, SIGNATURE_FILE, SlipwayError } from '@slipway/contract';
import { parseLabels, parseModelSignatureText } from '@slipway/contract/api';
import { type OnnxModel, readModel } from '@slipway/graph/onnx';
import { withGraphErrors } from '../graph-errors.ts';
import { type Aliases, IMAGES_KEY, type Pipeline } from './pipeline.ts';
import { FEATURES_METADATA, INPUTS_METADATA, MODEL_FILE, OUTPUTS_METADATA } from './save-pipeline.ts';

/**
 * Reads a model folder that takes encoded images, as `savePipeline` writes it, or another model of a folder; weights stay
 * in its files, which must not change. Throws `not_found` where the folder has no such model, `invalid_model` where a file is not what it should be,
 * and `unsupported` where the model does not take one tensor of images.
 */
export async function openPipeline(folder: string, modelFile = MODEL_FILE): Promise<Pipeline> {
  const path = join(folder, modelFile);
  if (!(await isFile(path))) throw noModel(folder, modelFile);
  const text = await readSmall(folder, SIGNATURE_FILE);
  const { images, labels, detections } = parseModelSignatureText(text.toString('utf8'), SIGNATURE_FILE);
  const [preprocessing, another] = images;
  if (preprocessing === undefined || another !== undefined) {
    throw notOneImage(folder, images.length);
  }
  const model = withGraphErrors(() => readModel(path));
  return {
    preprocessing,
    model,
    features: namesIn(model, FEATURES_METADATA),
    inputs: aliasesIn(model, INPUTS_METADATA) ?? { [IMAGES_KEY]: preprocessing.name },
    outputs: aliasesIn(model, OUTPUTS_METADATA) ?? {},
    labels: await labelsIn(folder, labels[0]?.labels),
    ...(detections !== undefined && {
      detections: { ...detections, labels: await labelsIn(folder, detections.labels) },
    }),
  };
}

async function labelsIn(
  folder: string,
  labels: DeclaredLabels | undefined,
): Promise<readonly string[] | undefined> {
  if (labels === undefined || !('file' in labels)) return labels;
  return parseLabels(await readSmall(folder, labels.file), labels.file);
}

async function readSmall(folder: string, name: string): Promise<Buffer> {
  const path = join(folder, name);
  if (!(await isFile(path))) {
    throw new SlipwayError(
      'invalid_model',
      `"${folder}" has no ${name}, which says how images become what the model takes.`,
      { details: { file: name } },
    );
  }
  await using file = await open(path);
  const { size } = await file.stat();
  if (size <= MAX_SIGNATURE_BYTES) return await file.readFile();
  throw new SlipwayError(
    'invalid_model',
    `${name} has ${size} bytes, more than the ${MAX_SIGNATURE_BYTES} that it may have.`,
    { details: { file: name } },
  );
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}

function namesIn(model: OnnxModel, key: string): readonly string[] {
  const value = valueIn(model, key);
  const isList = Array.isArray(value) && value.every((name) => typeof name === 'string');
  if (value !== undefined && !isList) throw strange(key);
  return isList ? value : [];
}

function aliasesIn(model: OnnxModel, key: string): Aliases | undefined {
  const value = valueIn(model, key);
  if (value === undefined) return undefined;
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isRecord || !Object.values(value).every((name) => typeof name === 'string')) throw strange(key);
  return value as Aliases;
}

function valueIn({ metadata }: OnnxModel, key: string): unknown {
  const text = metadata.find((entry) => entry.key === key)?.value;
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw strange(key);
  }
}

function strange(key: string): SlipwayError {
  return new SlipwayError(
    'invalid_model',
    `The metadata ${key} of ${MODEL_FILE} cannot be read. Save the pipeline again.`,
    { details: { file: MODEL_FILE, key } },
  );
}

function noModel(folder: string, modelFile: string): SlipwayError {
  return new SlipwayError(
    'not_found',
    `"${folder}" has no ${modelFile}: it is no folder of a saved pipeline.`,
    {
      details: { path: folder },
    },
  );
}

function notOneImage(folder: string, count: number): SlipwayError {
  return new SlipwayError(
    'unsupported',
    `${SIGNATURE_FILE} of "${folder}" declares ${count} inputs of images; a pipeline has one.`,
    { details: { path: folder } },
  );
}
