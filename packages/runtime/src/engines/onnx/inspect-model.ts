import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, resolve, sep } from 'node:path';
import { SlipwayError } from '@slipway/contract';
import type { ModelFacts } from '../engine.ts';
import { aliasesOf } from './aliases.ts';
import { nameFormat } from './name-format.ts';
import { ProtobufError } from './protobuf-fields.ts';
import { type ExternalTensor, type OnnxOutline, readOutline } from './read-outline.ts';
import { valueDrivenOperators } from './value-driven.ts';
import { openWindowed, type WindowedFile } from './windowed-file.ts';

/**
 * What an ONNX file tells without being loaded. Throws `invalid_model` if it is no ONNX file, if it was cut
 * short, or if a file with its weights is missing, too short, or outside of `folder`.
 */
export function inspectModel(file: string, folder: string): ModelFacts {
  const source = openWindowed(file);
  try {
    const outline = outlineOf(source, basename(file));
    const dataFiles = checkExternalFiles(outline.externalTensors, file, folder);
    const bytes = dataFiles.reduce((sum, path) => sum + statSync(path).size, source.size);
    const { bfloats } = outline;
    const hasBfloats = bfloats.inputs.length + bfloats.outputs.length > 0;
    return {
      file,
      bytes,
      valueDriven: valueDrivenOperators(outline.scopes),
      ...(hasBfloats && { bfloats }),
      ...aliasesOf(outline.metadata),
    };
  } finally {
    source.close();
  }
}

function outlineOf(source: WindowedFile, name: string): OnnxOutline {
  const format = nameFormat(source);
  if (format !== undefined) throw notOnnx(name, `it is ${format}`);
  let outline: OnnxOutline;
  try {
    outline = readOutline(source);
  } catch (thrown) {
    if (thrown instanceof ProtobufError) throw malformed(name, source.size, thrown);
    throw thrown;
  }
  if (outline.irVersion === undefined) throw notOnnx(name, 'it has no ir_version');
  if (!outline.hasGraph) throw notOnnx(name, 'it has no graph');
  return outline;
}

/** A file whose first field makes no sense, not even its length, never was ONNX. */
function malformed(name: string, size: number, error: ProtobufError): SlipwayError {
  if (!error.cutShort || error.position === 0)
    return notOnnx(name, `its structure stops making sense at byte ${error.position}`);
  return new SlipwayError(
    'invalid_model',
    `${name} is cut short or corrupt: what begins at byte ${error.position} goes on past the end of the file (${size} bytes). Copy or export it again.`,
    { details: { file: name, position: error.position, size } },
  );
}

function notOnnx(name: string, reason: string): SlipwayError {
  return new SlipwayError(
    'invalid_model',
    `${name} is not an ONNX file: ${reason}. Export the model to ONNX and register that.`,
    { details: { file: name } },
  );
}

/** The files that hold weights, each once, all of them present. */
function checkExternalFiles(
  tensors: readonly ExternalTensor[],
  modelFile: string,
  folder: string,
): readonly string[] {
  const sizes = new Map<string, number>();
  for (const tensor of tensors) {
    const path = resolve(dirname(modelFile), tensor.location);
    let size = sizes.get(path);
    if (size === undefined) {
      size = sizeInside(path, tensor, folder);
      sizes.set(path, size);
    }
    const end = tensor.offset + (tensor.length ?? 0);
    if (!(end <= size)) throw tooShort(tensor, end, size);
  }
  return [...sizes.keys()];
}

function sizeInside(path: string, tensor: ExternalTensor, folder: string): number {
  const { location } = tensor;
  if (!path.startsWith(folder + sep)) throw outside(tensor);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) {
    throw new SlipwayError(
      'invalid_model',
      `The file "${location}" with weights of the model (tensor "${tensor.tensor}") is missing. Register the model as a folder that holds it beside the .onnx file.`,
      { details: { location, tensor: tensor.tensor } },
    );
  }
  if (!realpathSync(path).startsWith(realpathSync(folder) + sep)) throw outside(tensor);
  return stat.size;
}

function outside(tensor: ExternalTensor): SlipwayError {
  return new SlipwayError(
    'invalid_model',
    `The tensor "${tensor.tensor}" has its weights in "${tensor.location}", outside of the model's folder; that is not read.`,
    { details: { location: tensor.location, tensor: tensor.tensor } },
  );
}

function tooShort(tensor: ExternalTensor, end: number, size: number): SlipwayError {
  return new SlipwayError(
    'invalid_model',
    `The file "${tensor.location}" is cut short: tensor "${tensor.tensor}" ends at byte ${end}, but the file has ${size} bytes. Copy or export it again.`,
    { details: { location: tensor.location, tensor: tensor.tensor, end, size } },
  );
}
