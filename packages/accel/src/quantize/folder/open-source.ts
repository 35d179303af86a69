import { open, readdir, stat } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import {
  MAX_SIGNATURE_BYTES,
  type ModelSignature,
  SIGNATURE_FILE,
  SlipwayError,
  systemCode,
} from '@slipway/contract';
import { parseModelSignatureText } from '@slipway/contract/api';
import { type OnnxModel, readModel, requireValid, tensorsOf } from '@slipway/graph/onnx';
import { withGraphErrors } from '../../graph-errors.ts';

/** A model to quantize, with what stands beside it. */
export interface SourceModel {
  readonly model: OnnxModel;
  readonly signature: ModelSignature | undefined;
  /** Absolute, or `undefined` of a model that is one file. */
  readonly folder: string | undefined;
  /** Files of the folder that are no part of the model's own, relative to it: labels and the like. */
  readonly others: readonly string[];
}

/** Taken without a question where a folder holds several ONNX files. */
const PREFERRED = 'model.onnx';

/**
 * An ONNX file, or a folder as the registry has it, which errors call by its title. Weights stay in the files, which must not change. Throws `not_found`,
 * and `invalid_model` where the folder holds no ONNX file, or several and none that is called `model.onnx`.
 */
export async function openSource(path: string, title = path): Promise<SourceModel> {
  const found = await stat(path).catch((cause) => {
    throw new SlipwayError('not_found', `There is no model ${title}.`, { details: { path }, cause });
  });
  if (!found.isDirectory()) {
    return { model: readChecked(path), signature: undefined, folder: undefined, others: [] };
  }
  const files = await filesIn(path);
  const chosen = chooseModel(title, files);
  const model = readChecked(join(path, chosen));
  const own = new Set([chosen, ...dataFilesOf(model).map((file) => relative(path, file))]);
  return {
    model,
    signature: await readSignature(path),
    folder: path,
    others: files.filter((file) => !own.has(file)),
  };
}

function readChecked(path: string): OnnxModel {
  return withGraphErrors(() => {
    const model = readModel(path);
    requireValid(model);
    return model;
  });
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

function chooseModel(title: string, files: readonly string[]): string {
  const models = files.filter((file) => file.toLowerCase().endsWith('.onnx'));
  const [only, another] = models;
  if (models.includes(PREFERRED)) return PREFERRED;
  if (only !== undefined && another === undefined) return only;
  const problem =
    only === undefined
      ? 'it holds no .onnx file; only models of ONNX are quantized. Convert it first'
      : `it holds ${models.length} .onnx files (${models.slice(0, 10).join(', ')}), and none is called ${PREFERRED}. Name the file`;
  throw new SlipwayError('invalid_model', `${title}: ${problem}.`, { details: { model: title } });
}

/** Files beside the model that hold its weights. */
function dataFilesOf(model: OnnxModel): readonly string[] {
  return tensorsOf(model).flatMap(({ data }) =>
    data.form === 'external' && !(data.bytes instanceof Uint8Array) ? [data.bytes.file.path] : [],
  );
}

async function readSignature(folder: string): Promise<ModelSignature | undefined> {
  const path = join(folder, SIGNATURE_FILE);
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    if (size > MAX_SIGNATURE_BYTES) {
      const said = `${path} has ${size} bytes, more than the ${MAX_SIGNATURE_BYTES} that it may have.`;
      throw new SlipwayError('invalid_model', said, { details: { file: basename(path) } });
    }
    return parseModelSignatureText((await file.readFile()).toString('utf8'), SIGNATURE_FILE);
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
}
