import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GraphError } from '../graph-error.ts';
import { endsAsTable } from './bundle/table.ts';
import { readEnds } from './read-file.ts';
import { notRead, quoted } from './refusals.ts';

/** What a path turned out to be. */
export type Recognised =
  | { readonly format: 'saved-model'; readonly folder: string }
  | { readonly format: 'checkpoint'; readonly prefix: string }
  | { readonly format: 'frozen-graph' | 'keras-archive' | 'keras-hdf5'; readonly file: string };

/** More than any format's marks need. */
const END_BYTES = 64;

/** A checkpoint's state file is a few lines. */
const MAX_STATE_BYTES = 1024 * 1024;

const INDEX = '.index';
const META = '.meta';
const SHARD = /\.data-\d{5}-of-\d{5}$/;

/**
 * Finds out what a path is: the folder of a SavedModel, a checkpoint by its folder, its prefix or any of its files,
 * or a frozen graph. Throws `GraphError`: `unsupported` with the way round for the formats that are not read,
 * `invalid_argument` where there is nothing or nothing known.
 */
export async function recognise(path: string): Promise<Recognised> {
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isDirectory()) return recogniseFolder(path);
  if (stats === undefined) return recognisePrefix(path);
  const name = basename(path);
  if (name === 'checkpoint') return recogniseCheckpointFolder(dirname(path), await readdir(dirname(path)));
  if (name === 'saved_model.pb') return { format: 'saved-model', folder: dirname(path) };
  refuseByName(path);
  const keras = await recogniseKeras(path);
  if (keras !== undefined) return keras;
  await refuseByContent(path);
  for (const end of [INDEX, META]) if (name.endsWith(end)) return checkpointAt(path.slice(0, -end.length));
  if (SHARD.test(name)) return checkpointAt(path.replace(SHARD, ''));
  return { format: 'frozen-graph', file: path };
}

async function recogniseFolder(folder: string): Promise<Recognised> {
  const names = await readdir(folder);
  if (names.includes('saved_model.pb')) return { format: 'saved-model', folder };
  for (const name of names) if (name.startsWith('saved_model.')) refuseByName(join(folder, name));
  if (names.includes('checkpoint') || names.some((name) => name.endsWith(INDEX)))
    return recogniseCheckpointFolder(folder, names);
  const files = names.filter((name) => /\.(pb|pbtxt|h5|hdf5|keras|tflite|cpb)$|^model\.json$/.test(name));
  if (files.length === 1) return recognise(join(folder, files[0] as string));
  throw nothingKnown(
    folder,
    files.length > 1
      ? `It holds several models (${files.toSorted().slice(0, 5).map(quoted).join(', ')}): name one of them.`
      : 'Name the folder that saved_model.pb or the checkpoint stands in; with versions in folders, one of them.',
  );
}

/** The checkpoint that the state file calls the latest, or else the only one. */
async function recogniseCheckpointFolder(folder: string, names: readonly string[]): Promise<Recognised> {
  const prefixes = names.filter((name) => name.endsWith(INDEX)).map((name) => name.slice(0, -INDEX.length));
  const latest = names.includes('checkpoint')
    ? await latestCheckpoint(join(folder, 'checkpoint'))
    : undefined;
  if (latest !== undefined && prefixes.includes(latest)) return checkpointAt(join(folder, latest));
  if (latest !== undefined && names.includes(latest)) await refuseByContent(join(folder, latest));
  if (prefixes.length === 1) return checkpointAt(join(folder, prefixes[0] as string));
  throw nothingKnown(
    folder,
    prefixes.length === 0
      ? 'It has no .index file of a checkpoint: copy all its files.'
      : `It holds ${prefixes.length} checkpoints: name one of them, such as ${quoted(prefixes.toSorted()[0] as string)}.`,
  );
}

/**
 * The last name of `model_checkpoint_path`. The folders in front of it are where the checkpoint stood when it was
 * saved, or where somebody would have us look: only the folder that was named is read.
 */
async function latestCheckpoint(file: string): Promise<string | undefined> {
  const { size } = await stat(file);
  if (size > MAX_STATE_BYTES) throw nothingKnown(file, 'It is too large for the state of a checkpoint.');
  const [, path] = /^model_checkpoint_path:\s*"([^"\n]*)"/m.exec(await readFile(file, 'utf8')) ?? [];
  return path === undefined ? undefined : path.replace(/^.*[\\/]/, '');
}

async function recognisePrefix(path: string): Promise<Recognised> {
  const names = await readdir(dirname(path)).catch((): string[] => []);
  if (!names.includes(`${basename(path)}${INDEX}`) && !names.includes(`${basename(path)}${META}`))
    throw nothingKnown(path, 'There is no such file or folder, nor a checkpoint of that prefix.');
  return checkpointAt(path);
}

function checkpointAt(prefix: string): Recognised {
  return { format: 'checkpoint', prefix };
}

function refuseByName(path: string): void {
  if (path.endsWith('.cpb'))
    throw notRead(
      path,
      'It is a SavedModel in chunks, which is how TensorFlow writes graphs of more than 2 GB.',
      'Keep large constants in variables and save with SaveOptions(experimental_image_format=False).',
    );
  if (path.endsWith('.pbtxt'))
    throw notRead(
      path,
      'It is a graph as text.',
      'Parse it with google.protobuf.text_format and write SerializeToString() to a .pb file.',
    );
}

async function recogniseKeras(path: string): Promise<Recognised | undefined> {
  const { first } = await readEnds(path, END_BYTES);
  if (startsWith(first, '\x89HDF\r\n\x1a\n')) return { format: 'keras-hdf5', file: path };
  return startsWith(first, 'PK\x03\x04') ? { format: 'keras-archive', file: path } : undefined;
}

async function refuseByContent(path: string): Promise<void> {
  const { first, last } = await readEnds(path, END_BYTES);
  if (startsWith(first.subarray(4), 'TFL3'))
    throw notRead(
      path,
      'It is a TFLite model, whose weights may be rounded already.',
      'Import the SavedModel that it was made from.',
    );
  if (startsWith(first, '{') && path.endsWith('.json'))
    throw notRead(
      path,
      'It is JSON, which TensorFlow.js keeps its models in.',
      'Import the SavedModel or the Keras file that it was made from.',
    );
  if (endsAsTable(last) && !path.endsWith(INDEX))
    throw notRead(
      path,
      'It is a checkpoint of the first version, from before TensorFlow 0.12.',
      'Restore it in TensorFlow and save it with tf.compat.v1.train.Saver(write_version=2).',
    );
}

function startsWith(bytes: Uint8Array, mark: string): boolean {
  return Buffer.from(bytes.subarray(0, mark.length)).toString('latin1') === mark;
}

function nothingKnown(path: string, what: string): GraphError {
  return new GraphError('invalid_argument', `${path} is no TensorFlow model that Slipway knows. ${what}`);
}
