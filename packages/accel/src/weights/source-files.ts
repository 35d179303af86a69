import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { SlipwayError, unlessMissing } from '@slipway/contract';
import { readModel } from '@slipway/graph/onnx';
import { withGraphErrors } from '../graph-errors.ts';

/** Files of weights that belong together. */
export interface SourceFiles {
  /** Paths inside the folder; the first is what is known by its checksum. */
  readonly files: readonly string[];
  readonly folder: string;
  /** What they are opened by: the name of a file, or what those of a checkpoint begin with. */
  readonly open: string;
}

const INDEX = '.index';
const SHARD = /\.data-\d{5}-of-\d{5}$/;
const WEIGHTS = /\.(index|ckpt|h5|keras|safetensors|npz|onnx)$/;

/**
 * The files of weights at a path: a file, the prefix of a checkpoint of TensorFlow, or a folder that holds one of
 * either. Throws `not_found` where there is nothing, `invalid_argument` where a folder leaves open what is meant.
 */
export async function sourceFiles(path: string): Promise<SourceFiles> {
  const about = await unlessMissing(stat(path));
  if (about?.isDirectory()) return await sourceFiles(await onlyWeightsIn(path));
  const prefix = path.endsWith(INDEX) ? path.slice(0, -INDEX.length) : path;
  if ((await unlessMissing(stat(`${prefix}${INDEX}`))) !== undefined) return await checkpoint(prefix);
  if (about === undefined)
    throw new SlipwayError('not_found', `${path}: there is no such file or folder, and no checkpoint.`);
  const [folder, open] = [dirname(path), basename(path)];
  return { folder, open, files: open.endsWith('.onnx') ? [open, ...externalFiles(path)] : [open] };
}

async function onlyWeightsIn(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => WEIGHTS.test(name)).toSorted();
  const [only] = names;
  if (only !== undefined && names.length === 1) return join(folder, only);
  throw new SlipwayError(
    'invalid_argument',
    `${folder} has ${names.length === 0 ? 'no file of weights' : `several: ${names.join(', ')}`}: name the file, or what the files of the checkpoint begin with.`,
    { details: { folder, files: names } },
  );
}

async function checkpoint(prefix: string): Promise<SourceFiles> {
  const [folder, open] = [dirname(prefix), basename(prefix)];
  const names = await readdir(folder);
  const shards = names.filter((name) => name.startsWith(open) && SHARD.test(name.slice(open.length)));
  return { folder, open, files: [`${open}${INDEX}`, ...shards.toSorted()] };
}

/** What of a model lies beside it, in its folder or below. */
function externalFiles(path: string): readonly string[] {
  const { graph } = withGraphErrors(() => readModel(path));
  const beside = graph.initializers.flatMap(({ data }) =>
    data.form === 'external' && 'file' in data.bytes ? [relative(dirname(path), data.bytes.file.path)] : [],
  );
  return [...new Set(beside)].toSorted();
}
