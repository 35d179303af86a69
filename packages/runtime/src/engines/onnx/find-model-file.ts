import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SlipwayError } from '@slipway/contract';

/** Taken without a question when a folder holds several ONNX files. */
const PREFERRED_NAME = 'model.onnx';

/** Names that a message lists before it says "and N more". */
const LISTED_NAMES = 10;

/** Absolute path of the ONNX file in a model's folder; throws `invalid_model` if there is none, or no single one. */
export function findModelFile(folder: string): string {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(isFile)
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  const candidates = names.filter((name) => name.toLowerCase().endsWith('.onnx'));
  const chosen = candidates.includes(PREFERRED_NAME) ? PREFERRED_NAME : candidates[0];
  if (chosen === undefined) throw noModel(names);
  if (candidates.length > 1 && chosen !== PREFERRED_NAME) throw severalModels(candidates);
  return join(folder, chosen);
}

/** A script that is being worked on finds links to the files of its models. */
function isFile(entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isFile();
  return statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.isFile() ?? false;
}

function noModel(names: readonly string[]): SlipwayError {
  const found = names.length === 0 ? 'it is empty' : `it holds ${list(names)}`;
  return new SlipwayError(
    'invalid_model',
    `The model has no .onnx file: ${found}. Without an entry script only ONNX models are served; convert the model to ONNX and register that.`,
    { details: { files: names.slice(0, LISTED_NAMES) } },
  );
}

function severalModels(candidates: readonly string[]): SlipwayError {
  return new SlipwayError(
    'invalid_model',
    `The model has ${candidates.length} .onnx files (${list(candidates)}), and none is called ${PREFERRED_NAME}. Name the one to serve ${PREFERRED_NAME}, or register it alone.`,
    { details: { files: candidates.slice(0, LISTED_NAMES) } },
  );
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, LISTED_NAMES).join(', ');
  return names.length > LISTED_NAMES ? `${shown} and ${names.length - LISTED_NAMES} more` : shown;
}
